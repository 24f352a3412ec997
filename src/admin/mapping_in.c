/* mapping_in.c - Label Studio's mapping lists as a rules document. */
#include <string.h>

#include "admin.h"
#include "mapping.h"
#include "roster/place.h"

/* What is being made of the lists. */
struct import {
	struct ctx *c;
	const json_t *projects; /* their number -> our id; NULL: none */
	json_t *rules, *notes;
};

/* Groups are matched there by their exact name. */
static void add_rule(struct import *m, const char *kind, size_t i, const char *group, json_t *grant)
{
	json_t *rule = json_object(), *match = json_object();

	json_put_text(match, "group", group);
	json_put_text(match, "by", "exact");
	json_put_text(rule, "id", arena_printf(m->c->arena, "%s-%zu", kind, i + 1));
	json_put(rule, "match", match);
	json_put(rule, "grant", grant);
	json_append(m->rules, rule);
}

/* Two texts, neither empty. */
static bool read_pair(struct ctx *c, const json_t *pair, const char *list, size_t i,
		      const char **first, const char **group)
{
	*first = json_string_value(json_array_get(pair, 0));
	*group = json_string_value(json_array_get(pair, 1));
	if (json_array_size(pair) == 2 && *first && **first && *group && **group)
		return true;
	return error(c, ERR_VALUE, "entry %zu of %s must be a list of two texts", i + 1, list);
}

static bool import_role(struct import *m, size_t i, const json_t *pair)
{
	const char *name, *group;
	enum role role;
	json_t *grant;

	if (!read_pair(m->c, pair, ROLES_GROUPS, i, &name, &group))
		return false;
	if (!role_parse(name, &role) || !role_assignable(role))
		return error(m->c, ERR_VALUE,
			     "entry %zu of " ROLES_GROUPS ": \"%.60s\" is no role that a group may"
			     " give (Annotator, Reviewer, Manager or Administrator)",
			     i + 1, name);
	grant = json_object();
	json_put_text(grant, "org_role", role_code(role));
	add_rule(m, "role", i, group, grant);
	return true;
}

/* A workspace that is there is meant by its id, so that it may be renamed; Label Studio
 * makes one that is not. */
static bool import_workspace(struct import *m, size_t i, const json_t *pair)
{
	const char *title, *group;
	struct workspace *w;
	json_t *grant;

	if (!read_pair(m->c, pair, WORKSPACES_GROUPS, i, &title, &group) ||
	    !workspace_find_title(m->c, title, &w))
		return false;
	if (!w && strpbrk(title, "{}"))
		return error(m->c, ERR_VALUE,
			     "entry %zu of " WORKSPACES_GROUPS
			     ": make the workspace \"%.60s\" first;"
			     " a rule cannot, for its title has braces",
			     i + 1, title);
	grant = json_object();
	json_put_text(grant, w ? "workspace" : "workspace_from_group", w ? w->id : title);
	if (!w) {
		json_put_bool(grant, "create", true);
		json_put_bool(grant, "adopt", true);
		json_append(m->notes,
			    json_string(arena_printf(m->c->arena,
						     "there is no workspace \"%.200s\": it will be"
						     " made when somebody gets into it",
						     title)));
	}
	add_rule(m, "workspace", i, group, grant);
	return true;
}

/* Its number there, and with "projects" our id. */
static bool read_project(struct import *m, size_t i, const json_t *j, const char **out)
{
	const json_t *number = json_object_get(j, "project_id"), *ours;

	if (json_is_integer(number))
		*out = arena_printf(m->c->arena, "%" JSON_INTEGER_FORMAT,
				    json_integer_value(number));
	else
		*out = json_string_value(number);
	if (!*out || !**out)
		return error(m->c, ERR_VALUE,
			     "entry %zu of " PROJECTS_GROUPS ": \"project_id\" is missing", i + 1);
	ours = json_object_get(m->projects, *out);
	if (json_is_string(ours))
		*out = json_string_value(ours);
	return true;
}

static bool import_project(struct import *m, size_t i, const json_t *j)
{
	const char *group = NULL, *role = NULL, *id = NULL;
	struct project *p;
	enum role parsed;
	json_t *grant;

	if (!body_only(m->c, j, "project_id group role") || !body_needs(m->c, j, "group") ||
	    !body_needs(m->c, j, "role") || !body_text(m->c, j, "group", 1024, &group) ||
	    !scope_role_read(m->c, SCOPE_PROJECT, j, "role", &parsed) ||
	    !read_project(m, i, j, &id))
		return false;
	role = scope_role(SCOPE_PROJECT, parsed);
	if (!project_get(m->c, id, &p)) {
		if (!err_take(&m->c->err, ERR_NOT_FOUND))
			return false;
		json_append(m->notes,
			    json_string(
				    arena_printf(m->c->arena,
						 "there is no project %.100s: name ours for it in"
						 " \"projects\", {\"%.100s\": \"ID\"}",
						 id, id)));
	}
	grant = json_object();
	json_put_text(grant, "project", id);
	json_put_text(grant, "role", role);
	add_rule(m, "project", i, group, grant);
	return true;
}

static const struct {
	const char *list;
	bool (*read)(struct import *m, size_t i, const json_t *entry);
} lists[] = {
	{ ROLES_GROUPS, import_role },
	{ WORKSPACES_GROUPS, import_workspace },
	{ PROJECTS_GROUPS, import_project },
};

static bool read_lists(struct import *m, const json_t *body)
{
	size_t i;
	json_t *entry;

	for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++) {
		const json_t *list = json_object_get(body, lists[k].list);

		if (list && !json_is_array(list) && !json_is_null(list))
			return error(m->c, ERR_VALUE, "%s must be a list", lists[k].list);
		json_array_foreach(list, i, entry) if (!lists[k].read(m, i, entry)) return false;
	}
	return true;
}

bool admin_rules_import(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct import m = { .c = c };
	struct rule_set *set;
	const char *text;
	json_t *body, *out = json_own(c, json_object());

	if (!body_read(c, q, ROLES_GROUPS " " WORKSPACES_GROUPS " " PROJECTS_GROUPS " projects",
		       &body))
		return false;
	m.projects = json_object_get(body, "projects");
	m.rules = json_array();
	m.notes = json_array();
	json_put(out, "rules", m.rules);
	json_put(out, "notes", m.notes);
	if (!read_lists(&m, body) || !rules_document(c, out, &text, &set))
		return false;
	json_respond(c, p, 200, json_incref(out));
	return true;
}
