/* standing.c - where people stand. */
#include "access/standing.h"

#include "base/org.h"
#include "base/text.h"

const char *standing_state(const struct standing *s)
{
	return role_works(s->role) ? "active" : s->role == ROLE_DI ? "deactivated" : "pending";
}

void standing_fill(struct standing *s, const struct rows *r, int row)
{
	*s = (struct standing){
		.user_id = row_text(r, row, 0),
		.role = ROLE_NO,
		.wanted = ROLE_NO,
		.seat = row_bool(r, row, 3),
		.matched = row_bool(r, row, 4),
		.kept = row_bool(r, row, 5),
		.waiting_since = row_int(r, row, 6),
		.since = row_int(r, row, 7),
		.held = row_bool(r, row, 8),
	};
	IGNORE(role_parse(row_text(r, row, 1), &s->role));
	IGNORE(role_parse(row_text(r, row, 2), &s->wanted));
}

bool standing_list(struct ctx *c, const char *const *user_ids, int n, struct standing **out,
		   int *count)
{
	struct buf sql = buf_in(c->arena, 64 * 1024);
	struct db_val *p = arena_array(c->arena, struct db_val, (size_t)n + 1);
	struct rows r = { 0 };

	p[0] = db_text(c->org->id);
	for (int i = 0; i < n; i++)
		p[i + 1] = db_text(user_ids[i]);
	buf_puts(&sql, "SELECT " STANDING_COLUMNS
		       " FROM standings s WHERE s.org_id = $1 AND s.user_id IN ");
	buf_list(&sql, 2, n);
	buf_puts(&sql, " ORDER BY s.user_id");
	if (n && !db_run(c, &r, sql.p, (struct db_args){ p, n + 1 }))
		return false;
	*out = arena_array(c->arena, struct standing, (size_t)r.count);
	*count = r.count;
	for (int i = 0; i < r.count; i++)
		standing_fill(&(*out)[i], &r, i);
	return true;
}

bool standing_find(struct ctx *c, const char *user_id, struct standing **out)
{
	int n;

	if (!standing_list(c, &user_id, 1, out, &n))
		return false;
	if (!n)
		*out = NULL;
	return true;
}
