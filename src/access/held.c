/* held.c - groups that people count in although their source took them out. */
#include "access/held.h"

#include "base/text.h"

enum { SQL_MAX = 64 * 1024, ROWS_MAX = 500 };

/* The people behind the organization, as parameters. */
static struct db_args args_of(struct ctx *c, const char *const *user_ids, int n)
{
	struct db_val *v = arena_array(c->arena, struct db_val, (size_t)n + 1);

	v[0] = db_text(c->org->id);
	for (int i = 0; i < n; i++)
		v[i + 1] = db_text(user_ids[i]);
	return (struct db_args){ v, n + 1 };
}

bool held_groups_list(struct ctx *c, const char *const *user_ids, int n, struct held_group **out,
		      int *count)
{
	struct buf sql = buf_in(c->arena, SQL_MAX);
	struct rows r = { 0 };

	buf_puts(&sql, "SELECT k.user_id, k.hold_id, h.state = 'open', k.group_id, k.external_id,"
		       " k.name, k.name_key, k.source_id, s.name FROM held_groups k"
		       " JOIN holds h ON h.org_id = k.org_id AND h.id = k.hold_id"
		       " JOIN sources s ON s.org_id = k.org_id AND s.id = k.source_id"
		       " WHERE k.org_id = $1 AND k.user_id IN ");
	buf_list(&sql, 2, n);
	buf_puts(&sql, " ORDER BY k.user_id, k.group_id");
	if (n && !db_run(c, &r, sql.p, args_of(c, user_ids, n)))
		return false;
	*out = arena_array(c->arena, struct held_group, (size_t)r.count + 1);
	*count = r.count;
	for (int i = 0; i < r.count; i++)
		(*out)[i] = (struct held_group){
			.user_id = row_text(&r, i, 0),
			.hold_id = row_text(&r, i, 1),
			.open = row_bool(&r, i, 2),
			.group = { .id = row_text(&r, i, 3),
				   .external_id = row_text(&r, i, 4),
				   .name = row_text(&r, i, 5),
				   .key = row_text(&r, i, 6),
				   .source_id = row_text(&r, i, 7),
				   .source_name = row_text(&r, i, 8) },
		};
	return true;
}

/* n <= ROWS_MAX */
static bool insert(struct ctx *c, const struct held_group *g, int n)
{
	struct db_val *v = arena_array(c->arena, struct db_val, (size_t)n * 7 + 1);
	struct buf sql = buf_in(c->arena, SQL_MAX);
	int at = 1;

	v[0] = db_text(c->org->id);
	buf_puts(&sql, "INSERT INTO held_groups (org_id, user_id, group_id, hold_id, source_id,"
		       " name, name_key, external_id) VALUES ");
	for (int i = 0; i < n; i++) {
		buf_puts(&sql, i ? ", ($1, " : "($1, ");
		buf_params(&sql, at + 1, 7);
		buf_puts(&sql, ")");
		v[at++] = db_text(g[i].user_id);
		v[at++] = db_text(g[i].group.id);
		v[at++] = db_text(g[i].hold_id);
		v[at++] = db_text(g[i].group.source_id);
		v[at++] = db_text(g[i].group.name);
		v[at++] = db_text(g[i].group.key);
		v[at++] = db_text(g[i].group.external_id);
	}
	buf_puts(&sql, " ON CONFLICT (org_id, user_id, group_id) DO NOTHING");
	return db_push(c, sql.p, (struct db_args){ v, at });
}

bool held_groups_set(struct ctx *c, const char *const *user_ids, int n,
		     const struct held_group *groups, int count)
{
	struct buf sql = buf_in(c->arena, SQL_MAX);

	buf_puts(&sql, "DELETE FROM held_groups WHERE org_id = $1 AND user_id IN ");
	buf_list(&sql, 2, n);
	if (n && !db_push(c, sql.p, args_of(c, user_ids, n)))
		return false;
	for (int i = 0; i < count; i += ROWS_MAX)
		if (!insert(c, groups + i, count - i < ROWS_MAX ? count - i : ROWS_MAX))
			return false;
	return true;
}

bool held_groups_drop(struct ctx *c, const char *hold_id)
{
	return db_push(c, "DELETE FROM held_groups WHERE org_id = $1 AND hold_id = $2",
		       DB_ARGS(db_text(c->org->id), db_text(hold_id)));
}
