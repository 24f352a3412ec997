/*
 * platform.h - the doors of people and of what stands in front of the platform: sign-in
 * and sign-out pages, the session check for reverse proxies, signed tokens.
 */
#pragma once

#include "change/signin.h"
#include "http/http.h"

typedef bool platform_handler(struct ctx *c, const struct http_req *q, struct http_resp *p);

platform_handler platform_login, platform_login_post;       /* /login           */
platform_handler platform_continue, platform_continue_post; /* /login/continue  */
platform_handler platform_logout, platform_logout_post;
platform_handler platform_password, platform_password_post; /* /password/{link} */
platform_handler platform_check, platform_token, platform_keys;

/* Who knows what ways to sign in there are for an address, and how to tell an identity
 * provider that somebody signed out; NULL: nobody.  Before the first request. */
typedef bool platform_leave(struct ctx *c, const struct session_slo *slo, const char **url);
void platform_attach(signin_options *options, platform_leave *leave);
