/* ctl_webhooks.c - the endpoints that are told what happens. */
#include "ctl.h"

#include <string.h>

#include "http/json.h"

static const struct column columns[] = {
	{ "ID", "id" },
	{ "URL", "url" },
	{ "EVENTS", "events" },
	{ "PAUSED", "paused" },
	{ "WAITING", "waiting" },
	{ "DEAD", "dead" },
	{ "LAST ERROR", "last_error" },
	{ NULL, NULL },
};

static const struct column details[] = {
	{ "id", "id" },
	{ "name", "name" },
	{ "url", "url" },
	{ "events", "events" },
	{ "paused", "paused" },
	{ "because", "paused_reason" },
	{ "waiting", "waiting" },
	{ "dead", "dead" },
	{ "failures in a row", "failures" },
	{ "failing since", "failing_since" },
	{ "last error", "last_error" },
	{ "last taken", "delivered" },
	{ NULL, NULL },
};

bool ctl_webhooks_list(struct ctl *k)
{
	json_t *items;

	if (!api_list(k, "/webhooks", &items))
		return false;
	ctl_print_items(k, items, columns);
	return true;
}

bool ctl_webhooks_show(struct ctl *k)
{
	json_t *hook;

	if (!api_call(k, "GET", api_path(k, "/webhooks/", k->arg[0], ""), NULL, &hook))
		return false;
	ctl_print_fields(k, hook, details);
	return true;
}

/* Like a token: alone on a line, so that a script can take it. */
bool ctl_webhooks_create(struct ctl *k)
{
	json_t *body, *made;

	if (!ctl_document(k, NULL, &body))
		return false;
	json_put_text(body, "url", k->arg[0]);
	if (!api_call(k, "POST", "/webhooks", body, &made))
		return false;
	ctl_print_word(k, made, "secret");
	return true;
}

static bool patch(struct ctl *k, json_t *body)
{
	json_t *hook;

	if (!api_call(k, "PATCH", api_path(k, "/webhooks/", k->arg[0], ""), body, &hook))
		return false;
	ctl_print_fields(k, hook, details);
	return true;
}

bool ctl_webhooks_set(struct ctl *k)
{
	json_t *body;

	if (!ctl_document(k, NULL, &body))
		return false;
	return json_object_size(body) ? patch(k, body)
				      : ctl_misuse(k, "say what to change: --name, --url or "
						      "--events");
}

static bool set_paused(struct ctl *k, bool paused)
{
	json_t *body = json_own(k->c, json_object());

	json_put_bool(body, "paused", paused);
	return patch(k, body);
}

bool ctl_webhooks_pause(struct ctl *k)
{
	return set_paused(k, true);
}

bool ctl_webhooks_resume(struct ctl *k)
{
	return set_paused(k, false);
}

bool ctl_webhooks_rotate(struct ctl *k)
{
	json_t *made;

	if (!api_call(k, "POST", api_path(k, "/webhooks/", k->arg[0], "/rotate"), NULL, &made))
		return false;
	ctl_print_word(k, made, "secret");
	return true;
}

bool ctl_webhooks_test(struct ctl *k)
{
	json_t *hook;

	if (!api_call(k, "POST", api_path(k, "/webhooks/", k->arg[0], "/test"), NULL, &hook))
		return false;
	ctl_print_done(k, hook,
		       "webhook.test is on its way; webhooks show tells whether it is "
		       "taken");
	return true;
}

bool ctl_webhooks_deliveries(struct ctl *k)
{
	static const struct column list[] = {
		{ "ID", "id" },       { "STATE", "state" }, { "TYPE", "type" },
		{ "USER", "user" },   { "TRIES", "tries" }, { "NEXT", "next" },
		{ "ERROR", "error" }, { NULL, NULL },
	};
	json_t *items;

	if (!api_list(k,
		      api_query(k, api_path(k, "/webhooks/", k->arg[0], "/deliveries"), "delivery"),
		      &items))
		return false;
	ctl_print_items(k, items, list);
	return true;
}

bool ctl_webhooks_redeliver(struct ctl *k)
{
	json_t *body = json_own(k->c, json_object()), *out;

	json_put_text(body, "delivery", ctl_option(k, "one"));
	if (!api_call(k, "POST", api_path(k, "/webhooks/", k->arg[0], "/redeliver"), body, &out))
		return false;
	ctl_print_done(k, out, "%" JSON_INTEGER_FORMAT " sent again",
		       json_integer_value(json_object_get(out, "deliveries")));
	return true;
}

bool ctl_webhooks_delete(struct ctl *k)
{
	if (!api_call(k, "DELETE", api_path(k, "/webhooks/", k->arg[0], ""), NULL, NULL))
		return false;
	ctl_print_done(k, NULL, "deleted");
	return true;
}
