/* me.c - /me and /session: who asks, and what that opens. */
#include "admin.h"

#include <string.h>

#include "base/secret.h"
#include "http/cookie.h"
#include "roster/session.h"
#include "show_session.h"

/* What a page of ours needs to know first.  It comes often, so the cookie is renewed
 * here. */
static bool find_own(struct ctx *c, const struct http_req *q, struct http_resp *p,
		     struct session_holder *h, const char **csrf)
{
	if (!session_find(c, cookie_get(c, q, COOKIE_SESSION), true, h) ||
	    !secret_mac(c, "csrf", h->session.id, csrf))
		return false;
	if (h->secret)
		cookie_set(c, p, COOKIE_SESSION, h->secret);
	return true;
}

static bool in_session(const struct ctx *c)
{
	return strcmp(c->actor->kind, "user") == 0;
}

bool admin_session_read(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct session_holder h;
	const char *csrf;
	json_t *j;

	if (!in_session(c))
		return error(c, ERR_NOT_FOUND, "a token is no session");
	if (!find_own(c, q, p, &h, &csrf))
		return false;
	j = show_session(c, &(struct session_view){ h.session, h.user->user_name });
	json_put_text(j, "displayName", h.user->display_name);
	json_put_text(j, "role", role_code(h.role));
	json_put_text(j, "org", h.org->id);
	json_put_text(j, "org_name", h.org->name);
	json_put_text(j, "csrf", csrf);
	json_respond(c, p, 200, j);
	return true;
}

static bool put_person(struct ctx *c, const struct http_req *q, struct http_resp *p, json_t *j)
{
	struct session_holder h;
	const char *csrf;

	if (!find_own(c, q, p, &h, &csrf))
		return false;
	json_put_text(j, "user", h.user->id);
	json_put_text(j, "userName", h.user->user_name);
	json_put_null(j, "displayName", h.user->display_name);
	json_put_text(j, "role", role_code(h.role));
	json_put_text(j, "method", h.session.method);
	json_put_text(j, "csrf", csrf);
	json_put_time(c, j, "fresh_until", session_fresh_until(&h.session));
	return true;
}

bool admin_me_read(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	json_t *j = json_own(c, json_object());

	json_put_text(j, "kind", c->actor->kind);
	json_put_text(j, "org", c->org->id);
	json_put_text(j, "org_name", c->org->name);
	json_put_text(j, "sees", c->actor->sees_as ? "workspaces" : "organization");
	if (in_session(c) && !put_person(c, q, p, j))
		return false;
	json_respond(c, p, 200, json_incref(j));
	return true;
}
