/* logout.c - /logout: ends the session, here and at the identity provider. */
#include "base/log.h"
#include "change/change.h"
#include "record/history.h"
#include "who.h"

bool platform_logout(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct page g = page_begin(c, "sign_out");
	const char *token;

	if (!form_token(c, q, p, &token))
		return false;
	page_form(&g, "/logout");
	page_hidden(&g, "token", token);
	page_button(&g, "Sign out");
	return page_end(&g, p, 200);
}

static bool end(struct ctx *c, const struct session_holder *h)
{
	SCOPED_CHANGE ch = { 0 };

	if (!change_begin(c, &ch) || !session_end(c, h->session.id, "signed out", NULL))
		return false;
	audit_note(c, (struct audit_note){ .action = "session.ended",
					   .target_kind = "session",
					   .target_id = h->session.id,
					   .reason = "signed out" });
	return change_commit(&ch);
}

/* Where the identity provider hears of it; NULL: it need not, or could not. */
static const char *onward(struct ctx *c, const struct session_holder *h)
{
	struct session_slo slo;
	const char *url = NULL;

	if (!attached.leave || !h->session.source_id)
		return NULL;
	if (!session_slo(c, h->session.id, &slo) || !attached.leave(c, &slo, &url)) {
		/* here the session has ended, and that must not look like a failure */
		log_event(c, LOG_WARNING, "logout_elsewhere", F("msg", c->err.msg));
		c->err = (struct err){ 0 };
		return NULL;
	}
	return url;
}

bool platform_logout_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct session_holder h;
	const char *url = NULL;
	struct form f;

	if (!form_ours(c, q, &f))
		return false;
	cookie_drop(c, p, COOKIE_SESSION);
	if (who_is(c, q, NULL, &h)) {
		if (!end(c, &h))
			return false;
		url = onward(c, &h);
	} else if (!err_take(&c->err, ERR_UNAUTHENTICATED)) {
		return false;
	}
	if (!url)
		return page_say(c, p, 200, "signed_out");
	http_redirect(p, url);
	return true;
}
