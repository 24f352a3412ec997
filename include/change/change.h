/*
 * change.h - the one door for writes: facts in, effects out.
 *
 *	SCOPED_CHANGE ch = { 0 };
 *
 *	if (!change_begin(c, &ch) || !user_arrive(c, &u, &how))
 *		return false;				nothing happened
 *	return change_commit(&ch);
 *
 * Roster calls in between note whose facts they moved.  The commit recomputes
 * those people (resolve.h), takes and frees seats, writes the difference of
 * grants and standing, audit records and events, all in the one transaction.
 * ERR_RETRY from anywhere: roll back and do the whole work again.
 *
 * Changes of one organization run side by side; some things need it alone
 * (rules and policies, a full licence, members not seen yet).  They ask for it
 * with db_alone(), which makes the work run again with c->alone set.
 */
#pragma once

#include "access/rule.h"
#include "db/db.h"
#include "record/history.h"
#include "roster/touched.h"

/* Groups of the people made in a change, by id. */
struct fresh_groups {
	struct rule_group *group;
	int n;
	bool known;
};

struct change {
	struct ctx *c; /* NULL when nothing is open */
	struct tx tx;
	struct touched touched;
	struct history history;
	struct fresh_groups fresh_groups;
	int64_t seats_taken; /* less those freed: goes into the tally at the end */
	bool serving;        /* the queue is being served                              */
	bool admin_made;     /* somebody became Administrator: see release_kept() */
	/* the brake, see access/hold.h */
	const char *hold_id; /* what directories take now goes onto this list; NULL: is taken */
	int64_t taken;       /* people it was taken from, to be counted                  */
	bool braked;         /* a directory acts                                         */
	bool lists_moved;    /* of holds                                                 */
	bool unbraked;       /* what it takes from people is neither held nor counted:
			      * who sets it has asked hold_over() (access/hold.h)     */
};

#define SCOPED_CHANGE __attribute__((cleanup(change_end))) struct change

/* c->org and c->actor are set. */
bool change_begin(struct ctx *c, struct change *ch) MUST;
/* Runs the effects of the open change now, so that the request can show their
 * outcome; what is touched afterwards is settled by the commit. */
bool change_flush(struct ctx *c) MUST;
bool change_commit(struct change *ch) MUST;
void change_end(struct change *ch);
