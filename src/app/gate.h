/* gate.h - who is asking.  Private to src/app. */
#pragma once

#include "http/http.h"
#include "routes.h"

/* Checks the credentials against what the route needs; sets c->org and c->actor
 * and enters the organization.  ERR_UNAUTHENTICATED, ERR_FORBIDDEN for a token of
 * another kind, ERR_BUSY after too many failures. */
bool gate_open(struct ctx *c, const struct http_req *q, enum need need) MUST;
