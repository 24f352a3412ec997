/* audit.c - the audit trail: reading it, and the chain of hashes that seals it. */
#include "record/audit.h"

#include <inttypes.h>
#include <string.h>

#include "base/org.h"
#include "base/secret.h"
#include "sql.h"

#define AUDIT_COLUMNS                                                                              \
	"a.id, a.at, a.actor, a.source_id, a.action, a.target_kind, a.target_id, a.before, "       \
	"a.after, a.reason, a.trace, a.address"
enum { AUDIT_COLUMN_COUNT = 12 };

/* How far behind the newest sealed record a late one is looked for each time,
 * and how often all of them are looked through. */
enum { LATE_MS = 60 * 1000, SWEEP_MS = 60 * 60 * 1000, SWEEP_TAKES_MS = 10 * 1000 };

enum { RECORD_MAX = 1 << 24 };

/* The columns above; seq and hash behind them, if the query has them. */
static void fill(struct audit *a, const struct rows *r, int row)
{
	*a = (struct audit){
		.id = row_text(r, row, 0),
		.at = row_int(r, row, 1),
		.actor = row_text(r, row, 2),
		.source_id = row_text(r, row, 3),
		.action = row_text(r, row, 4),
		.target_kind = row_text(r, row, 5),
		.target_id = row_text(r, row, 6),
		.before = row_text(r, row, 7),
		.after = row_text(r, row, 8),
		.reason = row_text(r, row, 9),
		.trace = row_text(r, row, 10),
		.address = row_text(r, row, 11),
	};
	if (r->cols > AUDIT_COLUMN_COUNT) {
		a->seq = row_int(r, row, AUDIT_COLUMN_COUNT);
		a->hash = row_text(r, row, AUDIT_COLUMN_COUNT + 1);
	}
}

static bool query(struct ctx *c, const char *sql, struct db_args args, struct audit **out,
		  int *count)
{
	struct rows r;

	if (!db_run(c, &r, sql, args))
		return false;
	*count = r.count;
	*out = arena_array(c->arena, struct audit, (size_t)r.count);
	for (int i = 0; i < r.count; i++)
		fill(&(*out)[i], &r, i);
	return true;
}

static bool count_all(struct ctx *c, const struct where *w, int64_t *total)
{
	struct rows r;

	if (!db_run(c, &r,
		    arena_printf(c->arena, "SELECT COUNT(*) FROM audit a WHERE a.org_id = $1%s",
				 where_sql(w)),
		    where_args(w)))
		return false;
	*total = row_int(&r, 0, 0);
	return true;
}

/* "user." stands for every action that begins so: up to "user/", its successor. */
static void where_action(struct where *w, const char *action)
{
	size_t n = action ? strlen(action) : 0;

	if (n == 0 || action[n - 1] != '.') {
		where_text(w, "a.action = $%d", action);
		return;
	}
	where_text(w, "a.action >= $%d", action);
	where_text(w, "a.action < $%d", arena_printf(w->c->arena, "%.*s/", (int)n - 1, action));
}

bool audit_list(struct ctx *c, const struct audit_query *q, struct audit **out, int *count,
		int64_t *total)
{
	struct where w = where_org(c);
	int limit;

	where_action(&w, q->action);
	where_text(&w, "a.target_id = $%d", q->target_id);
	where_text(&w, "a.actor = $%d", q->actor);
	where_int(&w, "a.at >= $%d", q->from);
	where_int(&w, "a.at < $%d", q->until);
	if (total && !count_all(c, &w, total))
		return false;
	where_text(&w, "a.id < $%d", q->before_id);
	limit = where_value(&w, db_int(q->limit));
	return query(c,
		     arena_printf(c->arena,
				  "SELECT " AUDIT_COLUMNS ", s.seq, s.hash FROM audit a"
				  " LEFT JOIN audit_chain s ON s.org_id = a.org_id"
				  " AND s.audit_id = a.id WHERE a.org_id = $1%s ORDER BY a.id DESC "
				  "LIMIT $%d",
				  where_sql(&w), limit),
		     where_args(&w), out, count);
}

bool audit_chain(struct ctx *c, int64_t after_seq, int64_t limit, struct audit **out, int *count)
{
	return query(c,
		     "SELECT " AUDIT_COLUMNS ", s.seq, s.hash FROM audit_chain s"
		     " JOIN audit a ON a.org_id = s.org_id AND a.id = s.audit_id"
		     " WHERE s.org_id = $1 AND s.seq > $2 ORDER BY s.seq LIMIT $3",
		     DB_ARGS(db_text(c->org->id), db_int(after_seq), db_int(limit)), out, count);
}

static void put_netstring(struct buf *b, const char *s)
{
	if (s)
		buf_printf(b, "%zu:", strlen(s));
	buf_puts(b, s ? s : "-");
	buf_puts(b, ",");
}

const char *audit_hash(struct ctx *c, const struct audit *a, const char *previous)
{
	const char *const field[] = {
		previous,       a->id,        arena_printf(c->arena, "%" PRId64, a->at),
		a->actor,       a->source_id, a->action,
		a->target_kind, a->target_id, a->before,
		a->after,       a->reason,    a->trace,
		a->address,
	};
	struct buf b = buf_in(c->arena, RECORD_MAX);

	for (size_t i = 0; i < sizeof(field) / sizeof(field[0]); i++)
		put_netstring(&b, field[i]);
	return secret_digest(c->arena, b.p);
}

/* The end of the chain, and the newest record in it. */
struct chain_end {
	int64_t seq;
	const char *hash, *newest;
};

static bool find_end(struct ctx *c, struct chain_end *end)
{
	struct rows last, newest;
	struct db_args org = DB_ARGS(db_text(c->org->id));
	const struct db_stmt reads[] = {
		{ "SELECT seq, hash FROM audit_chain WHERE org_id = $1 ORDER BY seq DESC LIMIT 1",
		  org, &last },
		{ "SELECT MAX(audit_id) FROM audit_chain WHERE org_id = $1", org, &newest },
	};

	if (!db_run_all(c, reads, 2))
		return false;
	end->seq = last.count ? row_int(&last, 0, 0) : 0;
	end->hash = last.count ? row_text(&last, 0, 1) : "";
	end->newest = last.count ? row_text(&newest, 0, 0) : "";
	return true;
}

static bool find_fresh(struct ctx *c, const char *newest, int64_t limit, struct audit **out,
		       int *count)
{
	return query(c,
		     "SELECT " AUDIT_COLUMNS " FROM audit a WHERE a.org_id = $1 AND a.id > $2"
		     " AND a.id < $3 ORDER BY a.id LIMIT $4",
		     DB_ARGS(db_text(c->org->id), db_text(newest),
			     db_text(id_floor(c->arena, c->now - AUDIT_SETTLE_MS)), db_int(limit)),
		     out, count);
}

/* Looking through everything is dear: each organization has ten seconds of the
 * hour for it. */
static bool is_sweep(const struct ctx *c)
{
	return (c->now + text_hash(c->org->id) % SWEEP_MS) % SWEEP_MS < SWEEP_TAKES_MS;
}

/* Records that were committed after younger ones had been sealed. */
static bool find_late(struct ctx *c, const char *newest, int64_t limit, struct audit **out,
		      int *count)
{
	int64_t from = id_time(newest) - LATE_MS;

	*count = 0;
	if (!*newest || (!is_sweep(c) && c->now - LATE_MS * 2 > id_time(newest)))
		return true;
	return query(c,
		     "SELECT " AUDIT_COLUMNS " FROM audit a WHERE a.org_id = $1 AND a.id > $2"
		     " AND a.id < $3 AND NOT EXISTS (SELECT 1 FROM audit_chain s"
		     " WHERE s.org_id = a.org_id AND s.audit_id = a.id) ORDER BY a.id LIMIT $4",
		     DB_ARGS(db_text(c->org->id),
			     db_text(is_sweep(c) ? "" : id_floor(c->arena, from)), db_text(newest),
			     db_int(limit)),
		     out, count);
}

/* Appends n records to the chain, and moves its end. */
static bool append(struct ctx *c, struct chain_end *end, const struct audit *a, int n)
{
	struct db_val *list = arena_array(c->arena, struct db_val, (size_t)n * 3 + 1), *v = list;

	*v++ = db_text(c->org->id);
	for (int i = 0; i < n; i++) {
		end->hash = audit_hash(c, &a[i], end->hash);
		*v++ = db_int(++end->seq);
		*v++ = db_text(a[i].id);
		*v++ = db_text(end->hash);
	}
	return db_run(c, NULL,
		      insert_sql(c->arena,
				 "INSERT INTO audit_chain (org_id, seq, audit_id, hash) VALUES", n,
				 4, ""),
		      (struct db_args){ list, (int)(v - list) });
}

static bool append_all(struct ctx *c, struct chain_end *end, const struct audit *a, int n)
{
	SCOPED_TX tx = { 0 };

	if (!tx_begin(c, &tx))
		return false;
	for (int done = 0; done < n; done += INSERT_ROWS)
		if (!append(c, end, a + done, n - done < INSERT_ROWS ? n - done : INSERT_ROWS))
			return false;
	return tx_commit(&tx);
}

bool audit_seal(struct ctx *c, int64_t limit, int64_t *sealed)
{
	struct chain_end end;
	struct audit *a;
	int n;

	*sealed = 0;
	if (!find_end(c, &end) || !find_fresh(c, end.newest, limit, &a, &n))
		return false;
	if (n == 0 && !find_late(c, end.newest, limit, &a, &n))
		return false;
	if (n == 0)
		return true;
	if (!append_all(c, &end, a, n))
		return err_take(&c->err, ERR_UNIQUE); /* another process was faster */
	*sealed = n;
	return true;
}
