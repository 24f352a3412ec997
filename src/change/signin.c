/* signin.c - lets a person in, or says why not. */
#include "change/signin.h"

#include "access/standing.h"
#include "base/org.h"
#include "base/secret.h"
#include "base/text.h"
#include "record/history.h"

enum { DETAIL_MAX = 2048 };

/* Somebody deactivates this person at the same time: one of the two comes first.  What is
 * read after it is read under the lock. */
static bool lock(struct ctx *c, const char *user_id, struct rows *r)
{
	return db_ask(c, r,
		      arena_printf(c->arena,
				   "SELECT u.deleted FROM users u WHERE u.org_id = $1"
				   " AND u.id = $2%s",
				   db_for_update(c->db)),
		      DB_ARGS(db_text(c->org->id), db_text(user_id)));
}

static const char *page_for(const struct standing *s)
{
	if (!s || s->role == ROLE_DI)
		return "deactivated";
	if (role_works(s->role))
		return NULL;
	return s->waiting_since ? "no_seat" : "waiting";
}

/* How, not who: the target says that. */
static const char *detail(struct ctx *c, const struct session_new *how, const struct session *s)
{
	struct buf b = buf_in(c->arena, DETAIL_MAX);

	buf_puts(&b, "{\"method\": ");
	buf_json(&b, how->method);
	if (how->source_id) {
		buf_puts(&b, ", \"connection\": ");
		buf_json(&b, how->source_id);
	}
	if (s) {
		buf_puts(&b, ", \"session\": ");
		buf_json(&b, s->id);
	}
	buf_puts(&b, "}");
	return b.p;
}

bool signin_admit(struct ctx *c, const struct session_new *how, struct admission *out)
{
	struct standing *s = NULL;
	struct rows locked;

	*out = (struct admission){ 0 };
	if (!lock(c, how->user_id, &locked) || !standing_find(c, how->user_id, &s))
		return false;
	if (!locked.count || row_int(&locked, 0, 0) != 0)
		s = NULL;
	out->page = page_for(s);
	if (!out->page && !session_open(c, how, &out->session, &out->secret))
		return false;
	audit_note(c, (struct audit_note){
			      .action = out->page ? "signin.refused" : "signin.accepted",
			      .target_kind = "user",
			      .target_id = how->user_id,
			      .after = detail(c, how, out->session),
			      .reason = out->page,
		      });
	return true;
}

static const char target_purpose[] = "signin-target";

bool signin_seal_target(struct ctx *c, const char *url, const char **out)
{
	return secret_seal(c, target_purpose, url, out);
}

bool signin_open_target(struct ctx *c, const char *sealed, const char **url)
{
	return secret_unseal(c, target_purpose, sealed, url);
}
