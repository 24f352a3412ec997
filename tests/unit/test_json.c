/* test_json.c - JSON bodies that are taken and refused, members, answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "http/json.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NEST8(s) s s s s s s s s

static bool read_any(struct ctx *c, const char *text, json_t **out)
{
	struct http_req q = { .body = { text, strlen(text) } };

	return json_body_any(c, &q, out);
}

static void bodies(void **state)
{
	/* clang-format off */
	static const struct {
		const char *text;
		enum err_kind kind;  /* of json_body() */
		const char *says;
	} table[] = {
		{ "{}",                               ERR_NONE,   NULL },
		{ " {\"a\": [1, 2.5, null, true]} ",  ERR_NONE,   NULL },
		{ "\xef\xbb\xbf{}",                   ERR_NONE,   NULL },
		{ "{\"a\": \"[[[[{{{{\\\"[\"}",       ERR_NONE,   NULL },
		{ "",                                 ERR_SYNTAX, "empty" },
		{ "\xef\xbb\xbf",                     ERR_SYNTAX, "empty" },
		{ "[]",                               ERR_SYNTAX, "not a JSON object" },
		{ "7",                                ERR_SYNTAX, "line 1" },
		{ "{\"a\": 1,\n \"b\" 2}",            ERR_SYNTAX, "line 2, column 6: ':' expected" },
		{ "{\"a\": 1, \"a\": 2}",             ERR_SYNTAX, "duplicate" },
		{ "{\"a\": {\"b\": 1, \"b\": 1}}",    ERR_SYNTAX, "duplicate" },
		{ "{\"a\": \"\\u0000\"}",             ERR_SYNTAX, "\\u0000" },
		{ "{\"a\\u0000\": 1}",                ERR_SYNTAX, "NUL" },
		{ "{\"a\": \"\xff\"}",                ERR_SYNTAX, "unable to decode" },
		{ "{\"a\": \"\\ud800\"}",             ERR_SYNTAX, "line 1" },
		{ "{\"a\": 99999999999999999999}",    ERR_SYNTAX, "too big integer" },
		{ "{\"a\": 1e999}",                   ERR_SYNTAX, "overflow" },
		{ "{\"a\": NaN}",                     ERR_SYNTAX, "line 1" },
		{ "{\"a\": 1} x",                     ERR_SYNTAX, "line 1" },
		{ "{\"a\": \"secret",                 ERR_SYNTAX, "line 1" },
		{ "{'a': 1}",                         ERR_SYNTAX, "line 1" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct arena a = { 0 };
		struct ctx c = { .arena = &a };
		struct http_req q = { .body = { table[i].text, strlen(table[i].text) } };
		json_t *j;

		if (json_body(&c, &q, &j) != (table[i].kind == ERR_NONE) ||
		    c.err.kind != table[i].kind)
			fail_msg("%s: %s", table[i].text, c.err.msg);
		if (table[i].says && !strstr(c.err.msg, table[i].says))
			fail_msg("%s: says %s", table[i].text, c.err.msg);
		assert_true(!j == (table[i].kind != ERR_NONE));
		assert_null(strstr(c.err.msg, "secret"));
		arena_free(&a);
	}
}

static void depth(void **state)
{
	static const char most[] = NEST8("[[[[") "0" NEST8("]]]]");
	static const char more[] = "[\n" NEST8("[[[[") "0" NEST8("]]]]") "]";
	struct arena a = { 0 };
	struct ctx c = { .arena = &a };
	json_t *j;

	(void)state;
	assert_true(read_any(&c, most, &j));
	assert_true(json_is_array(j));
	assert_false(read_any(&c, more, &j));
	assert_int_equal(c.err.kind, ERR_SYNTAX);
	assert_string_equal(c.err.msg, "line 2: nested deeper than 32 levels");
	arena_free(&a);
}

static void members(void **state)
{
	static const char text[] =
		"{\"UserName\": \"x\", \"n\": null, \"i\": 1, \"long\": \"12345\","
		" \"id\": \"exact\", \"ID\": \"other\"}";
	struct arena a = { 0 };
	struct ctx c = { .arena = &a };
	const char *out;
	json_t *j;

	(void)state;
	assert_true(read_any(&c, text, &j));
	assert_string_equal(json_string_value(json_find(j, "username")), "x");
	assert_string_equal(json_string_value(json_find(j, "id")), "exact");
	assert_string_equal(json_string_value(json_find(j, "ID")), "other");
	assert_null(json_find(j, "absent"));
	assert_null(json_find(json_find(j, "i"), "absent"));
	assert_true(json_text(&c, j, "userName", 1, &out));
	assert_string_equal(out, "x");
	assert_true(json_text(&c, j, "absent", 1, &out));
	assert_null(out);
	assert_true(json_text(&c, j, "N", 1, &out));
	assert_null(out);
	assert_true(json_text(&c, j, "long", 5, &out));
	assert_false(json_text(&c, j, "long", 4, &out));
	assert_true(err_take(&c.err, ERR_VALUE));
	assert_false(json_text(&c, j, "i", 9, &out));
	assert_int_equal(c.err.kind, ERR_VALUE);
	assert_string_equal(c.err.msg, "i must be a string");
	arena_free(&a);
}

static void answers(void **state)
{
	static const char want[] =
		"{\"a\":\"\xc3\xa9\\\"\",\"c\":null,\"d\":\"x\",\"e\":-7,\"f\":true,"
		"\"g\":null,\"h\":\"1970-01-01T00:00:01.500Z\",\"bad\":\"?\"}";
	struct arena a = { 0 };
	struct ctx c = { .arena = &a };
	struct http_resp p = { .status = 200 };
	json_t *j = json_object();

	(void)state;
	json_put_text(j, "a", "\xc3\xa9\"");
	json_put_text(j, "b", NULL);
	json_put_null(j, "c", NULL);
	json_put_null(j, "d", "x");
	json_put_int(j, "e", -7);
	json_put_bool(j, "f", true);
	json_put_time(&c, j, "g", 0);
	json_put_time(&c, j, "h", 1500);
	json_put_text(j, "bad", "\xff");
	json_respond(&c, &p, 201, j);
	assert_int_equal(p.status, 201);
	assert_string_equal(p.type, "application/json");
	assert_int_equal(p.body.n, sizeof(want) - 1);
	assert_memory_equal(p.body.p, want, sizeof(want) - 1);
	json_respond_text(&p, 200, "application/scim+json", (struct slice){ "{}", 2 });
	assert_string_equal(p.type, "application/scim+json");
	assert_int_equal(p.body.n, 2);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies),
		cmocka_unit_test(depth),
		cmocka_unit_test(members),
		cmocka_unit_test(answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
