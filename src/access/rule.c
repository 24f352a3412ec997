/* rule.c - the rules document: checked, compiled, matched. */
#include "access/rule.h"

#include <jansson.h>
#include <string.h>

#include "base/text.h"
#include "pattern.h"

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

/* Every member must be one of the words: a misspelt key must not be ignored. */
static bool only(struct ctx *c, const char *id, json_t *object, const char *words)
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

/* A non-empty string of at most max bytes; NULL if the member is absent. */
static bool text_of(struct ctx *c, const char *id, json_t *object, const char *key, size_t max,
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
	if (!only(c, r->id, match, "|group|by|source|") ||
	    !text_of(c, r->id, match, "group", RULE_PATTERN_MAX, &r->group) ||
	    !text_of(c, r->id, match, "source", RULE_PATTERN_MAX, &r->source) ||
	    !text_of(c, r->id, match, "by", 20, &by))
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

static bool project_role(const char *text, enum role *out)
{
	return role_parse(text, out) && (*out == ROLE_NONE || *out == ROLE_AN || *out == ROLE_RE);
}

static bool read_place(struct ctx *c, struct rule *r, const char *workspace, const char *project,
		       const char *role)
{
	r->scope = workspace ? SCOPE_WORKSPACE : SCOPE_PROJECT;
	r->target = workspace ? workspace : project;
	r->role = ROLE_NONE;
	if (workspace && role && text_same(role, "manager"))
		r->role = ROLE_MA;
	else if (workspace && role && !text_same(role, "member"))
		return error(c, ERR_VALUE, "rule \"%.60s\": a workspace role is member or manager",
			     r->id);
	else if (project && (!role || !project_role(role, &r->role)))
		return error(c, ERR_VALUE, "rule \"%.60s\": a project role is AN, RE or Inherit",
			     r->id);
	return true;
}

static bool read_grant(struct ctx *c, json_t *grant, struct rule *r)
{
	const char *org_role, *workspace, *project, *role;

	if (!json_is_object(grant))
		return error(c, ERR_VALUE, "rule \"%.60s\": \"grant\" is missing", r->id);
	if (!only(c, r->id, grant, "|org_role|workspace|project|role|") ||
	    !text_of(c, r->id, grant, "org_role", 20, &org_role) ||
	    !text_of(c, r->id, grant, "workspace", 200, &workspace) ||
	    !text_of(c, r->id, grant, "project", 200, &project) ||
	    !text_of(c, r->id, grant, "role", 20, &role))
		return false;
	if (!!org_role + !!workspace + !!project != 1)
		return error(c, ERR_VALUE,
			     "rule \"%.60s\": a grant names one of org_role, workspace, project",
			     r->id);
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

static bool read_rule(struct ctx *c, json_t *j, int index, struct rule *r)
{
	r->id = arena_printf(c->arena, "rule-%d", index + 1);
	if (!json_is_object(j))
		return error(c, ERR_VALUE, "rule %d is no object", index + 1);
	if (json_object_get(j, "id") && !text_of(c, r->id, j, "id", RULE_ID_MAX, &r->id))
		return false;
	if (!r->id || strchr(r->id, '/'))
		return error(c, ERR_VALUE, "rule %d: an id is a text without \"/\"", index + 1);
	return only(c, r->id, j, "|id|match|grant|note|") &&
	       read_match(c, json_object_get(j, "match"), r) &&
	       read_grant(c, json_object_get(j, "grant"), r);
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
	if (!json_is_array(rules) || !only(c, "(document)", doc, "|rules|note|"))
		return error(c, ERR_VALUE, "a rules document reads {\"rules\": [...]}");
	if (json_array_size(rules) > RULES_MAX)
		return error(c, ERR_VALUE, "a rule set has %d rules at most", RULES_MAX);
	*out = arena_new(c->arena, struct rule_set);
	(*out)->count = (int)json_array_size(rules);
	(*out)->rule = arena_array(c->arena, struct rule, (size_t)(*out)->count);
	for (int i = 0; i < (*out)->count; i++)
		if (!read_rule(c, json_array_get(rules, (size_t)i), i, &(*out)->rule[i]))
			return false;
	return ids_differ(c, *out);
}
