/* ctl_rollout.c - rules that are made active, and everybody who follows. */
#include "ctl.h"

#include <time.h>

enum { LOOK_MS = 200 };

/* Until all are recomputed; a server that stops meanwhile goes on with it later. */
static bool see_it_through(struct ctl *k)
{
	const struct timespec rest = { .tv_nsec = LOOK_MS * 1000000L };
	struct progress p = { 0 };
	json_t *rules, *rollout = NULL;
	bool ok;

	while ((ok = api_call(k, "GET", "/rules", NULL, &rules)) &&
	       (rollout = json_object_get(rules, "rollout"))) {
		ctl_progress(&p, "people recomputed",
			     json_integer_value(json_object_get(rollout, "done")),
			     json_integer_value(json_object_get(rollout, "total")));
		nanosleep(&rest, NULL);
	}
	ctl_progress_end(&p);
	return ok;
}

bool ctl_roll_out(struct ctl *k, const char *method, const char *path, json_t *body)
{
	json_t *out;
	bool ok;

	k->answer_first = true;
	ok = api_call(k, method, path, body, &out);
	k->answer_first = false;
	if (!ok || !see_it_through(k))
		return false;
	json_object_del(out, "rollout");
	ctl_print_done(k, out, "rules are now revision %lld",
		       (long long)json_integer_value(json_object_get(out, "revision")));
	return true;
}

bool ctl_rules_activate(struct ctl *k)
{
	return ctl_roll_out(k, "POST", api_path(k, "/rules/revisions/", k->arg[0], "/activate"),
			    NULL);
}
