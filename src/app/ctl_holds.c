/* ctl_holds.c - rosterctl holds: what directories would take from too many people. */
#include "ctl.h"

#include <stdio.h>

#include "http/json.h"

bool ctl_holds_list(struct ctl *k)
{
	static const struct column columns[] = {
		{ "HOLD", "id" },       { "STATE", "state" },     { "KIND", "kind" },
		{ "SOURCE", "source" }, { "PEOPLE", "people" },   { "CREATED", "created" },
		{ "BY", "decided_by" }, { "DECIDED", "decided" }, { NULL, NULL },
	};
	json_t *items;

	if (!api_list(k, api_query(k, "/holds", "state source"), &items))
		return false;
	ctl_print_items(k, items, columns);
	return true;
}

static const struct column fields[] = {
	{ "hold", "id" },
	{ "state", "state" },
	{ "kind", "kind" },
	{ "source", "source" },
	{ "run", "run" },
	{ "reason", "reason" },
	{ "people", "people" },
	{ "created", "created" },
	{ "expires", "expires" },
	{ "decided", "decided" },
	{ "decided by", "decided_by" },
	{ "decision", "decision" },
	{ "digest", "digest" },
	{ NULL, NULL },
};

bool ctl_holds_show(struct ctl *k)
{
	static const struct column columns[] = {
		{ "USER", "userName" },
		{ "LOSES", "what" },
		{ "ROLE", "before.role" },
		{ "WOULD BE", "after.role" },
		{ "PLACES", "before.places" },
		{ "WOULD BE", "after.places" },
		{ NULL, NULL },
	};
	const char *path = api_path(k, "/holds/", k->arg[0], "");
	json_t *hold, *items;

	if (!api_call(k, "GET", path, NULL, &hold) || !api_list(k, path, &items))
		return false;
	if (k->json) {
		json_object_set(hold, "items", items);
		json_object_set_new(hold, "next", json_null());
		ctl_print_json(hold);
		return true;
	}
	ctl_print_fields(k, hold, fields);
	if (json_array_size(items) > 0) {
		putchar('\n');
		ctl_print_items(k, items, columns);
	}
	return true;
}

bool ctl_holds_approve(struct ctl *k)
{
	json_t *body = json_own(k->c, json_object()), *hold;

	json_put_text(body, "digest", k->arg[1]);
	if (!api_call(k, "POST", api_path(k, "/holds/", k->arg[0], "/approve"), body, &hold))
		return false;
	ctl_print_done(k, hold, "approved for %lld people",
		       (long long)json_integer_value(json_object_get(hold, "people")));
	return true;
}

bool ctl_holds_reject(struct ctl *k)
{
	json_t *body = json_own(k->c, json_object()), *hold;

	json_put_text(body, "reason", ctl_option(k, "reason"));
	if (!api_call(k, "POST", api_path(k, "/holds/", k->arg[0], "/reject"), body, &hold))
		return false;
	ctl_print_done(k, hold, "rejected: %lld people keep what they have",
		       (long long)json_integer_value(json_object_get(hold, "people")));
	return true;
}
