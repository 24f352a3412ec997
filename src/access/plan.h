/* plan.h - what is not decided before everybody was seen; private to src/access. */
#pragma once

#include "access/plan.h"
#include "base/text.h"

/* Somebody whose standing hangs on others: on seats, or on being the last administrator. */
struct plan_case {
	const char *id, *name;  /* copies; NULL if nobody needed them yet */
	unsigned flags;         /* of 1 << enum plan_kind, from places    */
	struct plan_item *item; /* of the organization role; NULL: not kept, or no change */
	enum role before, wanted;
	bool seat, author;
	int64_t waiting_since;
};

struct plan_cases {
	struct plan_case *list;
	int n, room;
};

struct plan_state {
	struct buf line; /* not yet in the digest */
	const char *digest;
	int64_t admins;              /* before                                             */
	int64_t admins_lost;         /* would be none any more                             */
	int64_t admins_made;         /* who hold a seat already                            */
	int64_t freed;               /* seats                                              */
	struct plan_case last_admin; /* the last of those lost, not counted yet     */
	bool has_last;
	struct plan_cases waiting, coming; /* for seats: who waits already, who comes */
};

struct plan_state *plan_state_of(struct plan *p);
/* Counts somebody now, or keeps him until plan_finish(). */
void plan_defer(struct plan *p, const struct plan_person *who, struct plan_case *of);
/* Takes in what is written; last: all of it. */
void plan_digest(struct plan *p, bool last);
