/*
 * crowd.h - many people and memberships at once, for a directory's first listing: a few
 * statements for hundreds of rows.  Inside a change, in the name of the connection that is
 * c->actor->source.
 */
#pragma once

#include "db/db.h"
#include "roster/user.h"

enum { CROWD_MAX = 1000 };

struct newcomer {
	struct user u;            /* as for user_arrive()                             */
	const char *const *group; /* ids of groups of this source                     */
	int groups;
	bool made; /* out: nobody matched, the person is new.  Else nothing was done,
		    * and user_arrive() has to look closer                              */
};
/* n people, CROWD_MAX at most. */
bool crowd_arrive(struct ctx *c, struct newcomer *list, int n) MUST;

struct membership {
	const char *group_id, *user_id;
};
/* Those that are not there yet, or are there; each change is noted, people are touched. */
bool crowd_join(struct ctx *c, const struct membership *list, int n) MUST;
bool crowd_part(struct ctx *c, const struct membership *list, int n) MUST;

/* Ids of the members of a group; column 0. */
bool crowd_of_group(struct ctx *c, const char *group_id, struct rows *out) MUST;
/* Groups of a source that hold any of these people; column 0.  n: 400 at most. */
bool crowd_groups(struct ctx *c, const char *source_id, const char *const *user_ids, int n,
		  struct rows *out) MUST;
/* Memberships of these people in groups of a source; columns user_id, group_id.  n: 400 at most. */
bool crowd_memberships(struct ctx *c, const char *source_id, const char *const *user_ids, int n,
		       struct rows *out) MUST;
/* userNames by id; columns id, user_name.  n: 400 at most. */
bool crowd_names(struct ctx *c, const char *const *user_ids, int n, struct rows *out) MUST;
/* These people are about to be saved with names that others of them have: their old ones
 * are free from here on, in this change. */
bool crowd_free_names(struct ctx *c, const char *const *user_ids, int n) MUST;
