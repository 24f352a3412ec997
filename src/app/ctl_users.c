/* ctl_users.c - people: who they are, why they have their roles, and how to change it. */
#include "ctl.h"

#include "http/json.h"

bool ctl_users_list(struct ctl *k)
{
	static const struct column columns[] = {
		{ "USER", "userName" }, { "NAME", "displayName" },
		{ "ROLE", "role" },     { "STATE", "state" },
		{ "SEAT", "seat" },     { "SOURCE", "connection.name" },
		{ "ID", "id" },         { NULL, NULL },
	};
	json_t *items;

	if (!api_list(k, api_query(k, "/users", "state role q group source workspace project"),
		      &items))
		return false;
	ctl_print_items(k, items, columns);
	return true;
}

static bool one(struct ctl *k, const char *method, const char *suffix, json_t *body, json_t **out)
{
	const char *id = NULL;

	return api_user_id(k, k->arg[0], &id) &&
	       api_call(k, method, api_path(k, "/users/", id, suffix), body, out);
}

bool ctl_users_show(struct ctl *k)
{
	static const struct column fields[] = {
		{ "userName", "userName" },
		{ "name", "displayName" },
		{ "email", "email" },
		{ "state", "state" },
		{ "role", "role" },
		{ "seat", "seat" },
		{ "held", "held" },
		{ "source", "connection.name" },
		{ "groups", "groups" },
		{ "workspaces", "workspaces" },
		{ "projects", "projects" },
		{ "created", "created" },
		{ "changed", "changed" },
		{ "id", "id" },
		{ NULL, NULL },
	};
	json_t *user;

	if (!one(k, "GET", "", NULL, &user))
		return false;
	ctl_print_fields(k, user, fields);
	return true;
}

bool ctl_users_deactivate(struct ctl *k)
{
	json_t *body = json_own(k->c, json_object()), *user;

	json_put_text(body, "state", "deactivated");
	if (!one(k, "PATCH", "", body, &user))
		return false;
	ctl_print_done(k, user, "deactivated %s; the seat is free", k->arg[0]);
	return true;
}

bool ctl_users_activate(struct ctl *k)
{
	json_t *body = json_own(k->c, json_object()), *user;

	json_put_text(body, "state", "active");
	if (!one(k, "PATCH", "", body, &user))
		return false;
	ctl_print_done(k, user, "activated %s, who is now %s", k->arg[0],
		       json_string_value(json_object_get(user, "state")));
	return true;
}

bool ctl_users_role(struct ctl *k)
{
	json_t *body = json_own(k->c, json_object()), *user;
	const char *role;

	json_put_text(body, "role", k->arg[1]);
	if (!one(k, "PATCH", "", body, &user))
		return false;
	role = json_string_value(json_object_get(user, "role"));
	ctl_print_done(k, user, "%s has role %s", k->arg[0], role ? role : "-");
	return true;
}

bool ctl_users_erase(struct ctl *k)
{
	json_t *out;

	if (!one(k, "POST", "/erase", NULL, &out))
		return false;
	ctl_print_done(k, out, "erased %s; the work stays under a pseudonym", k->arg[0]);
	return true;
}

bool ctl_users_delete(struct ctl *k)
{
	json_t *out;

	if (!one(k, "DELETE", "", NULL, &out))
		return false;
	ctl_print_done(k, out, "deleted %s; the work stays on record", k->arg[0]);
	return true;
}
