/* group_json.h - Groups as SCIM JSON text. */
#pragma once

#include "base/text.h"
#include "roster/group.h"

/* Puts the whole SCIM Group into out; members are those of g, count of them.
 * members NULL: the attribute is left out. */
void group_put(struct ctx *c, struct buf *out, const struct group *g, const struct member *members,
	       int count);

/* The members of one group among those of several, as member_list() gave them. */
const struct member *members_of(const struct member *all, int all_count, const char *group_id,
				int *count);
