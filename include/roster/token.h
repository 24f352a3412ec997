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
 * Tokens are remembered: token_open() may answer without the database, and then
 * the work goes like this:
 *
 *	token_open(), token_ask(), work, token_confirm(), answer
 *
 * token_ask() sends the question whether token, organization and connection are
 * still what they were along with the first statement of the work;
 * token_confirm() looks at the answer, before anything is committed or told, and
 * fails with ERR_RETRY if they are not: then all is done again, from the database.
 * So a revoked token is out at once, on every process.
 */
bool token_ask(struct ctx *c) MUST;
bool token_confirm(struct ctx *c) MUST;

/*
 * Checks a presented token and enters its organization (db_enter_org).  Absent,
 * malformed, revoked, expired and unknown are one and the same
 * ERR_UNAUTHENTICATED.  Notes the use at most once an hour.
 */
bool token_open(struct ctx *c, const char *presented, struct token_holder *out) MUST;
