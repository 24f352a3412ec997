/* sql.c - builds the statements that cannot be written down whole. */
#include "sql.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/org.h"

/* Bounded by what callers ask for; never reached. */
enum { SQL_MAX = 1 << 20 };

const char *insert_sql(struct arena *a, const char *head, int rows, int cols, const char *tail)
{
	struct buf b = buf_in(a, SQL_MAX);
	int n = 2;

	buf_puts(&b, head);
	for (int row = 0; row < rows; row++) {
		buf_puts(&b, row ? ", ($1, " : " ($1, ");
		buf_params(&b, n, cols - 1);
		buf_puts(&b, ")");
		n += cols - 1;
	}
	buf_puts(&b, tail);
	return b.p;
}

const char *list_sql(struct arena *a, int first, int n)
{
	struct buf b = buf_in(a, SQL_MAX);

	for (int i = 0; i < n; i++)
		buf_printf(&b, i ? ", $%d" : "$%d", first + i);
	return b.p;
}

struct where where_org(struct ctx *c)
{
	struct where w = { .c = c, .sql = buf_in(c->arena, SQL_MAX) };

	w.v[w.n++] = db_text(c->org->id);
	return w;
}

int where_value(struct where *w, struct db_val value)
{
	if (w->n == WHERE_MAX)
		abort();
	w->v[w->n++] = value;
	return w->n;
}

static void add(struct where *w, const char *condition, struct db_val value)
{
	const char *mark = strstr(condition, "%d");
	int number = where_value(w, value);

	if (!mark)
		abort();
	buf_puts(&w->sql, " AND ");
	buf_put(&w->sql, condition, (size_t)(mark - condition));
	buf_printf(&w->sql, "%d", number);
	buf_puts(&w->sql, mark + 2);
}

void where_text(struct where *w, const char *condition, const char *value)
{
	if (value)
		add(w, condition, db_text(value));
}

void where_int(struct where *w, const char *condition, int64_t value)
{
	if (value)
		add(w, condition, db_int(value));
}

const char *where_sql(const struct where *w)
{
	return w->sql.n ? w->sql.p : "";
}

struct db_args where_args(const struct where *w)
{
	return (struct db_args){ w->v, w->n };
}

const char *id_floor(struct arena *a, int64_t ms)
{
	uint64_t t = ms > 0 ? (uint64_t)ms : 0;

	return arena_printf(a, "%08" PRIx64 "-%04" PRIx64 "-7", t >> 16 & 0xffffffffU, t & 0xffff);
}

int64_t id_time(const char *id)
{
	char hex[13] = { 0 };

	if (!id || strlen(id) < 13 || id[8] != '-')
		return 0;
	memcpy(hex, id, 8);
	memcpy(hex + 8, id + 9, 4);
	return strtoll(hex, NULL, 16);
}
