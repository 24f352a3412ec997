/* hold.c - holds and their lists, read. */
#include "access/hold.h"

#include <string.h>

#include "access/held.h"
#include "base/text.h"

const char *const hold_kind_names[HOLD_KINDS] = { "members", "sign-in", "run" };
const char *const hold_state_names[HOLD_STATES] = { "open", "approved", "rejected", "expired",
						    "superseded" };

/* $2 is the time: nobody has to be there when a hold expires. */
#define STATE                                                                                      \
	"CASE WHEN h.state = 'open' AND h.expires > 0 AND h.expires <= $2"                         \
	" THEN 'expired' ELSE h.state END"
#define SELECT                                                                                     \
	"SELECT h.id, h.source_id, s.name, h.run_id, h.kind, " STATE ", h.digest, h.reason,"       \
	" h.people, h.version, h.created, h.expires, h.decided, h.decided_by, h.decision"          \
	" FROM holds h LEFT JOIN sources s ON s.org_id = h.org_id AND s.id = h.source_id"          \
	" WHERE h.org_id = $1"

static int word_in(const char *const *words, int n, const char *text)
{
	for (int i = 0; i < n; i++)
		if (strcmp(words[i], text) == 0)
			return i;
	return 0;
}

static void fill(struct hold *h, const struct rows *r, int row)
{
	*h = (struct hold){
		.id = row_text(r, row, 0),
		.source_id = row_text(r, row, 1),
		.source_name = row_text(r, row, 2),
		.run_id = row_text(r, row, 3),
		.kind = (enum hold_kind)word_in(hold_kind_names, HOLD_KINDS, row_text(r, row, 4)),
		.state = (enum hold_state)word_in(hold_state_names, HOLD_STATES,
						  row_text(r, row, 5)),
		.digest = row_text(r, row, 6),
		.reason = row_text(r, row, 7),
		.people = row_int(r, row, 8),
		.version = row_int(r, row, 9),
		.created = row_int(r, row, 10),
		.expires = row_int(r, row, 11),
		.decided = row_int(r, row, 12),
		.decided_by = row_text(r, row, 13),
		.decision = row_text(r, row, 14),
	};
}

static void fill_all(struct ctx *c, const struct rows *r, struct hold **out, int *count)
{
	*out = arena_array(c->arena, struct hold, (size_t)r->count + 1);
	*count = r->count;
	for (int i = 0; i < r->count; i++)
		fill(&(*out)[i], r, i);
}

static bool one(struct ctx *c, const char *sql, const char *key, struct hold **out)
{
	struct rows r;

	if (!db_run(c, &r, sql, DB_ARGS(db_text(c->org->id), db_int(c->now), db_text(key))))
		return false;
	*out = r.count ? arena_new(c->arena, struct hold) : NULL;
	if (*out)
		fill(*out, &r, 0);
	return true;
}

bool hold_find(struct ctx *c, const char *id, struct hold **out)
{
	return one(c, SELECT " AND h.id = $3", id, out);
}

bool hold_get(struct ctx *c, const char *id, struct hold **out)
{
	if (!hold_find(c, id, out))
		return false;
	return *out || error(c, ERR_NOT_FOUND, "there is no hold %.100s", id);
}

bool hold_of_run(struct ctx *c, const char *run_id, struct hold **out)
{
	return one(c, SELECT " AND h.run_id = $3 ORDER BY h.id DESC LIMIT 1", run_id, out);
}

bool hold_list(struct ctx *c, const char *state, const char *source_id, const char *before,
	       int64_t limit, struct hold **out, int *count, int64_t *total)
{
	struct rows r, sum;
	const struct db_stmt stmts[] = {
		{ SELECT " AND (CAST($3 AS TEXT) IS NULL OR " STATE " = CAST($3 AS TEXT))"
			 " AND (CAST($4 AS TEXT) IS NULL OR h.source_id = CAST($4 AS TEXT))"
			 " AND ($5 = '' OR h.id < $5) ORDER BY h.id DESC LIMIT $6",
		  DB_ARGS(db_text(c->org->id), db_int(c->now), db_text(state), db_text(source_id),
			  db_text(before), db_int(limit)),
		  &r },
		{ "SELECT COUNT(*) FROM holds h WHERE h.org_id = $1"
		  " AND (CAST($3 AS TEXT) IS NULL OR " STATE " = CAST($3 AS TEXT))"
		  " AND (CAST($4 AS TEXT) IS NULL OR h.source_id = CAST($4 AS TEXT))",
		  DB_ARGS(db_text(c->org->id), db_int(c->now), db_text(state), db_text(source_id)),
		  &sum },
	};

	if (!db_run_all(c, stmts, 2))
		return false;
	fill_all(c, &r, out, count);
	*total = row_int(&sum, 0, 0);
	return true;
}

bool hold_list_of(struct ctx *c, const char *user_id, struct hold **out, int *count)
{
	struct rows r;

	if (!db_run(c, &r,
		    SELECT " AND " STATE " IN ('open', 'rejected') AND h.id IN"
			   " (SELECT p.hold_id FROM hold_people p WHERE p.org_id = $1"
			   " AND p.user_id = $3 AND p.gone = $4) ORDER BY h.id",
		    DB_ARGS(db_text(c->org->id), db_int(c->now), db_text(user_id), db_bool(false))))
		return false;
	fill_all(c, &r, out, count);
	return true;
}

bool hold_people(struct ctx *c, const char *hold_id, const char *after, int64_t limit,
		 struct hold_person **out, int *count)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT p.user_id, u.user_name, p.what, p.before, p.after FROM hold_people p"
		    " JOIN users u ON u.org_id = p.org_id AND u.id = p.user_id"
		    " WHERE p.org_id = $1 AND p.hold_id = $2 AND p.gone = $3 AND p.user_id > $4"
		    " ORDER BY p.user_id LIMIT $5",
		    DB_ARGS(db_text(c->org->id), db_text(hold_id), db_bool(false), db_text(after),
			    db_int(limit))))
		return false;
	*out = arena_array(c->arena, struct hold_person, (size_t)r.count + 1);
	*count = r.count;
	for (int i = 0; i < r.count; i++)
		(*out)[i] = (struct hold_person){ .user_id = row_text(&r, i, 0),
						  .user_name = row_text(&r, i, 1),
						  .what = row_text(&r, i, 2),
						  .before = row_text(&r, i, 3),
						  .after = row_text(&r, i, 4) };
	return true;
}

bool hold_count_open(struct ctx *c, int64_t *out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT COUNT(*) FROM holds h WHERE h.org_id = $1 AND h.state = 'open'"
		    " AND (h.expires = 0 OR h.expires > $2)",
		    DB_ARGS(db_text(c->org->id), db_int(c->now))))
		return false;
	*out = row_int(&r, 0, 0);
	return true;
}

static bool names(struct ctx *c, const char *hold_id, int64_t version, bool gone, int limit,
		  const char ***out, int *count)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT u.user_name FROM hold_people p JOIN users u ON u.org_id = p.org_id"
		    " AND u.id = p.user_id WHERE p.org_id = $1 AND p.hold_id = $2"
		    " AND p.moved > $3 AND p.gone = $4 ORDER BY u.user_name LIMIT $5",
		    DB_ARGS(db_text(c->org->id), db_text(hold_id), db_int(version), db_bool(gone),
			    db_int(limit))))
		return false;
	*out = arena_array(c->arena, const char *, (size_t)r.count + 1);
	*count = r.count;
	for (int i = 0; i < r.count; i++)
		(*out)[i] = row_text(&r, i, 0);
	return true;
}

bool hold_moves(struct ctx *c, const char *hold_id, int64_t version, int limit,
		struct hold_moves *out)
{
	return names(c, hold_id, version, false, limit, &out->came, &out->cames) &&
	       names(c, hold_id, version, true, limit, &out->left, &out->lefts);
}
