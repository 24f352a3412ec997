/* reports.c - /reports: tables as JSON, or as CSV for spreadsheets. */
#include "admin.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "change/report.h"

enum { CSV_MAX = 1 << 28, DAYS_DEFAULT = 90, DAYS_MAX = 3650 };

static json_t *cell(struct ctx *c, enum cell_type type, const char *text)
{
	if (!text)
		return json_null();
	switch (type) {
	case CELL_INT:
		return json_integer(strtoll(text, NULL, 10));
	case CELL_TIME:
		return json_string(time_text(c->arena, strtoll(text, NULL, 10)));
	case CELL_BOOL:
		return json_boolean(*text == 't' || *text == '1');
	case CELL_TEXT:
		break;
	}
	return json_string(text);
}

static void respond_json(struct ctx *c, struct http_resp *p, const struct report_page *page)
{
	json_t *items = json_array(), *j;

	for (int row = 0; row < page->rows.count; row++) {
		j = json_object();
		for (int i = 0; i < page->columns; i++)
			json_put(j, page->column[i].name,
				 cell(c, page->column[i].type, row_text(&page->rows, row, i)));
		json_append(items, j);
	}
	page_respond(c, p, items, page->next, page->total);
}

static void put_cell(struct ctx *c, struct buf *b, enum cell_type type, const char *text)
{
	if (!text)
		return;
	if (type == CELL_TEXT)
		buf_csv(b, text);
	else if (type == CELL_TIME)
		buf_puts(b, time_text(c->arena, strtoll(text, NULL, 10)));
	else if (type == CELL_BOOL)
		buf_puts(b, *text == 't' || *text == '1' ? "yes" : "no");
	else
		buf_puts(b, text);
}

static struct buf csv_of(struct ctx *c, const struct report_page *page)
{
	struct buf b = buf_in(c->arena, CSV_MAX);

	for (int i = 0; i < page->columns; i++)
		buf_printf(&b, "%s%s", i ? "," : "", page->column[i].name);
	buf_puts(&b, "\r\n");
	for (int row = 0; row < page->rows.count; row++)
		for (int i = 0; i < page->columns; i++) {
			put_cell(c, &b, page->column[i].type, row_text(&page->rows, row, i));
			buf_puts(&b, i + 1 < page->columns ? "," : "\r\n");
		}
	return b;
}

/* The query as it came, less the place, which the next page has instead. */
static const char *next_link(struct ctx *c, const struct http_req *q, const struct report_query *r,
			     const char *next)
{
	struct buf b = buf_in(c->arena, 4096);

	buf_printf(&b, "<%s%s?format=csv&limit=%" PRId64 "&after=%s", c->base_url, q->route,
		   r->limit, next);
	if (r->days)
		buf_printf(&b, "&days=%" PRId64, r->days);
	if (r->from)
		buf_printf(&b, "&from=%s", time_text(c->arena, r->from));
	if (r->until)
		buf_printf(&b, "&until=%s", time_text(c->arena, r->until));
	buf_puts(&b, ">; rel=\"next\"");
	return b.p;
}

static bool respond_csv(struct ctx *c, const struct http_req *q, struct http_resp *p,
			const struct report_query *asked, const struct report_page *page)
{
	struct buf b = csv_of(c, page);

	if (b.over)
		return error(c, ERR_TOO_MANY,
			     "this is too much at once; ask for fewer with limit=");
	json_respond_text(p, 200, "text/csv; charset=utf-8", (struct slice){ b.p, b.n });
	if (page->next)
		http_add_header(p, "Link", next_link(c, q, asked, page->next));
	return true;
}

static bool read_words(struct ctx *c, const struct http_req *q, bool *csv, bool *by_month)
{
	const char *format, *by;

	if (!http_query(c, q, "format", &format) || !http_query(c, q, "by", &by))
		return false;
	*csv = format && strcmp(format, "csv") == 0;
	*by_month = by && strcmp(by, "month") == 0;
	if (format && !*csv && strcmp(format, "json") != 0)
		return error(c, ERR_VALUE, "format must be json or csv");
	return !by || *by_month || strcmp(by, "day") == 0 ||
	       error(c, ERR_VALUE, "by must be day or month");
}

static bool report(struct ctx *c, const struct http_req *q, struct http_resp *p, report_make *make,
		   bool with_days)
{
	struct report_query asked = { 0 };
	struct report_page made;
	struct page page;
	bool csv;

	if (!page_read(c, q, &page) || !read_words(c, q, &csv, &asked.by_month) ||
	    !query_time(c, q, "from", &asked.from) || !query_time(c, q, "until", &asked.until))
		return false;
	if (with_days && !http_query_int(c, q, "days", DAYS_DEFAULT, 1, DAYS_MAX, &asked.days))
		return false;
	asked.after = page.after;
	asked.limit = page.limit;
	if (!make(c, &asked, &made))
		return false;
	if (csv)
		return respond_csv(c, q, p, &asked, &made);
	respond_json(c, p, &made);
	return true;
}

bool admin_report_seats(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	return report(c, q, p, report_seats, false);
}

bool admin_report_leavers(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	return report(c, q, p, report_leavers, false);
}

bool admin_report_idle(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	return report(c, q, p, report_idle, true);
}

bool admin_report_access(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	return report(c, q, p, report_access, false);
}
