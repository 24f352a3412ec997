/* login.h - signing in with the password of a directory: /ldap/{organization}/{connection}/login.
 */
#pragma once

#include "change/signin.h"
#include "http/http.h"

typedef bool ldap_handler(struct ctx *c, const struct http_req *q, struct http_resp *p);

ldap_handler ldap_login, ldap_login_post;

/* Connections of c->org for an address, by its domain. */
signin_options ldap_options;
