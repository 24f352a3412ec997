/* owner.c - the Owner, made by hand. */
#include "change/owner.h"

#include <string.h>

#include "base/org.h"
#include "base/text.h"
#include "roster/touched.h"

static bool make(struct ctx *c, const char *user_name, struct user **out)
{
	struct user *u = arena_new(c->arena, struct user);
	enum arrival how;

	u->user_name = user_name;
	u->active = true;
	u->guarded = true;
	if (strchr(user_name, '@')) {
		values_add(c->arena, &u->values, attr_by_path("emails.value"), 0, user_name);
		values_add(c->arena, &u->values, attr_by_path("emails.type"), 0, "work");
		values_add(c->arena, &u->values, attr_by_path("emails.primary"), 0, "true");
		values_sort(&u->values);
	}
	*out = u;
	return user_arrive(c, u, &how);
}

static bool guard(struct ctx *c, const char *id, struct user **out)
{
	struct user *before, *after;

	if (!user_get_all(c, id, &before))
		return false;
	after = arena_new(c->arena, struct user);
	*after = *before;
	after->values = values_copy(c->arena, &before->values);
	after->guarded = true;
	after->active = true;
	*out = after;
	return user_save(c, before, after);
}

bool owner_appoint(struct ctx *c, const char *user_name, struct user **out)
{
	struct user *found;

	if (!user_find_by_name(c, user_name, &found))
		return false;
	if (found ? !guard(c, found->id, out) : !make(c, user_name, out))
		return false;
	touch_user(c, (*out)->id);
	return db_push(c,
		       "INSERT INTO grants (org_id, user_id, scope, target, origin, role, revision,"
		       " granted_by, since) VALUES ($1, $2, 'org', '', 'manual', 'OW', 0, $3, $4)"
		       " ON CONFLICT (org_id, user_id, scope, target, origin)"
		       " DO UPDATE SET role = 'OW'",
		       DB_ARGS(db_text(c->org->id), db_text((*out)->id), db_text(c->actor->name),
			       db_int(c->now)));
}
