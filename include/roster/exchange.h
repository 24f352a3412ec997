/*
 * exchange.h - recent exchanges with identity providers, without secrets and personal
 * data: what an administrator looks at when something was refused.
 */
#pragma once

#include "db/db.h"

/* Kept per connection, and of what came without one; older ones go. */
enum { EXCHANGES_KEPT = 500 };

struct exchange {
	const char *id, *source_id, *kind; /* kind: "saml.login", "saml.logout", "scim", ... */
	const char *outcome;               /* "accepted", "refused", "failed", "test"        */
	const char *code;                  /* of the refusal; NULL                           */
	const char *reason;                /* in words, and what to change where; NULL       */
	const char *detail;                /* JSON object; NULL                              */
	const char *trace;                 /* reference that the page showed                 */
	int64_t at;
};

/* In the open transaction; trace and time are the ctx's. */
bool exchange_put(struct ctx *c, struct exchange *e) MUST;
/* The same in a transaction of its own, for what was refused and rolled back. */
bool exchange_put_now(struct ctx *c, struct exchange *e) MUST;

/* Several of c->org with id, time and trace of their own, in one transaction. */
bool exchange_put_all(struct ctx *c, const struct exchange *e, int n) MUST;

/* Conditions that are NULL do not count.  Newest first; before pages. */
struct exchange_query {
	const char *kind, *outcome, *source_id, *code, *trace, *before;
	int64_t limit;
};
bool exchange_list(struct ctx *c, const struct exchange_query *q, struct exchange **out, int *count,
		   int64_t *total) MUST;
