/*
 * touched.h - whose facts a change has moved: roster notes it, change.h reads it.
 */
#pragma once

#include "base/ctx.h"
#include "base/org.h"

/* A group that a person was in, as it then was. */
struct touched_lost {
	const char *id, *external_id, *name, *source_id;
	struct touched_lost *next;
};

/* A grant on a workspace or project, as it was before it was given or taken by hand, or before
 * the place went. */
struct touched_place {
	enum scope scope;
	const char *target;
	bool had, manual;
	enum role role; /* if he had it */
	struct touched_place *next;
};

struct touched {
	struct touched_user {
		const char *id;
		struct touched_lost *lost;   /* groups the change took him out of, last first:
					      * removed, renamed or deleted               */
		struct touched_place *place; /* grants that moved otherwise than by rules */
		bool own; /* the request was about this person (not about a group or a rule):
			   * where policy is "refuse", the request fails for want of a seat */
		/* what happened to the account itself, for audit and events */
		bool arrived, saved, deactivated, reactivated, deleted, erased;
		bool joined;              /* arrived in groups that had been waiting          */
		bool fresh;               /* made in this change, and nothing is known of him but
					   * what stands here: no grant or standing */
		bool active;              /* of the fresh */
		const char *const *group; /* of the fresh: ids of the groups he came into */
		int in_groups;
		const char *differs; /* JSON array of the attributes that a save moved */
	} * user;
	int count, room;
	int *slot, slots; /* open hash of id -> index + 1 */
	/* what happened to groups, in order */
	struct touched_group {
		const char *action;  /* "group.created" ...; "joined" and "left" of one person */
		const char *id;      /* the group                                              */
		const char *user_id; /* of "joined" and "left"                                 */
		const char *detail;  /* JSON object                                            */
	} * group;
	int groups, group_room;
	bool everybody;             /* all people of the organization: rules or policies changed */
	const struct org *policies; /* as they were, if this change moved them; else NULL */
	int64_t users_created, users_deleted;
};

/* The entry of this person, made if there is none.  Valid until the next call. */
struct touched_user *touch_user(struct ctx *c, const char *id);
/* The entry of this person; NULL if there is none. */
const struct touched_user *touched_find(const struct touched *t, const char *id);
void touch_everybody(struct ctx *c);
/* Touches somebody who was in a group and is no more, or not in one of that name. */
struct group;
void touch_lost(struct ctx *c, const char *id, const struct group *was);
/* Touches somebody whose grant on a place moves; was is copied.  Of one place given by hand the
 * first word counts. */
void touch_place(struct ctx *c, const char *id, const struct touched_place *was);
