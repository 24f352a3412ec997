/*
 * arrive.c - the one way a person comes into being.
 *
 * Everything that decides it is asked in one round trip: who has this userName
 * or externalId (the deleted too, for their history), whom a work e-mail names
 * in other sources, and which groups have been waiting for this person.
 */
#include <string.h>

#include "base/id.h"
#include "base/org.h"
#include "roster/source.h"
#include "roster/touched.h"
#include "user_store.h"

#define NAMED                                                                                      \
	"SELECT " USER_COLUMNS ", 0 FROM users u WHERE u.org_id = $1 AND u.name_key = $2"          \
	" UNION ALL SELECT " USER_COLUMNS ", u.erased FROM users u"                                \
	" WHERE u.org_id = $1 AND u.external_id = $3 AND u.erased = 0"

/* Only from other sources: within one, e-mail addresses may repeat. */
#define MAILED                                                                                     \
	"SELECT " USER_COLUMNS " FROM users u WHERE u.org_id = $1 AND u.source_id <> $4"           \
	" AND u.deleted = 0 AND u.name_key = $2"                                                   \
	" UNION ALL SELECT " USER_COLUMNS " FROM users u WHERE u.org_id = $1"                      \
	" AND u.source_id <> $4 AND u.deleted = 0 AND u.id IN (SELECT v.user_id"                   \
	" FROM person_values v WHERE v.org_id = $1 AND v.path = 'emails.value'"                    \
	" AND v.key_hash = $3 AND v.value_key = $2)"

struct candidates {
	struct user *named, *external, *mailed, *former;
};

/* The address that identifies: the work one, else the primary, else the first. */
static const char *work_mail(const struct values *vs)
{
	const struct attr *type = attr_by_path("emails.type");

	for (int i = 0; i < vs->count; i++)
		if (vs->v[i].attr == type && text_same(vs->v[i].text, "work"))
			return values_text(vs, attr_by_path("emails.value"), vs->v[i].n);
	return values_primary(vs, "emails.value");
}

static void sort_out(struct ctx *c, const struct user *u, const struct rows *named,
		     const struct rows *mailed, struct candidates *out)
{
	const char *source = c->actor->source ? c->actor->source->id : "";
	const char *key = text_fold(c->arena, u->user_name);

	for (int i = 0; i < named->count; i++) {
		struct user *found = user_from_row(c, named, i);

		if (found->deleted) {
			if (strcmp(found->source_id, source) == 0 &&
			    (!out->former || out->former->deleted < found->deleted))
				out->former = found;
		} else if (strcmp(text_fold(c->arena, found->user_name), key) == 0) {
			out->named = found;
		} else if (strcmp(found->source_id, source) == 0) {
			out->external = found;
		}
	}
	/* an address that names several people identifies nobody */
	if (mailed->count == 1)
		out->mailed = user_from_row(c, mailed, 0);
}

static bool create(struct ctx *c, struct user *u, const struct user *former,
		   const struct rows *pending)
{
	struct touched_user *t;

	u->id = id_new(c->arena);
	u->person_id = former && c->org->relink_former ? former->person_id : u->id;
	u->version = 1;
	u->created = u->changed = c->now;
	u->shown_active = u->active;
	if (!user_insert(c, u))
		return false;
	c->touched->users_created++;
	t = touch_user(c, u->id);
	t->own = t->arrived = t->fresh = true;
	t->active = u->active;
	return pending_take(c, u, pending);
}

/* The incoming profile takes the place of the stored one, under its id. */
static bool take_over(struct ctx *c, struct user *u, const struct user *found)
{
	struct user *before;

	if (!user_get_all(c, found->id, &before))
		return false;
	u->id = before->id;
	u->person_id = before->person_id;
	u->source_id = before->source_id;
	u->shown_active = before->shown_active;
	u->version = before->version;
	u->created = before->created;
	u->changed = before->changed;
	return user_save(c, before, u);
}

static bool taken(struct ctx *c, const struct user *u, const struct user *by, bool name)
{
	if (name)
		return error(c, ERR_UNIQUE, "a user with the userName \"%s\" exists (id %s)",
			     u->user_name, by->id);
	return error(c, ERR_UNIQUE, "a user with the externalId \"%s\" exists (id %s)",
		     u->external_id, by->id);
}

static bool place(struct ctx *c, struct user *u, const struct candidates *found,
		  const struct rows *pending, enum arrival *how)
{
	const struct source *mine = c->actor->source;
	struct user *old = found->named ? found->named : found->external;
	bool own;

	if (!old && found->mailed && !found->mailed->guarded)
		old = found->mailed;
	if (!old) {
		*how = ARRIVED_NEW;
		return create(c, u, found->former, pending);
	}
	own = !mine || strcmp(old->source_id, mine->id) == 0;
	if (old->guarded || (own && old->active))
		return taken(c, u, old, old == found->named);
	*how = own ? ARRIVED_REVIVED : ARRIVED_LINKED;
	return take_over(c, u, old);
}

bool user_arrive(struct ctx *c, struct user *u, enum arrival *how)
{
	struct candidates found = { 0 };
	struct rows named, pending, mailed = { 0 };
	const char *mail = work_mail(&u->values);
	const char *key = mail ? text_fold(c->arena, mail) : NULL;
	struct source *manual;
	struct db_stmt stmts[3];

	if (!user_check(c, u))
		return false;
	if (!c->actor->source && !source_manual(c, &manual))
		return false;
	u->source_id = c->actor->source ? c->actor->source->id : manual->id;
	stmts[0] = (struct db_stmt){ NAMED,
				     DB_ARGS(db_text(c->org->id),
					     db_text(text_fold(c->arena, u->user_name)),
					     db_text(u->external_id)),
				     &named };
	stmts[1] = pending_query(c, u, &pending);
	stmts[2] =
		(struct db_stmt){ MAILED,
				  DB_ARGS(db_text(c->org->id), db_text(key),
					  db_int(key ? text_hash(key) : 0), db_text(u->source_id)),
				  &mailed };
	if (!db_run_all(c, stmts, key ? 3 : 2))
		return false;
	sort_out(c, u, &named, &mailed, &found);
	return place(c, u, &found, &pending, how);
}
