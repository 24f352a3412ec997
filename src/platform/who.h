/* who.h - who is at the browser, and forms that only he can send.  Private to src/platform. */
#pragma once

#include "http/cookie.h"
#include "http/form.h"
#include "http/page.h"
#include "platform/platform.h"
#include "roster/signin_settings.h"

/* The person of the session's cookie; sets c->org and c->actor.  ERR_UNAUTHENTICATED.
 * p: the answer reaches the browser and may renew the cookie; else NULL. */
bool who_is(struct ctx *c, const struct http_req *q, struct http_resp *p,
	    struct session_holder *out) MUST;
/* Acts as this user from here on. */
void act_as(struct ctx *c, const struct http_req *q, const char *user_id);

/* The token of a form: bound to a cookie that this browser has (it is set if need be). */
bool form_token(struct ctx *c, const struct http_req *q, struct http_resp *p,
		const char **out) MUST;
/* Reads a form that one of our pages sent from this browser; ERR_FORBIDDEN else. */
bool form_ours(struct ctx *c, const struct http_req *q, struct form *out) MUST;

/* What was attached, see platform.h. */
struct attached {
	signin_options *options;
	platform_leave *leave;
};
extern struct attached attached;
