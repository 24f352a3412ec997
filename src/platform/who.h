/* who.h - who is at the browser.  Private to src/platform. */
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

/* What was attached, see platform.h. */
struct attached {
	signin_options *options;
	platform_leave *leave;
};
extern struct attached attached;
