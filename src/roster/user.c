/* user.c - reading people. */
#include "roster/user.h"

#include <string.h>

#include "base/org.h"
#include "roster/source.h"
#include "user_store.h"

static bool find_one(struct ctx *c, const char *sql, const char *key, struct user **out)
{
	struct rows r;

	if (!db_run(c, &r, sql, DB_ARGS(db_text(c->org->id), db_text(key))))
		return false;
	*out = r.count ? user_from_row(c, &r, 0) : NULL;
	return true;
}

bool user_find(struct ctx *c, const char *id, struct user **out)
{
	return find_one(c,
			"SELECT " USER_COLUMNS " FROM users u WHERE u.org_id = $1 AND u.id = $2"
			" AND u.deleted = 0",
			id, out);
}

static bool absent(struct ctx *c, const char *id)
{
	return error(c, ERR_NOT_FOUND, "there is no user %.100s", id);
}

bool user_get(struct ctx *c, const char *id, struct user **out)
{
	if (!user_find(c, id, out))
		return false;
	return *out || absent(c, id);
}

bool user_find_former(struct ctx *c, const char *id, struct user **out)
{
	return find_one(c, "SELECT " USER_COLUMNS " FROM users u WHERE u.org_id = $1 AND u.id = $2",
			id, out);
}

bool user_find_by_name(struct ctx *c, const char *name, struct user **out)
{
	return find_one(c,
			"SELECT " USER_COLUMNS " FROM users u WHERE u.org_id = $1"
			" AND u.name_key = $2",
			text_fold(c->arena, name), out);
}

bool user_find_ref(struct ctx *c, const char *ref, struct user **out)
{
	if (!user_find(c, ref, out))
		return false;
	return *out || user_find_by_name(c, ref, out);
}

bool user_get_all(struct ctx *c, const char *id, struct user **out)
{
	struct db_args args = DB_ARGS(db_text(c->org->id), db_text(id));
	struct rows user, values;
	const char *sql = arena_printf(c->arena,
				       "SELECT " USER_COLUMNS " FROM users u WHERE u.org_id = $1"
				       " AND u.id = $2 AND u.deleted = 0%s",
				       db_for_update(c->db));
	const struct db_stmt stmts[] = {
		{ sql, args, &user },
		{ "SELECT v.path, v.n, v.value FROM person_values v"
		  " WHERE v.org_id = $1 AND v.user_id = $2",
		  args, &values },
	};

	if (!db_run_all(c, stmts, 2))
		return false;
	if (!user.count)
		return absent(c, id);
	*out = user_from_row(c, &user, 0);
	return values_load(c, *out, &values);
}

static void fill_group(struct user_group *g, const struct rows *r, int row)
{
	*g = (struct user_group){ .user_id = row_text(r, row, 0),
				  .group_id = row_text(r, row, 1),
				  .display = row_text(r, row, 2) };
}

static struct user_group *groups_from(struct ctx *c, const struct rows *r)
{
	struct user_group *g = arena_array(c->arena, struct user_group, (size_t)r->count);

	for (int i = 0; i < r->count; i++)
		fill_group(&g[i], r, i);
	return g;
}

/* A connection sees its own groups only; by hand ($2 NULL) all are seen.  From the
 * person to his groups: SQLite takes a CROSS JOIN in this order. */
#define GROUPS_OF                                                                                  \
	"SELECT m.user_id, g.id, g.display_name FROM members m CROSS JOIN groups g"                \
	" WHERE m.org_id = $1 AND g.org_id = $1 AND g.id = m.group_id"                             \
	" AND (CAST($2 AS TEXT) IS NULL OR g.source_id = CAST($2 AS TEXT)) AND m.user_id "

static struct db_val seen_source(const struct ctx *c)
{
	return db_text(c->actor && c->actor->source ? c->actor->source->id : NULL);
}

bool user_find_with_groups(struct ctx *c, const char *id, struct user **out,
			   struct user_group **groups, int *count)
{
	struct db_args args = DB_ARGS(db_text(c->org->id), db_text(id));
	struct rows user, r;
	const struct db_stmt stmts[] = {
		{ "SELECT " USER_COLUMNS " FROM users u WHERE u.org_id = $1 AND u.id = $2"
		  " AND u.deleted = 0",
		  args, &user },
		{ GROUPS_OF "= $3 ORDER BY g.id",
		  DB_ARGS(db_text(c->org->id), seen_source(c), db_text(id)), &r },
	};

	if (!db_run_all(c, stmts, 2))
		return false;
	*out = user.count ? user_from_row(c, &user, 0) : NULL;
	*groups = groups_from(c, &r);
	*count = r.count;
	return true;
}

bool user_groups(struct ctx *c, const struct user *const *users, int count, struct user_group **out,
		 int *out_count)
{
	struct buf sql = buf_in(c->arena, 64 * 1024);
	struct db_val *p = arena_array(c->arena, struct db_val, (size_t)count + 2);
	struct rows r;

	*out = NULL;
	*out_count = 0;
	if (count == 0)
		return true;
	p[0] = db_text(c->org->id);
	p[1] = seen_source(c);
	for (int i = 0; i < count; i++)
		p[i + 2] = db_text(users[i]->id);
	buf_puts(&sql, GROUPS_OF "IN ");
	buf_list(&sql, 3, count);
	buf_puts(&sql, " ORDER BY m.user_id, g.id");
	if (!db_run(c, &r, sql.p, (struct db_args){ p, count + 2 }))
		return false;
	*out = groups_from(c, &r);
	*out_count = r.count;
	return true;
}
