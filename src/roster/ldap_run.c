/* ldap_run.c - runs of LDAP connections: what was asked, how far it is, what came of it. */
#include <string.h>

#include "base/id.h"
#include "base/org.h"
#include "roster/ldap_store.h"

#define COLS                                                                                       \
	"r.id, r.source_id, r.state, r.kind, r.dry_run, r.whole, r.asked_by, r.created, "          \
	"r.started,"                                                                               \
	" r.ended, r.entries_read, r.compared, r.changed, r.total, r.phase, r.place, r.applied,"   \
	" r.hold_id, r.error, r.detail, r.feed"

static void fill(struct ldap_run *out, const struct rows *r, int row)
{
	*out = (struct ldap_run){
		.id = row_text(r, row, 0),
		.source_id = row_text(r, row, 1),
		.state = row_text(r, row, 2),
		.kind = row_text(r, row, 3),
		.dry_run = row_bool(r, row, 4),
		.whole = row_bool(r, row, 5),
		.asked_by = row_text(r, row, 6),
		.created = row_int(r, row, 7),
		.started = row_int(r, row, 8),
		.ended = row_int(r, row, 9),
		.read = row_int(r, row, 10),
		.compared = row_int(r, row, 11),
		.changed = row_int(r, row, 12),
		.total = row_int(r, row, 13),
		.phase = row_int(r, row, 14),
		.place = row_text(r, row, 15),
		.applied = row_int(r, row, 16),
		.hold_id = row_text(r, row, 17),
		.error = row_text(r, row, 18),
		.detail = row_text(r, row, 19),
		.feed = row_text(r, row, 20),
	};
}

bool ldap_run_insert(struct ctx *c, struct ldap_run *r)
{
	r->id = id_new(c->arena);
	r->state = "queued";
	r->place = "";
	r->created = c->now;
	return db_run(c, NULL,
		      "INSERT INTO ldap_runs (org_id, id, source_id, state, dry_run, whole,"
		      " asked_by, created, started, ended, entries_read, compared, changed, total,"
		      " phase, place, applied) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, 0,"
		      " 0, 0, 0, '', 0)",
		      DB_ARGS(db_text(c->org->id), db_text(r->id), db_text(r->source_id),
			      db_text(r->state), db_bool(r->dry_run), db_bool(r->whole),
			      db_text(r->asked_by), db_int(c->now)));
}

bool ldap_run_save(struct ctx *c, const struct ldap_run *r)
{
	return db_push(c,
		       "UPDATE ldap_runs SET state = $3, kind = $4, started = $5, ended = $6,"
		       " entries_read = $7, compared = $8, changed = $9, total = $10, phase = $11,"
		       " place = $12, applied = $13, hold_id = $14, error = $15, detail = $16,"
		       " feed = $17 WHERE org_id = $1 AND id = $2",
		       DB_ARGS(db_text(c->org->id), db_text(r->id), db_text(r->state),
			       db_text(r->kind), db_int(r->started), db_int(r->ended),
			       db_int(r->read), db_int(r->compared), db_int(r->changed),
			       db_int(r->total), db_int(r->phase), db_text(r->place),
			       db_int(r->applied), db_text(r->hold_id), db_text(r->error),
			       db_text(r->detail), db_text(r->feed)));
}

static bool one(struct ctx *c, const char *sql, struct db_args args, struct ldap_run **out)
{
	struct rows r;

	if (!db_run(c, &r, sql, args))
		return false;
	*out = NULL;
	if (r.count) {
		*out = arena_new(c->arena, struct ldap_run);
		fill(*out, &r, 0);
	}
	return true;
}

bool ldap_run_get(struct ctx *c, const char *source_id, const char *id, struct ldap_run **out)
{
	if (!one(c,
		 "SELECT " COLS " FROM ldap_runs r WHERE r.org_id = $1 AND r.id = $2"
		 " AND r.source_id = $3",
		 DB_ARGS(db_text(c->org->id), db_text(id), db_text(source_id)), out))
		return false;
	return *out || error(c, ERR_NOT_FOUND, "this connection has no run %.100s", id);
}

bool ldap_run_open(struct ctx *c, const char *source_id, struct ldap_run **out)
{
	return one(c,
		   "SELECT " COLS " FROM ldap_runs r WHERE r.org_id = $1 AND r.source_id = $2"
		   " AND r.state IN ('queued', 'reading', 'comparing', 'applying')"
		   " ORDER BY CASE WHEN r.state = 'queued' THEN 1 ELSE 0 END, r.id LIMIT 1",
		   DB_ARGS(db_text(c->org->id), db_text(source_id)), out);
}

bool ldap_run_queued(struct ctx *c, const char *source_id, bool dry_run, bool whole,
		     struct ldap_run **out)
{
	return one(c,
		   "SELECT " COLS " FROM ldap_runs r WHERE r.org_id = $1 AND r.source_id = $2"
		   " AND r.state = 'queued' AND r.dry_run = $3 AND r.whole = $4"
		   " ORDER BY r.id LIMIT 1",
		   DB_ARGS(db_text(c->org->id), db_text(source_id), db_bool(dry_run),
			   db_bool(whole)),
		   out);
}

bool ldap_run_held(struct ctx *c, const char *source_id, struct ldap_run **out)
{
	return one(c,
		   "SELECT " COLS " FROM ldap_runs r WHERE r.org_id = $1 AND r.source_id = $2"
		   " AND r.state = 'held' ORDER BY r.id LIMIT 1",
		   DB_ARGS(db_text(c->org->id), db_text(source_id)), out);
}

bool ldap_run_braked(struct ctx *c, const char *source_id, struct ldap_run **out)
{
	return one(c,
		   "SELECT " COLS " FROM ldap_runs r WHERE r.org_id = $1 AND r.source_id = $2"
		   " AND r.hold_id IS NOT NULL AND r.state <> 'failed' ORDER BY r.id DESC LIMIT 1",
		   DB_ARGS(db_text(c->org->id), db_text(source_id)), out);
}

bool ldap_run_list(struct ctx *c, const char *source_id, const char *before, int64_t limit,
		   struct ldap_run **out, int *count, int64_t *total)
{
	struct rows r, all;
	const struct db_stmt reads[] = {
		{ "SELECT COUNT(*) FROM ldap_runs r WHERE r.org_id = $1 AND r.source_id = $2",
		  DB_ARGS(db_text(c->org->id), db_text(source_id)), &all },
		{ "SELECT " COLS " FROM ldap_runs r WHERE r.org_id = $1 AND r.source_id = $2"
		  " AND (CAST($3 AS TEXT) IS NULL OR r.id < CAST($3 AS TEXT))"
		  " ORDER BY r.id DESC LIMIT $4",
		  DB_ARGS(db_text(c->org->id), db_text(source_id), db_text(before), db_int(limit)),
		  &r },
	};

	if (!db_run_all(c, reads, 2))
		return false;
	*total = row_int(&all, 0, 0);
	*count = r.count;
	*out = arena_array(c->arena, struct ldap_run, (size_t)r.count);
	for (int i = 0; i < r.count; i++)
		fill(&(*out)[i], &r, i);
	return true;
}

bool ldap_run_sweep(struct ctx *c, const char *source_id, int64_t keep)
{
	struct rows r;
	struct db_args args;

	if (!db_run(c, &r,
		    "SELECT r.id FROM ldap_runs r WHERE r.org_id = $1 AND r.source_id = $2"
		    " AND r.state IN ('done', 'failed') ORDER BY r.id DESC LIMIT 1 OFFSET $3",
		    DB_ARGS(db_text(c->org->id), db_text(source_id), db_int(keep))))
		return false;
	if (r.count == 0)
		return true;
	args = DB_ARGS(db_text(c->org->id), db_text(source_id), db_text(row_text(&r, 0, 0)));
	return db_push(c,
		       "DELETE FROM ldap_staged WHERE org_id = $1 AND run_id IN (SELECT r.id"
		       " FROM ldap_runs r WHERE r.org_id = $1 AND r.source_id = $2"
		       " AND r.state IN ('done', 'failed') AND r.id <= $3)",
		       args) &&
	       db_push(c,
		       "DELETE FROM ldap_runs WHERE org_id = $1 AND source_id = $2"
		       " AND state IN ('done', 'failed') AND id <= $3",
		       args);
}
