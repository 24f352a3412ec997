/* ctl_connections.c - SCIM connections: which identity provider may push. */
#include "ctl.h"

#include <string.h>

#include "http/json.h"

/* Id of the connection given by id or name. */
static bool find(struct ctl *k, const char *ref, const char **id)
{
	json_t *items, *one;
	size_t i;

	if (!api_list(k, "/connections/scim", &items))
		return false;
	json_array_foreach(items, i, one)
	{
		const char *name = json_string_value(json_object_get(one, "name"));

		*id = json_string_value(json_object_get(one, "id"));
		if (*id && (strcmp(*id, ref) == 0 || (name && text_same(name, ref))))
			return true;
	}
	return error(k->c, ERR_NOT_FOUND,
		     "there is no SCIM connection \"%s\"; see rosterctl connections list", ref);
}

bool ctl_connections_list(struct ctl *k)
{
	static const struct column columns[] = {
		{ "NAME", "name" },       { "PRESET", "preset" }, { "BASE URL", "base_url" },
		{ "CREATED", "created" }, { "ID", "id" },         { NULL, NULL },
	};
	json_t *items;

	if (!api_list(k, "/connections/scim", &items))
		return false;
	ctl_print_items(k, items, columns);
	return true;
}

static const struct column fields[] = {
	{ "name", "name" },       { "preset", "preset" },   { "base url", "base_url" },
	{ "created", "created" }, { "changed", "changed" }, { "id", "id" },
	{ NULL, NULL },
};

bool ctl_connections_create(struct ctl *k)
{
	json_t *body = json_own(k->c, json_object()), *out;

	json_put_text(body, "name", k->arg[0]);
	json_put_text(body, "preset", ctl_option(k, "preset"));
	if (!api_call(k, "POST", "/connections/scim", body, &out))
		return false;
	ctl_print_fields(k, out, fields);
	return true;
}

bool ctl_connections_show(struct ctl *k)
{
	const char *id = NULL;
	json_t *out;

	if (!find(k, k->arg[0], &id) ||
	    !api_call(k, "GET", api_path(k, "/connections/scim/", id, ""), NULL, &out))
		return false;
	ctl_print_fields(k, out, fields);
	return true;
}

bool ctl_connections_delete(struct ctl *k)
{
	const char *id = NULL;
	json_t *out;

	if (!find(k, k->arg[0], &id) ||
	    !api_call(k, "DELETE", api_path(k, "/connections/scim/", id, ""), NULL, &out))
		return false;
	ctl_print_done(k, out, "deleted %s, its groups and its tokens; its people stay", k->arg[0]);
	return true;
}
