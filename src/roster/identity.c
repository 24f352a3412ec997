/* identity.c - who somebody is at a connection, by the stable id it gives. */
#include "roster/identity.h"

#include "base/org.h"
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
