/* webhooks.c - /webhooks: endpoints of the platform that are told what happens. */
#include "admin.h"

#include <string.h>

#include "base/net.h"
#include "base/secret.h"
#include "change/change.h"
#include "record/webhook.h"

enum { NAME_BYTES_MAX = 200, URL_BYTES_MAX = 2000, EVENTS_MAX = 50, EVENTS_BYTES_MAX = 4096 };

#define PAUSED_BY_HAND "paused by an administrator"

static json_t *words(struct ctx *c, const char *list)
{
	json_t *j = json_array();

	for (size_t n; list += strspn(list, " "), *list; list += n) {
		n = strcspn(list, " ");
		json_append(j, json_string(arena_strndup(c->arena, list, n)));
	}
	return j;
}

static json_t *show(struct ctx *c, const struct webhook *w)
{
	json_t *j = json_object();

	json_put_text(j, "id", w->id);
	json_put_text(j, "name", w->name);
	json_put_text(j, "url", w->url);
	json_put(j, "events", words(c, w->events));
	json_put_bool(j, "paused", w->paused != NULL);
	json_put_null(j, "paused_reason", w->paused);
	json_put_int(j, "place", w->place);
	json_put_int(j, "waiting", w->waiting);
	json_put_int(j, "dead", w->dead);
	json_put_int(j, "failures", w->failures);
	json_put_time(c, j, "failing_since", w->failing_since);
	json_put_time(c, j, "delivered", w->delivered);
	json_put_null(j, "last_error", w->last_error);
	json_put_time(c, j, "old_secret_until", w->old_until > c->now ? w->old_until : 0);
	json_put_time(c, j, "created", w->created);
	json_put_time(c, j, "changed", w->changed);
	return j;
}

/* The address may hold a key in its query: the audit trail gets what is before it. */
static void note(struct ctx *c, const char *action, const struct webhook *w)
{
	json_t *j = json_own(c, json_object());

	json_put_text(j, "name", w->name);
	json_put_text(j, "url", arena_strndup(c->arena, w->url, strcspn(w->url, "?#")));
	json_put(j, "events", words(c, w->events));
	json_put_bool(j, "paused", w->paused != NULL);
	audit_note(c, (struct audit_note){ .action = action,
					   .target_kind = "webhook",
					   .target_id = w->id,
					   .after = json_line(c, j) });
}

static bool read_events(struct ctx *c, const json_t *j, const char **out)
{
	const json_t *list = json_object_get(j, "events"), *word;
	struct buf b = buf_in(c->arena, EVENTS_BYTES_MAX);
	size_t i;

	if (!list)
		return true;
	if (!json_is_array(list) || json_array_size(list) > EVENTS_MAX)
		return error(c, ERR_VALUE,
			     "events must be a list of types such as \"user.created\", \"user.*\" "
			     "or \"*\"");
	json_array_foreach(list, i, word)
	{
		if (!json_is_string(word) || strchr(json_string_value(word), ' '))
			return error(c, ERR_VALUE, "events: each is one type, without blanks");
		buf_printf(&b, "%s%s", i ? " " : "", json_string_value(word));
	}
	*out = b.p ? b.p : "";
	return (!b.over || error(c, ERR_VALUE, "events is too long")) &&
	       webhook_events_check(c, *out);
}

static bool read_body(struct ctx *c, const struct http_req *q, struct webhook *w)
{
	bool paused = w->paused != NULL;
	json_t *j;

	if (!body_read(c, q, "name url events paused", &j) ||
	    (!w->url && !body_needs(c, j, "url")) ||
	    !body_text(c, j, "name", NAME_BYTES_MAX, &w->name) ||
	    !body_text(c, j, "url", URL_BYTES_MAX, &w->url) || !net_url_check(c, "url", w->url) ||
	    !read_events(c, j, &w->events) || !body_bool(c, j, "paused", &paused))
		return false;
	if (paused != (w->paused != NULL))
		w->paused = paused ? PAUSED_BY_HAND : NULL;
	return true;
}

/* What is shown only now. */
static void respond_with_secret(struct ctx *c, struct http_resp *p, int status,
				const struct webhook *w, const char *secret)
{
	json_t *j = show(c, w);

	json_put_text(j, "secret", secret);
	json_respond(c, p, status, j);
	http_add_header(p, "Cache-Control", "no-store");
}

bool admin_webhooks_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct webhook *w;
	json_t *items;
	int n;

	(void)q;
	if (!webhook_list(c, &w, &n))
		return false;
	items = json_array();
	for (int i = 0; i < n; i++)
		json_append(items, show(c, &w[i]));
	page_respond(c, p, items, NULL, n);
	return true;
}

bool admin_webhook_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct webhook w = { .events = "*", .name = "" };
	const char *secret = signing_secret_new(c->arena);

	if (!read_body(c, q, &w) || !secret_seal(c, WEBHOOK_PURPOSE, secret, &w.secret) ||
	    !webhook_create(c, &w))
		return false;
	note(c, "webhook.created", &w);
	respond_with_secret(c, p, 201, &w, secret);
	return true;
}

bool admin_webhook_read(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct webhook *w;

	if (!webhook_get(c, q->param[0], &w))
		return false;
	json_respond(c, p, 200, show(c, w));
	return true;
}

bool admin_webhook_patch(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct webhook *w;

	if (!webhook_get(c, q->param[0], &w) || !read_body(c, q, w) || !webhook_save(c, w) ||
	    !webhook_get(c, w->id, &w))
		return false;
	note(c, "webhook.updated", w);
	json_respond(c, p, 200, show(c, w));
	return true;
}

bool admin_webhook_drop(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct webhook *w;

	if (!webhook_get(c, q->param[0], &w) || !webhook_delete(c, w->id))
		return false;
	note(c, "webhook.deleted", w);
	p->status = 204;
	return true;
}

/* Both secrets sign for a while, so that the receiver can change over when it likes. */
bool admin_webhook_rotate(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	const char *secret = signing_secret_new(c->arena);
	struct webhook *w;

	if (!webhook_get(c, q->param[0], &w))
		return false;
	w->old_secret = w->secret;
	w->old_until = c->now + WEBHOOK_OVERLAP_MS;
	if (!secret_seal(c, WEBHOOK_PURPOSE, secret, &w->secret) || !webhook_save(c, w))
		return false;
	note(c, "webhook.rotated", w);
	respond_with_secret(c, p, 200, w, secret);
	return true;
}

/* An event as others, which goes to this endpoint whatever it has asked for. */
bool admin_webhook_test(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct webhook *w;

	if (!webhook_get(c, q->param[0], &w))
		return false;
	if (w->paused)
		return error(c, ERR_CONFLICT, "this webhook is paused: resume it first");
	event_note(c, (struct event_note){
			      .type = "webhook.test",
			      .payload = arena_printf(c->arena, "{\"webhook\":\"%s\"}", w->id) });
	json_respond(c, p, 200, show(c, w));
	return true;
}

static json_t *show_delivery(struct ctx *c, const struct delivery *d)
{
	json_t *j = json_object();

	json_put_text(j, "id", d->id);
	json_put_text(j, "state", d->state);
	json_put_text(j, "event", d->event.id);
	json_put_int(j, "seq", d->event.seq);
	json_put_text(j, "type", d->event.type);
	json_put_null(j, "user", d->event.user_id);
	json_put_time(c, j, "at", d->event.at);
	json_put_int(j, "tries", d->tries);
	json_put(j, "status", d->status ? json_integer(d->status) : json_null());
	json_put_null(j, "error", d->error);
	json_put_time(c, j, "next", strcmp(d->state, "dead") == 0 ? 0 : d->next_at);
	json_put_time(c, j, "changed", d->changed);
	return j;
}

static bool read_state(struct ctx *c, const struct http_req *q, const char **out)
{
	return http_query(c, q, "delivery", out) &&
	       (!*out || strcmp(*out, "waiting") == 0 || strcmp(*out, "dead") == 0 ||
		error(c, ERR_VALUE, "delivery must be waiting or dead"));
}

bool admin_deliveries_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	int64_t after, total;
	const char *state;
	struct delivery *d;
	struct webhook *w;
	struct page page;
	json_t *items;
	int n;

	if (!page_read(c, q, &page) || !read_state(c, q, &state) ||
	    !event_place(c, page.after, &after) || !webhook_get(c, q->param[0], &w) ||
	    !delivery_list(c, w->id, state, after, page.limit, &d, &n, &total))
		return false;
	items = json_array();
	for (int i = 0; i < n; i++)
		json_append(items, show_delivery(c, &d[i]));
	page_respond(c, p, items, n == page.limit ? d[n - 1].event.id : NULL, total);
	return true;
}

bool admin_redeliver(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	const char *id = NULL;
	struct webhook *w;
	json_t *j, *out;
	int64_t n;

	if (!body_read(c, q, "delivery", &j) || !body_text(c, j, "delivery", NAME_BYTES_MAX, &id) ||
	    !webhook_get(c, q->param[0], &w) || !delivery_again(c, w->id, id, &n))
		return false;
	note(c, "webhook.redelivered", w);
	out = json_object();
	json_put_int(out, "deliveries", n);
	json_respond(c, p, 200, out);
	return true;
}
