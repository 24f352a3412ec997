/* outbox.c - gives events their numbers, and reads the feed. */
#include "record/outbox.h"

#include <string.h>

#include "base/org.h"
#include "base/text.h"
#include "sql.h"

static bool any_fresh(struct ctx *c, bool *out)
{
	struct rows r;

	if (!db_run(c, &r, "SELECT id FROM outbox WHERE org_id = $1 AND seq IS NULL LIMIT 1",
		    DB_ARGS(db_text(c->org->id))))
		return false;
	*out = r.count > 0;
	return true;
}

/*
 * Whoever numbers at the same time takes a number that is taken, or finds a row that has
 * one: the unique index and the last condition see to it.  The numbers have no gaps, so
 * nothing can appear below the last one.
 */
static bool number(struct ctx *c, int64_t limit, int64_t *ordered)
{
	SCOPED_TX tx = { 0 };
	struct rows r;

	if (!tx_begin(c, &tx) ||
	    !db_run(c, &r,
		    "UPDATE outbox SET seq = f.seq FROM (SELECT o.id, ROW_NUMBER() OVER (ORDER BY"
		    " o.id) + (SELECT COALESCE(MAX(l.seq), 0) FROM outbox l WHERE l.org_id = $1"
		    " AND l.seq IS NOT NULL) AS seq FROM outbox o WHERE o.org_id = $1"
		    " AND o.seq IS NULL ORDER BY o.id LIMIT $2) f"
		    " WHERE outbox.org_id = $1 AND outbox.id = f.id AND outbox.seq IS NULL",
		    DB_ARGS(db_text(c->org->id), db_int(limit))))
		return false;
	*ordered = r.changed;
	return (r.changed == 0 ||
		db_run(c, NULL,
		       "UPDATE webhook_turns SET due = 0, calls = calls + 1 WHERE org_id = $1",
		       DB_ARGS(db_text(c->org->id)))) &&
	       tx_commit(&tx);
}

bool event_order(struct ctx *c, int64_t limit, int64_t *ordered)
{
	bool fresh;

	*ordered = 0;
	if (!any_fresh(c, &fresh))
		return false;
	if (!fresh || number(c, limit, ordered))
		return true;
	*ordered = 0;
	return err_take(&c->err, ERR_UNIQUE); /* another process was faster */
}

bool event_place(struct ctx *c, const char *after, int64_t *seq)
{
	struct rows r;

	*seq = 0;
	if (!*after || text_int(after, 0, INT64_MAX, seq))
		return true;
	if (!db_run(c, &r, "SELECT seq FROM outbox WHERE org_id = $1 AND id = $2",
		    DB_ARGS(db_text(c->org->id), db_text(after))))
		return false;
	if (!r.count || !row_text(&r, 0, 0))
		return error(c, ERR_VALUE,
			     "after must be seq or id of an event of the feed; nothing stands for "
			     "its start");
	*seq = row_int(&r, 0, 0);
	return true;
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
	if (left) /* numbers have no gaps */
		*left = last > after ? last - after : 0;
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
