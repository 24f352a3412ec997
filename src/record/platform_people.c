/* platform_people.c - what the annotation platform calls people, and annotations that wait
 * until we know whom it means. */
#include "base/org.h"
#include "record/attribution.h"
#include "sql.h"

bool annotation_mark_deleted(struct ctx *c, const char *const *ids, int count, int64_t *n)
{
	struct rows r;

	*n = 0;
	for (int i = 0; i < count; i++) {
		struct db_args args = DB_ARGS(db_text(c->org->id), db_text(ids[i]), db_int(c->now));

		if (!db_run(c, &r,
			    "UPDATE annotations SET deleted = $3 WHERE org_id = $1 AND id = $2"
			    " AND deleted = 0",
			    args))
			return false;
		*n += r.changed;
		if (!db_run(c, &r,
			    "UPDATE annotations_waiting SET deleted = $3 WHERE org_id = $1"
			    " AND id = $2 AND deleted = 0",
			    args))
			return false;
		*n += r.changed;
	}
	return true;
}

bool platform_person_find(struct ctx *c, const char *ref, const char **user_id)
{
	struct rows r;

	if (!db_run(c, &r, "SELECT user_id FROM platform_people WHERE org_id = $1 AND ref = $2",
		    DB_ARGS(db_text(c->org->id), db_text(ref))))
		return false;
	*user_id = r.count ? row_text(&r, 0, 0) : NULL;
	return true;
}

bool annotation_wait(struct ctx *c, const struct annotation *a)
{
	return db_run(c, NULL,
		      "INSERT INTO annotations_waiting (org_id, id, ref, project, task, created,"
		      " updated, lead_time_ms, digest, deleted)"
		      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)"
		      " ON CONFLICT (org_id, id) DO UPDATE SET project = excluded.project,"
		      " task = excluded.task, updated = excluded.updated,"
		      " lead_time_ms = excluded.lead_time_ms, digest = excluded.digest"
		      " WHERE excluded.updated > annotations_waiting.updated",
		      DB_ARGS(db_text(c->org->id), db_text(a->id), db_text(a->user_id),
			      db_text(a->project), db_text(a->task), db_int(a->created),
			      db_int(a->updated), db_int(a->lead_time_ms), db_text(a->digest)));
}

static struct annotation *from_rows(struct ctx *c, const struct rows *r, const char *user_id)
{
	struct annotation *list = arena_array(c->arena, struct annotation, (size_t)r->count);

	for (int i = 0; i < r->count; i++)
		list[i] = (struct annotation){
			.id = row_text(r, i, 0),
			.project = row_text(r, i, 1),
			.task = row_text(r, i, 2),
			.created = row_int(r, i, 3),
			.updated = row_int(r, i, 4),
			.lead_time_ms = row_int(r, i, 5),
			.digest = row_text(r, i, 6),
			.user_id = user_id,
		};
	return list;
}

/* One row goes from those that wait to those on record. */
static bool moved(struct ctx *c, const char *id, int64_t deleted)
{
	return (!deleted ||
		db_push(c, "UPDATE annotations SET deleted = $3 WHERE org_id = $1 AND id = $2",
			DB_ARGS(db_text(c->org->id), db_text(id), db_int(deleted)))) &&
	       db_push(c, "DELETE FROM annotations_waiting WHERE org_id = $1 AND id = $2",
		       DB_ARGS(db_text(c->org->id), db_text(id)));
}

static bool release_page(struct ctx *c, const char *ref, const char *user_id, int *n)
{
	struct rows r;
	int written;

	if (!db_run(c, &r,
		    "SELECT id, project, task, created, updated, lead_time_ms, digest, deleted"
		    " FROM annotations_waiting WHERE org_id = $1 AND ref = $2 ORDER BY id LIMIT $3",
		    DB_ARGS(db_text(c->org->id), db_text(ref), db_int(INSERT_ROWS))))
		return false;
	*n = r.count;
	if (!annotation_record(c, from_rows(c, &r, user_id), r.count, &written))
		return false;
	for (int i = 0; i < r.count; i++)
		if (!moved(c, row_text(&r, i, 0), row_int(&r, i, 7)))
			return false;
	return true;
}

/* What is on record by somebody else: its author never changes, and it must not keep the rest of
 * what waits, nor other people, from being learned. */
static bool drop_taken(struct ctx *c, const char *ref, const char *user_id)
{
	return db_run(c, NULL,
		      "DELETE FROM annotations_waiting WHERE org_id = $1 AND ref = $2 AND EXISTS"
		      " (SELECT 1 FROM annotations a JOIN users u ON u.org_id = a.org_id"
		      " AND u.id = a.user_id WHERE a.org_id = $1 AND a.id = annotations_waiting.id"
		      " AND u.person_id <> (SELECT v.person_id FROM users v WHERE v.org_id = $1"
		      " AND v.id = $3))",
		      DB_ARGS(db_text(c->org->id), db_text(ref), db_text(user_id)));
}

bool platform_person_learn(struct ctx *c, const char *ref, const char *user_id, int64_t *released)
{
	int n = INSERT_ROWS;

	*released = 0;
	if (!db_run(c, NULL,
		    "INSERT INTO platform_people (org_id, ref, user_id, changed)"
		    " VALUES ($1, $2, $3, $4) ON CONFLICT (org_id, ref) DO UPDATE SET"
		    " user_id = excluded.user_id, changed = excluded.changed"
		    " WHERE platform_people.user_id <> excluded.user_id",
		    DB_ARGS(db_text(c->org->id), db_text(ref), db_text(user_id), db_int(c->now))) ||
	    !drop_taken(c, ref, user_id))
		return false;
	while (n == INSERT_ROWS && *released < RELEASE_MAX) {
		if (!release_page(c, ref, user_id, &n))
			return false;
		*released += n;
	}
	return true;
}

#define REFS                                                                                       \
	" FROM (SELECT p.ref FROM platform_people p WHERE p.org_id = $1 UNION"                     \
	" SELECT w.ref FROM annotations_waiting w WHERE w.org_id = $1) f"

bool platform_person_list(struct ctx *c, const char *after, int64_t limit,
			  struct platform_person **out, int *count, int64_t *total)
{
	struct rows all, r;

	if (!db_run(c, &all, "SELECT COUNT(*)" REFS, DB_ARGS(db_text(c->org->id))) ||
	    !db_run(c, &r,
		    "SELECT f.ref, k.user_id, u.user_name, (SELECT COUNT(*) FROM"
		    " annotations_waiting x WHERE x.org_id = $1 AND x.ref = f.ref)" REFS
		    " LEFT JOIN platform_people k ON k.org_id = $1 AND k.ref = f.ref"
		    " LEFT JOIN users u ON u.org_id = $1 AND u.id = k.user_id"
		    " WHERE f.ref > $2 ORDER BY f.ref LIMIT $3",
		    DB_ARGS(db_text(c->org->id), db_text(after), db_int(limit))))
		return false;
	*total = row_int(&all, 0, 0);
	*count = r.count;
	*out = arena_array(c->arena, struct platform_person, (size_t)r.count);
	for (int i = 0; i < r.count; i++)
		(*out)[i] = (struct platform_person){ .ref = row_text(&r, i, 0),
						      .user_id = row_text(&r, i, 1),
						      .user_name = row_text(&r, i, 2),
						      .waiting = row_int(&r, i, 3) };
	return true;
}
