/* user_list.c - pages of people, with the count of all of them. */
#include "roster/user.h"

#include <string.h>

#include "base/org.h"

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

/* Without a condition the total is a sum of tallies, not a walk over everybody. */
static bool list_everybody(struct ctx *c, const struct user_page *page, struct user **out,
			   int *count, int64_t *total)
{
	struct rows r, sum;
	const struct db_stmt stmts[] = {
		{ "SELECT CAST(SUM(CASE WHEN what = 'users.created' THEN n ELSE -n END) AS BIGINT)"
		  " FROM tallies WHERE org_id = $1 AND what IN ('users.created', 'users.deleted')",
		  DB_ARGS(db_text(c->org->id)), &sum },
		{ "SELECT " USER_COLUMNS " FROM users u WHERE u.org_id = $1 AND u.deleted = 0"
		  " ORDER BY u.id LIMIT $2 OFFSET $3",
		  page_args(c, page), &r },
	};

	if (!db_run_all(c, stmts, 2))
		return false;
	users_from(c, &r, out, count);
	*total = row_int(&sum, 0, 0);
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
