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

#define WITH_ROLE                                                                                  \
	"SELECT COALESCE(SUM(t.n), 0) FROM tallies t WHERE t.org_id = $1 AND t.what = 'seats'"

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
	struct rows people, open;
	const struct db_stmt stmts[] = {
		{ WITH_ROLE, DB_ARGS(db_text(c->org->id)), &people },
		{ "SELECT h.id FROM holds h WHERE h.org_id = $1 AND h.source_id = $2"
		  " AND h.state = 'open' AND h.kind = $3 ORDER BY h.id",
		  DB_ARGS(db_text(c->org->id), db_text(source_id), db_text(hold_kind_names[kind])),
		  &open },
	};

	if (!db_run_all(c, stmts, 2))
		return false;
	out->open = open.count ? row_text(&open, 0, 0) : NULL;
	out->threshold = hold_threshold(c->org, row_int(&people, 0, 0));
	return used_now(c, source_id, out->threshold + 1, &out->used);
}

bool hold_over(struct ctx *c, const char *source_id, int64_t losses, bool *over)
{
	struct hold_window w;

	if (!hold_window(c, source_id, HOLD_RUN, &w))
		return false;
	*over = losses > 0 && w.used + losses > w.threshold;
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
