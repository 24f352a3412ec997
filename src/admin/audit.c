/* audit.c - /audit and /events: what happened, for people and for the platform. */
#include "admin.h"

#include <inttypes.h>
#include <string.h>

#include "record/audit.h"
#include "record/outbox.h"

enum { EXPORT_MAX = 20000, EXPORT_BYTES_MAX = 1 << 28 };

static json_t *show(struct ctx *c, const struct audit *a)
{
	json_t *j = json_object();

	json_put_text(j, "id", a->id);
	json_put_time(c, j, "at", a->at);
	json_put_text(j, "actor", a->actor);
	json_put_null(j, "source", a->source_id);
	json_put_text(j, "action", a->action);
	json_put_text(j, "target_kind", a->target_kind);
	json_put_null(j, "target", a->target_id);
	json_put(j, "before", json_parsed(a->before));
	json_put(j, "after", json_parsed(a->after));
	json_put_null(j, "reason", a->reason);
	json_put_null(j, "request", a->trace);
	json_put_null(j, "address", a->address);
	json_put(j, "seq", a->seq ? json_integer(a->seq) : json_null());
	json_put_null(j, "hash", a->hash);
	return j;
}

bool admin_audit_page(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct audit_query asked = { 0 };
	struct audit *a;
	struct page page;
	json_t *items;
	int64_t total;
	int n;

	if (!page_read(c, q, &page) || !http_query(c, q, "action", &asked.action) ||
	    !http_query(c, q, "target", &asked.target_id) ||
	    !http_query(c, q, "actor", &asked.actor) || !query_time(c, q, "from", &asked.from) ||
	    !query_time(c, q, "until", &asked.until))
		return false;
	asked.before_id = *page.after ? page.after : NULL;
	asked.limit = page.limit;
	if (!audit_list(c, &asked, &a, &n, &total))
		return false;
	items = json_array();
	for (int i = 0; i < n; i++)
		json_append(items, show(c, &a[i]));
	page_respond(c, p, items, n == page.limit ? a[n - 1].id : NULL, total);
	return true;
}

static bool read_format(struct ctx *c, const struct http_req *q, bool *csv)
{
	const char *format;

	if (!http_query(c, q, "format", &format))
		return false;
	*csv = format && strcmp(format, "csv") == 0;
	return !format || *csv || strcmp(format, "jsonl") == 0 ||
	       error(c, ERR_VALUE, "format must be jsonl or csv");
}

bool admin_audit_export(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct buf b = buf_in(c->arena, EXPORT_BYTES_MAX);
	int64_t after, limit;
	struct audit *a;
	bool csv;
	int n;

	if (!read_format(c, q, &csv) || !http_query_int(c, q, "after", 0, 0, INT64_MAX, &after) ||
	    !http_query_int(c, q, "limit", EXPORT_MAX, 1, EXPORT_MAX, &limit) ||
	    !audit_chain(c, after, limit, &a, &n))
		return false;
	if (csv)
		audit_put_csv(c, &b, NULL);
	for (int i = 0; i < n; i++) {
		if (csv)
			audit_put_csv(c, &b, &a[i]);
		else
			audit_put_json(c, &b, NULL, &a[i]);
	}
	if (b.over)
		return error(c, ERR_TOO_MANY,
			     "this is too much at once; ask for fewer with limit=");
	json_respond_text(p, 200, csv ? "text/csv; charset=utf-8" : "application/x-ndjson",
			  (struct slice){ b.p ? b.p : "", b.n });
	if (n == limit)
		http_add_header(p, "Link",
				arena_printf(c->arena,
					     "<%s/api/v1/audit/export?format=%s&after=%" PRId64
					     "&limit=%" PRId64 ">; rel=\"next\"",
					     c->base_url, csv ? "csv" : "jsonl", a[n - 1].seq,
					     limit));
	return true;
}

bool admin_events_page(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct event *e;
	struct page page;
	json_t *items, *j;
	int64_t left, after, ordered;
	int n;

	/* whoever asks need not wait until the background has come by */
	if (!page_read(c, q, &page) || !event_order(c, EVENT_ORDER_BATCH, &ordered) ||
	    !event_place(c, page.after, &after) || !event_list(c, after, page.limit, &e, &n, &left))
		return false;
	items = json_array();
	for (int i = 0; i < n; i++) {
		j = json_object();
		json_put_text(j, "id", e[i].id);
		json_put_int(j, "seq", e[i].seq);
		json_put_text(j, "type", e[i].type);
		json_put_time(c, j, "at", e[i].at);
		json_put_null(j, "user", e[i].user_id);
		json_put(j, "payload", json_parsed(e[i].payload));
		json_append(items, j);
	}
	page_respond(c, p, items, n == page.limit ? e[n - 1].id : NULL, left);
	return true;
}
