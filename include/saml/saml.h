/*
 * saml.h - the SAML 2.0 service provider: /saml/{connection}/..., one entity for each
 * connection (SAML Profiles, 4.1 and 4.4).
 */
#pragma once

#include "change/signin.h"
#include "http/http.h"

struct saml_pool;
struct db_pool;

/* Libraries and limits of this process.  Before any thread; pool is lent. */
bool saml_start(struct ctx *c, struct saml_pool *pool) MUST;

/* Metadata that is due is fetched again, of all organizations; one round of a thread that
 * may wait.  Also clears away what is over. */
void saml_round(struct ctx *c);

typedef bool saml_handler(struct ctx *c, const struct http_req *q, struct http_resp *p);

saml_handler saml_metadata; /* GET  /saml/{}/metadata */
saml_handler saml_login;    /* GET  /saml/{}/login    */
saml_handler saml_acs;      /* POST /saml/{}/acs, and GET with an artifact */
saml_handler saml_slo;      /* GET, POST /saml/{}/slo */

/* Answers c->err as a page that tells the reference alone. */
void saml_error(struct ctx *c, struct http_resp *p);

/* Connections of c->org for an address, by its domain. */
signin_options saml_options;

/* For somebody who has signed out here: where the browser goes so that the identity
 * provider hears of it; *url NULL: it does not want to. */
bool saml_leave(struct ctx *c, const struct session_slo *slo, const char **url) MUST;
