/* ctl_org.c - the organization of the token: its policies and its seats. */
#include "ctl.h"

static const struct column fields[] = {
	{ "name", "name" },
	{ "id", "id" },
	{ "seats", "seat_limit" },
	{ "policy", "seat_policy" },
	{ "default role", "default_role" },
	{ "never matched", "never_matched" },
	{ "lost match", "lost_match" },
	{ "who decides: organization", "authority.org" },
	{ "who decides: workspaces", "authority.workspace" },
	{ "who decides: projects", "authority.project" },
	{ "hold above people", "hold_people" },
	{ "hold above percent", "hold_percent" },
	{ "former accounts", "relink_former" },
	{ "rules revision", "rules_revision" },
	{ "created", "created" },
	{ "changed", "changed" },
	{ NULL, NULL },
};

/* A limit that is null is none: for people in words. */
static void say_unlimited(const struct ctl *k, json_t *j, const char *key)
{
	if (!k->json && json_is_null(json_object_get(j, key)))
		json_object_set_new(j, key, json_string("unlimited"));
}

static void print_org(struct ctl *k, json_t *org)
{
	say_unlimited(k, org, "seat_limit");
	ctl_print_fields(k, org, fields);
}

bool ctl_org_show(struct ctl *k)
{
	json_t *org;

	if (!api_call(k, "GET", "/org", NULL, &org))
		return false;
	print_org(k, org);
	return true;
}

bool ctl_org_set(struct ctl *k)
{
	json_t *body, *org;

	if (!ctl_document(k, NULL, &body))
		return false;
	if (json_object_size(body) == 0)
		return ctl_misuse(k,
				  "say what to set, e.g. --seats 60; see rosterctl org set --help");
	if (!api_call(k, "PATCH", "/org", body, &org))
		return false;
	print_org(k, org);
	return true;
}

bool ctl_seats_show(struct ctl *k)
{
	static const struct column columns[] = {
		{ "limit", "limit" },
		{ "used", "used" },
		{ "free", "free" },
		{ "waiting", "waiting" },
		{ "peak this month", "peak_this_month" },
		{ NULL, NULL },
	};
	json_t *seats;

	if (!api_call(k, "GET", "/seats", NULL, &seats))
		return false;
	say_unlimited(k, seats, "limit");
	say_unlimited(k, seats, "free");
	ctl_print_fields(k, seats, columns);
	return true;
}

bool ctl_whoami(struct ctl *k)
{
	static const struct column whoami[] = {
		{ "organization", "org_name" },
		{ "id", "org" },
		{ "token of kind", "kind" },
		{ "sees", "sees" },
		{ NULL, NULL },
	};
	json_t *me;

	if (!api_call(k, "GET", "/me", NULL, &me))
		return false;
	ctl_print_fields(k, me, whoami);
	return true;
}
