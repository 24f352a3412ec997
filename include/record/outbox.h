/* outbox.h - events for the platform, in the order in which they are given out. */
#pragma once

#include "db/db.h"

struct event {
	const char *id, *type, *user_id, *payload;
	int64_t at;
	int64_t seq; /* 1, 2, 3 ... within the organization */
};

/*
 * The order of the feed.  An event is written with the change it tells of, and changes
 * commit in another order than the one in which they wrote; a number or a time made while
 * writing would let a late one slip in behind a reader.  So the number is given afterwards,
 * to what is committed, by one statement that sees only that: a reader who has seen number
 * N will never be given a smaller one he has not seen.  What happened to one person keeps
 * its order, for those changes waited for each other.
 *
 * event_order() numbers what has none, limit at most, calls the webhooks of the
 * organization, and counts into *ordered; in a transaction of its own.  Two processes at
 * once are safe: one of them numbers nothing this time.
 */
enum { EVENT_ORDER_BATCH = 5000 };
bool event_order(struct ctx *c, int64_t limit, int64_t *ordered) MUST;

/*
 * seq of a place in the feed: a number, the id of an event, or "" for EVENT_START, which
 * stands before whatever is kept at the time of the reading: events may be removed between
 * this call and the next.  ERR_GONE if it is the id of one that is not kept any more.
 */
enum { EVENT_START = -1 };
bool event_place(struct ctx *c, const char *after, int64_t *seq) MUST;

/* After a seq, limit at most, in order.  *left (may be NULL) counts those after it, this
 * page included.  ERR_GONE if the next one is not kept any more. */
bool event_list(struct ctx *c, int64_t after, int64_t limit, struct event **out, int *count,
		int64_t *left) MUST;

/*
 * Removes the oldest events, limit at most, if they happened before a time and no webhook
 * has to get them, with their dead letters; *pruned counts them.  The newest stays, for
 * numbers go on from it.  In a transaction of its own.
 */
enum { EVENT_PRUNE_BATCH = 1000 };
bool event_prune(struct ctx *c, int64_t before, int64_t limit, int64_t *pruned) MUST;

/* The last number given; 0 if there is none. */
bool event_last(struct ctx *c, int64_t *seq) MUST;
