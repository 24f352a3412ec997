/*
 * rollout.h - rules or policies changed, and everybody is recomputed.
 *
 * Few people are, within the change itself.  Many are in batches after it, each a transaction
 * of its own: nobody waits for more than one of them, and whatever ends a process loses no
 * more than one.  How far it has come is in the database, so that any process goes on with it;
 * that two do so at once costs time and does no harm.  The new rules hold from the change on
 * for whoever is touched by anything else meanwhile, and the end is the same.  (Who decides in
 * workspaces and projects is the exception: that changes for everybody within the change.)
 *
 *	The change:	touch_everybody(c)
 *	after it:	while (rollout_step(c, &more) && more) ...
 */
#pragma once

#include "db/db.h"

enum {
	ROLLOUT_AT_ONCE = 2000, /* people who are recomputed within the change       */
	ROLLOUT_BATCH_MS = 200, /* about how long a batch has the organization alone */
	ROLLOUT_LEFT_MS = 1000, /* without a batch for so long, others go on         */
};

struct rollout {
	int64_t revision;    /* of the rules           */
	int64_t done, total; /* people                 */
	int64_t started;
};

/* Is the organization so large that what is about everybody takes seconds? */
bool rollout_takes_long(struct ctx *c, bool *out) MUST;

/* The one under way; NULL: none. */
bool rollout_find(struct ctx *c, struct rollout **out) MUST;

/* Organizations with one that nobody goes on with. */
bool rollouts_left(struct ctx *c, const char ***org_ids, int *n) MUST;

/* The next batch, in the name of whoever made the change.  *more: it was not the last one. */
bool rollout_step(struct ctx *c, bool *more) MUST;
