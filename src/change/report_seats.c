/* report_seats.c - seats by day or month, out of every seat taken and freed. */
#include <inttypes.h>
#include <string.h>

#include "base/org.h"
#include "base/time.h"
#include "change/report.h"

static const int64_t day_ms = 24 * 60 * 60 * 1000;
enum {
	DAYS_MAX = 1100,
	DAYS_DEFAULT = 31,
	MONTHS_DEFAULT = 12,
	COLUMNS = 5,
	DAY_CHARS = 10,
	MONTH_CHARS = 7
};

static const struct report_column columns[COLUMNS] = {
	{ "period", CELL_TEXT }, { "used", CELL_INT },  { "peak", CELL_INT },
	{ "taken", CELL_INT },   { "freed", CELL_INT },
};

/* A day or month under construction. */
struct period {
	const char *name;
	int64_t used, peak, taken, freed;
};

/* What there was before, and the days on which something moved. */
static bool read_moves(struct ctx *c, int64_t from, int64_t until, int64_t *before,
		       struct rows *days)
{
	const struct db_val v[] = { db_text(c->org->id), db_int(from), db_int(until) };
	struct rows sum;

	if (!db_run(c, &sum,
		    "SELECT COALESCE(SUM(v.delta), 0) FROM seat_moves v WHERE v.org_id = $1"
		    " AND v.at < $2",
		    (struct db_args){ v, 2 }))
		return false;
	*before = row_int(&sum, 0, 0);
	return db_run(c, days,
		      "SELECT m.day, MAX(m.so_far), SUM(CASE WHEN m.delta > 0 THEN m.delta ELSE 0"
		      " END), SUM(CASE WHEN m.delta < 0 THEN -m.delta ELSE 0 END), SUM(m.delta)"
		      " FROM (SELECT v.at / 86400000 AS day, v.delta, SUM(v.delta) OVER"
		      " (ORDER BY v.at, v.id) AS so_far FROM seat_moves v WHERE v.org_id = $1"
		      " AND v.at >= $2 AND v.at < $3) m GROUP BY m.day ORDER BY m.day",
		      (struct db_args){ v, 3 });
}

static const char *name_of(struct ctx *c, int64_t day, bool by_month)
{
	return arena_strndup(c->arena, time_text(c->arena, day * day_ms),
			     by_month ? MONTH_CHARS : DAY_CHARS);
}

/* A day joins the period it is part of, or opens the next; *n counts them. */
static struct period *period_of(struct ctx *c, struct period *list, int *n, int64_t day,
				bool by_month, int64_t used)
{
	const char *name = name_of(c, day, by_month);

	if (*n == 0 || strcmp(list[*n - 1].name, name) != 0)
		list[(*n)++] = (struct period){ .name = name, .used = used, .peak = used };
	return &list[*n - 1];
}

static int fill(struct ctx *c, const struct rows *days, int64_t first, int64_t last, int64_t before,
		bool by_month, struct period *list)
{
	int64_t used = before;
	int n = 0, row = 0;

	for (int64_t day = first; day <= last; day++) {
		struct period *p = period_of(c, list, &n, day, by_month, used);

		if (row < days->count && row_int(days, row, 0) == day) {
			int64_t most = before + row_int(days, row, 1);

			p->peak = most > p->peak ? most : p->peak;
			p->taken += row_int(days, row, 2);
			p->freed += row_int(days, row, 3);
			used += row_int(days, row++, 4);
		}
		p->used = used;
	}
	return n;
}

static void put_rows(struct ctx *c, const struct period *list, int n, struct rows *out)
{
	*out = (struct rows){ .count = n, .cols = COLUMNS };
	out->cell = arena_array(c->arena, const char *, (size_t)n *COLUMNS);
	for (int i = 0; i < n; i++) {
		const int64_t number[] = { list[i].used, list[i].peak, list[i].taken,
					   list[i].freed };
		const char **cell = &out->cell[(size_t)i * COLUMNS];

		cell[0] = list[i].name;
		for (int k = 1; k < COLUMNS; k++)
			cell[k] = arena_printf(c->arena, "%" PRId64, number[k - 1]);
	}
}

/* Months are whole ones, and days to come are nobody's. */
static void days_asked(struct ctx *c, const struct report_query *q, int64_t *first, int64_t *last)
{
	int64_t today = c->now / day_ms;

	*last = (q->until ? q->until - 1 : c->now) / day_ms;
	if (q->by_month)
		*last = time_month(*last * day_ms, 1) / day_ms - 1;
	*last = *last < today ? *last : today;
	if (q->by_month)
		*first = time_month(q->from ? q->from : *last * day_ms,
				    q->from ? 0 : 1 - MONTHS_DEFAULT) /
			 day_ms;
	else
		*first = q->from ? q->from / day_ms : *last - DAYS_DEFAULT + 1;
}

bool report_seats(struct ctx *c, const struct report_query *q, struct report_page *out)
{
	int64_t first, last, before;
	struct period *list;
	struct rows days;

	days_asked(c, q, &first, &last);
	if (first > last || last - first >= DAYS_MAX)
		return error(c, ERR_VALUE,
			     "from must be before until and not ahead, by %d days at most",
			     DAYS_MAX);
	*out = (struct report_page){ .column = columns, .columns = COLUMNS };
	list = arena_array(c->arena, struct period, (size_t)(last - first) + 1);
	if (!read_moves(c, first * day_ms, (last + 1) * day_ms, &before, &days))
		return false;
	out->total = fill(c, &days, first, last, before, q->by_month, list);
	put_rows(c, list, (int)out->total, &out->rows);
	return true;
}
