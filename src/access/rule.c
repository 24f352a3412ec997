/* rule.c - the rules document: checked, compiled, matched. */
#include "access/rule.h"

#include <jansson.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "pattern.h"
#include "rule_json.h"

static const struct {
	const char *word;
	enum match_by by;
} ways[] = {
	{ "name", BY_NAME }, { "exact", BY_EXACT },
	{ "id", BY_ID },     { "external_id", BY_EXTERNAL_ID },
	{ "glob", BY_GLOB }, { "regex", BY_REGEX },
};

bool rule_matches(const struct rule *r, const struct rule_group *g)
{
	if (r->source && strcmp(r->source, g->source_id) != 0 &&
	    !(g->source_name && text_same(r->source, g->source_name)))
		return false;
	switch (r->by) {
	case BY_NAME:
		return strcmp(r->key, g->key) == 0;
	case BY_EXACT:
		return strcmp(r->group, g->name) == 0;
	case BY_ID:
		return strcmp(r->group, g->id) == 0;
	case BY_EXTERNAL_ID:
		return g->external_id && strcmp(r->group, g->external_id) == 0;
	case BY_GLOB:
		return glob_matches(r->key, g->key);
	case BY_REGEX:
		return regex_matches(r->pattern, g->name);
	}
	return false;
}

void rules_match(struct arena *a, const struct rule_set *set, struct rule_group *g, int n)
{
	int *all = arena_array(a, int, (size_t)set->count), *mine;

	for (int i = 0; i < n; i++) {
		g[i].known = true;
		g[i].matches = 0;
		for (int r = 0; r < set->count; r++)
			if (rule_matches(&set->rule[r], &g[i]))
				all[g[i].matches++] = r;
		mine = arena_array(a, int, (size_t)g[i].matches);
		if (g[i].matches)
			memcpy(mine, all, (size_t)g[i].matches * sizeof(*mine));
		g[i].matched = mine;
	}
}

bool rule_in_force(const struct rule *r, int64_t at)
{
	return at >= r->from && (!r->until || at < r->until);
}

int64_t rule_set_next(const struct rule_set *set, int64_t after)
{
	int64_t next = 0;

	for (int i = 0; i < set->count; i++) {
		const int64_t edges[] = { set->rule[i].from, set->rule[i].until };

		for (int e = 0; e < 2; e++)
			if (edges[e] > after && (!next || edges[e] < next))
				next = edges[e];
	}
	return next;
}

bool rule_json_only(struct ctx *c, const char *id, json_t *object, const char *words)
{
	const char *key;
	json_t *v;

	json_object_foreach(object, key, v)
	{
		const char *at = strstr(words, arena_printf(c->arena, "|%s|", key));

		if (!at)
			return error(c, ERR_VALUE, "rule \"%.60s\": unknown member \"%.60s\"", id,
				     key);
	}
	return true;
}

bool rule_json_text(struct ctx *c, const char *id, json_t *object, const char *key, size_t max,
		    const char **out)
{
	json_t *v = json_object_get(object, key);

	*out = NULL;
	if (!v || json_is_null(v))
		return true;
	if (!json_is_string(v) || json_string_length(v) == 0 || json_string_length(v) > max)
		return error(c, ERR_VALUE, "rule \"%.60s\": \"%s\" is a text of 1 to %zu bytes", id,
			     key, max);
	*out = arena_strdup(c->arena, json_string_value(v));
	return true;
}

static bool read_match(struct ctx *c, json_t *match, struct rule *r)
{
	const char *by;

	if (!json_is_object(match))
		return error(c, ERR_VALUE, "rule \"%.60s\": \"match\" is missing", r->id);
	if (!rule_json_only(c, r->id, match, "|group|by|source|") ||
	    !rule_json_text(c, r->id, match, "group", RULE_PATTERN_MAX, &r->group) ||
	    !rule_json_text(c, r->id, match, "source", RULE_PATTERN_MAX, &r->source) ||
	    !rule_json_text(c, r->id, match, "by", 20, &by))
		return false;
	if (!r->group)
		return error(c, ERR_VALUE, "rule \"%.60s\": \"match\" names no \"group\"", r->id);
	r->key = text_fold(c->arena, r->group);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (strcmp(by ? by : "name", ways[i].word) == 0) {
			r->by = ways[i].by;
			return r->by != BY_REGEX || regex_compile(c, r->id, r->group, &r->pattern);
		}
	return error(c, ERR_VALUE,
		     "rule \"%.60s\": \"by\" is name, exact, id, external_id, glob or regex",
		     r->id);
}

bool rule_place_role(enum scope scope, const char *text, enum role *out)
{
	*out = ROLE_NONE;
	if (scope == SCOPE_PROJECT)
		return text && role_parse(text, out) &&
		       (*out == ROLE_NONE || *out == ROLE_AN || *out == ROLE_RE);
	if (text && text_same(text, "manager"))
		*out = ROLE_MA;
	return !text || *out == ROLE_MA || text_same(text, "member");
}

static bool read_place(struct ctx *c, struct rule *r, const char *workspace, const char *project,
		       const char *role)
{
	r->scope = workspace ? SCOPE_WORKSPACE : SCOPE_PROJECT;
	r->target = workspace ? workspace : project;
	if (!rule_place_role(r->scope, role, &r->role))
		return error(c, ERR_VALUE,
			     workspace ? "rule \"%.60s\": a workspace role is member or manager"
				       : "rule \"%.60s\": a project role is AN, RE or Inherit",
			     r->id);
	return true;
}

bool rule_json_flag(struct ctx *c, const char *id, json_t *object, const char *key, bool *out)
{
	json_t *v = json_object_get(object, key);

	if (v && !json_is_boolean(v))
		return error(c, ERR_VALUE, "rule \"%.60s\": \"%s\" is true or false", id, key);
	*out = json_is_true(v);
	return true;
}

bool rule_json_time(struct ctx *c, const char *id, json_t *object, const char *key, int64_t *out)
{
	const char *text;

	*out = 0;
	if (!rule_json_text(c, id, object, key, 40, &text))
		return false;
	if (text && (!time_parse(text, out) || *out <= 0))
		return error(c, ERR_VALUE,
			     "rule \"%.60s\": \"%s\" is a time such as 2026-01-31T12:00:00Z", id,
			     key);
	return true;
}

/* A workspace named after the group: only where the rule says what to do about it. */
static bool read_title(struct ctx *c, json_t *grant, struct rule *r)
{
	if (!rule_json_flag(c, r->id, grant, "create", &r->create) ||
	    !rule_json_flag(c, r->id, grant, "adopt", &r->adopt))
		return false;
	if (!r->title && (r->create || r->adopt))
		return error(c, ERR_VALUE,
			     "rule \"%.60s\": \"create\" and \"adopt\" go with"
			     " \"workspace_from_group\"",
			     r->id);
	if (r->title && !r->create && !r->adopt)
		return error(c, ERR_VALUE,
			     "rule \"%.60s\": say \"create\": true to make workspaces, or"
			     " \"adopt\": true to use those that are there",
			     r->id);
	return !r->title || rule_title_check(c, r);
}

static bool read_grant(struct ctx *c, json_t *grant, struct rule *r)
{
	const char *org_role, *workspace, *project, *role;

	if (!json_is_object(grant))
		return error(c, ERR_VALUE, "rule \"%.60s\": \"grant\" is missing", r->id);
	if (!rule_json_only(c, r->id, grant,
			    "|org_role|workspace|project|role|workspace_from_group|create|"
			    "adopt|") ||
	    !rule_json_text(c, r->id, grant, "org_role", 20, &org_role) ||
	    !rule_json_text(c, r->id, grant, "workspace", 200, &workspace) ||
	    !rule_json_text(c, r->id, grant, "project", 200, &project) ||
	    !rule_json_text(c, r->id, grant, "workspace_from_group", 200, &r->title) ||
	    !rule_json_text(c, r->id, grant, "role", 20, &role) || !read_title(c, grant, r))
		return false;
	if (!!org_role + !!workspace + !!project + !!r->title != 1)
		return error(c, ERR_VALUE,
			     "rule \"%.60s\": a grant names one of org_role, workspace,"
			     " workspace_from_group, project",
			     r->id);
	if (r->title)
		workspace = "";
	if (!org_role)
		return read_place(c, r, workspace, project, role);
	r->scope = SCOPE_ORG;
	r->target = "";
	if (role || !role_parse(org_role, &r->role) || !role_assignable(r->role))
		return error(c, ERR_VALUE,
			     "rule \"%.60s\": org_role is AN, RE, MA or AD (an Owner is made by"
			     " hand only)",
			     r->id);
	return true;
}

static bool read_window(struct ctx *c, json_t *j, struct rule *r)
{
	if (!rule_json_time(c, r->id, j, "from", &r->from) ||
	    !rule_json_time(c, r->id, j, "until", &r->until))
		return false;
	return !r->until || r->until > r->from ||
	       error(c, ERR_VALUE, "rule \"%.60s\": \"until\" must be after \"from\"", r->id);
}

static bool read_rule(struct ctx *c, json_t *j, int index, struct rule *r)
{
	r->id = arena_printf(c->arena, "rule-%d", index + 1);
	if (!json_is_object(j))
		return error(c, ERR_VALUE, "rule %d is no object", index + 1);
	if (json_object_get(j, "id") && !rule_json_text(c, r->id, j, "id", RULE_ID_MAX, &r->id))
		return false;
	if (!r->id || strchr(r->id, '/'))
		return error(c, ERR_VALUE, "rule %d: an id is a text without \"/\"", index + 1);
	return rule_json_only(c, r->id, j, "|id|match|grant|note|from|until|") &&
	       read_match(c, json_object_get(j, "match"), r) &&
	       read_grant(c, json_object_get(j, "grant"), r) && read_window(c, j, r);
}

static bool ids_differ(struct ctx *c, const struct rule_set *set)
{
	json_t *seen = json_object();
	bool good = true;

	for (int i = 0; i < set->count && good; i++) {
		if (json_object_get(seen, set->rule[i].id))
			good = error(c, ERR_VALUE, "two rules have the id \"%.60s\"",
				     set->rule[i].id);
		json_object_set_new(seen, set->rule[i].id, json_true());
	}
	json_decref(seen);
	return good;
}

static void drop(void *j)
{
	json_decref(j);
}

bool rule_set_parse(struct ctx *c, const char *document, struct rule_set **out)
{
	json_error_t where;
	json_t *doc = json_loads(document, JSON_REJECT_DUPLICATES, &where), *rules;

	if (!doc)
		return error(c, ERR_SYNTAX, "the rules are no JSON: line %d: %.120s", where.line,
			     where.text);
	arena_defer(c->arena, drop, doc);
	rules = json_object_get(doc, "rules");
	if (!json_is_array(rules) || !rule_json_only(c, "(document)", doc, "|rules|note|tests|"))
		return error(c, ERR_VALUE, "a rules document reads {\"rules\": [...]}");
	if (json_array_size(rules) > RULES_MAX)
		return error(c, ERR_VALUE, "a rule set has %d rules at most", RULES_MAX);
	*out = arena_new(c->arena, struct rule_set);
	(*out)->count = (int)json_array_size(rules);
	(*out)->rule = arena_array(c->arena, struct rule, (size_t)(*out)->count);
	for (int i = 0; i < (*out)->count; i++) {
		struct rule *r = &(*out)->rule[i];

		if (!read_rule(c, json_array_get(rules, (size_t)i), i, r))
			return false;
		(*out)->templated = (*out)->templated || r->title;
	}
	return ids_differ(c, *out) && rule_tests_read(c, json_object_get(doc, "tests"), *out);
}
