/* token.h - credentials of machines; the database keeps their digests only. */
#pragma once

#include "base/org.h"
#include "db/db.h"
#include "roster/source.h"

struct token {
	const char *id, *kind; /* "scim", "admin", "platform"                   */
	const char *name;      /* what the administrator calls it; may be NULL  */
	const char *source_id; /* a scim token's connection, else NULL          */
	const char *created_by;
	int64_t created, expires, revoked, last_used; /* 0: never               */
};

/* Makes a token; *secret is its text, to be shown once. */
bool token_create(struct ctx *c, struct token *t, const char **secret) MUST;
bool token_list(struct ctx *c, struct token **out, int *count) MUST;
bool token_revoke(struct ctx *c, const char *id) MUST; /* ERR_NOT_FOUND */

/* What a token opens. */
struct token_holder {
	struct token token;
	struct org *org;
	struct source *source; /* NULL unless it belongs to a connection */
};

/*
 * Checks a presented token and enters its organization (db_enter_org).  Absent,
 * malformed, revoked, expired and unknown are one and the same
 * ERR_UNAUTHENTICATED.  Notes the use at most once an hour.
 */
bool token_open(struct ctx *c, const char *presented, struct token_holder *out) MUST;
