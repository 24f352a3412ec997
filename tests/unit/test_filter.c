/* test_filter.c - the grammar of filters: what is accepted, as a tree, and what is not. */
#include "person_harness.h"

#include "../../src/scim/filter.h"

static const struct {
	const char *text, *tree;
} accepted[] = {
	{ "userName eq \"a\"", "(eq userName \"a\")" },
	{ "userName EQ \"a\"", "(eq userName \"a\")" },
	{ "  userName  Eq  \"a\"  ", "(eq userName \"a\")" },
	{ "name.familyName co \"O'Malley\"", "(co name.familyName \"O'Malley\")" },
	{ "title pr", "(pr title)" },
	{ "title pr and userType eq \"E\"", "(and (pr title) (eq userType \"E\"))" },
	{ "a pr or b pr and c pr", "(or (pr a) (and (pr b) (pr c)))" },
	{ "(a pr or b pr) AND c pr", "(and (or (pr a) (pr b)) (pr c))" },
	{ "a pr And b pr Or c pr", "(or (and (pr a) (pr b)) (pr c))" },
	{ "not(a pr)", "(not (pr a))" },
	{ "NOT (a pr) and b pr", "(and (not (pr a)) (pr b))" },
	{ "not (a pr and not (b pr))", "(not (and (pr a) (not (pr b))))" },
	{ "((((a pr))))", "(pr a)" },
	{ "active eq true", "(eq active true)" },
	{ "active eq False", "(eq active false)" },
	{ "active eq \"True\"", "(eq active \"True\")" },
	{ "title eq null", "(eq title null)" },
	{ "x gt 1.5e3", "(gt x #1.5e3)" },
	{ "x gt -0", "(gt x #-0)" },
	{ "x gt 01", "(gt x \"01\")" },
	{ "externalId eq jyoung", "(eq externalId \"jyoung\")" },
	{ "externalId eq 9d2f-x@y", "(eq externalId \"9d2f-x@y\")" },
	{ "(externalId eq jyoung)", "(eq externalId \"jyoung\")" },
	{ "meta.lastModified ge \"2011-05-13T04:42:34Z\"",
	  "(ge meta.lastModified \"2011-05-13T04:42:34Z\")" },
	{ "emails[type eq \"work\"]", "(emails[(eq type \"work\")])" },
	{ "emails[type eq \"work\" and value co \"@x\"]",
	  "(emails[(and (eq type \"work\") (co value \"@x\"))])" },
	{ "emails[type eq \"work\"].value eq \"a\"",
	  "(emails[(eq type \"work\")] (eq value \"a\"))" },
	{ "emails[not (type pr)].value pr or b pr",
	  "(or (emails[(not (pr type))] (pr value)) (pr b))" },
	{ "emails[ primary eq true ].value ew \"x\"",
	  "(emails[(eq primary true)] (ew value \"x\"))" },
	{ "urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"J\"",
	  "(sw {core:2.0:User}userName \"J\")" },
	{ "URN:ietf:params:scim:schemas:extension:enterprise:2.0:USER.manager.value eq \"1\"",
	  "(eq {extension:enterprise:2.0:User}manager.value \"1\")" },
	{ "urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq \"w\"]",
	  "({core:2.0:User}emails[(eq type \"w\")])" },
	{ "urn:acme:x:1.0:Thing:size eq \"L\"", "(eq {urn:acme:x:1.0:Thing}size \"L\")" },
	{ "a eq \"\\\"\\\\\\/\\b\\t\\u00e9\\ud83d\\ude00\"",
	  "(eq a \"\"\\/\b\t\xc3\xa9\xf0\x9f\x98\x80\")" },
	{ "a eq \"\"", "(eq a \"\")" },
	{ "a eq \"x)y]z\"", "(eq a \"x)y]z\")" },
	{ "$ref eq \"x\"", "(eq $ref \"x\")" },
	{ "groups.$ref eq \"x\"", "(eq groups.$ref \"x\")" },
	{ "android eq \"x\" and order pr and note pr",
	  "(and (and (eq android \"x\") (pr order)) (pr note))" },
};

static const struct {
	const char *text;
	int position; /* 0: the message names none */
} refused[] = {
	{ "", 1 },
	{ "   ", 4 },
	{ "userName", 9 },
	{ "userName eq", 12 },
	{ "userName xx \"a\"", 10 },
	{ "userName = \"a\"", 10 },
	{ "\"a\" eq userName", 1 },
	{ "userName eq \"a", 15 },
	{ "userName eq \"a\" and", 20 },
	{ "userName eq \"a\" userName", 17 },
	{ "userName eq \"a\" or or", 22 },
	{ "(userName pr", 13 },
	{ "userName pr)", 12 },
	{ "not userName pr", 5 },
	{ "a.b.c pr", 1 },
	{ "a. pr", 1 },
	{ "1a pr", 1 },
	{ "urn:ietf:params:scim:schemas:core:2.0:User pr", 1 },
	{ "urn:ietf:params:scim:schemas:core:2.0:Userx pr", 1 },
	{ "a eq \"\\x\"", 8 },
	{ "a eq \"\\u12g4\"", 9 },
	{ "a eq \"\\u0000\"", 9 },
	{ "a eq \"\\udc00\"", 9 },
	{ "a eq \"\\ud800x\"", 13 },
	{ "a eq \"\\ud800\\u0041\"", 13 },
	{ "emails[type eq \"w\"", 19 },
	{ "emails[]", 8 },
	{ "emails[type]", 12 },
	{ "emails[type eq \"w\"].", 21 },
	{ "emails[type eq \"w\"].value", 26 },
	{ "emails[type eq \"w\"] eq \"x\"", 21 },
	{ "emails[type[value pr] pr]", 13 },
	{ "emails[a.b pr]", 8 },
	{ "emails.value[type pr]", 14 },
	{ "a eq \"\xff\"", 0 },
};

static const char *const words[] = {
	[OP_AND] = "and", [OP_OR] = "or", [OP_NOT] = "not", [OP_EQ] = "eq", [OP_NE] = "ne",
	[OP_CO] = "co",   [OP_SW] = "sw", [OP_EW] = "ew",   [OP_GT] = "gt", [OP_GE] = "ge",
	[OP_LT] = "lt",   [OP_LE] = "le", [OP_PR] = "pr",   [OP_PATH] = "",
};

static void put_name(struct buf *b, const struct filter *f)
{
	static const char usual[] = "urn:ietf:params:scim:schemas:";

	if (f->schema)
		buf_printf(b, "{%s}",
			   f->schema + (strncmp(f->schema, usual, sizeof(usual) - 1) == 0
						? sizeof(usual) - 1
						: 0));
	buf_put(b, f->name.p, f->name.n);
	if (f->sub.n) {
		buf_puts(b, ".");
		buf_put(b, f->sub.p, f->sub.n);
	}
}

static void put_value(struct buf *b, const struct filter *f)
{
	if (f->value.type == DB_TEXT)
		buf_printf(b, f->number ? " #%s" : " \"%s\"", f->value.text);
	else if (f->value.type == DB_BOOL)
		buf_puts(b, f->value.num ? " true" : " false");
	else if (f->op != OP_PR)
		buf_puts(b, " null");
}

static void put_tree(struct buf *b, const struct filter *f)
{
	buf_printf(b, "(%s%s", words[f->op], f->op == OP_PATH ? "" : " ");
	if (f->op >= OP_EQ) {
		put_name(b, f);
		if (f->op == OP_PATH) {
			buf_puts(b, "[");
			put_tree(b, f->left);
			buf_puts(b, f->right ? "] " : "]");
		} else {
			put_value(b, f);
		}
	} else {
		put_tree(b, f->left);
		buf_puts(b, f->right ? " " : "");
	}
	if (f->right)
		put_tree(b, f->right);
	buf_puts(b, ")");
}

static void trees(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		struct bench b;
		struct filter *f;
		struct buf out;

		bench_open(&b);
		out = buf_in(&b.arena, 65536);
		if (!filter_parse(&b.c, accepted[i].text, &f))
			fail_msg("%s: %s", accepted[i].text, b.c.err.msg);
		put_tree(&out, f);
		assert_string_equal(out.p, accepted[i].tree);
		arena_free(&b.arena);
	}
}

static void refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct bench b;
		struct filter *f;
		char position[32] = "";

		bench_open(&b);
		if (filter_parse(&b.c, refused[i].text, &f))
			fail_msg("accepted: %s", refused[i].text);
		assert_int_equal(b.c.err.kind, ERR_FILTER);
		if (refused[i].position)
			snprintf(position, sizeof(position), "position %d of", refused[i].position);
		if (!strstr(b.c.err.msg, position))
			fail_msg("%s: %s, not %s", refused[i].text, b.c.err.msg, position);
		arena_free(&b.arena);
	}
}

/* n times before, what is in the middle, n times after. */
static const char *nested(struct bench *b, int n, const char *before, const char *middle,
			  const char *after)
{
	struct buf out = buf_in(&b->arena, 1 << 20);

	for (int i = 0; i < n; i++)
		buf_puts(&out, before);
	buf_puts(&out, middle);
	for (int i = 0; i < n; i++)
		buf_puts(&out, after);
	return out.p;
}

static void limits(void **state)
{
	struct filter *f;
	struct bench b;

	(void)state;
	bench_open(&b);
	assert_true(filter_parse(&b.c, nested(&b, FILTER_DEPTH_MAX, "(", "a pr", ")"), &f));
	assert_false(filter_parse(&b.c, nested(&b, FILTER_DEPTH_MAX + 1, "(", "a pr", ")"), &f));
	assert_non_null(strstr(b.c.err.msg, "deeper"));
	b.c.err = (struct err){ 0 };
	assert_true(
		filter_parse(&b.c, nested(&b, FILTER_TERMS_MAX - 1, "", "a pr", " or a pr"), &f));
	assert_false(filter_parse(&b.c, nested(&b, FILTER_TERMS_MAX, "", "a pr", " or a pr"), &f));
	assert_non_null(strstr(b.c.err.msg, "terms"));
	b.c.err = (struct err){ 0 };
	assert_false(filter_parse(&b.c, nested(&b, FILTER_BYTES_MAX, "x", " pr", ""), &f));
	assert_non_null(strstr(b.c.err.msg, "longer"));
	arena_free(&b.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trees),
		cmocka_unit_test(refusals),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
