/* audit.c - /audit and /events: what happened, for people and for the platform. */
#include "admin.h"

#include <inttypes.h>
#include <string.h>

#include "base/time.h"
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

/* All that the hash is made of, and exactly: before and after are text here, not
 * JSON.  time is at once more, for people. */
struct field {
	const char *name, *text;
	bool number;
};
enum { FIELDS = 15 };

static void fields_of(struct ctx *c, const struct audit *a, struct field f[FIELDS])
{
	const struct field all[FIELDS] = {
		{ "seq", arena_printf(c->arena, "%" PRId64, a->seq), true },
		{ "hash", a->hash, false },
		{ "id", a->id, false },
		{ "at", arena_printf(c->arena, "%" PRId64, a->at), true },
		{ "time", time_text(c->arena, a->at), false },
		{ "actor", a->actor, false },
		{ "source_id", a->source_id, false },
		{ "action", a->action, false },
		{ "target_kind", a->target_kind, false },
		{ "target_id", a->target_id, false },
		{ "before", a->before, false },
		{ "after", a->after, false },
		{ "reason", a->reason, false },
		{ "trace", a->trace, false },
		{ "address", a->address, false },
	};

	memcpy(f, all, sizeof(all));
}

static void put_line(struct buf *b, const struct field f[FIELDS])
{
	for (int i = 0; i < FIELDS; i++) {
		buf_printf(b, "%s\"%s\":", i ? "," : "{", f[i].name);
		if (f[i].number)
			buf_puts(b, f[i].text);
		else
			buf_json(b, f[i].text);
	}
	buf_puts(b, "}\n");
}

/* Spreadsheets run what begins like a formula: an apostrophe keeps it text. */
static void put_cell(struct buf *b, const struct field *f)
{
	const char *s = f->text ? f->text : "";

	buf_puts(b, "\"");
	if (!f->number && *s && strchr("=+-@\t\r", *s))
		buf_puts(b, "'");
	for (; *s; s++) {
		if (*s == '"')
			buf_puts(b, "\"");
		buf_put(b, s, 1);
	}
	buf_puts(b, "\"");
}

/* RFC 4180. */
static void put_row(struct buf *b, const struct field f[FIELDS], bool names)
{
	for (int i = 0; i < FIELDS; i++) {
		buf_puts(b, i ? "," : "");
		if (names)
			buf_puts(b, f[i].name);
		else
			put_cell(b, &f[i]);
	}
	buf_puts(b, "\r\n");
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
	struct field f[FIELDS] = { 0 };
	int64_t after, limit;
	struct audit *a;
	bool csv;
	int n;

	if (!read_format(c, q, &csv) || !http_query_int(c, q, "after", 0, 0, INT64_MAX, &after) ||
	    !http_query_int(c, q, "limit", EXPORT_MAX, 1, EXPORT_MAX, &limit) ||
	    !audit_chain(c, after, limit, &a, &n))
		return false;
	fields_of(c, &(struct audit){ 0 }, f);
	if (csv)
		put_row(&b, f, true);
	for (int i = 0; i < n; i++) {
		fields_of(c, &a[i], f);
		if (csv)
			put_row(&b, f, false);
		else
			put_line(&b, f);
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
