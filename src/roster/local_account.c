/* local_account.c - accounts with a password of our own. */
#include "roster/local_account.h"

#include "base/org.h"
#include "base/secret.h"
#include "base/text.h"

static const char totp_purpose[] = "totp";

static const char *name_digest(struct ctx *c, const char *address)
{
	return secret_digest(c->arena, text_fold(c->arena, address));
}

bool local_candidates(struct ctx *c, const char *address, struct local_candidate **out, int *n)
{
	struct rows r;

	/* every organization: nobody has said yet to which one he belongs */
	if (!db_run(c, &r,
		    "SELECT org_id, user_id FROM local_names WHERE digest = $1 /* every "
		    "organization */"
		    " ORDER BY org_id LIMIT $2",
		    DB_ARGS(db_text(name_digest(c, address)), db_int(LOCAL_CANDIDATES_MAX))))
		return false;
	*out = arena_array(c->arena, struct local_candidate, (size_t)r.count);
	*n = r.count;
	for (int i = 0; i < r.count; i++)
		(*out)[i] = (struct local_candidate){ row_text(&r, i, 0), row_text(&r, i, 1) };
	return true;
}

bool local_account_find(struct ctx *c, const char *user_id, struct local_account **out)
{
	struct local_account *l;
	struct rows r;

	*out = NULL;
	if (!db_run(c, &r,
		    "SELECT user_id, password, totp, totp_used, failed, failed_since, created,"
		    " changed, last_used FROM local_accounts WHERE org_id = $1 AND user_id = $2",
		    DB_ARGS(db_text(c->org->id), db_text(user_id))))
		return false;
	if (!r.count)
		return true;
	l = *out = arena_new(c->arena, struct local_account);
	l->user_id = row_text(&r, 0, 0);
	l->password = row_text(&r, 0, 1);
	l->totp_used = row_int(&r, 0, 3);
	l->locked = row_int(&r, 0, 4) >= LOCAL_TRIES && c->now - row_int(&r, 0, 5) < LOCAL_TRIES_MS;
	l->created = row_int(&r, 0, 6);
	l->changed = row_int(&r, 0, 7);
	l->last_used = row_int(&r, 0, 8);
	return !row_text(&r, 0, 2) || secret_unseal(c, totp_purpose, row_text(&r, 0, 2), &l->totp);
}

bool local_account_set(struct ctx *c, const char *user_id, const char *address, const char *hash,
		       const char *totp)
{
	const char *sealed = NULL;

	if (totp && !secret_seal(c, totp_purpose, totp, &sealed))
		return false;
	return db_push(c,
		       "INSERT INTO local_accounts (org_id, user_id, password, totp, totp_used,"
		       " failed, failed_since, created, changed, last_used)"
		       " VALUES ($1, $2, $3, $4, 0, 0, 0, $5, $5, 0)"
		       " ON CONFLICT (org_id, user_id) DO UPDATE SET password = excluded.password,"
		       " totp = excluded.totp, totp_used = 0, failed = 0,"
		       " changed = excluded.changed",
		       DB_ARGS(db_text(c->org->id), db_text(user_id), db_text(hash),
			       db_text(sealed), db_int(c->now))) &&
	       db_push(c, "DELETE FROM local_names WHERE org_id = $1 AND user_id = $2",
		       DB_ARGS(db_text(c->org->id), db_text(user_id))) &&
	       db_push(c,
		       "INSERT INTO local_names (org_id, digest, user_id) VALUES ($1, $2, $3)"
		       " ON CONFLICT (digest, org_id) DO UPDATE SET user_id = excluded.user_id",
		       DB_ARGS(db_text(c->org->id), db_text(name_digest(c, address)),
			       db_text(user_id)));
}

bool local_account_remove(struct ctx *c, const char *user_id)
{
	static const char *const removals[] = {
		"DELETE FROM local_names WHERE org_id = $1 AND user_id = $2",
		"DELETE FROM local_accounts WHERE org_id = $1 AND user_id = $2",
		"DELETE FROM password_links WHERE org_id = $1 AND user_id = $2",
	};

	for (int i = 0; i < 3; i++)
		if (!db_push(c, removals[i], DB_ARGS(db_text(c->org->id), db_text(user_id))))
			return false;
	return true;
}

bool local_account_try(struct ctx *c, const char *user_id, bool *counted)
{
	struct rows r;

	if (!db_run(c, &r,
		    "UPDATE local_accounts SET"
		    " failed = CASE WHEN failed_since + $4 <= $3 THEN 1 ELSE failed + 1 END,"
		    " failed_since = CASE WHEN failed_since + $4 <= $3 THEN $3 ELSE failed_since "
		    "END"
		    " WHERE org_id = $1 AND user_id = $2"
		    " AND (failed < $5 OR failed_since + $4 <= $3)",
		    DB_ARGS(db_text(c->org->id), db_text(user_id), db_int(c->now),
			    db_int(LOCAL_TRIES_MS), db_int(LOCAL_TRIES))))
		return false;
	*counted = r.changed == 1;
	return true;
}

bool local_account_used(struct ctx *c, const char *user_id, int64_t step, bool *fresh)
{
	struct rows r;

	if (!db_run(c, &r,
		    "UPDATE local_accounts SET failed = 0, failed_since = 0, last_used = $3,"
		    " totp_used = $4 WHERE org_id = $1 AND user_id = $2"
		    " AND (totp_used < $4 OR $4 = 0)",
		    DB_ARGS(db_text(c->org->id), db_text(user_id), db_int(c->now), db_int(step))))
		return false;
	*fresh = r.changed == 1;
	return true;
}
