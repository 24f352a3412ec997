/* ldap_staged.c - what a run has found to be different, until it is applied. */
#include <stdlib.h>
#include <string.h>

#include "base/org.h"
#include "db/batch.h"
#include "roster/ldap_entry.h"

#define COLS "s.phase, s.entry_id, s.what, s.data, s.outcome"

bool ldap_stage(struct ctx *c, const char *run_id, const struct ldap_staged *list, int n)
{
	struct db_batch b = db_batch_of(c,
					"INSERT INTO ldap_staged (org_id, run_id, phase, entry_id,"
					" what, data, outcome) VALUES ",
					6,
					" ON CONFLICT (org_id, run_id, phase, entry_id) DO UPDATE"
					" SET what = excluded.what, data = excluded.data,"
					" outcome = excluded.outcome");

	for (int i = 0; i < n; i++) {
		const struct ldap_staged *s = &list[i];
		const struct db_val v[] = {
			db_text(run_id),  db_int(s->phase), db_text(s->entry_id),
			db_text(s->what), db_text(s->data), db_text(s->outcome),
		};

		if (!db_batch_add(&b, v))
			return false;
	}
	return db_batch_send(&b);
}

static void fill(struct ctx *c, const struct rows *r, struct ldap_staged **out, int *count)
{
	*out = arena_array(c->arena, struct ldap_staged, (size_t)r->count + 1);
	*count = r->count;
	for (int i = 0; i < r->count; i++)
		(*out)[i] = (struct ldap_staged){
			.phase = row_int(r, i, 0),
			.entry_id = row_text(r, i, 1),
			.what = row_text(r, i, 2),
			.data = row_text(r, i, 3),
			.outcome = row_text(r, i, 4),
		};
}

bool ldap_staged_page(struct ctx *c, const char *run_id, int64_t phase, const char *after,
		      const char *upto, int64_t limit, struct ldap_staged **out, int *count)
{
	struct rows r;

	/* no id of an entry is greater than "g": they are hex */
	if (!db_run(c, &r,
		    "SELECT " COLS " FROM ldap_staged s WHERE s.org_id = $1 AND s.run_id = $2"
		    " AND s.phase = $3 AND s.entry_id > $4 AND s.entry_id <= $5"
		    " ORDER BY s.entry_id LIMIT $6",
		    DB_ARGS(db_text(c->org->id), db_text(run_id), db_int(phase), db_text(after),
			    db_text(upto ? upto : "g"), db_int(limit))))
		return false;
	fill(c, &r, out, count);
	return true;
}

/* "3:0f...": where a page ended. */
static const char *split_place(const char *after, int64_t *phase)
{
	const char *colon = strchr(after, ':');

	*phase = colon ? strtoll(after, NULL, 10) : 0;
	return colon ? colon + 1 : "";
}

bool ldap_staged_list(struct ctx *c, const char *run_id, int64_t phase, const char *after,
		      int64_t limit, struct ldap_staged **out, int *count, int64_t *total)
{
	struct rows r, all;
	int64_t at;
	const char *id = split_place(after, &at);
	const struct db_stmt reads[] = {
		{ "SELECT COUNT(*) FROM ldap_staged s WHERE s.org_id = $1 AND s.run_id = $2"
		  " AND ($3 = 0 OR s.phase = $3)",
		  DB_ARGS(db_text(c->org->id), db_text(run_id), db_int(phase)), &all },
		{ "SELECT " COLS " FROM ldap_staged s WHERE s.org_id = $1 AND s.run_id = $2"
		  " AND ($3 = 0 OR s.phase = $3)"
		  " AND (s.phase > $4 OR (s.phase = $4 AND s.entry_id > $5))"
		  " ORDER BY s.phase, s.entry_id LIMIT $6",
		  DB_ARGS(db_text(c->org->id), db_text(run_id), db_int(phase), db_int(at),
			  db_text(id), db_int(limit)),
		  &r },
	};

	if (!db_run_all(c, reads, 2))
		return false;
	*total = row_int(&all, 0, 0);
	fill(c, &r, out, count);
	return true;
}

bool ldap_staged_failed(struct ctx *c, const char *run_id, const struct ldap_staged *s,
			const char *outcome)
{
	return db_push(c,
		       "UPDATE ldap_staged SET outcome = $5 WHERE org_id = $1 AND run_id = $2"
		       " AND phase = $3 AND entry_id = $4",
		       DB_ARGS(db_text(c->org->id), db_text(run_id), db_int(s->phase),
			       db_text(s->entry_id), db_text(outcome)));
}

bool ldap_staged_count(struct ctx *c, const char *run_id, int64_t out[LDAP_PHASES])
{
	struct rows r;

	memset(out, 0, LDAP_PHASES * sizeof(*out));
	if (!db_run(c, &r,
		    "SELECT s.phase, COUNT(*) FROM ldap_staged s WHERE s.org_id = $1"
		    " AND s.run_id = $2 GROUP BY s.phase",
		    DB_ARGS(db_text(c->org->id), db_text(run_id))))
		return false;
	for (int i = 0; i < r.count; i++)
		if (row_int(&r, i, 0) > 0 && row_int(&r, i, 0) < LDAP_PHASES)
			out[row_int(&r, i, 0)] = row_int(&r, i, 1);
	return true;
}

bool ldap_staged_clear(struct ctx *c, const char *run_id, bool keep_failed)
{
	return keep_failed ? db_push(c,
				     "DELETE FROM ldap_staged WHERE org_id = $1 AND run_id = $2"
				     " AND outcome IS NULL AND phase <> $3",
				     DB_ARGS(db_text(c->org->id), db_text(run_id),
					     db_int(LDAP_PROBLEM)))
			   : db_push(c, "DELETE FROM ldap_staged WHERE org_id = $1 AND run_id = $2",
				     DB_ARGS(db_text(c->org->id), db_text(run_id)));
}

bool ldap_staged_keep_negative(struct ctx *c, const char *run_id)
{
	return db_push(c,
		       "DELETE FROM ldap_staged WHERE org_id = $1 AND run_id = $2"
		       " AND outcome IS NULL AND phase NOT IN ($3, $4, $5, $6)",
		       DB_ARGS(db_text(c->org->id), db_text(run_id), db_int(LDAP_LEAVE),
			       db_int(LDAP_OUT), db_int(LDAP_GROUP_GONE), db_int(LDAP_PROBLEM)));
}
