/* attribution.c - the ledger of annotations. */
#include "record/attribution.h"

#include <stdlib.h>
#include <string.h>

#include "base/org.h"
#include "sql.h"

enum { COLS = 9 };

#define AUTHOR_STATE                                                                               \
	"CASE WHEN u.erased > 0 THEN 'erased' WHEN u.deleted > 0 THEN 'former'"                    \
	" WHEN NOT u.shown_active THEN 'deactivated' ELSE 'active' END"
#define FROM_ANNOTATIONS                                                                           \
	" FROM annotations a JOIN users u ON u.org_id = a.org_id AND u.id = a.user_id"             \
	" WHERE a.org_id = $1"

/* One annotation as it was sent, and the person its user is. */
struct entry {
	const struct annotation *a;
	const char *person_id;
};

static int by_id(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	int order = strcmp(a->a->id, b->a->id);

	if (order)
		return order;
	return (a->a->updated > b->a->updated) - (a->a->updated < b->a->updated);
}

static int by_user(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;

	return strcmp(a->a->user_id, b->a->user_id);
}

/* Args of "x IN (...)": the organization and one text of each entry. */
static struct db_args texts_of(struct ctx *c, const struct entry *e, int n,
			       const char *(*text)(const struct entry *))
{
	struct db_val *v = arena_array(c->arena, struct db_val, (size_t)n + 1);
	int count = 0;

	v[count++] = db_text(c->org->id);
	for (int i = 0; i < n; i++)
		if (i == 0 || strcmp(text(&e[i]), text(&e[i - 1])) != 0)
			v[count++] = db_text(text(&e[i]));
	return (struct db_args){ v, count };
}

static const char *user_of(const struct entry *e)
{
	return e->a->user_id;
}

static const char *id_of(const struct entry *e)
{
	return e->a->id;
}

/* Both the rows and the entries are in the order of user ids. */
static bool match_people(struct ctx *c, struct entry *e, int n, const struct rows *r)
{
	int row = 0;

	for (int i = 0; i < n; i++) {
		while (row < r->count && strcmp(row_text(r, row, 0), e[i].a->user_id) < 0)
			row++;
		if (row == r->count || strcmp(row_text(r, row, 0), e[i].a->user_id) != 0)
			return error(c, ERR_VALUE, "annotation %s: there is no user %s", e[i].a->id,
				     e[i].a->user_id);
		e[i].person_id = row_text(r, row, 1);
	}
	return true;
}

static int row_order(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* Gives every entry its person.  Sorted here, not by the database: its order need
 * not be that of strcmp(). */
static bool find_people(struct ctx *c, struct entry *e, int n)
{
	struct db_args args;
	struct rows r;

	qsort(e, (size_t)n, sizeof(*e), by_user);
	args = texts_of(c, e, n, user_of);
	if (!db_run(c, &r,
		    arena_printf(c->arena,
				 "SELECT id, person_id FROM users WHERE org_id = $1 AND id IN (%s)",
				 list_sql(c->arena, 2, args.n - 1)),
		    args))
		return false;
	if (r.count)
		qsort(r.cell, (size_t)r.count, sizeof(*r.cell) * 2, row_order);
	return match_people(c, e, n, &r);
}

static bool refuse_author(struct ctx *c, const char *id)
{
	return error(c, ERR_CONFLICT,
		     "annotation %s has another author; the author of a recorded annotation "
		     "never changes",
		     id);
}

/* Of several entries with one id the newest counts; they are sorted by it.  *n shrinks. */
static bool drop_repeated(struct ctx *c, struct entry *e, int *n)
{
	int kept = 0;

	for (int i = 0; i < *n; i++) {
		bool again = kept && strcmp(e[i].a->id, e[kept - 1].a->id) == 0;

		if (again && strcmp(e[i].person_id, e[kept - 1].person_id) != 0)
			return refuse_author(c, e[i].a->id);
		kept += !again;
		e[kept - 1] = e[i];
	}
	*n = kept;
	return true;
}

static struct db_args row_args(struct ctx *c, const struct entry *e, int n)
{
	struct db_val *list = arena_array(c->arena, struct db_val, (size_t)n * COLS), *v = list;

	*v++ = db_text(c->org->id);
	for (int i = 0; i < n; i++) {
		const struct annotation *a = e[i].a;

		*v++ = db_text(a->id);
		*v++ = db_text(a->project);
		*v++ = db_text(a->task);
		*v++ = db_text(a->user_id);
		*v++ = db_int(a->created);
		*v++ = db_int(a->updated);
		*v++ = db_int(a->lead_time_ms);
		*v++ = db_text(a->digest);
	}
	return (struct db_args){ list, (int)(v - list) };
}

/* user_id and created are not among what an update sets: the author stays. */
static bool write_rows(struct ctx *c, const struct entry *e, int n, int *written)
{
	struct rows r;

	if (!db_run(c, &r,
		    insert_sql(c->arena,
			       "INSERT INTO annotations (org_id, id, project, task, user_id, "
			       "created,"
			       " updated, lead_time_ms, digest) VALUES",
			       n, COLS,
			       " ON CONFLICT (org_id, id) DO UPDATE SET project = excluded.project,"
			       " task = excluded.task, updated = excluded.updated,"
			       " lead_time_ms = excluded.lead_time_ms, digest = excluded.digest"
			       " WHERE excluded.updated > annotations.updated"),
		    row_args(c, e, n)))
		return false;
	*written += (int)r.changed;
	return true;
}

/* After the write, so that one that came in just before is seen as well: whoever
 * stands in the ledger must be the person that was named. */
static bool check_authors(struct ctx *c, const struct entry *e, int n)
{
	struct rows r;

	if (!db_run(c, &r,
		    arena_printf(c->arena,
				 "SELECT a.id, u.person_id" FROM_ANNOTATIONS " AND a.id IN (%s)",
				 list_sql(c->arena, 2, n)),
		    texts_of(c, e, n, id_of)))
		return false;
	for (int i = 0; i < r.count; i++) {
		const struct annotation a = { .id = row_text(&r, i, 0), .updated = 0 };
		const struct entry *found = NULL;

		for (int low = 0, high = n; low < high && !found;) {
			int middle = (low + high) / 2, order = strcmp(a.id, e[middle].a->id);

			found = order == 0 ? &e[middle] : NULL;
			low = order > 0 ? middle + 1 : low;
			high = order < 0 ? middle : high;
		}
		if (!found || strcmp(found->person_id, row_text(&r, i, 1)) != 0)
			return refuse_author(c, a.id);
	}
	return true;
}

bool annotation_record(struct ctx *c, const struct annotation *list, int n, int *written)
{
	struct entry *e = arena_array(c->arena, struct entry, (size_t)n);

	*written = 0;
	if (n == 0)
		return true;
	for (int i = 0; i < n; i++)
		e[i].a = &list[i];
	if (!find_people(c, e, n))
		return false;
	qsort(e, (size_t)n, sizeof(*e), by_id);
	if (!drop_repeated(c, e, &n))
		return false;
	for (int done = 0, now; done < n; done += now) {
		now = n - done < INSERT_ROWS ? n - done : INSERT_ROWS;
		if (!write_rows(c, e + done, now, written) || !check_authors(c, e + done, now))
			return false;
	}
	return true;
}

/* The accounts of one person: the one asked for, the first, and the later ones. */
#define ACCOUNTS_OF                                                                                \
	"a.user_id IN (SELECT v.id FROM users v JOIN users w ON w.org_id = v.org_id"               \
	" AND (v.id = w.person_id OR v.person_id = w.person_id AND v.person_id <> v.id)"           \
	" WHERE v.org_id = $1 AND w.id = $%d)"

static struct where asked(struct ctx *c, const struct annotation_query *q)
{
	struct where w = where_org(c);

	where_text(&w, ACCOUNTS_OF, q->user_id);
	where_text(&w, "a.project = $%d", q->project);
	where_int(&w, "a.created >= $%d", q->from);
	where_int(&w, "a.created < $%d", q->until);
	return w;
}

static bool count_all(struct ctx *c, const struct where *w, int64_t *total)
{
	struct rows r;

	if (!db_run(c, &r,
		    arena_printf(c->arena,
				 "SELECT COUNT(*) FROM annotations a WHERE a.org_id = $1%s",
				 where_sql(w)),
		    where_args(w)))
		return false;
	*total = row_int(&r, 0, 0);
	return true;
}

static void fill(struct annotation *a, const struct rows *r, int row)
{
	*a = (struct annotation){
		.id = row_text(r, row, 0),
		.project = row_text(r, row, 1),
		.task = row_text(r, row, 2),
		.user_id = row_text(r, row, 3),
		.created = row_int(r, row, 4),
		.updated = row_int(r, row, 5),
		.lead_time_ms = row_int(r, row, 6),
		.digest = row_text(r, row, 7),
		.user_name = row_text(r, row, 8),
		.user_state = row_text(r, row, 9),
		.deleted = row_int(r, row, 10),
	};
}

bool annotation_list(struct ctx *c, const struct annotation_query *q, struct annotation **out,
		     int *count, int64_t *total)
{
	struct where w = asked(c, q);
	struct rows r;
	int created, id;

	if (!count_all(c, &w, total))
		return false;
	if (q->after_id) {
		created = where_value(&w, db_int(q->after_created));
		id = where_value(&w, db_text(q->after_id));
		buf_printf(&w.sql, " AND (a.created > $%d OR (a.created = $%d AND a.id > $%d))",
			   created, created, id);
	}
	buf_printf(&w.sql, " ORDER BY a.created, a.id LIMIT $%d",
		   where_value(&w, db_int(q->limit)));
	if (!db_run(c, &r,
		    arena_printf(c->arena,
				 "SELECT a.id, a.project, a.task, a.user_id, a.created, a.updated,"
				 " a.lead_time_ms, a.digest, u.user_name, " AUTHOR_STATE
				 ", a.deleted" FROM_ANNOTATIONS "%s",
				 where_sql(&w)),
		    where_args(&w)))
		return false;
	*count = r.count;
	*out = arena_array(c->arena, struct annotation, (size_t)r.count);
	for (int i = 0; i < r.count; i++)
		fill(&(*out)[i], &r, i);
	return true;
}

/* Weeks begin on Monday: the first one of this count did so on 5 January 1970. */
#define DAY_MS  INT64_C(86400000)
#define WEEK_MS (7 * DAY_MS)

bool annotation_weeks(struct ctx *c, const struct annotation_query *q, struct annotation_week **out,
		      int *count)
{
	struct where w = asked(c, q);
	struct rows r;

	if (!db_run(c, &r,
		    arena_printf(c->arena,
				 "SELECT k.week, COUNT(*), SUM(k.spent) FROM (SELECT"
				 " (a.created - 345600000) / 604800000 AS week,"
				 " CASE WHEN a.lead_time_ms > 0 THEN a.lead_time_ms ELSE 0 END"
				 " AS spent FROM annotations a WHERE a.org_id = $1%s) k"
				 " GROUP BY k.week ORDER BY k.week",
				 where_sql(&w)),
		    where_args(&w)))
		return false;
	*count = r.count;
	*out = arena_array(c->arena, struct annotation_week, (size_t)r.count);
	for (int i = 0; i < r.count; i++)
		(*out)[i] = (struct annotation_week){
			.begins = row_int(&r, i, 0) * WEEK_MS + 4 * DAY_MS,
			.count = row_int(&r, i, 1),
			.lead_time_ms = row_int(&r, i, 2),
		};
	return true;
}

bool annotation_report(struct ctx *c, const struct annotation_query *q, struct annotation_sum **out,
		       int *count)
{
	struct where w = asked(c, q);
	struct rows r;

	if (!db_run(c, &r,
		    arena_printf(c->arena,
				 "SELECT u.id, u.person_id, u.user_name, " AUTHOR_STATE
				 ", a.project, COUNT(*), SUM(CASE WHEN a.lead_time_ms > 0"
				 " THEN a.lead_time_ms ELSE 0 END), MIN(a.created), "
				 "MAX(a.created)" FROM_ANNOTATIONS
				 "%s GROUP BY u.org_id, u.id, u.person_id,"
				 " u.user_name, u.erased, u.deleted, u.shown_active, a.project"
				 " ORDER BY u.id, a.project",
				 where_sql(&w)),
		    where_args(&w)))
		return false;
	*count = r.count;
	*out = arena_array(c->arena, struct annotation_sum, (size_t)r.count);
	for (int i = 0; i < r.count; i++)
		(*out)[i] = (struct annotation_sum){
			.user_id = row_text(&r, i, 0),
			.person_id = row_text(&r, i, 1),
			.user_name = row_text(&r, i, 2),
			.user_state = row_text(&r, i, 3),
			.project = row_text(&r, i, 4),
			.count = row_int(&r, i, 5),
			.lead_time_ms = row_int(&r, i, 6),
			.first = row_int(&r, i, 7),
			.last = row_int(&r, i, 8),
		};
	return true;
}
