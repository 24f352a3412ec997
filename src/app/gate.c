/* gate.c - from the Authorization header, or a session's cookie, to an organization and an
 * actor. */
#include "gate.h"

#include <string.h>
#include <strings.h>

#include "base/metric.h"
#include "base/secret.h"
#include "base/time.h"
#include "http/cookie.h"
#include "http/tries.h"
#include "record/history.h"
#include "roster/session.h"
#include "roster/token.h"
#include "scim/scim.h"

enum { CREDENTIALS_MAX = 1024 };

/* What opens a route, and what to say to a token that does not. */
static const struct {
	const char *kind[2];
	const char *advice;
} needs[] = {
	[NEED_SCIM_TOKEN] = { { "scim" }, "a token of kind scim is needed here" },
	[NEED_ADMIN_TOKEN] = { { "admin" }, "a token of kind admin is needed here" },
	[NEED_PLATFORM_TOKEN] = { { "platform", "admin" },
				  "a token of kind platform or admin is needed here" },
	[NEED_MANAGER] = { { "platform", "admin" },
			   "a token of kind platform or admin is needed here" },
	[NEED_FRESH] = { { "admin" }, "a token of kind admin is needed here" },
};

struct credentials {
	const char *token;
	bool bare; /* without a scheme in front */
};

static int sextet(char ch)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = ch ? strchr(digits, ch) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Base64 as far as it is such; what is not makes a token nobody has. */
static const char *base64_text(struct arena *a, const char *s)
{
	char *out = arena_alloc(a, strlen(s) + 1), *o = out;
	unsigned bits = 0;
	int n = 0, v;

	for (; (v = sextet(*s)) >= 0; s++) {
		bits = bits << 6 | (unsigned)v;
		n += 6;
		if (n < 8)
			continue;
		n -= 8;
		*o++ = (char)(bits >> n & 0xff);
	}
	return out;
}

/* The rest of "Scheme rest"; NULL if the scheme is another (RFC 9110, section 11.1). */
static const char *after_scheme(const char *header, const char *scheme)
{
	size_t n = strlen(scheme);

	if (strncasecmp(header, scheme, n) != 0 || header[n] != ' ')
		return NULL;
	return header + n + strspn(header + n, " ");
}

/*
 * "Bearer TOKEN" (RFC 6750); "Basic USER:TOKEN", the only form some clients
 * have, whatever the user; or the token alone.
 */
static bool read_credentials(struct ctx *c, const struct http_req *q, struct credentials *out)
{
	const char *header = http_header(q, "Authorization"), *pair, *colon;

	*out = (struct credentials){ 0 };
	if (!header || !*header)
		return error(c, ERR_UNAUTHENTICATED,
			     "no credentials: send the header \"Authorization: Bearer TOKEN\"");
	if (strlen(header) > CREDENTIALS_MAX)
		return error(c, ERR_UNAUTHENTICATED, "the Authorization header is too long");
	out->token = after_scheme(header, "Bearer");
	if (out->token)
		return true;
	if ((pair = after_scheme(header, "Basic"))) {
		pair = base64_text(c->arena, pair);
		colon = strchr(pair, ':');
		out->token = colon ? colon + 1 : "";
		return true;
	}
	out->token = header;
	out->bare = true;
	return true;
}

static bool opens(const struct token_holder *h, enum need need)
{
	for (int i = 0; i < 2 && needs[need].kind[i]; i++)
		if (strcmp(needs[need].kind[i], h->token.kind) == 0)
			return true;
	return false;
}

static void enter(struct ctx *c, const struct http_req *q, const struct token_holder *h)
{
	struct actor *actor = arena_new(c->arena, struct actor);

	*actor = (struct actor){
		.kind = h->token.kind,
		.name = arena_printf(c->arena, "token:%s", h->token.id),
		.source = h->source,
		.address = q->address,
	};
	c->org = h->org;
	c->actor = actor;
}

/* A good token at the wrong door is somebody's mistake, or worse: the organization
 * gets to see it.  That the record cannot be written changes nothing. */
static bool refuse_kind(struct ctx *c, const struct http_req *q, const struct token_holder *h,
			enum need need)
{
	enter(c, q, h);
	IGNORE(audit_write_now(c, (struct audit_note){ .action = "token.refused",
						       .target_kind = "token",
						       .target_id = h->token.id,
						       .reason = needs[need].advice }));
	c->err = (struct err){ 0 };
	return error(c, ERR_FORBIDDEN, "this is a token of kind %s; %s", h->token.kind,
		     needs[need].advice);
}

static bool admit(struct ctx *c, const struct http_req *q, const struct credentials *cred,
		  const struct token_holder *h, enum need need)
{
	if (!opens(h, need))
		return refuse_kind(c, q, h, need);
	if (cred->bare && !(h->source && scim_accepts_bare(c, h->source)))
		return error(c, ERR_UNAUTHENTICATED,
			     "write \"Bearer\" in front of the token, or set bare_token for this "
			     "connection");
	enter(c, q, h);
	return true;
}

static bool check(struct ctx *c, const struct http_req *q, enum need need)
{
	struct token_holder holder = { 0 };
	struct credentials cred;
	const char *kind, *org;
	int64_t now = time_monotonic();

	if (!read_credentials(c, q, &cred))
		return false;
	if (!token_parse(c->arena, cred.token, &kind, &org))
		org = "";
	if (!tries_allow(c, q->address, org, now))
		return false;
	if (token_open(c, cred.token, &holder) && admit(c, q, &cred, &holder, need))
		return true;
	if (c->err.kind == ERR_UNAUTHENTICATED)
		tries_failed(q->address, org, now);
	return false;
}

/* A browser sends the cookie whoever makes it do so: a write needs to show that it comes
 * from a page of ours, which alone can read the token of the session. */
static bool meant(struct ctx *c, const struct http_req *q, const struct session_holder *h)
{
	const char *sent = http_header(q, "X-CSRF-Token"), *want;

	if (q->method == GET)
		return true;
	if (!secret_mac(c, "csrf", h->session.id, &want))
		return false;
	return (http_same_origin(c, q) && sent && secret_same(want, sent)) ||
	       error(c, ERR_FORBIDDEN,
		     "a write in a session needs the header X-CSRF-Token with csrf of "
		     "/api/v1/session, and comes from a page of this server");
}

/* What a role opens; a Manager sees less behind it than others. */
static bool role_opens(struct ctx *c, const struct session_holder *h, enum need need,
		       struct actor *actor)
{
	if (h->role == ROLE_MA && need == NEED_MANAGER)
		actor->sees_as = h->user->id;
	else if (h->role < ROLE_AD)
		return error(c, ERR_FORBIDDEN,
			     need == NEED_MANAGER
				     ? "this is for Administrators, and for Managers as far as "
				       "their own workspaces go; your role is %s"
				     : "this is for Administrators; your role is %s",
			     role_name(h->role));
	return true;
}

static bool is_fresh(struct ctx *c, const struct session_holder *h)
{
	return c->now < session_fresh_until(&h->session) ||
	       error(c, ERR_STEP_UP,
		     "this touches secrets: sign in once more at /login?again=1, then try again "
		     "within %d minutes",
		     SESSION_FRESH_MS / 60000);
}

static bool check_session(struct ctx *c, const struct http_req *q, const char *cookie,
			  enum need need)
{
	struct actor *actor = arena_new(c->arena, struct actor);
	struct session_holder h;

	if (!session_find(c, cookie, false, &h))
		return false;
	*actor = (struct actor){ .kind = "user",
				 .name = arena_printf(c->arena, "user:%s", h.user->id),
				 .address = q->address };
	c->org = h.org;
	c->actor = actor;
	return role_opens(c, &h, need, actor) && meant(c, q, &h) &&
	       (need != NEED_FRESH || is_fresh(c, &h));
}

/* Administrators in a browser have a session and send no Authorization. */
static bool check_either(struct ctx *c, const struct http_req *q, enum need need)
{
	const char *cookie = need == NEED_SCIM_TOKEN || http_header(q, "Authorization")
				     ? NULL
				     : cookie_get(c, q, COOKIE_SESSION);

	return cookie ? check_session(c, q, cookie, need) : check(c, q, need);
}

bool gate_open(struct ctx *c, const struct http_req *q, enum need need)
{
	if (need == NEED_NOBODY || check_either(c, q, need))
		return true;
	if (c->err.kind < ERR_RETRY)
		metric_add(METRIC_AUTH_REFUSED, err_name(c->err.kind), NULL, 0, 1);
	return false;
}
