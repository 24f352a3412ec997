/* test_rule.c - rules with a time, workspaces named after groups, tests inside a document. */
#include <stdio.h>

#define HARNESS_BARE
#include "harness.h"

#include "access/plan.h"
#include "access/rule.h"
#include "base/text.h"
#include "base/time.h"

/* JSON written with ' for ". */
static const char *json(struct ctx *c, const char *text)
{
	char *s = arena_strdup(c->arena, text);

	for (char *p = s; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	return s;
}

static struct rule_set *parsed(struct ctx *c, const char *document)
{
	struct rule_set *set;

	ok(c, rule_set_parse(c, json(c, document), &set));
	return set;
}

static struct rule_group group(struct ctx *c, const char *id, const char *name)
{
	return (struct rule_group){ .id = id,
				    .name = name,
				    .key = text_fold(c->arena, name),
				    .source_id = "s1",
				    .source_name = "okta" };
}

static const struct org policy = { .id = TEST_ORG,
				   .never_matched = UNMATCHED_PENDING,
				   .lost_match = UNMATCHED_DEACTIVATE,
				   .default_role = ROLE_AN };

/* ---- time ---- */

#define SHIFT                                                                                      \
	"{'rules':[{'id':'s','match':{'group':'A'},'grant':{'org_role':'MA'},"                     \
	"'from':'2026-01-01T10:00:00Z','until':'2026-01-01T12:00:00+01:00'},"                      \
	"{'id':'b','match':{'group':'A'},'grant':{'org_role':'AN'}}]}"

static void a_rule_counts_from_its_first_moment_until_before_its_last(void **state)
{
	static const struct {
		const char *at;
		enum role want;
	} cases[] = {
		{ "2026-01-01T09:59:59.999Z", ROLE_AN }, { "2026-01-01T10:00:00Z", ROLE_MA },
		{ "2026-01-01T10:59:59.999Z", ROLE_MA }, { "2026-01-01T11:00:00Z", ROLE_AN },
		{ "2027-01-01T11:00:00Z", ROLE_AN },
	};
	struct ctx *c = *state;
	struct rule_set *set = parsed(c, SHIFT);
	struct rule_group g = group(c, "g", "A");

	for (int known = 0; known < 2; known++) {
		if (known)
			rules_match(c->arena, set, &g, 1);
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			const struct facts f = { .active = true, .group = &g, .groups = 1 };
			struct org then = policy;
			struct verdict v;

			assert_true(time_parse(cases[i].at, &then.rules_at));
			resolve(c->arena, &f, set, &then, &v);
			if (v.wanted != cases[i].want)
				fail_msg("%s: %s", cases[i].at, role_code(v.wanted));
		}
	}
}

static void the_next_moment_is_the_first_edge_ahead(void **state)
{
	struct ctx *c = *state;
	struct rule_set *set = parsed(c, SHIFT);
	int64_t from, until;

	assert_true(time_parse("2026-01-01T10:00:00Z", &from));
	assert_true(time_parse("2026-01-01T11:00:00Z", &until));
	assert_int_equal(rule_set_next(set, 0), from);
	assert_int_equal(rule_set_next(set, from - 1), from);
	assert_int_equal(rule_set_next(set, from), until);
	assert_int_equal(rule_set_next(set, until), 0);
}

/* ---- titles ---- */

static const struct {
	const char *by, *match, *title, *group, *want; /* want NULL: none; "!" refused */
} titles[] = {
	{ "glob", "ls-*", "{group}", "LS-Cars", "LS-Cars" },
	{ "glob", "ls-*", "Of {group} & co", "LS-Cars", "Of LS-Cars & co" },
	{ "glob", "ls-*", "All", "LS-Cars", "All" },
	{ "regex", "ls-(.+)-(.+)", "{2} of {1}", "ls-cars-qa", "qa of cars" },
	{ "regex", "ls-(x)?(.+)", "{1}{2}", "ls-cars", "cars" },
	{ "regex", "ls-(x)?.+", "{1}", "ls-cars", NULL },
	{ "regex", "ls-(.*)", "{1}", "ls-  ", NULL },
	{ "regex", "ls-(.+)", "{3}", "ls-cars", NULL },
	{ "regex", "(?s)ls-(.+)", "{1}", "ls-a\nb", NULL },
	{ "glob", "ls-*", "{1}", "ls-cars", "!" },
	{ "glob", "ls-*", "{grp}", "ls-cars", "!" },
	{ "glob", "ls-*", "a}b", "ls-cars", "!" },
	{ "glob", "ls-*", "{0}", "ls-cars", "!" },
};

static void titles_come_from_the_group(void **state)
{
	struct ctx *c = *state;

	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		const char *document =
			arena_printf(c->arena,
				     "{'rules':[{'match':{'group':'%s','by':'%s'},'grant':"
				     "{'workspace_from_group':'%s','create':true}}]}",
				     titles[i].match, titles[i].by, titles[i].title);
		struct rule_group g = group(c, "g", titles[i].group);
		const char *have;
		struct rule_set *set;

		if (titles[i].want && strcmp(titles[i].want, "!") == 0) {
			fails(c, rule_set_parse(c, json(c, document), &set), ERR_VALUE);
			continue;
		}
		set = parsed(c, document);
		assert_true(set->templated && rule_matches(&set->rule[0], &g));
		have = rule_title(c->arena, &set->rule[0], &g);
		if (!have != !titles[i].want || (have && strcmp(have, titles[i].want) != 0))
			fail_msg("%s: %s", titles[i].title, have ? have : "none");
	}
}

static void a_title_too_long_names_nothing(void **state)
{
	struct ctx *c = *state;
	struct rule_set *set =
		parsed(c, "{'rules':[{'match':{'group':'*','by':'glob'},'grant':"
			  "{'workspace_from_group':'{group}{group}','adopt':true}}]}");
	char name[151] = { 0 };
	struct rule_group g;

	memset(name, 'x', sizeof(name) - 1);
	g = group(c, "g", name);
	assert_null(rule_title(c->arena, &set->rule[0], &g));
}

/* ---- tests inside a document ---- */

#define RULES                                                                                      \
	"'rules':[{'id':'a','match':{'group':'Admins'},'grant':{'org_role':'AD'}},"                \
	"{'id':'s','match':{'group':'Staff','source':'okta'},'grant':{'org_role':'AN'}},"          \
	"{'id':'w','match':{'group':'id-1','by':'id'},'grant':{'workspace':'W','role':'manager'}}" \
	","                                                                                        \
	"{'id':'p','match':{'group':'Staff'},'grant':{'project':'P','role':'Inherit'}},"           \
	"{'id':'t','match':{'group':'Team *','by':'glob'},'grant':"                                \
	"{'workspace_from_group':'{group}','create':true}},"                                       \
	"{'id':'l','match':{'group':'Staff'},'grant':{'org_role':'MA'},"                           \
	"'from':'2030-01-01T00:00:00Z'}]"

static const struct {
	const char *test, *says; /* says NULL: it holds */
} cases[] = {
	{ "{'groups':['admins'],'expect':{'org_role':'AD'}}", NULL },
	{ "{'groups':['admins'],'expect':{'org_role':'Administrator'}}", NULL },
	{ "{'groups':[],'expect':{'org_role':'NO'}}", NULL },
	{ "{'groups':['Staff'],'expect':{'org_role':'NO'}}", NULL }, /* of no source */
	{ "{'groups':[{'name':'Staff','source':'okta'}],'expect':{'org_role':'AN'}}", NULL },
	{ "{'groups':[{'name':'Staff','source':'okta'}],'expect':{'org_role':'MA'}}",
	  "the organization role is AN, not MA" },
	{ "{'groups':['Staff'],'at':'2030-01-01T00:00:00Z','expect':{'org_role':'MA'}}", NULL },
	{ "{'groups':[{'id':'id-1'}],'expect':{'workspaces':{'W':'manager'},'projects':{}}}",
	  NULL },
	{ "{'groups':[{'id':'id-1'}],'expect':{'workspaces':{'W':'member'}}}",
	  "there is no workspace W as member" },
	{ "{'groups':[{'id':'id-1'}],'expect':{'workspaces':{}}}", "there is also workspace W" },
	{ "{'groups':['Staff'],'expect':{'projects':{'P':'Inherit'}}}", NULL },
	{ "{'groups':['Staff'],'expect':{'projects':{'P':'AN'}}}", "there is no project P as AN" },
	{ "{'groups':['Staff'],'expect':{'projects':{}}}", "by the rule \"p\"" },
	{ "{'groups':['Team Red'],'expect':{'workspaces':{'Team Red':'member'}}}", NULL },
	{ "{'groups':['Team Red','Staff'],'expect':{}}", NULL },
};

static void tests_hold_or_say_what_came_instead(void **state)
{
	struct ctx *c = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rule_set *set = parsed(c, arena_printf(c->arena, "{" RULES ",'tests':[%s]}",
							      cases[i].test));
		const char *why = rule_test_run(c->arena, set, &set->test[0], &policy);

		if (!why != !cases[i].says || (why && !strstr(why, cases[i].says)))
			fail_msg("%s: %s", cases[i].test, why ? why : "holds");
	}
}

/* ---- warnings ---- */

#define R(id, group, grant) "{'id':'" id "','match':{'group':'" group "'},'grant':{" grant "}}"

static const struct {
	const char *rules, *want; /* "kind:rule kind:rule" */
} lints[] = {
	{ R("a", "Red", "'org_role':'AN'"), "" },
	{ R("a", "Nobody", "'org_role':'AN'"), "group_never_seen:a " },
	{ R("a", "Red", "'org_role':'AN'") "," R("b", "red", "'org_role':'AN'"),
	  "duplicate_rule:b " },
	{ R("a", "Red", "'org_role':'AN'") "," R("b", "Red", "'org_role':'RE'"),
	  "shadowed_rule:a " },
	{ R("a", "Red", "'org_role':'AN'") "," R("b", "Blue", "'org_role':'RE'"), "" },
	{ R("a", "Red", "'workspace':'W'") "," R("b", "Red", "'workspace':'V','role':'manager'"),
	  "" },
	{ R("a", "Red", "'workspace':'W'") "," R("b", "Red", "'workspace':'W','role':'manager'"),
	  "shadowed_rule:a " },
	{ R("a", "Red", "'org_role':'AN'") ",{'id':'b','match':{'group':'*','by':'glob'},"
					   "'grant':{'org_role':'RE'}}",
	  "shadowed_rule:a " },
	/* it decides about the other group */
	{ R("b", "Red", "'org_role':'RE'") ",{'id':'a','match':{'group':'*','by':'glob'},"
					   "'grant':{'org_role':'AN'}}",
	  "" },
	{ R("a", "Old", "'org_role':'AN'"), "group_not_seen_lately:a " },
	{ "{'id':'a','match':{'group':'Red'},'grant':{'org_role':'AN'},"
	  "'until':'2001-01-01T00:00:00Z'}",
	  "rule_is_over:a " },
	{ "{'id':'a','match':{'group':'Red'},'grant':{'org_role':'AN'},"
	  "'from':'2101-01-01T00:00:00Z'}",
	  "rule_begins_later:a " },
	/* a stronger rule that is not always in force shadows nothing */
	{ R("a", "Red", "'org_role':'AN'") ",{'id':'b','match':{'group':'Red'},"
					   "'grant':{'org_role':'RE'},"
					   "'until':'2101-01-01T00:00:00Z'}",
	  "" },
	{ R("a", "Red", "'project':'P','role':'RE'"), "ignored_rule:a " },
};

static void rules_that_do_nothing_are_named(void **state)
{
	struct ctx *c = *state;
	struct org now = policy;

	now.rules_at = c->now;
	now.authority[SCOPE_PROJECT] = AUTHORITY_MANUAL;
	for (size_t i = 0; i < sizeof(lints) / sizeof(lints[0]); i++) {
		struct rule_group g[] = { group(c, "1", "Red"), group(c, "2", "Blue"),
					  group(c, "3", "Old") };
		const int64_t seen[] = { c->now, c->now, c->now - 31LL * 86400000 };
		struct plan_warnings w = { 0 };
		struct buf b = buf_in(c->arena, 1024);
		struct rule_set *set =
			parsed(c, arena_printf(c->arena, "{'rules':[%s]}", lints[i].rules));

		rules_match(c->arena, set, g, 3);
		plan_lint(c->arena, set, g, seen, 3, &now, &w);
		buf_puts(&b, "");
		for (int k = 0; k < w.n; k++)
			buf_printf(&b, "%s:%s ", w.list[k].kind, w.list[k].rule);
		if (strcmp(b.p ? b.p : "", lints[i].want) != 0)
			fail_msg("%s: %s", lints[i].rules, b.p ? b.p : "nothing");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		db_test(a_rule_counts_from_its_first_moment_until_before_its_last),
		db_test(the_next_moment_is_the_first_edge_ahead),
		db_test(titles_come_from_the_group),
		db_test(a_title_too_long_names_nothing),
		db_test(tests_hold_or_say_what_came_instead),
		db_test(rules_that_do_nothing_are_named),
	};

	return run_on_each_database(tests);
}
