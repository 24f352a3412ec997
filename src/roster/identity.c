/* identity.c - who somebody is at a connection, by the stable id it gives. */
#include "roster/identity.h"

#include <string.h>

#include "base/org.h"
#include "base/text.h"
#include "roster/user.h"

bool identity_find(struct ctx *c, const char *source_id, const char *subject, struct user **out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT " USER_COLUMNS " FROM identities i JOIN users u"
		    " ON u.org_id = i.org_id AND u.id = i.user_id"
		    " WHERE i.org_id = $1 AND i.source_id = $2 AND i.subject = $3"
		    " AND u.deleted = 0",
		    DB_ARGS(db_text(c->org->id), db_text(source_id), db_text(subject))))
		return false;
	*out = r.count ? user_from_row(c, &r, 0) : NULL;
	return true;
}

bool identity_bind(struct ctx *c, const char *source_id, const char *subject, const char *user_id)
{
	if (!subject || !*subject)
		return error(c, ERR_VALUE, "a sign-in without a stable id identifies nobody");
	return db_run(c, NULL,
		      "INSERT INTO identities (org_id, source_id, subject, user_id, created)"
		      " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (org_id, source_id, subject)"
		      " DO UPDATE SET user_id = excluded.user_id, created = excluded.created",
		      DB_ARGS(db_text(c->org->id), db_text(source_id), db_text(subject),
			      db_text(user_id), db_int(c->now)));
}

bool identity_candidates(struct ctx *c, const char *mail, struct user **out, int *count)
{
	const char *key = text_fold(c->arena, mail);
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT " USER_COLUMNS " FROM users u WHERE u.org_id = $1 AND u.deleted = 0"
		    " AND u.name_key = $2 UNION SELECT " USER_COLUMNS " FROM users u"
		    " WHERE u.org_id = $1 AND u.deleted = 0 AND u.id IN (SELECT v.user_id"
		    " FROM person_values v WHERE v.org_id = $1 AND v.path = 'emails.value'"
		    " AND v.key_hash = $3 AND v.value_key = $2)",
		    DB_ARGS(db_text(c->org->id), db_text(key), db_int(text_hash(key)))))
		return false;
	*out = arena_array(c->arena, struct user, (size_t)r.count);
	*count = r.count;
	for (int i = 0; i < r.count; i++)
		user_fill(&(*out)[i], &r, i);
	return true;
}

bool identity_removed(struct ctx *c, const char *user_name, bool *out)
{
	const char *key = text_fold(c->arena, user_name);
	struct rows r;

	*out = false;
	if (!db_run(c, &r,
		    "SELECT u.user_name FROM users u JOIN sources s ON s.org_id = u.org_id"
		    " AND s.id = u.source_id WHERE u.org_id = $1 AND u.deleted > 0"
		    " AND u.erased = 0 AND s.kind IN ('scim', 'ldap')",
		    DB_ARGS(db_text(c->org->id))))
		return false;
	for (int i = 0; i < r.count && !*out; i++)
		*out = strcmp(text_fold(c->arena, row_text(&r, i, 0)), key) == 0;
	return true;
}
