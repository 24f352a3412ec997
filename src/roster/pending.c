/* pending.c - members named before they exist, and how they join on arrival. */
#include <string.h>

#include "base/org.h"
#include "roster/touched.h"
#include "user_store.h"

struct db_stmt pending_query(struct ctx *c, const struct user *u, struct rows *rows)
{
	struct db_val *p = arena_array(c->arena, struct db_val, 3);

	p[0] = db_text(c->org->id);
	p[1] = db_text(text_fold(c->arena, u->user_name));
	p[2] = db_text(text_fold(c->arena, u->external_id ? u->external_id : u->user_name));
	return (struct db_stmt){ "SELECT p.group_id, p.ref FROM pending_members p"
				 " WHERE p.org_id = $1 AND p.ref_key IN ($2, $3)",
				 { p, 3 },
				 rows };
}

/* externalId is compared exactly, userName without case. */
static bool names(const char *ref, const struct user *u)
{
	return text_same(ref, u->user_name) || (u->external_id && strcmp(ref, u->external_id) == 0);
}

bool pending_take(struct ctx *c, const struct user *u, const struct rows *found)
{
	for (int i = 0; i < found->count; i++) {
		const char *group_id = row_text(found, i, 0), *ref = row_text(found, i, 1);

		if (!names(ref, u))
			continue;
		if (!db_push(c,
			     "INSERT INTO members (org_id, group_id, user_id, since)"
			     " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
			     DB_ARGS(db_text(c->org->id), db_text(group_id), db_text(u->id),
				     db_int(c->now))) ||
		    !db_push(c,
			     "DELETE FROM pending_members WHERE org_id = $1 AND group_id = $2"
			     " AND ref = $3",
			     DB_ARGS(db_text(c->org->id), db_text(group_id), db_text(ref))) ||
		    !group_moved(c, group_id, 1))
			return false;
		touch_user(c, u->id)->joined = true;
	}
	return true;
}

bool pending_join(struct ctx *c, const struct user *u)
{
	struct rows r;
	struct db_stmt ask = pending_query(c, u, &r);

	return db_run_all(c, &ask, 1) && pending_take(c, u, &r);
}
