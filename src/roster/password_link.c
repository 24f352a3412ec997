/* password_link.c - links that let somebody set a password, once. */
#include <string.h>

#include "base/secret.h"
#include "roster/local_account.h"
#include "roster/org.h"
#include "session.h"

#define LINK_MS (INT64_C(3600) * 1000 * PASSWORD_LINK_HOURS)

static const char offer_purpose[] = "totp offered";

bool password_link_make(struct ctx *c, const char *user_id, const char **secret)
{
	*secret = session_secret(c);
	return db_push(c, "DELETE FROM password_links WHERE org_id = $1 AND user_id = $2",
		       DB_ARGS(db_text(c->org->id), db_text(user_id))) &&
	       db_push(c,
		       "INSERT INTO password_links (org_id, digest, user_id, created, created_by,"
		       " expires) VALUES ($1, $2, $3, $4, $5, $6)",
		       DB_ARGS(db_text(c->org->id), db_text(secret_digest(c->arena, *secret)),
			       db_text(user_id), db_int(c->now), db_text(c->actor->name),
			       db_int(c->now + LINK_MS)));
}

static bool absent(struct ctx *c)
{
	return error(c, ERR_NOT_FOUND,
		     "this link was used, is too old, or was replaced by a newer one; ask for "
		     "another");
}

bool password_link_find(struct ctx *c, const char *presented, struct password_link *out)
{
	const char *org_id;
	struct rows r;

	*out = (struct password_link){ 0 };
	if (!session_parse(c, presented, &org_id))
		return absent(c);
	out->digest = secret_digest(c->arena, presented);
	if (!db_enter_org(c, org_id) ||
	    !db_run(c, &r,
		    "SELECT " USER_COLUMNS ", l.totp, " ORG_COLUMNS " FROM password_links l"
		    " JOIN orgs o ON o.id = l.org_id"
		    " JOIN users u ON u.org_id = l.org_id AND u.id = l.user_id"
		    " WHERE l.org_id = $1 AND l.digest = $2 AND l.expires > $3 AND u.deleted = 0",
		    DB_ARGS(db_text(org_id), db_text(out->digest), db_int(c->now))))
		return false;
	if (!r.count)
		return absent(c);
	out->user = user_from_row(c, &r, 0);
	out->org = org_from_row(c, &r, 0, USER_COLUMN_COUNT + 1);
	c->org = out->org;
	return !row_text(&r, 0, USER_COLUMN_COUNT) ||
	       secret_unseal(c, offer_purpose, row_text(&r, 0, USER_COLUMN_COUNT), &out->totp);
}

bool password_link_offer(struct ctx *c, struct password_link *l, const char *totp)
{
	const char *sealed;
	struct rows r;

	if (l->totp)
		return true;
	if (!secret_seal(c, offer_purpose, totp, &sealed) ||
	    !db_run(c, &r,
		    "UPDATE password_links SET totp = coalesce(totp, $3) WHERE org_id = $1"
		    " AND digest = $2 RETURNING totp",
		    DB_ARGS(db_text(c->org->id), db_text(l->digest), db_text(sealed))))
		return false;
	return r.count ? secret_unseal(c, offer_purpose, row_text(&r, 0, 0), &l->totp) : absent(c);
}

bool password_link_take(struct ctx *c, const struct password_link *l, bool *taken)
{
	struct rows r;

	if (!db_run(c, &r,
		    "DELETE FROM password_links WHERE org_id = $1 AND digest = $2 AND expires > $3",
		    DB_ARGS(db_text(c->org->id), db_text(l->digest), db_int(c->now))))
		return false;
	*taken = r.changed == 1;
	return true;
}
