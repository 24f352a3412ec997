/* session_find.c - from a cookie to a session; renewing its secret. */
#include "session.h"

#include <string.h>

#include "base/secret.h"
#include "roster/org.h"

enum { ORG_CHARS = 32, RANDOM_CHARS = 43 };

/* Which of a session's secrets was presented. */
enum which { CURRENT, NEXT, OLD };

struct found {
	enum which which;
	int64_t renewed, confirmed;
	struct session_holder *holder;
};

bool session_parse(struct ctx *c, const char *text, const char **org_id)
{
	if (strlen(text) != ORG_CHARS + 1 + RANDOM_CHARS ||
	    strspn(text, "0123456789abcdef") != ORG_CHARS || text[ORG_CHARS] != '.')
		return false;
	*org_id = arena_printf(c->arena, "%.8s-%.4s-%.4s-%.4s-%.12s", text, text + 8, text + 12,
			       text + 16, text + 20);
	return true;
}

static bool refuse(struct ctx *c)
{
	return error(c, ERR_UNAUTHENTICATED, "nobody is signed in here; sign in at /login");
}

#define QUERY(digest)                                                                              \
	"SELECT " USER_COLUMNS ", s.id, s.user_id, s.method, s.source_id, s.address, s.agent,"     \
	" s.created, s.last_seen, s.expires, s.idle_ms, s.ended, s.ended_reason, s.proved,"        \
	" s.renewed, s.confirmed, t.role, " ORG_COLUMNS " FROM sessions s"                         \
	" JOIN orgs o ON o.id = s.org_id"                                                          \
	" JOIN users u ON u.org_id = s.org_id AND u.id = s.user_id"                                \
	" LEFT JOIN standings t ON t.org_id = s.org_id AND t.user_id = s.user_id"                  \
	" WHERE s.org_id = $1 AND s." digest " = $2"

/* Almost always it is the first. */
static const char *const queries[] = {
	[CURRENT] = QUERY("digest"),
	[NEXT] = QUERY("next_digest"),
	[OLD] = QUERY("old_digest"),
};

/* Columns behind those of the user. */
static void fill(struct ctx *c, const struct rows *r, struct found *f)
{
	struct session_holder *h = f->holder;
	struct rows rest = *r;
	enum { AT = USER_COLUMN_COUNT };

	h->user = user_from_row(c, r, 0);
	rest.cell = r->cell + AT;
	session_fill(&h->session, &rest, 0);
	f->renewed = row_int(r, 0, AT + SESSION_COLUMN_COUNT);
	f->confirmed = row_int(r, 0, AT + SESSION_COLUMN_COUNT + 1);
	if (!row_text(r, 0, AT + SESSION_COLUMN_COUNT + 2) ||
	    !role_parse(row_text(r, 0, AT + SESSION_COLUMN_COUNT + 2), &h->role))
		h->role = ROLE_NONE;
	h->org = org_from_row(c, r, 0, AT + SESSION_COLUMN_COUNT + 3);
}

static bool look_up(struct ctx *c, const char *org_id, const char *digest, struct found *f)
{
	struct rows r;

	for (int i = CURRENT; i <= OLD; i++) {
		if (!db_run(c, &r, queries[i], DB_ARGS(db_text(org_id), db_text(digest))))
			return false;
		if (!r.count)
			continue;
		f->which = (enum which)i;
		fill(c, &r, f);
		return true;
	}
	return refuse(c);
}

/* Writes that serve the next request, not this one: their failure must not cost it. */
static bool write_quietly(struct ctx *c, const char *sql, struct db_args args)
{
	struct err before = c->err;
	struct rows r = { 0 };
	bool good = db_run(c, &r, sql, args);

	c->err = before;
	return good && r.changed == 1;
}

/* The secret before the last has come back: two parties have this session. */
static void end_copied(struct ctx *c, const struct session_holder *h)
{
	IGNORE(write_quietly(c,
			     "UPDATE sessions SET ended = $3, ended_reason = 'copied cookie'"
			     " WHERE org_id = $1 AND id = $2 AND ended = 0",
			     DB_ARGS(db_text(h->org->id), db_text(h->session.id), db_int(c->now))));
}

static void confirm(struct ctx *c, const struct session_holder *h, const char *digest)
{
	IGNORE(write_quietly(c,
			     "UPDATE sessions SET old_digest = digest, digest = next_digest,"
			     " next_digest = NULL, confirmed = $4, renewed = $4"
			     " WHERE org_id = $1 AND id = $2 AND next_digest = $3",
			     DB_ARGS(db_text(h->org->id), db_text(h->session.id), db_text(digest),
				     db_int(c->now))));
}

/* One of several requests at once gets to carry the new secret. */
static void renew_secret(struct ctx *c, struct found *f, const char *digest)
{
	struct session_holder *h = f->holder;
	const struct org *before = c->org;
	const char *fresh;

	c->org = h->org;
	fresh = session_secret(c);
	c->org = before;
	if (write_quietly(c,
			  "UPDATE sessions SET next_digest = $4, renewed = $5 WHERE org_id = $1"
			  " AND id = $2 AND digest = $3 AND renewed = $6 AND ended = 0",
			  DB_ARGS(db_text(h->org->id), db_text(h->session.id), db_text(digest),
				  db_text(secret_digest(c->arena, fresh)), db_int(c->now),
				  db_int(f->renewed))))
		h->secret = fresh;
}

static void note_seen(struct ctx *c, const struct session_holder *h)
{
	if (c->now - h->session.last_seen < SESSION_SEEN_MS)
		return;
	IGNORE(write_quietly(c,
			     "UPDATE sessions SET last_seen = $3 WHERE org_id = $1 AND id = $2"
			     " AND last_seen < $3",
			     DB_ARGS(db_text(h->org->id), db_text(h->session.id), db_int(c->now))));
}

static bool alive(const struct ctx *c, const struct session_holder *h)
{
	const struct session *s = &h->session;

	return !s->ended && c->now < s->expires && c->now < s->last_seen + s->idle_ms &&
	       !h->user->deleted && role_works(h->role);
}

bool session_find(struct ctx *c, const char *presented, bool renew, struct session_holder *out)
{
	struct found f = { .holder = out };
	const char *org_id, *digest;

	*out = (struct session_holder){ 0 };
	if (!presented || !session_parse(c, presented, &org_id))
		return refuse(c);
	digest = secret_digest(c->arena, presented);
	if (!db_enter_org(c, org_id) || !look_up(c, org_id, digest, &f))
		return false;
	if (!alive(c, out))
		return refuse(c);
	if (f.which == OLD && c->now - f.confirmed > SESSION_GRACE_MS) {
		end_copied(c, out);
		return refuse(c);
	}
	if (f.which == NEXT)
		confirm(c, out, digest);
	else if (f.which == CURRENT && renew && c->now - f.renewed >= SESSION_RENEW_MS)
		renew_secret(c, &f, digest);
	note_seen(c, out);
	return true;
}
