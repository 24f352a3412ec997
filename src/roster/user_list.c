/* user_list.c - pages of people, with the count of all of them. */
#include "roster/user.h"

#include <stdio.h>
#include <string.h>

#include "base/org.h"
#include "places.h"

/* The page's parameters with the organization before and two numbers behind. */
static struct db_args page_args(struct ctx *c, const struct user_page *page)
{
	int n = page->args.n;
	struct db_val *p = arena_array(c->arena, struct db_val, (size_t)n + 3);

	p[0] = db_text(c->org->id);
	if (n)
		memcpy(p + 1, page->args.v, (size_t)n * sizeof(*p));
	p[n + 1] = db_int(page->count);
	p[n + 2] = db_int(page->start - 1);
	return (struct db_args){ p, n + 3 };
}

static void users_from(struct ctx *c, const struct rows *r, struct user **out, int *count)
{
	*out = arena_array(c->arena, struct user, (size_t)r->count);
	*count = r->count;
	for (int i = 0; i < r->count; i++)
		user_fill(&(*out)[i], r, i);
}

enum { NEAR = 500 }; /* pages that begin before are found by counting */

#define TALLIES                                                                                    \
	"SELECT CAST(SUM(CASE WHEN t.what = 'users.created' THEN t.n ELSE 0 END) AS BIGINT),"      \
	" CAST(SUM(CASE WHEN t.what = 'users.deleted' THEN t.n ELSE 0 END) AS BIGINT)"             \
	" FROM tallies t WHERE t.org_id = $1 AND t.what IN ('users.created', 'users.deleted')"

#define EVERYBODY "SELECT " USER_COLUMNS " FROM users u WHERE u.org_id = $1 AND u.deleted = 0"

/* Without a condition the total is a sum of tallies, not a walk over everybody. */
static bool list_near(struct ctx *c, const struct user_page *page, struct rows *r, int64_t *total)
{
	struct rows sum;
	const struct db_stmt stmts[] = {
		{ TALLIES, DB_ARGS(db_text(c->org->id)), &sum },
		{ EVERYBODY " ORDER BY u.id LIMIT $2 OFFSET $3", page_args(c, page), r },
	};

	if (!db_run_all(c, stmts, 2))
		return false;
	*total = row_int(&sum, 0, 0) - row_int(&sum, 0, 1);
	return true;
}

static bool from_place(struct ctx *c, const struct user_page *page, const struct place *at,
		       struct rows *r)
{
	return db_run(c, r,
		      at->after ? EVERYBODY " AND u.id > $2 ORDER BY u.id LIMIT $3"
				: EVERYBODY " AND u.id >= $2 ORDER BY u.id LIMIT $3",
		      DB_ARGS(db_text(c->org->id), db_text(at->id), db_int(page->count)));
}

/* This page for those who ask again, the next for those who go on. */
static void keep_places(struct ctx *c, const struct user_page *page, const struct rows *r,
			struct place at)
{
	if (!r->count)
		return;
	at.start = page->start;
	at.after = false;
	snprintf(at.id, sizeof(at.id), "%s", row_text(r, 0, 0));
	place_keep(c->org->id, &at);
	at.start += r->count;
	at.after = true;
	snprintf(at.id, sizeof(at.id), "%s", row_text(r, r->count - 1, 0));
	place_keep(c->org->id, &at);
}

static bool list_far(struct ctx *c, const struct user_page *page, struct rows *r, int64_t *total)
{
	struct place at;
	struct rows sum;
	int64_t created, deleted;

	if (!db_run(c, &sum, TALLIES, DB_ARGS(db_text(c->org->id))))
		return false;
	created = row_int(&sum, 0, 0);
	deleted = row_int(&sum, 0, 1);
	*total = created - deleted;
	if (place_find(c->org->id, page->start, created, deleted, &at)) {
		if (!from_place(c, page, &at, r))
			return false;
	} else if (!db_run(c, r, EVERYBODY " ORDER BY u.id LIMIT $2 OFFSET $3",
			   page_args(c, page))) {
		return false;
	}
	keep_places(c, page, r, (struct place){ .created = created, .deleted = deleted });
	return true;
}

static bool list_everybody(struct ctx *c, const struct user_page *page, struct user **out,
			   int *count, int64_t *total)
{
	struct rows r;

	if (page->start <= NEAR ? !list_near(c, page, &r, total) : !list_far(c, page, &r, total))
		return false;
	users_from(c, &r, out, count);
	return true;
}

bool user_list(struct ctx *c, const struct user_page *page, struct user **out, int *count,
	       int64_t *total)
{
	struct db_args args = page_args(c, page);
	const char *where = page->where ? page->where : "1 = 1", *sql;
	struct rows r;

	if (!page->where && !page->order)
		return list_everybody(c, page, out, count, total);
	sql = arena_printf(c->arena,
			   "SELECT " USER_COLUMNS " FROM users u WHERE u.org_id = $1"
			   " AND u.deleted = 0 AND (%s) ORDER BY %s%su.id LIMIT $%d OFFSET $%d",
			   where, page->order ? page->order : "", page->order ? ", " : "",
			   args.n - 1, args.n);
	if (!db_run(c, &r, sql, args))
		return false;
	users_from(c, &r, out, count);
	*total = page->start - 1 + r.count;
	if ((r.count > 0 || page->start == 1) && r.count < page->count)
		return true;
	sql = arena_printf(c->arena,
			   "SELECT COUNT(*) FROM users u WHERE u.org_id = $1 AND u.deleted = 0"
			   " AND (%s)",
			   where);
	if (!db_run(c, &r, sql, (struct db_args){ args.v, args.n - 2 }))
		return false;
	*total = row_int(&r, 0, 0);
	return true;
}
