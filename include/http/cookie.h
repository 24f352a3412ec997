/*
 * cookie.h - cookies of this server (RFC 6265bis).
 *
 * All are HttpOnly, SameSite=Lax, for this host alone.  Over https their names begin with
 * __Host-, and they are Secure.  Over http they work on loopback only, without the prefix.
 */
#pragma once

#include "http/http.h"

#define COOKIE_SESSION "rosterd"
#define COOKIE_ARRIVED "rosterd-arrived" /* a session that waits at /login/continue */
#define COOKIE_FORM    "rosterd-form"    /* binds a form to the browser that asked for it */

/* False with ERR_FORBIDDEN if public_url is such that no browser should be given one. */
bool cookie_possible(struct ctx *c) MUST;

/* Value of a cookie; NULL if absent, sent twice, or longer than we make them. */
const char *cookie_get(struct ctx *c, const struct http_req *q, const char *name);
/* Until the browser is closed. */
void cookie_set(struct ctx *c, struct http_resp *p, const char *name, const char *value);
/* For max_age seconds; none_site: also sent with a POST from another site (SameSite=None,
 * https only: over http it is Lax). */
void cookie_set_for(struct ctx *c, struct http_resp *p, const char *name, const char *value,
		    int64_t max_age, bool none_site);
void cookie_drop(struct ctx *c, struct http_resp *p, const char *name);

/* 303 to a location that was checked before. */
void http_redirect(struct http_resp *p, const char *location);

/*
 * Did a page of ours send this?  Origin must be ours where it is sent, else
 * Sec-Fetch-Site must not say otherwise.
 */
bool http_same_origin(struct ctx *c, const struct http_req *q);
