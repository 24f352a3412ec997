/* crowd_members.c - memberships of many people in many groups, some hundred at a time. */
#include <string.h>

#include "base/org.h"
#include "base/text.h"
#include "group_note.h"
#include "roster/crowd.h"
#include "roster/touched.h"
#include "user_store.h"

enum { PAIRS = 400, SQL_MAX = 64 * 1024 };

/* Group and person of each row, from $first on; before them $1 the organization, then now. */
static struct db_args args_of(struct ctx *c, const struct membership *list, int n, int first)
{
	struct db_val *v = arena_array(c->arena, struct db_val, (size_t)(n * 2 + first));
	int at = first - 1;

	v[0] = db_text(c->org->id);
	if (first > 2)
		v[1] = db_int(c->now);
	for (int i = 0; i < n; i++) {
		v[at++] = db_text(list[i].group_id);
		v[at++] = db_text(list[i].user_id);
	}
	return (struct db_args){ v, at };
}

/* What really moved: people are touched, groups get a new version, events are noted. */
static bool moved(struct ctx *c, const struct rows *r, bool in)
{
	for (int i = 0; i < r->count; i++) {
		const struct group g = { .id = row_text(r, i, 0) };

		touch_user(c, row_text(r, i, 1));
		membership_note(c, &g, row_text(r, i, 1), in);
		if (!group_moved(c, g.id, 1))
			return false;
	}
	return true;
}

static bool join_some(struct ctx *c, const struct membership *list, int n)
{
	struct buf sql = buf_in(c->arena, SQL_MAX);
	struct rows r;

	buf_puts(&sql, "INSERT INTO members (org_id, group_id, user_id, since) VALUES ");
	for (int i = 0; i < n; i++)
		buf_printf(&sql, "%s($1, $%d, $%d, $2)", i ? ", " : "", 2 * i + 3, 2 * i + 4);
	buf_puts(&sql, " ON CONFLICT DO NOTHING RETURNING group_id, user_id");
	return db_run(c, &r, sql.p, args_of(c, list, n, 3)) && moved(c, &r, true);
}

static bool part_some(struct ctx *c, const struct membership *list, int n)
{
	struct buf sql = buf_in(c->arena, SQL_MAX);
	struct rows r;

	buf_puts(&sql, "DELETE FROM members WHERE org_id = $1 AND (group_id, user_id) IN (VALUES ");
	for (int i = 0; i < n; i++)
		buf_printf(&sql, "%s($%d, $%d)", i ? ", " : "", 2 * i + 2, 2 * i + 3);
	buf_puts(&sql, ") RETURNING group_id, user_id");
	return db_run(c, &r, sql.p, args_of(c, list, n, 2)) && moved(c, &r, false);
}

bool crowd_join(struct ctx *c, const struct membership *list, int n)
{
	for (int i = 0; i < n; i += PAIRS)
		if (!join_some(c, list + i, n - i < PAIRS ? n - i : PAIRS))
			return false;
	return true;
}

bool crowd_part(struct ctx *c, const struct membership *list, int n)
{
	for (int i = 0; i < n; i += PAIRS)
		if (!part_some(c, list + i, n - i < PAIRS ? n - i : PAIRS))
			return false;
	return true;
}

bool crowd_of_group(struct ctx *c, const char *group_id, struct rows *out)
{
	return db_run(c, out,
		      "SELECT m.user_id FROM members m WHERE m.org_id = $1 AND m.group_id = $2",
		      DB_ARGS(db_text(c->org->id), db_text(group_id)));
}

static bool about(struct ctx *c, const char *head, const char *extra, const char *const *ids, int n,
		  struct rows *out)
{
	struct db_val *v = arena_array(c->arena, struct db_val, (size_t)n + 2);
	struct buf sql = buf_in(c->arena, SQL_MAX);
	int at = 0;

	v[at++] = db_text(c->org->id);
	if (extra)
		v[at++] = db_text(extra);
	buf_puts(&sql, head);
	buf_list(&sql, at + 1, n);
	for (int i = 0; i < n; i++)
		v[at++] = db_text(ids[i]);
	return db_run(c, out, sql.p, (struct db_args){ v, at });
}

#define IN_GROUPS_OF_SOURCE                                                                        \
	" FROM members m CROSS JOIN groups g WHERE m.org_id = $1 AND g.org_id = $1"                \
	" AND g.id = m.group_id AND g.source_id = $2 AND m.user_id IN "

bool crowd_groups(struct ctx *c, const char *source_id, const char *const *user_ids, int n,
		  struct rows *out)
{
	return about(c, "SELECT DISTINCT m.group_id" IN_GROUPS_OF_SOURCE, source_id, user_ids, n,
		     out);
}

bool crowd_memberships(struct ctx *c, const char *source_id, const char *const *user_ids, int n,
		       struct rows *out)
{
	return about(c, "SELECT m.user_id, m.group_id" IN_GROUPS_OF_SOURCE, source_id, user_ids, n,
		     out);
}

bool crowd_names(struct ctx *c, const char *const *user_ids, int n, struct rows *out)
{
	return about(c, "SELECT u.id, u.user_name FROM users u WHERE u.org_id = $1 AND u.id IN ",
		     NULL, user_ids, n, out);
}

bool crowd_free_names(struct ctx *c, const char *const *user_ids, int n)
{
	struct rows r;

	return about(c, "UPDATE users SET name_key = NULL WHERE org_id = $1 AND id IN ", NULL,
		     user_ids, n, &r);
}
