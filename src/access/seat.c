/* seat.c - the licence as slots. */
#include "access/seat.h"

#include "base/id.h"
#include "base/org.h"
#include "base/text.h"
#include "base/time.h"

enum { LIMIT_MAX = 1000000 };

/* The current limit: a change of it may be younger than c->org. */
static bool limit_now(struct ctx *c, int64_t *out)
{
	struct rows r;

	if (!db_run(c, &r, "SELECT o.seat_limit FROM orgs o WHERE o.id = $1",
		    DB_ARGS(db_text(c->org->id))))
		return false;
	*out = row_int(&r, 0, 0);
	return true;
}

/* Time of the move itself, not of the request: requests wait for each other. */
static bool note_moves(struct ctx *c, const char *const *ids, int n, const bool *which, int delta)
{
	struct buf sql = buf_in(c->arena, 64 * 1024);
	struct db_val *p = arena_array(c->arena, struct db_val, (size_t)n * 2 + 3);
	int at = 3;

	p[0] = db_text(c->org->id);
	p[1] = db_int(time_now());
	p[2] = db_int(delta);
	buf_puts(&sql, "INSERT INTO seat_moves (org_id, id, at, user_id, delta) VALUES ");
	for (int i = 0; i < n; i++) {
		if (which && !which[i])
			continue;
		buf_printf(&sql, "%s($1, $%d, $2, $%d, $3)", at > 3 ? ", " : "", at + 1, at + 2);
		p[at++] = db_text(id_new(c->arena));
		p[at++] = db_text(ids[i]);
	}
	return at == 3 || db_push(c, sql.p, (struct db_args){ p, at });
}

/* The first free slot from a place on, passing over those being taken. */
static bool take_from(struct ctx *c, const char *user_id, int64_t from, bool *got)
{
	struct rows r;

	if (!db_run(c, &r,
		    arena_printf(c->arena,
				 "UPDATE seats SET user_id = $2 WHERE org_id = $1 AND slot ="
				 " (SELECT s.slot FROM seats s WHERE s.org_id = $1"
				 " AND s.user_id IS NULL AND s.slot >= $3 ORDER BY s.slot LIMIT "
				 "1%s)"
				 " RETURNING slot",
				 db_for_update_skip(c->db)),
		    DB_ARGS(db_text(c->org->id), db_text(user_id), db_int(from))))
		return false;
	*got = r.count > 0;
	return true;
}

static bool take_one(struct ctx *c, const char *user_id, bool *got)
{
	/* each from a place of his own, so that takers do not meet */
	int64_t from = 1 + text_hash(user_id) % c->org->seat_limit;

	return take_from(c, user_id, from, got) &&
	       (*got || from == 1 || take_from(c, user_id, 1, got));
}

/* Alone: nobody else takes or frees, so free slots can be dealt out at once. */
static bool take_many(struct ctx *c, const char *const *ids, int n, bool *got)
{
	struct buf sql = buf_in(c->arena, 64 * 1024);
	struct db_val *p = arena_array(c->arena, struct db_val, (size_t)n * 2 + 1);
	struct rows r;
	int at = 1;

	if (!db_run(c, &r,
		    "SELECT s.slot FROM seats s WHERE s.org_id = $1 AND s.user_id IS NULL"
		    " AND s.slot > 0 ORDER BY s.slot LIMIT $2",
		    DB_ARGS(db_text(c->org->id), db_int(n))))
		return false;
	p[0] = db_text(c->org->id);
	buf_puts(&sql, "INSERT INTO seats (org_id, slot, user_id) VALUES ");
	for (int i = 0; i < r.count; i++) {
		buf_printf(&sql, "%s($1, $%d, $%d)", i ? ", " : "", at + 1, at + 2);
		p[at++] = db_int(row_int(&r, i, 0));
		p[at++] = db_text(ids[i]);
		got[i] = true;
	}
	buf_puts(&sql, " ON CONFLICT (org_id, slot) DO UPDATE SET user_id = excluded.user_id");
	return at == 1 || db_push(c, sql.p, (struct db_args){ p, at });
}

bool seat_take(struct ctx *c, const char *const *ids, int n, bool *got)
{
	bool unlimited = c->org->seat_limit == SEATS_UNLIMITED;

	for (int i = 0; i < n; i++)
		got[i] = unlimited;
	if (!unlimited && c->alone && !take_many(c, ids, n, got))
		return false;
	for (int i = 0; i < n && !unlimited && !c->alone && c->org->seat_limit; i++)
		if (!take_one(c, ids[i], &got[i]))
			return false;
	return note_moves(c, ids, n, got, 1);
}

/* Above a lowered limit freed slots go, and surplus ones take their numbers. */
static bool shrink(struct ctx *c, const struct rows *freed)
{
	if (!db_alone(c))
		return false;
	for (int i = 0; i < freed->count; i++) {
		int64_t slot = row_int(freed, i, 0);

		if (!db_push(c, "DELETE FROM seats WHERE org_id = $1 AND slot = $2",
			     DB_ARGS(db_text(c->org->id), db_int(slot))) ||
		    (slot > 0 &&
		     !db_push(c,
			      "UPDATE seats SET slot = $2 WHERE org_id = $1 AND slot ="
			      /* held ones: another that was freed just now is none */
			      " (SELECT s.slot FROM seats s WHERE s.org_id = $1 AND s.slot < 0"
			      " AND s.user_id IS NOT NULL ORDER BY s.slot LIMIT 1)",
			      DB_ARGS(db_text(c->org->id), db_int(slot)))) ||
		    /* with no surplus left the slot is an ordinary free one */
		    (slot > 0 && !db_push(c,
					  "INSERT INTO seats (org_id, slot) VALUES ($1, $2)"
					  " ON CONFLICT (org_id, slot) DO NOTHING",
					  DB_ARGS(db_text(c->org->id), db_int(slot)))))
			return false;
	}
	return true;
}

bool seat_free(struct ctx *c, const char *const *ids, int n)
{
	struct buf sql = buf_in(c->arena, 64 * 1024);
	struct db_val *p = arena_array(c->arena, struct db_val, (size_t)n + 1);
	struct rows freed, surplus, waiting;
	struct db_stmt stmts[] = {
		{ NULL, { p, n + 1 }, &freed },
		{ "SELECT s.slot FROM seats s WHERE s.org_id = $1 AND s.slot < 0 LIMIT 1",
		  DB_ARGS(db_text(c->org->id)), &surplus },
		{ "SELECT s.user_id FROM standings s WHERE s.org_id = $1 AND s.waiting_since > 0"
		  " LIMIT 1",
		  DB_ARGS(db_text(c->org->id)), &waiting },
	};

	if (!n || !note_moves(c, ids, n, NULL, -1))
		return !n;
	if (c->org->seat_limit == SEATS_UNLIMITED)
		return true;
	p[0] = db_text(c->org->id);
	for (int i = 0; i < n; i++)
		p[i + 1] = db_text(ids[i]);
	buf_puts(&sql, "UPDATE seats SET user_id = NULL WHERE org_id = $1 AND user_id IN ");
	buf_list(&sql, 2, n);
	buf_puts(&sql, " RETURNING slot");
	stmts[0].sql = sql.p;
	if (!db_run_all(c, stmts, 3))
		return false;
	if (surplus.count && !shrink(c, &freed))
		return false;
	/* somebody waits: he gets it before this change ends, see change.h */
	return !waiting.count || db_alone(c);
}

bool seat_queue(struct ctx *c, int64_t limit, const char ***user_ids, int *n)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT s.user_id FROM standings s WHERE s.org_id = $1 AND s.waiting_since > 0"
		    " ORDER BY s.waiting_since, s.user_id LIMIT $2",
		    DB_ARGS(db_text(c->org->id), db_int(limit))))
		return false;
	*user_ids = arena_array(c->arena, const char *, (size_t)r.count + 1);
	*n = r.count;
	for (int i = 0; i < r.count; i++)
		(*user_ids)[i] = row_text(&r, i, 0);
	return true;
}

bool seat_call(struct ctx *c, const char *const *ids, int n)
{
	struct buf sql = buf_in(c->arena, 64 * 1024);
	struct db_val *p = arena_array(c->arena, struct db_val, (size_t)n + 1);

	p[0] = db_text(c->org->id);
	for (int i = 0; i < n; i++)
		p[i + 1] = db_text(ids[i]);
	buf_puts(&sql, "UPDATE standings SET waiting_since = 0 WHERE org_id = $1"
		       " AND user_id IN ");
	buf_list(&sql, 2, n);
	return db_push(c, sql.p, (struct db_args){ p, n + 1 });
}

bool seats_left(struct ctx *c, int64_t limit, int64_t *out)
{
	struct rows r;

	*out = limit;
	if (c->org->seat_limit == SEATS_UNLIMITED)
		return true;
	if (!db_run(c, &r,
		    "SELECT s.slot FROM seats s WHERE s.org_id = $1 AND s.user_id IS NULL"
		    " AND s.slot > 0 LIMIT $2",
		    DB_ARGS(db_text(c->org->id), db_int(limit))))
		return false;
	*out = r.count;
	return true;
}

static bool slots_from_nothing(struct ctx *c)
{
	return db_push(c,
		       "INSERT INTO seats (org_id, slot, user_id) SELECT $1,"
		       " ROW_NUMBER() OVER (ORDER BY s.user_id), s.user_id FROM standings s"
		       " WHERE s.org_id = $1 AND s.seat = $2",
		       DB_ARGS(db_text(c->org->id), db_bool(true)));
}

/* n more free slots behind the last. */
static bool slots_add(struct ctx *c, int64_t n)
{
	return db_push(c,
		       "INSERT INTO seats (org_id, slot) WITH RECURSIVE n (i) AS (SELECT"
		       " COALESCE((SELECT MAX(s.slot) FROM seats s WHERE s.org_id = $1"
		       " AND s.slot > 0), 0) + 1 UNION ALL SELECT n.i + 1 FROM n WHERE n.i <"
		       " COALESCE((SELECT MAX(s.slot) FROM seats s WHERE s.org_id = $1"
		       " AND s.slot > 0), 0) + $2) SELECT $1, n.i FROM n",
		       DB_ARGS(db_text(c->org->id), db_int(n)));
}

/* n fewer: free ones first; held ones become surplus, to go when they are freed. */
static bool slots_cut(struct ctx *c, int64_t n)
{
	struct rows r;

	if (!db_run(c, &r,
		    "DELETE FROM seats WHERE org_id = $1 AND slot IN (SELECT s.slot FROM seats s"
		    " WHERE s.org_id = $1 AND s.user_id IS NULL AND s.slot > 0"
		    " ORDER BY s.slot DESC LIMIT $2)",
		    DB_ARGS(db_text(c->org->id), db_int(n))))
		return false;
	return db_push(c,
		       "UPDATE seats SET slot = -slot WHERE org_id = $1 AND slot IN"
		       " (SELECT s.slot FROM seats s WHERE s.org_id = $1 AND s.slot > 0"
		       " ORDER BY s.slot DESC LIMIT $2)",
		       DB_ARGS(db_text(c->org->id), db_int(n - r.changed)));
}

/* Surplus slots are regular again before anything is added. */
static bool slots_restore(struct ctx *c, int64_t n, int64_t *restored)
{
	struct rows r;

	if (!db_run(c, &r,
		    "UPDATE seats SET slot = -slot WHERE org_id = $1 AND slot IN"
		    " (SELECT s.slot FROM seats s WHERE s.org_id = $1 AND s.slot < 0"
		    " ORDER BY s.slot DESC LIMIT $2)",
		    DB_ARGS(db_text(c->org->id), db_int(n))))
		return false;
	*restored = r.changed;
	return true;
}

bool seat_set_limit(struct ctx *c, int64_t limit)
{
	struct rows r;
	int64_t before, more, restored;

	if (limit != SEATS_UNLIMITED && (limit < 0 || limit > LIMIT_MAX))
		return error(c, ERR_VALUE, "a seat limit is a number from 0 to %d, or unlimited",
			     LIMIT_MAX);
	if (!db_alone(c) || !limit_now(c, &before) ||
	    !db_push(c,
		     "UPDATE orgs SET seat_limit = $2, changed = $3, stamp = stamp + 1 WHERE id = "
		     "$1",
		     DB_ARGS(db_text(c->org->id), db_int(limit), db_int(c->now))))
		return false;
	if (limit == SEATS_UNLIMITED)
		return db_push(c, "DELETE FROM seats WHERE org_id = $1",
			       DB_ARGS(db_text(c->org->id)));
	if (before == SEATS_UNLIMITED && !slots_from_nothing(c))
		return false;
	if (!db_run(c, &r, "SELECT COUNT(*) FROM seats s WHERE s.org_id = $1 AND s.slot > 0",
		    DB_ARGS(db_text(c->org->id))))
		return false;
	more = limit - row_int(&r, 0, 0);
	if (more < 0)
		return slots_cut(c, -more);
	if (more == 0)
		return true;
	return slots_restore(c, more, &restored) &&
	       (more == restored || slots_add(c, more - restored));
}

bool seat_count(struct ctx *c, struct seats *out)
{
	struct rows limit, used, waiting, moves;
	int64_t at_start, peak;
	struct db_args org = DB_ARGS(db_text(c->org->id));
	const struct db_stmt stmts[] = {
		{ "SELECT o.seat_limit FROM orgs o WHERE o.id = $1", org, &limit },
		{ "SELECT COALESCE(SUM(t.n), 0) FROM tallies t WHERE t.org_id = $1"
		  " AND t.what = 'seats'",
		  org, &used },
		{ "SELECT COUNT(*) FROM standings s WHERE s.org_id = $1 AND s.waiting_since > 0",
		  org, &waiting },
		{ "SELECT COALESCE(MAX(m.so_far), 0), COALESCE(SUM(m.delta), 0) FROM"
		  " (SELECT v.delta, SUM(v.delta) OVER (ORDER BY v.at, v.id) AS so_far"
		  " FROM seat_moves v WHERE v.org_id = $1 AND v.at >= $2) m",
		  DB_ARGS(db_text(c->org->id), db_int(time_month(c->now, 0))), &moves },
	};

	if (!db_run_all(c, stmts, 4))
		return false;
	out->limit = row_int(&limit, 0, 0);
	out->used = row_int(&used, 0, 0);
	out->waiting = row_int(&waiting, 0, 0);
	at_start = out->used - row_int(&moves, 0, 1);
	peak = at_start + row_int(&moves, 0, 0);
	out->peak_this_month = peak > at_start ? peak : at_start;
	return true;
}
