/* fetch.h - asking other servers, within limits.  Private to src/saml. */
#pragma once

#include "base/ctx.h"
#include "base/text.h"

enum { FETCH_SOAP_MAX = 256 * 1024 };

/* SOAP over https to an endpoint of checked metadata; no redirects.  Like saml_fetch(): in
 * the waiting lane, the connection put down, outside any transaction. */
bool fetch_soap(struct ctx *c, const char *url, const char *body, struct slice *out) MUST;
