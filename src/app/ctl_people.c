/* ctl_people.c - rosterctl users set-role and set-state: many people at once, seen first. */
#include "ctl.h"

#include <string.h>

#include "http/json.h"

static json_t *wish(struct ctl *k, const char *what)
{
	json_t *j = json_own(k->c, json_object()), *users = json_array();

	for (int i = 1; i < k->args; i++)
		json_array_append_new(users, json_string(k->arg[i]));
	json_object_set_new(j, "users", users);
	if (strcmp(what, "role") == 0 && strcmp(k->arg[0], "none") == 0)
		json_object_set_new(j, what, json_null());
	else
		json_put_text(j, what, k->arg[0]);
	return j;
}

static void show(struct ctl *k, json_t *plan)
{
	if (k->json)
		ctl_print_json(plan);
	else
		ctl_print_plan(k, plan, "");
}

static bool set(struct ctl *k, const char *what)
{
	json_t *plan, *order, *done;

	if (!api_call(k, "POST", "/people/plan", wish(k, what), &plan))
		return false;
	if (!ctl_option(k, "dry-run")) {
		order = json_own(k->c, json_object());
		json_object_set(order, "plan", json_object_get(plan, "plan"));
		json_object_set(order, "hash", json_object_get(plan, "hash"));
		if (!api_call(k, "POST", "/people/apply", order, &done))
			return false;
		plan = done;
	}
	show(k, plan);
	return true;
}

bool ctl_users_set_role(struct ctl *k)
{
	return set(k, "role");
}

bool ctl_users_set_state(struct ctl *k)
{
	return set(k, "state");
}
