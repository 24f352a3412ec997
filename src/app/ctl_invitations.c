/* ctl_invitations.c - rosterctl invitations: links that bring people in. */
#include "ctl.h"

#include <string.h>

#include "http/json.h"

bool ctl_invitations_list(struct ctl *k)
{
	static const struct column columns[] = {
		{ "ADDRESS", "email" }, { "ROLE", "role" },     { "STATE", "state" },
		{ "JOINED", "joined" }, { "BY", "created_by" }, { "EXPIRES", "expires" },
		{ "SHARED", "shared" }, { "ID", "id" },         { NULL, NULL },
	};
	json_t *items;

	if (!api_list(k, "/invitations", &items))
		return false;
	ctl_print_items(k, items, columns);
	return true;
}

static bool put_days(struct ctl *k, json_t *body)
{
	int64_t days;

	if (!ctl_option_int(k, "days", 0, &days))
		return false;
	if (ctl_option(k, "days"))
		json_put_int(body, "expires_days", days);
	return true;
}

/* --workspace ID,ID */
static void put_workspaces(struct ctl *k, json_t *body)
{
	const char *text = ctl_option(k, "workspace");
	json_t *list = json_array();

	while (text && *text) {
		size_t n = strcspn(text, ",");

		if (n)
			json_array_append_new(list,
					      json_string(arena_strndup(k->c->arena, text, n)));
		text += n + (text[n] == ',');
	}
	json_object_set_new(body, "workspaces", list);
}

bool ctl_invitations_create(struct ctl *k)
{
	json_t *body = json_own(k->c, json_object()), *made;

	json_put_text(body, "email", k->arg[0]);
	json_put_text(body, "role", ctl_option(k, "role"));
	put_workspaces(k, body);
	if (!put_days(k, body) || !api_call(k, "POST", "/invitations", body, &made))
		return false;
	ctl_print_word(k, made, "link");
	return true;
}

bool ctl_invitations_reset(struct ctl *k)
{
	json_t *body = json_own(k->c, json_object()), *made;

	if (!put_days(k, body) ||
	    !api_call(k, "POST", api_path(k, "/invitations/", k->arg[0], "/reset"), body, &made))
		return false;
	ctl_print_word(k, made, "link");
	return true;
}

bool ctl_invitations_revoke(struct ctl *k)
{
	json_t *out;

	if (!api_call(k, "DELETE", api_path(k, "/invitations/", k->arg[0], ""), NULL, &out))
		return false;
	ctl_print_done(k, out, "revoked; the link opens nothing any more");
	return true;
}
