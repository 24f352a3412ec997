/* card.c - mail and groups of one person, in one round trip. */
#include "roster/card.h"

#include <string.h>

#include "base/org.h"

bool card_get(struct ctx *c, const struct user *u, struct card *out)
{
	struct db_val v[] = { db_text(c->org->id), db_text(u->id), db_text("emails.value"),
			      db_text("emails.primary") };
	struct rows mail, groups;
	const struct db_stmt stmts[] = {
		{ "SELECT v.value FROM person_values v LEFT JOIN person_values p"
		  " ON p.org_id = $1 AND p.user_id = v.user_id AND p.path = $4 AND p.n = v.n"
		  " WHERE v.org_id = $1 AND v.user_id = $2 AND v.path = $3"
		  " ORDER BY CASE WHEN p.value = 'true' THEN 0 ELSE 1 END, v.n LIMIT 1",
		  { v, 4 },
		  &mail },
		{ "SELECT DISTINCT g.display_name FROM members m"
		  " JOIN groups g ON g.org_id = $1 AND g.id = m.group_id"
		  " WHERE m.org_id = $1 AND m.user_id = $2 ORDER BY g.display_name",
		  { v, 2 },
		  &groups },
	};

	if (!db_run_all(c, stmts, 2))
		return false;
	*out = (struct card){ .groups = groups.count };
	if (mail.count)
		out->mail = row_text(&mail, 0, 0);
	else if (strchr(u->user_name, '@'))
		out->mail = u->user_name;
	out->group = arena_array(c->arena, const char *, (size_t)groups.count);
	for (int i = 0; i < groups.count; i++)
		out->group[i] = row_text(&groups, i, 0);
	return true;
}
