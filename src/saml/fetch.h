/* fetch.h - asking other servers, within limits.  Private to src/saml. */
#pragma once

#include "base/ctx.h"
#include "base/text.h"

enum { FETCH_SOAP_MAX = 256 * 1024 };

/* The lane's places are few: ERR_BUSY where all are taken. */
bool lane_enter(struct ctx *c) MUST;
void lane_leave(void);

/* SOAP over https to an endpoint of checked metadata; no redirects. */
bool fetch_soap(struct ctx *c, const char *url, const char *body, struct slice *out) MUST;
