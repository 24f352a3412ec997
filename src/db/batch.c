/* batch.c - rows collected into statements of many. */
#include "db/batch.h"

#include <string.h>

#include "base/org.h"

/* Values in one statement: its text stays short enough to be kept prepared. */
enum { VALUES_MAX = 1400, SQL_MAX = 64 * 1024 };

struct db_batch db_batch_of(struct ctx *c, const char *before, int cols, const char *after)
{
	return (struct db_batch){ .c = c, .before = before, .cols = cols, .after = after };
}

bool db_batch_send(struct db_batch *b)
{
	bool good = true;

	if (b->rows) {
		buf_puts(&b->sql, b->after);
		good = db_push(b->c, b->sql.p, (struct db_args){ b->v, b->n });
	}
	b->rows = 0;
	return good;
}

static void begin(struct db_batch *b)
{
	if (!b->v)
		b->v = arena_array(b->c->arena, struct db_val, VALUES_MAX + 1);
	b->sql = buf_in(b->c->arena, SQL_MAX);
	b->v[0] = db_text(b->c->org->id);
	b->n = 1;
	buf_puts(&b->sql, b->before);
}

bool db_batch_add(struct db_batch *b, const struct db_val *v)
{
	if (b->rows && b->n + b->cols > VALUES_MAX && !db_batch_send(b))
		return false;
	if (!b->rows)
		begin(b);
	buf_puts(&b->sql, b->rows ? ", (" : "(");
	buf_puts(&b->sql, b->bare ? "" : "$1, ");
	buf_params(&b->sql, b->n + 1, b->cols);
	buf_puts(&b->sql, ")");
	memcpy(b->v + b->n, v, (size_t)b->cols * sizeof(*v));
	b->n += b->cols;
	b->rows++;
	return true;
}
