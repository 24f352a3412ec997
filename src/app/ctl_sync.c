/* ctl_sync.c - rosterctl sync: directories that are mirrored, and their runs. */
#include "ctl.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "http/json.h"

enum { LOOK_MS = 250 };

/* Path of the connection given by id or name. */
static bool find(struct ctl *k, const char **path)
{
	const char *id = NULL;

	if (!api_connection_id(k, "/connections/ldap", k->arg[0], &id))
		return false;
	*path = api_path(k, "/connections/ldap/", id, "");
	return true;
}

static const char *below(struct ctl *k, const char *path, const char *more)
{
	return arena_printf(k->c->arena, "%s%s", path, more);
}

static const struct column run_fields[] = {
	{ "run", "id" },
	{ "state", "state" },
	{ "kind", "kind" },
	{ "read", "read" },
	{ "changed", "changed" },
	{ "applied", "applied" },
	{ "created", "counts.created" },
	{ "updated", "counts.updated" },
	{ "deactivated", "counts.deactivated" },
	{ "problems", "counts.problems" },
	{ "members added", "counts.members_added" },
	{ "members removed", "counts.members_removed" },
	{ "seats before", "seats.before" },
	{ "seats after", "seats.after" },
	{ "hold", "hold" },
	{ "error", "error" },
	{ NULL, NULL },
};

/* What one listing of a test found, as a table of some of it. */
static void show_sample(struct ctl *k, json_t *test, const char *what, const struct column *columns)
{
	json_t *part = json_object_get(test, what);
	json_t *error = json_object_get(part, "error");

	if (!part)
		return;
	printf("\n%s: %s%s%s\n", what, json_string_value(json_object_get(part, "state")),
	       json_is_string(error) ? ", " : "",
	       json_is_string(error) ? json_string_value(error) : "");
	ctl_print_items(k, json_object_get(part, "sample"), columns);
}

static void show_test(struct ctl *k, json_t *test)
{
	static const struct column fields[] = {
		{ "result", "state" },
		{ "error", "error" },
		{ "server", "uri" },
		{ "kind", "server.kind" },
		{ "strategy", "server.strategy" },
		{ "signed in as", "whoami" },
		{ "certificate of", "certificate.subject" },
		{ "issued by", "certificate.issuer" },
		{ "for", "certificate.names" },
		{ "until", "certificate.not_after" },
		{ "fingerprint", "certificate.sha256" },
		{ NULL, NULL },
	};
	static const struct column people[] = {
		{ "USERNAME", "userName" },
		{ "NAME", "displayName" },
		{ "E-MAIL", "email" },
		{ "STATE", "state" },
		{ "DN", "dn" },
		{ NULL, NULL },
	};
	static const struct column groups[] = {
		{ "GROUP", "name" }, { "MEMBERS", "members" }, { "DN", "dn" }, { NULL, NULL }
	};
	json_t *warning;
	size_t i;

	ctl_print_fields(k, test, fields);
	show_sample(k, test, "users", people);
	show_sample(k, test, "groups", groups);
	json_array_foreach(json_object_get(test, "warnings"), i, warning)
	{
		printf("\nwarning: %s\n", json_string_value(warning));
	}
}

bool ctl_sync_test(struct ctl *k)
{
	const char *path = NULL, *state;
	json_t *out = NULL;

	if (!find(k, &path) || !api_call(k, "POST", below(k, path, "/test"), NULL, &out))
		return false;
	if (k->json)
		ctl_print_json(out);
	else
		show_test(k, out);
	state = json_string_value(json_object_get(out, "state"));
	k->told = state && strcmp(state, "failed") == 0;
	return !k->told;
}

/* ---- runs ---- */

static int64_t number(const json_t *run, const char *key)
{
	return json_integer_value(json_object_get(run, key));
}

static bool has_ended(const json_t *run)
{
	const char *state = json_string_value(json_object_get(run, "state"));

	return state && (strcmp(state, "done") == 0 || strcmp(state, "failed") == 0 ||
			 strcmp(state, "held") == 0);
}

static void draw(struct ctl *k, struct progress *p, const json_t *run)
{
	const char *state = json_string_value(json_object_get(run, "state"));
	bool applying = state && strcmp(state, "applying") == 0;
	int64_t done = number(run, applying ? "applied" : "read");

	ctl_progress(p,
		     arena_printf(k->c->arena, "%s, %lld changed", state ? state : "?",
				  (long long)number(run, "changed")),
		     done, number(run, "total"));
}

static bool watch(struct ctl *k, const char *path, json_t **run)
{
	const struct timespec rest = { .tv_nsec = LOOK_MS * 1000000L };
	struct progress p = { 0 };
	bool ok;

	while ((ok = api_call(k, "GET", path, NULL, run)) && !has_ended(*run)) {
		draw(k, &p, *run);
		nanosleep(&rest, NULL);
	}
	ctl_progress_end(&p);
	return ok;
}

static bool show_run(struct ctl *k, json_t *run)
{
	const char *state = json_string_value(json_object_get(run, "state"));

	ctl_print_fields(k, run, run_fields);
	k->told = state && strcmp(state, "failed") == 0;
	return !k->told;
}

bool ctl_sync_run(struct ctl *k)
{
	json_t *body = json_own(k->c, json_object()), *out = NULL;
	const char *path = NULL, *run;

	if (ctl_option(k, "dry-run"))
		json_put_bool(body, "dry_run", true);
	if (ctl_option(k, "full"))
		json_put_bool(body, "full", true);
	if (!find(k, &path) || !api_call(k, "POST", below(k, path, "/sync"), body, &out))
		return false;
	run = json_string_value(json_object_get(out, "run"));
	if (!ctl_option(k, "watch")) {
		ctl_print_word(k, out, "run");
		return true;
	}
	return watch(k, api_path(k, below(k, path, "/runs/"), run ? run : "", ""), &out) &&
	       show_run(k, out);
}

/* The run named, or the last one. */
static bool run_path(struct ctl *k, const char **out)
{
	const char *path = NULL, *id = k->arg[1];
	json_t *connection = NULL;

	if (!find(k, &path) || (!id && !api_call(k, "GET", path, NULL, &connection)))
		return false;
	if (!id)
		id = json_string_value(
			json_object_get(json_object_get(connection, "last_run"), "id"));
	if (!id)
		return error(k->c, ERR_NOT_FOUND, "%s has not run yet", k->arg[0]);
	*out = api_path(k, below(k, path, "/runs/"), id, "");
	return true;
}

bool ctl_sync_status(struct ctl *k)
{
	const char *path = NULL;
	json_t *run = NULL;

	return run_path(k, &path) && api_call(k, "GET", path, NULL, &run) && show_run(k, run);
}

bool ctl_sync_changes(struct ctl *k)
{
	static const struct column columns[] = {
		{ "WHAT", "what" },   { "WHY", "why" },     { "USERNAME", "userName" },
		{ "GROUP", "group" }, { "ENTRY", "entry" }, { "ERROR", "error" },
		{ NULL, NULL },
	};
	const char *path = NULL;
	json_t *items = NULL;

	if (!run_path(k, &path) || !api_list(k, below(k, path, "/changes"), &items))
		return false;
	ctl_print_items(k, items, columns);
	return true;
}
