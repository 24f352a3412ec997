/* rule_test.c - the cases inside a rules document: read, and tried out. */
#include <string.h>

#include "access/resolve.h"
#include "base/text.h"
#include "rule_json.h"

static const char *const place_members[SCOPES] = { NULL, "workspaces", "projects" };

static bool refuse(struct ctx *c, const struct rule_test *t, const char *what)
{
	return error(c, ERR_VALUE, "test \"%.60s\": %s", t->name, what);
}

/* A name alone, or an object with what else a rule may ask for. */
static bool read_group(struct ctx *c, const struct rule_test *t, json_t *j, struct rule_group *g)
{
	const char *source = NULL;

	*g = (struct rule_group){ .id = "", .name = json_string_value(j), .source_id = "" };
	if (json_is_object(j)) {
		if (!rule_json_only(c, t->name, j, "|name|id|external_id|source|") ||
		    !rule_json_text(c, t->name, j, "name", 1024, &g->name) ||
		    !rule_json_text(c, t->name, j, "id", 200, &g->id) ||
		    !rule_json_text(c, t->name, j, "external_id", 1024, &g->external_id) ||
		    !rule_json_text(c, t->name, j, "source", RULE_PATTERN_MAX, &source))
			return false;
		g->name = g->name ? g->name : "";
		g->id = g->id ? g->id : "";
	}
	if (!g->name)
		return refuse(c, t,
			      "a group is a name, or an object with name, id, external_id"
			      " and source");
	g->name = arena_strdup(c->arena, g->name);
	g->key = text_fold(c->arena, g->name);
	g->source_id = source ? source : "";
	g->source_name = source;
	return true;
}

static bool read_groups(struct ctx *c, json_t *groups, struct rule_test *t)
{
	if (!json_is_array(groups) || json_array_size(groups) > RULE_TEST_GROUPS_MAX)
		return refuse(c, t, "\"groups\" is a list of 200 groups at most");
	t->groups = (int)json_array_size(groups);
	t->group = arena_array(c->arena, struct rule_group, (size_t)t->groups);
	for (int i = 0; i < t->groups; i++)
		if (!read_group(c, t, json_array_get(groups, (size_t)i), &t->group[i]))
			return false;
	return true;
}

/* {"ID": "role", ...} */
static bool read_places(struct ctx *c, struct rule_test *t, enum scope scope, json_t *places)
{
	const char *target;
	json_t *role;

	if (!places)
		return true;
	if (!json_is_object(places))
		return refuse(c, t, "expected places are an object of id and role");
	t->expects[scope] = true;
	t->place = arena_grow(c->arena, t->place, (size_t)t->places * sizeof(*t->place),
			      ((size_t)t->places + json_object_size(places)) * sizeof(*t->place));
	json_object_foreach(places, target, role)
	{
		struct rule_expected *e = &t->place[t->places++];

		*e = (struct rule_expected){ .scope = scope,
					     .target = arena_strdup(c->arena, target) };
		if (!json_is_string(role) ||
		    !rule_place_role(scope, json_string_value(role), &e->role))
			return refuse(c, t,
				      "a workspace role is member or manager, a project role"
				      " AN, RE or Inherit");
	}
	return true;
}

static bool read_expected(struct ctx *c, json_t *expect, struct rule_test *t)
{
	const char *role;

	if (!json_is_object(expect))
		return refuse(c, t, "\"expect\" is missing");
	if (!rule_json_only(c, t->name, expect, "|org_role|workspaces|projects|") ||
	    !rule_json_text(c, t->name, expect, "org_role", 20, &role))
		return false;
	t->expects[SCOPE_ORG] = role;
	if (role && (!role_parse(role, &t->role) || t->role == ROLE_NONE))
		return refuse(c, t, "\"org_role\" is DI, NO, AN, RE, MA or AD");
	for (int s = SCOPE_WORKSPACE; s < SCOPES; s++)
		if (!read_places(c, t, (enum scope)s, json_object_get(expect, place_members[s])))
			return false;
	return true;
}

static bool read_test(struct ctx *c, json_t *j, int index, struct rule_test *t)
{
	const char *name;

	t->name = arena_printf(c->arena, "test %d", index + 1);
	if (!json_is_object(j))
		return refuse(c, t, "a test is an object with \"groups\" and \"expect\"");
	if (!rule_json_only(c, t->name, j, "|name|groups|at|expect|") ||
	    !rule_json_text(c, t->name, j, "name", RULE_ID_MAX, &name))
		return false;
	t->name = name ? name : t->name;
	return rule_json_time(c, t->name, j, "at", &t->at) &&
	       read_groups(c, json_object_get(j, "groups"), t) &&
	       read_expected(c, json_object_get(j, "expect"), t);
}

bool rule_tests_read(struct ctx *c, json_t *tests, struct rule_set *set)
{
	if (!tests || json_is_null(tests))
		return true;
	if (!json_is_array(tests) || json_array_size(tests) > RULE_TESTS_MAX)
		return error(c, ERR_VALUE, "\"tests\" is a list of %d tests at most",
			     RULE_TESTS_MAX);
	set->tests = (int)json_array_size(tests);
	set->test = arena_array(c->arena, struct rule_test, (size_t)set->tests);
	for (int i = 0; i < set->tests; i++)
		if (!read_test(c, json_array_get(tests, (size_t)i), i, &set->test[i]))
			return false;
	return true;
}

/* Workspaces named after groups: a test knows them by their title. */
static void give_titles(struct arena *a, const struct rule_set *set, struct rule_group *g)
{
	struct rule_place *place = arena_array(a, struct rule_place, (size_t)set->count);

	g->place = place;
	for (int i = 0; i < set->count; i++) {
		const struct rule *r = &set->rule[i];
		const char *title = r->title && rule_matches(r, g) ? rule_title(a, r, g) : NULL;

		if (title)
			place[g->places++] = (struct rule_place){ r->id, g->id, title };
	}
}

static const char *place_words(struct arena *a, enum scope scope, const char *target,
			       enum role role)
{
	return arena_printf(a, "%s %s as %s", scope_names[scope], target, scope_role(scope, role));
}

static const char *judge_places(struct arena *a, const struct rule_test *t, const struct verdict *v,
				const struct org *policy)
{
	enum role role;

	for (int i = 0; i < t->places; i++) {
		const struct rule_expected *e = &t->place[i];

		if (!resolve_scope(policy, v->grant, v->grants, e->scope, e->target, &role) ||
		    role != e->role)
			return arena_printf(a, "there is no %s",
					    place_words(a, e->scope, e->target, e->role));
	}
	for (int i = 0; i < v->grants; i++) {
		const struct grant *g = &v->grant[i];
		bool expected = !t->expects[g->scope] || g->scope == SCOPE_ORG;

		for (int k = 0; k < t->places; k++)
			expected = expected || (t->place[k].scope == g->scope &&
						strcmp(t->place[k].target, g->target) == 0);
		if (!expected)
			return arena_printf(a, "there is also %s by the rule \"%s\"",
					    place_words(a, g->scope, g->target, g->role),
					    g->rule_id);
	}
	return NULL;
}

const char *rule_test_run(struct arena *a, const struct rule_set *set, const struct rule_test *t,
			  const struct org *policy)
{
	struct rule_group *groups = arena_array(a, struct rule_group, (size_t)t->groups);
	struct facts f = { .active = true, .group = groups, .groups = t->groups };
	struct org then = *policy;
	struct verdict v;

	for (int i = 0; i < t->groups; i++) {
		groups[i] = t->group[i];
		if (set->templated)
			give_titles(a, set, &groups[i]);
	}
	then.rules_at = t->at ? t->at : policy->rules_at;
	resolve(a, &f, set, &then, &v);
	if (t->expects[SCOPE_ORG] && v.wanted != t->role)
		return arena_printf(a, "the organization role is %s, not %s", role_code(v.wanted),
				    role_code(t->role));
	return judge_places(a, t, &v, &then);
}

bool rule_tests_hold(struct ctx *c, const struct rule_set *set)
{
	struct org now = *c->org;

	now.rules_at = c->now;
	for (int i = 0; i < set->tests; i++) {
		const char *why = rule_test_run(c->arena, set, &set->test[i], &now);

		if (why)
			return error(c, ERR_CONFLICT,
				     "the test \"%.60s\" of the document fails: %.150s",
				     set->test[i].name, why);
	}
	return true;
}
