/* outbox.c - gives events their numbers, reads the feed, and removes what is old. */
#include "record/outbox.h"

#include <inttypes.h>
#include <string.h>

#include "base/org.h"
#include "base/text.h"
#include "sql.h"

/* Those without a number, limit at most, oldest first. */
static bool fresh(struct ctx *c, int64_t limit, struct rows *out)
{
	return db_run(c, out,
		      "SELECT id FROM outbox WHERE org_id = $1 AND seq IS NULL ORDER BY id LIMIT "
		      "$2",
		      DB_ARGS(db_text(c->org->id), db_int(limit)));
}

/*
 * One by one, found by their key: a statement over all of them at once is planned for the few
 * that there were when statistics were taken, and takes seconds for the thousands there are.
 */
static bool give(struct ctx *c, const struct rows *events, int64_t last)
{
	for (int i = 0; i < events->count; i++)
		if (!db_push(c,
			     "UPDATE outbox SET seq = $3 WHERE org_id = $1 AND id = $2"
			     " AND seq IS NULL",
			     DB_ARGS(db_text(c->org->id), db_text(row_text(events, i, 0)),
				     db_int(last + 1 + i))))
			return false;
	return true;
}

/*
 * Whoever numbers at the same time takes a number that is taken, or finds a row that has
 * one: the unique index and the condition on the row see to it.  The numbers have no gaps,
 * so nothing can appear below the last one.
 */
static bool number(struct ctx *c, int64_t limit, int64_t *ordered)
{
	SCOPED_TX tx = { 0 };
	struct rows events;
	int64_t last;

	if (!tx_begin(c, &tx) || !event_last(c, &last) || !fresh(c, limit, &events) ||
	    !give(c, &events, last))
		return false;
	*ordered = events.count;
	return (events.count == 0 ||
		db_run(c, NULL,
		       "UPDATE webhook_turns SET due = 0, calls = calls + 1 WHERE org_id = $1",
		       DB_ARGS(db_text(c->org->id)))) &&
	       tx_commit(&tx);
}

bool event_order(struct ctx *c, int64_t limit, int64_t *ordered)
{
	struct rows any;

	*ordered = 0;
	if (!fresh(c, 1, &any))
		return false;
	if (!any.count || number(c, limit, ordered))
		return true;
	*ordered = 0;
	return err_take(&c->err, ERR_UNIQUE); /* another process was faster */
}

bool event_last(struct ctx *c, int64_t *seq)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT COALESCE(MAX(seq), 0) FROM outbox WHERE org_id = $1"
		    " AND seq IS NOT NULL",
		    DB_ARGS(db_text(c->org->id))))
		return false;
	*seq = row_int(&r, 0, 0);
	return true;
}

/* How many have been removed: of the numbers, which have no gaps, those below the first. */
static bool count_removed(struct ctx *c, int64_t *out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT COALESCE(MIN(seq), 1) FROM outbox WHERE org_id = $1"
		    " AND seq IS NOT NULL",
		    DB_ARGS(db_text(c->org->id))))
		return false;
	*out = row_int(&r, 0, 0) - 1;
	return true;
}

/* The number is one from before the reading: what happens during it is told again. */
static bool gone(struct ctx *c)
{
	int64_t last;

	return event_last(c, &last) &&
	       error(c, ERR_GONE,
		     "events that follow this place are not kept any more: read users, groups, "
		     "workspaces and projects anew, then go on with after=%" PRId64,
		     last);
}

static bool place_of_id(struct ctx *c, const char *id, int64_t *seq)
{
	int64_t removed;
	struct rows r;

	if (!db_run(c, &r, "SELECT seq FROM outbox WHERE org_id = $1 AND id = $2",
		    DB_ARGS(db_text(c->org->id), db_text(id))) ||
	    !count_removed(c, &removed))
		return false;
	if (r.count && row_text(&r, 0, 0)) {
		*seq = row_int(&r, 0, 0);
		return true;
	}
	if (removed && id_time(id))
		return gone(c);
	return error(c, ERR_VALUE,
		     "after must be seq or id of an event of the feed; nothing stands for its "
		     "start");
}

bool event_place(struct ctx *c, const char *after, int64_t *seq)
{
	if (!*after) {
		*seq = EVENT_START;
		return true;
	}
	return text_int(after, 0, INT64_MAX, seq) || place_of_id(c, after, seq);
}

bool event_list(struct ctx *c, int64_t after, int64_t limit, struct event **out, int *count,
		int64_t *left)
{
	int64_t last;
	struct rows r;

	if (left && !event_last(c, &last))
		return false;
	if (!db_run(c, &r,
		    "SELECT id, type, user_id, payload, at, seq FROM outbox"
		    " WHERE org_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
		    DB_ARGS(db_text(c->org->id), db_int(after), db_int(limit))))
		return false;
	if (after == EVENT_START)
		after = r.count ? row_int(&r, 0, 5) - 1 : 0;
	if (left) /* numbers have no gaps */
		*left = last > after ? last - after : 0;
	if (r.count && row_int(&r, 0, 5) > after + 1)
		return gone(c);
	*count = r.count;
	*out = arena_array(c->arena, struct event, (size_t)r.count);
	for (int i = 0; i < r.count; i++)
		(*out)[i] = (struct event){
			.id = row_text(&r, i, 0),
			.type = row_text(&r, i, 1),
			.user_id = row_text(&r, i, 2),
			.payload = row_text(&r, i, 3),
			.at = row_int(&r, i, 4),
			.seq = row_int(&r, i, 5),
		};
	return true;
}

/* The last event that no webhook has to get, and that is not the newest. */
static bool last_done_with(struct ctx *c, int64_t *out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT (SELECT MAX(seq) FROM outbox WHERE org_id = $1 AND seq IS NOT NULL)"
		    " - 1, (SELECT MIN(place) FROM webhooks WHERE org_id = $1),"
		    " (SELECT MIN(seq) FROM webhook_deliveries WHERE org_id = $1"
		    " AND state = 'waiting') - 1",
		    DB_ARGS(db_text(c->org->id))))
		return false;
	*out = row_int(&r, 0, 0);
	for (int col = 1; col < 3; col++)
		if (row_text(&r, 0, col) && row_int(&r, 0, col) < *out)
			*out = row_int(&r, 0, col);
	return true;
}

/* The oldest, limit at most, up to a number and before a time: *last is 0 if there is none. */
static bool oldest(struct ctx *c, int64_t upto, int64_t before, int64_t limit, int64_t *last)
{
	struct rows r;

	*last = 0;
	if (!db_run(c, &r,
		    "SELECT seq, at FROM outbox WHERE org_id = $1 AND seq <= $2 ORDER BY seq"
		    " LIMIT $3",
		    DB_ARGS(db_text(c->org->id), db_int(upto), db_int(limit))))
		return false;
	for (int i = 0; i < r.count && row_int(&r, i, 1) < before; i++)
		*last = row_int(&r, i, 0);
	return true;
}

/* Dead letters first: one that is sent again at this very moment keeps its event, and all
 * that follow. */
static bool removal(struct ctx *c, int64_t upto, int64_t *removed)
{
	struct db_args args = DB_ARGS(db_text(c->org->id), db_int(upto));
	SCOPED_TX tx = { 0 };
	struct rows r;

	if (!tx_begin(c, &tx) ||
	    !db_run(c, NULL,
		    "DELETE FROM webhook_deliveries WHERE org_id = $1 AND seq <= $2"
		    " AND state = 'dead'",
		    args) ||
	    !db_run(c, &r,
		    "DELETE FROM outbox WHERE org_id = $1 AND seq <= $2 AND seq < COALESCE((SELECT"
		    " MIN(d.seq) FROM webhook_deliveries d WHERE d.org_id = $1),"
		    " CAST($2 AS BIGINT) + 1)",
		    args))
		return false;
	*removed = r.changed;
	return tx_commit(&tx);
}

bool event_prune(struct ctx *c, int64_t before, int64_t limit, int64_t *pruned)
{
	int64_t upto;

	*pruned = 0;
	return last_done_with(c, &upto) && oldest(c, upto, before, limit, &upto) &&
	       (upto == 0 || removal(c, upto, pruned));
}
