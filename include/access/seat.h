/*
 * seat.h - the licence: a slot per seat, one holder at most in each.
 *
 * Taking a slot passes over those that others are just taking.  Whoever finds
 * none, and whoever frees one while somebody waits, needs the gate alone
 * (db_alone), and then nothing moves but him: never over the limit, never a free
 * seat while somebody waits.
 */
#pragma once

#include "db/db.h"

/* For n people, first come first served: got[i] is false if no seat was left.
 * Unlimited: always true. */
bool seat_take(struct ctx *c, const char *const *user_ids, int n, bool *got) MUST;
bool seat_free(struct ctx *c, const char *const *user_ids, int n) MUST;
/* People who wait, longest first; limit at most. */
bool seat_queue(struct ctx *c, int64_t limit, const char ***user_ids, int *n) MUST;
/* These people wait no more: they are about to be settled again. */
bool seat_call(struct ctx *c, const char *const *user_ids, int n) MUST;
/* Free seats, counted up to limit. */
bool seats_left(struct ctx *c, int64_t limit, int64_t *out) MUST;

/* Makes the slots follow a new limit; holders stay even above it.  Gate alone. */
bool seat_set_limit(struct ctx *c, int64_t limit) MUST;

struct seats {
	int64_t limit; /* SEATS_UNLIMITED */
	int64_t used, waiting, peak_this_month;
};
bool seat_count(struct ctx *c, struct seats *out) MUST;
