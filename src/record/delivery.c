/* delivery.c - whose turn it is, what it has to send, and what became of it. */
#include <string.h>

#include "base/id.h"
#include "base/org.h"
#include "record/webhook.h"

enum { CANDIDATES = 16 };

/* Only the first of each person that is put aside may be tried. */
#define IS_FIRST                                                                                   \
	" AND NOT EXISTS (SELECT 1 FROM webhook_deliveries e WHERE e.org_id = d.org_id"            \
	" AND e.webhook_id = d.webhook_id AND e.state = 'waiting' AND e.lane = d.lane"             \
	" AND e.seq < d.seq)"

/* Some that look free, over every organization; which one is ours shows turn_claim(). */
static bool turn_candidates(struct ctx *c, struct rows *out)
{
	return db_run(c, out,
		      /* every organization */
		      "SELECT t.org_id, t.webhook_id FROM webhook_turns t WHERE t.due <= $1"
		      " AND t.rest <= $1 AND t.lease < $1 ORDER BY t.due LIMIT $2",
		      DB_ARGS(db_int(c->now), db_int(CANDIDATES)));
}

static bool turn_claim(struct ctx *c, struct turn *t, bool *got)
{
	struct rows r;

	if (!db_run(c, &r,
		    "UPDATE webhook_turns SET owner = $3, lease = $4 WHERE org_id = $1"
		    " AND webhook_id = $2 AND due <= $5 AND rest <= $5 AND lease < $5"
		    " RETURNING calls",
		    DB_ARGS(db_text(t->org_id), db_text(t->webhook_id), db_text(t->owner),
			    db_int(c->now + TURN_LEASE_MS), db_int(c->now))))
		return false;
	*got = r.count > 0;
	t->calls = *got ? row_int(&r, 0, 0) : 0;
	return true;
}

bool turn_take(struct ctx *c, const char *owner, struct turn *out, bool *got)
{
	struct rows r;

	*got = false;
	if (!turn_candidates(c, &r))
		return false;
	for (int i = 0; i < r.count && !*got; i++) {
		*out = (struct turn){ .org_id = row_text(&r, i, 0),
				      .webhook_id = row_text(&r, i, 1),
				      .owner = owner };
		if (!turn_claim(c, out, got))
			return false;
	}
	return true;
}

bool turn_end(struct ctx *c, const struct turn *t, int64_t due, int64_t rest)
{
	struct rows r;

	if (!db_run(c, &r,
		    "UPDATE webhook_turns SET owner = NULL, lease = 0, rest = $6,"
		    " due = CASE WHEN calls = $4 THEN CAST($5 AS BIGINT) ELSE 0 END"
		    " WHERE org_id = $1 AND webhook_id = $2 AND owner = $3",
		    DB_ARGS(db_text(t->org_id), db_text(t->webhook_id), db_text(t->owner),
			    db_int(t->calls), db_int(due), db_int(rest))))
		return false;
	return r.changed == 1 ||
	       error(c, ERR_CONFLICT, "another process works on webhook %s by now", t->webhook_id);
}

/* The columns of an event, then those of its delivery. */
static void fill(struct delivery *d, const struct rows *r, int row)
{
	*d = (struct delivery){
		.event = { .id = row_text(r, row, 0),
			   .type = row_text(r, row, 1),
			   .user_id = row_text(r, row, 2),
			   .payload = row_text(r, row, 3),
			   .at = row_int(r, row, 4),
			   .seq = row_int(r, row, 5) },
		.id = row_text(r, row, 6),
		.tries = row_int(r, row, 7),
		.next_at = row_int(r, row, 8),
		.behind = row_int(r, row, 9) != 0,
		.state = row_text(r, row, 10),
		.status = row_int(r, row, 11),
		.error = row_text(r, row, 12),
		.changed = row_int(r, row, 13),
	};
}

#define EVENT     "o.id, o.type, o.user_id, o.payload, o.at, o.seq"
#define PUT_ASIDE EVENT ", d.id, d.tries, d.next_at, 0, d.state, d.status, d.error, d.changed"
#define FROM_BOTH                                                                                  \
	" FROM webhook_deliveries d JOIN outbox o ON o.org_id = d.org_id AND o.seq = d.seq"        \
	" WHERE d.org_id = $1"

static bool fetch(struct ctx *c, const char *sql, struct db_args args, struct delivery **out,
		  int *count)
{
	struct rows r;

	if (!db_run(c, &r, sql, args))
		return false;
	*count = r.count;
	*out = arena_array(c->arena, struct delivery, (size_t)r.count);
	for (int i = 0; i < r.count; i++)
		fill(&(*out)[i], &r, i);
	return true;
}

bool delivery_due(struct ctx *c, const struct webhook *w, int64_t limit, struct delivery **out,
		  int *count)
{
	if (!fetch(c,
		   "SELECT " PUT_ASIDE FROM_BOTH " AND d.webhook_id = $2 AND d.state = 'waiting'"
		   " AND d.next_at <= $3" IS_FIRST " ORDER BY d.seq LIMIT $4",
		   DB_ARGS(db_text(c->org->id), db_text(w->id), db_int(c->now), db_int(limit)), out,
		   count))
		return false;
	if (*count)
		return true;
	return fetch(c,
		     "SELECT " EVENT ", NULL, 0, 0, CASE WHEN EXISTS (SELECT 1 FROM"
		     " webhook_deliveries d WHERE d.org_id = o.org_id AND d.webhook_id = $2"
		     " AND d.state = 'waiting' AND d.lane = COALESCE(o.user_id, ''))"
		     " THEN 1 ELSE 0 END, NULL, 0, NULL, 0 FROM outbox o WHERE o.org_id = $1"
		     " AND o.seq > $3 ORDER BY o.seq LIMIT $4",
		     DB_ARGS(db_text(c->org->id), db_text(w->id), db_int(w->place), db_int(limit)),
		     out, count);
}

bool delivery_next(struct ctx *c, const char *webhook_id, int64_t *at)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT MIN(d.next_at) FROM webhook_deliveries d WHERE d.org_id = $1"
		    " AND d.webhook_id = $2 AND d.state = 'waiting'" IS_FIRST,
		    DB_ARGS(db_text(c->org->id), db_text(webhook_id))))
		return false;
	*at = row_text(&r, 0, 0) ? row_int(&r, 0, 0) : INT64_MAX;
	return true;
}

static bool put_aside(struct ctx *c, const struct webhook *w, const struct delivery *d)
{
	const char *lane = d->event.user_id ? d->event.user_id : "";
	const char *state = d->fate == FATE_DEAD ? "dead" : "waiting";

	if (d->id)
		return db_push(c,
			       "UPDATE webhook_deliveries SET state = $3, tries = $4, next_at = $5,"
			       " status = $6, error = $7, changed = $8 WHERE org_id = $1"
			       " AND id = $2",
			       DB_ARGS(db_text(c->org->id), db_text(d->id), db_text(state),
				       db_int(d->tries), db_int(d->next_at), db_int(d->status),
				       db_text(d->error), db_int(c->now)));
	return db_push(c,
		       "INSERT INTO webhook_deliveries (org_id, id, webhook_id, seq, lane, state,"
		       " tries, next_at, status, error, changed) VALUES ($1, $2, $3, $4, $5, $6,"
		       " $7, $8, $9, $10, $11) ON CONFLICT (org_id, webhook_id, seq) DO NOTHING",
		       DB_ARGS(db_text(c->org->id), db_text(id_new(c->arena)), db_text(w->id),
			       db_int(d->event.seq), db_text(lane), db_text(state),
			       db_int(d->tries), db_int(d->next_at), db_int(d->status),
			       db_text(d->error), db_int(c->now)));
}

static bool save_one(struct ctx *c, const struct webhook *w, const struct delivery *d)
{
	if (d->fate == FATE_NONE || (d->fate == FATE_TAKEN && !d->id))
		return true;
	if (d->fate == FATE_TAKEN)
		return db_push(c, "DELETE FROM webhook_deliveries WHERE org_id = $1 AND id = $2",
			       DB_ARGS(db_text(c->org->id), db_text(d->id)));
	return put_aside(c, w, d);
}

bool delivery_save(struct ctx *c, const struct webhook *w, const struct delivery *d, int n)
{
	for (int i = 0; i < n; i++)
		if (!save_one(c, w, &d[i]))
			return false;
	return db_push(c,
		       "UPDATE webhooks SET place = $3, failures = $4, failing_since = $5,"
		       " delivered = $6, last_error = $7,"
		       " paused = COALESCE(paused, CAST($8 AS TEXT))"
		       " WHERE org_id = $1 AND id = $2",
		       DB_ARGS(db_text(c->org->id), db_text(w->id), db_int(w->place),
			       db_int(w->failures), db_int(w->failing_since), db_int(w->delivered),
			       db_text(w->last_error), db_text(w->paused)));
}

bool delivery_list(struct ctx *c, const char *webhook_id, const char *state, int64_t after,
		   int64_t limit, struct delivery **out, int *count, int64_t *total)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT COUNT(*) FROM webhook_deliveries d WHERE d.org_id = $1"
		    " AND d.webhook_id = $2"
		    " AND (CAST($3 AS TEXT) IS NULL OR d.state = CAST($3 AS TEXT))",
		    DB_ARGS(db_text(c->org->id), db_text(webhook_id), db_text(state))))
		return false;
	*total = row_int(&r, 0, 0);
	return fetch(c,
		     "SELECT " PUT_ASIDE FROM_BOTH " AND d.webhook_id = $2"
		     " AND (CAST($3 AS TEXT) IS NULL OR d.state = CAST($3 AS TEXT))"
		     " AND d.seq > $4 ORDER BY d.seq LIMIT $5",
		     DB_ARGS(db_text(c->org->id), db_text(webhook_id), db_text(state),
			     db_int(after), db_int(limit)),
		     out, count);
}
