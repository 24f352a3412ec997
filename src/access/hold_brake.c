/* hold_brake.c - how many people a source took something from lately, and when that is too many. */
#include "access/held.h"

#include "base/id.h"

int64_t hold_threshold(const struct org *policy, int64_t people)
{
	int64_t part = people > 0 ? people * policy->hold_percent / 100 : 0;

	return part > policy->hold_people ? part : policy->hold_people;
}

bool hold_far_off(const struct hold_window *w, int64_t n)
{
	return !w->open && n <= (w->threshold - w->used) / HOLD_ABREAST;
}

static bool threshold_now(struct ctx *c, int64_t *out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT COALESCE(SUM(t.n), 0) FROM tallies t WHERE t.org_id = $1"
		    " AND t.what = 'seats'",
		    DB_ARGS(db_text(c->org->id))))
		return false;
	*out = hold_threshold(c->org, row_int(&r, 0, 0));
	return true;
}

/* Counted as far as it matters: a day may have a hundred thousand. */
static bool used_now(struct ctx *c, const char *source_id, int64_t enough, int64_t *out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT COALESCE(SUM(x.n), 0) FROM (SELECT l.n FROM losses l"
		    " WHERE l.org_id = $1 AND l.source_id = $2 AND l.at > $3"
		    " ORDER BY l.at DESC LIMIT $4) x",
		    DB_ARGS(db_text(c->org->id), db_text(source_id),
			    db_int(c->now - HOLD_WINDOW_MS), db_int(enough))))
		return false;
	*out = row_int(&r, 0, 0);
	return true;
}

bool hold_window(struct ctx *c, const char *source_id, enum hold_kind kind, struct hold_window *out)
{
	struct rows r;

	if (!threshold_now(c, &out->threshold) ||
	    !used_now(c, source_id, out->threshold + 1, &out->used) ||
	    !db_run(c, &r,
		    "SELECT h.id FROM holds h WHERE h.org_id = $1 AND h.source_id = $2"
		    " AND h.state = 'open' AND h.kind = $3 ORDER BY h.id",
		    DB_ARGS(db_text(c->org->id), db_text(source_id),
			    db_text(hold_kind_names[kind]))))
		return false;
	out->open = r.count ? row_text(&r, 0, 0) : NULL;
	return true;
}

bool hold_over(struct ctx *c, const char *source_id, int64_t losses, bool *over)
{
	int64_t threshold, used;

	if (!threshold_now(c, &threshold) || !used_now(c, source_id, threshold + 1, &used))
		return false;
	*over = losses > 0 && used + losses > threshold;
	return true;
}

bool hold_count(struct ctx *c, const char *source_id, int64_t n)
{
	return n <= 0 || db_push(c,
				 "INSERT INTO losses (org_id, source_id, at, id, n)"
				 " VALUES ($1, $2, $3, $4, $5)",
				 DB_ARGS(db_text(c->org->id), db_text(source_id), db_int(c->now),
					 db_text(id_new(c->arena)), db_int(n)));
}

bool hold_sweep(struct ctx *c, int64_t limit)
{
	return db_run(c, NULL,
		      "DELETE FROM losses WHERE org_id = $1 AND id IN (SELECT l.id FROM losses l"
		      " WHERE l.org_id = $1 AND l.at <= $2 LIMIT $3)",
		      DB_ARGS(db_text(c->org->id), db_int(c->now - HOLD_WINDOW_MS), db_int(limit)));
}
