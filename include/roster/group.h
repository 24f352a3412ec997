/*
 * group.h - groups of a source, and who is in them.
 *
 * Membership is rows: adding or removing a member costs the same in a group of
 * ten and of a hundred thousand.  A group's version therefore lives beside it
 * (a base and a count of member changes, kept in slots that writers share out
 * among themselves).
 */
#pragma once

#include "db/db.h"

struct group {
	const char *id, *source_id;
	const char *display_name;          /* unique without case among the groups of its source */
	const char *external_id;           /* may be NULL */
	int64_t version, created, changed; /* member changes included */
};

/* id NULL: a new one.  ERR_UNIQUE */
bool group_create(struct ctx *c, struct group *g) MUST;
/* source_id NULL: of any source.  NULL if there is none. */
bool group_find(struct ctx *c, const char *source_id, const char *id, struct group **out) MUST;
bool group_get(struct ctx *c, const char *source_id, const char *id, struct group **out) MUST;
/* Saves display name and externalId as far as they differ; ERR_UNIQUE. */
bool group_save(struct ctx *c, const struct group *before, struct group *after) MUST;
bool group_delete(struct ctx *c, const struct group *g) MUST;

/* Like user_list(); where is SQL over groups g. */
struct group_page {
	const char *source_id; /* NULL: all sources */
	const char *where, *order;
	struct db_args args; /* from $2 on; $1 is the organization */
	int64_t start, count;
};
bool group_list(struct ctx *c, const struct group_page *page, struct group **out, int *out_count,
		int64_t *total) MUST;

struct member {
	const char *group_id, *user_id, *display; /* display: displayName, else userName */
};
/* Members of the count groups, ordered by group id, then user id. */
bool member_list(struct ctx *c, const struct group *groups, int count, struct member **out,
		 int *out_count) MUST;
bool member_count(struct ctx *c, const char *group_id, int64_t *out) MUST;

/*
 * refs name people by id, by externalId or by userName.  Whoever is not there
 * yet is kept as a pending member and joins when he arrives; *unknown (may be
 * NULL) counts those.  Adding a member twice and removing one who is none is no
 * error and no change.
 */
bool member_add(struct ctx *c, struct group *g, const char *const *refs, int n, int *unknown) MUST;
bool member_remove(struct ctx *c, struct group *g, const char *const *refs, int n) MUST;
/* Afterwards exactly refs are in; writes the difference only. */
bool member_replace(struct ctx *c, struct group *g, const char *const *refs, int n,
		    int *unknown) MUST;
/* Those of refs that name nobody here, for connections that refuse them. */
bool member_unknown(struct ctx *c, const char *const *refs, int n, const char ***out,
		    int *count) MUST;
