/* grant.h - grants as they are stored: what a rule or a person gave. */
#pragma once

#include "access/resolve.h"
#include "db/db.h"

/* Manual grants.  ERR_FORBIDDEN where the scope's authority is "directory";
 * ERR_VALUE for a role the scope does not know, for an unknown target, for a
 * personal workspace. The person must be touched by the caller. */
bool grant_give(struct ctx *c, const char *user_id, enum scope scope, const char *target,
		enum role role) MUST;
/* The manual grant of no role: whoever has it and nothing more waits for a role, whatever the
 * policy would give. */
bool grant_wait(struct ctx *c, const char *user_id) MUST;
bool grant_take(struct ctx *c, const char *user_id, enum scope scope, const char *target) MUST;

struct user_grant {
	const char *user_id;
	struct grant grant;
};
/* Columns of a query over grants g, and one from its row. */
#define GRANT_COLUMNS                                                                              \
	"g.user_id, g.scope, g.target, g.role, g.origin, g.rule_id, g.group_id, g.source_id,"      \
	" g.revision, g.granted_by, g.since"
void grant_fill(struct grant *g, const struct rows *r, int row);

/* All grants of some people, ordered by user, scope, target, origin. */
bool grant_list(struct ctx *c, const char *const *user_ids, int n, struct user_grant **out,
		int *count) MUST;
/* Manual grants of the organization after a position, "USER:SCOPE:TARGET" ("" from
 * the start). */
bool grant_list_manual(struct ctx *c, const char *after, int64_t limit, struct user_grant **out,
		       int *count) MUST;
