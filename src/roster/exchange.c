/* exchange.c - the last exchanges with identity providers, a bounded number of them. */
#include "roster/exchange.h"

#include <string.h>

#include "base/id.h"
#include "base/org.h"

static bool insert(struct ctx *c, const struct exchange *e)
{
	return db_push(c,
		       "INSERT INTO exchanges (org_id, id, at, source_id, kind, outcome, code,"
		       " reason, detail, trace) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		       DB_ARGS(db_text(c->org->id), db_text(e->id), db_int(e->at),
			       db_text(e->source_id), db_text(e->kind), db_text(e->outcome),
			       db_text(e->code), db_text(e->reason), db_text(e->detail),
			       db_text(e->trace)));
}

/* Two texts, because neither engine finds "equal or both NULL" by an index. */
static bool trim(struct ctx *c, const char *source_id)
{
	if (!source_id)
		return db_push(c,
			       "DELETE FROM exchanges WHERE org_id = $1 AND source_id IS NULL"
			       " AND id < (SELECT min(k.id) FROM (SELECT x.id FROM exchanges x"
			       " WHERE x.org_id = $1 AND x.source_id IS NULL"
			       " ORDER BY x.id DESC LIMIT $2) k)",
			       DB_ARGS(db_text(c->org->id), db_int(EXCHANGES_KEPT)));
	return db_push(c,
		       "DELETE FROM exchanges WHERE org_id = $1 AND source_id = $3"
		       " AND id < (SELECT min(k.id) FROM (SELECT x.id FROM exchanges x"
		       " WHERE x.org_id = $1 AND x.source_id = $3"
		       " ORDER BY x.id DESC LIMIT $2) k)",
		       DB_ARGS(db_text(c->org->id), db_int(EXCHANGES_KEPT), db_text(source_id)));
}

/* Looking for the oldest that stays costs more than one exchange is worth: it is done
 * once in a while, by the chance that ids end in. */
static bool trim_now(const char *id)
{
	const char *end = id + strlen(id) - 1;

	return *end == '0' && !(end[-1] & 1);
}

bool exchange_put(struct ctx *c, struct exchange *e)
{
	e->id = id_new(c->arena);
	e->at = c->now;
	e->trace = c->trace;
	return insert(c, e) && (!trim_now(e->id) || trim(c, e->source_id));
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Neighbours are mostly of one connection. */
bool exchange_put_all(struct ctx *c, const struct exchange *e, int n)
{
	SCOPED_TX tx = { 0 };

	if (!tx_begin(c, &tx))
		return false;
	for (int i = 0; i < n; i++) {
		if (!insert(c, &e[i]))
			return false;
		if ((i + 1 == n || !same(e[i].source_id, e[i + 1].source_id)) &&
		    !trim(c, e[i].source_id))
			return false;
	}
	return tx_commit(&tx);
}

bool exchange_put_now(struct ctx *c, struct exchange *e)
{
	SCOPED_TX tx = { 0 };

	return tx_begin(c, &tx) && exchange_put(c, e) && tx_commit(&tx);
}

#define WHERE                                                                                      \
	" FROM exchanges x WHERE x.org_id = $1"                                                    \
	" AND (CAST($2 AS TEXT) IS NULL OR x.kind = CAST($2 AS TEXT))"                             \
	" AND (CAST($3 AS TEXT) IS NULL OR x.outcome = CAST($3 AS TEXT))"                          \
	" AND (CAST($4 AS TEXT) IS NULL OR x.source_id = CAST($4 AS TEXT))"                        \
	" AND (CAST($5 AS TEXT) IS NULL OR x.code = CAST($5 AS TEXT))"                             \
	" AND (CAST($6 AS TEXT) IS NULL OR x.trace = CAST($6 AS TEXT))"

bool exchange_list(struct ctx *c, const struct exchange_query *q, struct exchange **out, int *count,
		   int64_t *total)
{
	struct rows r, n;
	const struct db_val v[] = { db_text(c->org->id),   db_text(q->kind), db_text(q->outcome),
				    db_text(q->source_id), db_text(q->code), db_text(q->trace),
				    db_text(q->before),    db_int(q->limit) };

	if (!db_run(c, &n, "SELECT count(*)" WHERE, (struct db_args){ v, 6 }) ||
	    !db_run(c, &r,
		    "SELECT x.id, x.at, x.source_id, x.kind, x.outcome, x.code, x.reason,"
		    " x.detail, x.trace" WHERE
		    " AND (CAST($7 AS TEXT) IS NULL OR x.id < CAST($7 AS TEXT))"
		    " ORDER BY x.id DESC LIMIT $8",
		    (struct db_args){ v, 8 }))
		return false;
	*total = row_int(&n, 0, 0);
	*out = arena_array(c->arena, struct exchange, (size_t)r.count);
	*count = r.count;
	for (int i = 0; i < r.count; i++)
		(*out)[i] = (struct exchange){
			.id = row_text(&r, i, 0),
			.at = row_int(&r, i, 1),
			.source_id = row_text(&r, i, 2),
			.kind = row_text(&r, i, 3),
			.outcome = row_text(&r, i, 4),
			.code = row_text(&r, i, 5),
			.reason = row_text(&r, i, 6),
			.detail = row_text(&r, i, 7),
			.trace = row_text(&r, i, 8),
		};
	return true;
}
