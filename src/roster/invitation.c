/* invitation.c - invitations as they are stored, and how one is used up. */
#include "roster/invitation.h"

#include <string.h>

#include "base/id.h"
#include "base/secret.h"
#include "base/text.h"
#include "roster/org.h"
#include "session.h"

#define COLUMNS                                                                                    \
	"v.id, v.email, v.shared, v.role, v.workspaces, v.created_by, v.created, v.expires,"       \
	" v.used, v.revoked, v.used_by, v.joined"
enum { COLUMN_COUNT = 12, LIST_BYTES_MAX = 8 * 1024 };
#define KEPT_MS (INT64_C(90) * 86400000)

const char *invitation_state(const struct ctx *c, const struct invitation *v)
{
	if (v->used)
		return "used";
	if (v->revoked)
		return "revoked";
	return v->expires <= c->now ? "expired" : "open";
}

/* Ids, with a blank between. */
static const char **split(struct ctx *c, const char *text)
{
	const char **list = arena_array(c->arena, const char *, INVITATION_WORKSPACES_MAX + 1);

	for (int i = 0; *text && i < INVITATION_WORKSPACES_MAX; i++) {
		size_t n = strcspn(text, " ");

		list[i] = arena_strndup(c->arena, text, n);
		text += n + (text[n] == ' ');
	}
	return list;
}

static const char *join(struct ctx *c, const char *const *list)
{
	struct buf b = buf_in(c->arena, LIST_BYTES_MAX);

	buf_puts(&b, "");
	for (int i = 0; list && list[i]; i++) {
		buf_puts(&b, i ? " " : "");
		buf_puts(&b, list[i]);
	}
	return b.p;
}

static void fill(struct ctx *c, struct invitation *v, const struct rows *r, int row)
{
	*v = (struct invitation){
		.id = row_text(r, row, 0),
		.email = row_text(r, row, 1),
		.shared = row_bool(r, row, 2),
		.role = ROLE_NO,
		.workspace = split(c, row_text(r, row, 4)),
		.created_by = row_text(r, row, 5),
		.created = row_int(r, row, 6),
		.expires = row_int(r, row, 7),
		.used = row_int(r, row, 8),
		.revoked = row_int(r, row, 9),
		.used_by = row_text(r, row, 10),
		.joined = row_int(r, row, 11),
	};
	IGNORE(role_parse(row_text(r, row, 3), &v->role)); /* written by role_code() */
}

/* What is over makes room; addresses are not kept longer than there is use for them. */
static bool clear_out(struct ctx *c)
{
	return db_push(c,
		       "UPDATE invitations SET revoked = $2 WHERE org_id = $1 AND used = 0"
		       " AND revoked = 0 AND expires <= $2",
		       DB_ARGS(db_text(c->org->id), db_int(c->now))) &&
	       db_push(c,
		       "DELETE FROM invitations WHERE org_id = $1 AND expires < $2"
		       " AND (revoked > 0 OR used > 0)",
		       DB_ARGS(db_text(c->org->id), db_int(c->now - KEPT_MS))) &&
	       db_push(c,
		       "DELETE FROM invitation_joins WHERE org_id = $1 AND invitation_id NOT IN"
		       " (SELECT v.id FROM invitations v WHERE v.org_id = $1)",
		       DB_ARGS(db_text(c->org->id)));
}

static bool check_free(struct ctx *c, const struct invitation *v)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT COUNT(*), COUNT(CASE WHEN v.shared = $2 AND (v.shared OR"
		    " v.email_key = $3) THEN 1 END) FROM invitations v WHERE v.org_id = $1"
		    " AND v.used = 0 AND v.revoked = 0",
		    DB_ARGS(db_text(c->org->id), db_bool(v->shared),
			    db_text(v->shared ? "" : text_fold(c->arena, v->email)))))
		return false;
	if (row_int(&r, 0, 1))
		return error(c, ERR_CONFLICT,
			     v->shared
				     ? "there is a shared link already: reset it for a new one, or "
				       "revoke it"
				     : "this address is invited already: reset the invitation for "
				       "a new link, or revoke it");
	return row_int(&r, 0, 0) < INVITATIONS_OPEN_MAX ||
	       error(c, ERR_CONFLICT,
		     "%d invitations are open: revoke those that nobody needs any more",
		     INVITATIONS_OPEN_MAX);
}

bool invitation_make(struct ctx *c, struct invitation *v, const char **secret)
{
	if (!clear_out(c) || !check_free(c, v))
		return false;
	v->id = id_new(c->arena);
	v->created = c->now;
	v->created_by = c->actor->name;
	*secret = session_secret(c);
	return db_run(c, NULL,
		      "INSERT INTO invitations (org_id, id, digest, email, email_key, shared, role,"
		      " workspaces, created, created_by, expires, used, revoked, joined) VALUES"
		      " ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, 0)",
		      DB_ARGS(db_text(c->org->id), db_text(v->id),
			      db_text(secret_digest(c->arena, *secret)), db_text(v->email),
			      db_text(v->shared ? NULL : text_fold(c->arena, v->email)),
			      db_bool(v->shared), db_text(role_code(v->role)),
			      db_text(join(c, v->workspace)), db_int(v->created),
			      db_text(v->created_by), db_int(v->expires)));
}

bool invitation_list(struct ctx *c, const char *after, int64_t limit, struct invitation **out,
		     int *n, int64_t *total)
{
	const struct db_val org = db_text(c->org->id);
	struct rows r, all;
	const struct db_stmt both[] = {
		{ "SELECT " COLUMNS " FROM invitations v WHERE v.org_id = $1"
		  " AND ($2 = '' OR v.id < $2) ORDER BY v.id DESC LIMIT $3",
		  DB_ARGS(org, db_text(after), db_int(limit)), &r },
		{ "SELECT COUNT(*) FROM invitations v WHERE v.org_id = $1", DB_ARGS(org), &all },
	};

	if (!db_run_all(c, both, 2))
		return false;
	*n = r.count;
	*total = row_int(&all, 0, 0);
	*out = arena_array(c->arena, struct invitation, (size_t)r.count);
	for (int i = 0; i < r.count; i++)
		fill(c, &(*out)[i], &r, i);
	return true;
}

/* The first of some rows; NULL if there are none. */
static struct invitation *first(struct ctx *c, const struct rows *r)
{
	struct invitation *v = r->count ? arena_new(c->arena, struct invitation) : NULL;

	if (v)
		fill(c, v, r, 0);
	return v;
}

bool invitation_get(struct ctx *c, const char *id, struct invitation **out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT " COLUMNS " FROM invitations v WHERE v.org_id = $1 AND v.id = $2",
		    DB_ARGS(db_text(c->org->id), db_text(id))))
		return false;
	*out = first(c, &r);
	return *out || error(c, ERR_NOT_FOUND, "there is no invitation %.100s", id);
}

bool invitation_reset(struct ctx *c, struct invitation *v, int64_t expires, const char **secret)
{
	struct rows r;

	*secret = session_secret(c);
	if (!db_run(c, &r,
		    "UPDATE invitations SET digest = $3, expires = $4 WHERE org_id = $1"
		    " AND id = $2 AND used = 0 AND revoked = 0",
		    DB_ARGS(db_text(c->org->id), db_text(v->id),
			    db_text(secret_digest(c->arena, *secret)), db_int(expires))))
		return false;
	v->expires = expires;
	return r.changed == 1 ||
	       error(c, ERR_CONFLICT,
		     "this invitation was used or revoked, or is long over: make a new one");
}

bool invitation_revoke(struct ctx *c, const char *id)
{
	struct rows r;

	if (!db_run(c, &r,
		    "UPDATE invitations SET revoked = $3 WHERE org_id = $1 AND id = $2"
		    " AND used = 0 AND revoked = 0",
		    DB_ARGS(db_text(c->org->id), db_text(id), db_int(c->now))))
		return false;
	return r.changed == 1 || error(c, ERR_NOT_FOUND, "there is no open invitation %.100s", id);
}

static bool absent(struct ctx *c)
{
	return error(c, ERR_NOT_FOUND,
		     "this invitation was used or taken back, is too old, or has a newer link; ask "
		     "whoever sent it for another");
}

bool invitation_open(struct ctx *c, const char *presented, struct invitation **out)
{
	const char *org_id;
	struct rows r;

	if (!session_parse(c, presented, &org_id))
		return absent(c);
	if (!db_enter_org(c, org_id) ||
	    !db_run(c, &r,
		    "SELECT " COLUMNS ", " ORG_COLUMNS " FROM invitations v"
		    " JOIN orgs o ON o.id = v.org_id WHERE v.org_id = $1 AND v.digest = $2"
		    " AND v.used = 0 AND v.revoked = 0 AND v.expires > $3",
		    DB_ARGS(db_text(org_id), db_text(secret_digest(c->arena, presented)),
			    db_int(c->now))))
		return false;
	*out = first(c, &r);
	if (!*out)
		return absent(c);
	c->org = org_from_row(c, &r, 0, COLUMN_COUNT);
	return true;
}

bool invitation_find(struct ctx *c, const char *address, const char *presented,
		     struct invitation **out)
{
	const char *digest = presented ? secret_digest(c->arena, presented) : "";
	struct rows r;

	*out = NULL;
	if (!db_run(c, &r,
		    "SELECT " COLUMNS " FROM invitations v WHERE v.org_id = $1 AND v.used = 0"
		    " AND v.revoked = 0 AND v.expires > $2 AND (v.email_key = $3"
		    " OR (v.digest = $4 AND v.shared = $5)) ORDER BY v.shared LIMIT 1",
		    DB_ARGS(db_text(c->org->id), db_int(c->now),
			    db_text(address ? text_fold(c->arena, address) : NULL), db_text(digest),
			    db_bool(true))))
		return false;
	*out = first(c, &r);
	return true;
}

static bool use_shared(struct ctx *c, const struct invitation *v, const char *user_id, bool *taken)
{
	struct rows r;

	if (!db_run(c, &r,
		    "INSERT INTO invitation_joins (org_id, invitation_id, user_id, at)"
		    " SELECT v.org_id, v.id, CAST($3 AS TEXT), CAST($4 AS BIGINT)"
		    " FROM invitations v WHERE v.org_id = $1 AND v.id = $2 AND v.revoked = 0"
		    " ON CONFLICT (org_id, invitation_id, user_id) DO NOTHING",
		    DB_ARGS(db_text(c->org->id), db_text(v->id), db_text(user_id), db_int(c->now))))
		return false;
	*taken = r.changed == 1;
	return !*taken || db_push(c,
				  "UPDATE invitations SET joined = joined + 1 WHERE org_id = $1"
				  " AND id = $2",
				  DB_ARGS(db_text(c->org->id), db_text(v->id)));
}

bool invitation_use(struct ctx *c, const struct invitation *v, const char *user_id, bool *taken)
{
	struct rows r;

	if (v->shared)
		return use_shared(c, v, user_id, taken);
	if (!db_run(c, &r,
		    "UPDATE invitations SET used = $3, used_by = $4, joined = 1 WHERE org_id = $1"
		    " AND id = $2 AND used = 0 AND revoked = 0",
		    DB_ARGS(db_text(c->org->id), db_text(v->id), db_int(c->now), db_text(user_id))))
		return false;
	*taken = r.changed == 1;
	return true;
}

bool invitation_forget(struct ctx *c, const char *user_id, const char *user_name)
{
	return db_push(c,
		       "UPDATE invitations SET email = NULL, email_key = NULL, revoked ="
		       " CASE WHEN used = 0 AND revoked = 0 THEN CAST($4 AS BIGINT) ELSE revoked "
		       "END"
		       " WHERE org_id = $1 AND (used_by = $2 OR email_key = $3)",
		       DB_ARGS(db_text(c->org->id), db_text(user_id),
			       db_text(text_fold(c->arena, user_name)), db_int(c->now)));
}
