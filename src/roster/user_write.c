/* user_write.c - changing and ending accounts. */
#include <string.h>

#include "base/id.h"
#include "base/org.h"
#include "base/secret.h"
#include "roster/invitation.h"
#include "roster/source.h"
#include "roster/touched.h"
#include "user_store.h"

static bool fits(struct ctx *c, const char *what, const char *text, size_t max)
{
	if (text && strlen(text) > max)
		return error(c, ERR_VALUE, "%s is longer than %zu bytes", what, max);
	return true;
}

bool user_check(struct ctx *c, const struct user *u)
{
	if (!u->user_name || !*u->user_name)
		return error(c, ERR_VALUE, "userName is required");
	if (u->values.count > VALUES_MAX)
		return error(c, ERR_VALUE, "a user has %d values at most", VALUES_MAX);
	return fits(c, "userName", u->user_name, USER_NAME_MAX) &&
	       fits(c, "externalId", u->external_id, EXTERNAL_ID_MAX) &&
	       fits(c, "displayName", u->display_name, DISPLAY_NAME_MAX);
}

bool user_writable(struct ctx *c, const struct user *u, bool *take_over)
{
	const struct source *mine = c->actor->source;
	struct source *manager;

	*take_over = false;
	if (!mine)
		return true;
	if (u->guarded)
		return error(c, ERR_FORBIDDEN,
			     "%s is an Owner or break-glass account: no directory changes it",
			     u->user_name);
	if (strcmp(u->source_id, mine->id) == 0)
		return true;
	if (!source_find(c, u->source_id, &manager))
		return false;
	if (manager && source_rank(manager->kind) > source_rank(mine->kind))
		return error(c, ERR_FORBIDDEN, "%s is managed by the connection \"%s\"",
			     u->user_name, manager->name);
	*take_over = true;
	return true;
}

static bool name_is_free(struct ctx *c, const struct user *u)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT u.id FROM users u WHERE u.org_id = $1 AND u.name_key = $2"
		    " AND u.id <> $3",
		    DB_ARGS(db_text(c->org->id), db_text(text_fold(c->arena, u->user_name)),
			    db_text(u->id))))
		return false;
	return r.count == 0 || error(c, ERR_UNIQUE,
				     "another user has the userName \"%s\" (ids: this one %s, the"
				     " other %s)",
				     u->user_name, u->id, row_text(&r, 0, 0));
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool columns_equal(const struct user *a, const struct user *b)
{
	return same(a->user_name, b->user_name) && same(a->external_id, b->external_id) &&
	       same(a->display_name, b->display_name) && a->active == b->active &&
	       same(a->source_id, b->source_id) && a->guarded == b->guarded;
}

/* Facts that roles depend on, and who should know. */
static void note_save(struct ctx *c, const struct user *before, const struct user *after)
{
	struct touched_user *t = touch_user(c, after->id);

	t->own = true;
	t->saved = true;
	t->differs = values_difference(c, before, after);
	if (before->active && !after->active)
		t->deactivated = true;
	if (!before->active && after->active)
		t->reactivated = true;
}

bool user_save(struct ctx *c, const struct user *before, struct user *after)
{
	bool take_over, renamed = !same(before->user_name, after->user_name);

	if (!user_check(c, after) || !user_writable(c, before, &take_over))
		return false;
	if (take_over)
		after->source_id = c->actor->source->id;
	if (columns_equal(before, after) && values_equal(&before->values, &after->values))
		return true;
	if (renamed && !name_is_free(c, after))
		return false;
	/* what SCIM shows follows the source's word; the effects withdraw it again if
	 * policy keeps the person deactivated */
	if (before->active != after->active)
		after->shown_active = after->active;
	after->version = before->version + 1;
	after->changed = c->now;
	after->body = user_render(c, after);
	if (!user_update(c, after) || !values_write(c, after->id, &before->values, &after->values))
		return false;
	note_save(c, before, after);
	if (renamed || !same(before->external_id, after->external_id))
		return pending_join(c, after);
	return true;
}

/* Ends memberships; the groups' versions move. */
static bool leave_groups(struct ctx *c, const char *id)
{
	struct rows r;

	if (!db_run(c, &r,
		    "DELETE FROM members WHERE org_id = $1 AND user_id = $2 RETURNING group_id",
		    DB_ARGS(db_text(c->org->id), db_text(id))))
		return false;
	for (int i = 0; i < r.count; i++)
		if (!group_moved(c, row_text(&r, i, 0), 1))
			return false;
	return true;
}

static bool bury(struct ctx *c, const struct user *u)
{
	struct touched_user *t;

	if (!leave_groups(c, u->id) ||
	    !db_push(c, "DELETE FROM identities WHERE org_id = $1 AND user_id = $2",
		     DB_ARGS(db_text(c->org->id), db_text(u->id))) ||
	    !db_push(c, "DELETE FROM person_values WHERE org_id = $1 AND user_id = $2",
		     DB_ARGS(db_text(c->org->id), db_text(u->id))) ||
	    !db_push(c,
		     "UPDATE users SET name_key = NULL, active = $3, shown_active = $3,"
		     " guarded = $3, deleted = $4, changed = $4, version = version + 1, body = ''"
		     " WHERE org_id = $1 AND id = $2",
		     DB_ARGS(db_text(c->org->id), db_text(u->id), db_bool(false), db_int(c->now))))
		return false;
	c->touched->users_deleted++;
	t = touch_user(c, u->id);
	t->own = t->deleted = true;
	return true;
}

bool user_delete(struct ctx *c, const char *id)
{
	struct user *u;
	bool take_over;

	return user_get_all(c, id, &u) && user_writable(c, u, &take_over) && bury(c, u);
}

bool user_erase(struct ctx *c, const char *id)
{
	struct user *u;
	struct touched_user *t;

	if (!user_find_former(c, id, &u))
		return false;
	if (!u)
		return error(c, ERR_NOT_FOUND, "there is no user %.100s", id);
	if (!u->deleted && !bury(c, u))
		return false;
	t = touch_user(c, u->id);
	t->own = t->erased = true;
	if (!invitation_forget(c, u->id, u->user_name))
		return false;
	return db_push(c,
		       "UPDATE users SET user_name = $3, display_name = NULL, display_key = NULL,"
		       " external_id = NULL, erased = $4, body = ''"
		       " WHERE org_id = $1 AND id = $2 AND erased = 0",
		       DB_ARGS(db_text(c->org->id), db_text(u->id),
			       db_text(arena_printf(c->arena, "erased-%s",
						    secret_random(c->arena, 9))),
			       db_int(c->now)));
}
