/* ctl_places.c - groups, workspaces, projects, and grants given by hand. */
#include "ctl.h"

#include <stdio.h>

#include "http/json.h"

static bool list(struct ctl *k, const char *path, const struct column *columns)
{
	json_t *items;

	if (!api_list(k, path, &items))
		return false;
	ctl_print_items(k, items, columns);
	return true;
}

bool ctl_groups_list(struct ctl *k)
{
	static const struct column columns[] = {
		{ "GROUP", "displayName" },
		{ "SOURCE", "connection.name" },
		{ "MEMBERS", "members" },
		{ "CHANGED", "changed" },
		{ "ID", "id" },
		{ NULL, NULL },
	};

	return list(k, api_query(k, "/groups", "q source"), columns);
}

bool ctl_groups_show(struct ctl *k)
{
	static const struct column fields[] = {
		{ "group", "displayName" },
		{ "source", "connection.name" },
		{ "members", "members" },
		{ "not here yet", "pending_members" },
		{ "external id", "externalId" },
		{ "created", "created" },
		{ "changed", "changed" },
		{ "id", "id" },
		{ NULL, NULL },
	};
	static const struct column columns[] = {
		{ "USER", "userName" }, { "NAME", "displayName" }, { "ID", "id" }, { NULL, NULL }
	};
	const char *path = api_path(k, "/groups/", k->arg[0], "");
	json_t *group, *members;

	if (!api_call(k, "GET", path, NULL, &group) || !api_list(k, path, &members))
		return false;
	json_object_set(group, "items", members);
	json_object_set_new(group, "next", json_null());
	ctl_print_fields(k, group, fields);
	if (!k->json && json_array_size(members)) {
		putchar('\n');
		ctl_print_items(k, members, columns);
	}
	return true;
}

static bool make(struct ctl *k, const char *path, json_t *body)
{
	json_t *out;

	if (!api_call(k, "POST", path, body, &out))
		return false;
	ctl_print_word(k, out, "id");
	return true;
}

static bool drop(struct ctl *k, const char *prefix)
{
	json_t *out;

	if (!api_call(k, "DELETE", api_path(k, prefix, k->arg[0], ""), NULL, &out))
		return false;
	ctl_print_done(k, out, "deleted %s", k->arg[0]);
	return true;
}

bool ctl_workspaces_list(struct ctl *k)
{
	static const struct column columns[] = {
		{ "TITLE", "title" },
		{ "CREATED", "created" },
		{ "ID", "id" },
		{ NULL, NULL },
	};

	return list(k, "/workspaces", columns);
}

bool ctl_workspaces_create(struct ctl *k)
{
	json_t *body;

	if (!ctl_document(k, NULL, &body))
		return false;
	json_put_text(body, "title", k->arg[0]);
	return make(k, "/workspaces", body);
}

bool ctl_workspaces_delete(struct ctl *k)
{
	return drop(k, "/workspaces/");
}

bool ctl_projects_list(struct ctl *k)
{
	static const struct column columns[] = {
		{ "TITLE", "title" },     { "WORKSPACE", "workspace" },
		{ "CREATED", "created" }, { "ID", "id" },
		{ NULL, NULL },
	};

	return list(k, api_query(k, "/projects", "workspace"), columns);
}

bool ctl_projects_create(struct ctl *k)
{
	json_t *body = json_own(k->c, json_object());

	if (!ctl_option(k, "workspace"))
		return ctl_misuse(k, "--workspace ID is missing; rosterctl workspaces list shows "
				     "them");
	json_put_text(body, "title", k->arg[0]);
	json_put_text(body, "workspace", ctl_option(k, "workspace"));
	return make(k, "/projects", body);
}

bool ctl_projects_delete(struct ctl *k)
{
	return drop(k, "/projects/");
}

bool ctl_grants_list(struct ctl *k)
{
	static const struct column columns[] = {
		{ "USER", "userName" }, { "SCOPE", "scope" }, { "WHERE", "title" },
		{ "ROLE", "role" },     { "BY", "by" },       { "SINCE", "since" },
		{ NULL, NULL },
	};

	return list(k, api_query(k, "/grants", "user"), columns);
}

/* The grant that the options name. */
static bool read_grant(struct ctl *k, json_t *body)
{
	static const char *const scopes[][2] = { { "workspace", "workspace" },
						 { "project", "project" },
						 { "org-role", "org_role" } };
	int given = 0;

	json_put_text(body, "user", k->arg[0]);
	for (int i = 0; i < 3; i++) {
		given += ctl_option(k, scopes[i][0]) != NULL;
		json_put_text(body, scopes[i][1], ctl_option(k, scopes[i][0]));
	}
	json_put_text(body, "role", ctl_option(k, "role"));
	return given == 1 ||
	       ctl_misuse(k, "say one of --org-role ROLE, --workspace ID and --project ID");
}

bool ctl_grants_give(struct ctl *k)
{
	json_t *body = json_own(k->c, json_object()), *out;

	if (!read_grant(k, body) || !api_call(k, "POST", "/grants", body, &out))
		return false;
	ctl_print_done(k, out, "given to %s", k->arg[0]);
	return true;
}

bool ctl_grants_take(struct ctl *k)
{
	json_t *body = json_own(k->c, json_object()), *out;

	if (!read_grant(k, body) || !api_call(k, "DELETE", "/grants", body, &out))
		return false;
	ctl_print_done(k, out, "taken from %s", k->arg[0]);
	return true;
}
