/*
 * held.h - the lists of holds and the groups that people on them still count in, as the
 * effects of a change keep them.  What a hold is: hold.h.
 */
#pragma once

#include "access/hold.h"

/* ---- how a source stands when it takes something ---- */

struct hold_window {
	int64_t used;      /* people it took from in the last 24 hours */
	int64_t threshold; /* so many are not too many                */
	const char *open;  /* its open hold of this kind; NULL: none  */
};
bool hold_window(struct ctx *c, const char *source_id, enum hold_kind kind,
		 struct hold_window *out) MUST;

/* May n more losses go ahead beside other changes?  Else the organization is needed alone
 * to be sure of the sum: each of so many changes at once takes a small part of what is left. */
enum { HOLD_ABREAST = 64 };
bool hold_far_off(const struct hold_window *w, int64_t n);

/* Losses that no window counts any more; limit at most. */
bool hold_sweep(struct ctx *c, int64_t limit) MUST;

/* ---- groups that people count in although they left them ---- */

struct held_group {
	const char *user_id, *hold_id;
	bool open; /* its hold is open; else rejected */
	struct rule_group group;
};
/* Of n people, ordered by user. */
bool held_groups_list(struct ctx *c, const char *const *user_ids, int n, struct held_group **out,
		      int *count) MUST;
/* Makes the held groups of n people exactly these; of two with one id the first counts. */
bool held_groups_set(struct ctx *c, const char *const *user_ids, int n,
		     const struct held_group *groups, int count) MUST;
/* Of all people of a hold: it is approved. */
bool held_groups_drop(struct ctx *c, const char *hold_id) MUST;

/* ---- lists ---- */

bool hold_open(struct ctx *c, const char *source_id, enum hold_kind kind, const char *reason,
	       const char **id) MUST;

/* A place on the list of a hold. */
struct hold_place {
	const char *hold_id;
	bool gone; /* to be written: leaves the list */
	struct hold_person who;
};
/* Places of n people on lists that somebody may still decide about (no runs), ordered by user. */
bool hold_places(struct ctx *c, const char *const *user_ids, int n, struct hold_place **out,
		 int *count) MUST;
bool hold_place(struct ctx *c, const struct hold_place *places, int n) MUST;
/* Renews version, number and digest of every list that hold_place() moved; an open one
 * that became empty is superseded.  *out: those holds as they now are. */
bool hold_renew(struct ctx *c, struct hold **out, int *count) MUST;

/* ---- decisions ---- */

/* The organization is alone.  state HOLD_APPROVED or HOLD_REJECTED. */
bool hold_decide(struct ctx *c, const struct hold *h, enum hold_state state, const char *why) MUST;
/* userNames of those who came onto a list (or have something else at stake) since a version of
 * it, and of those who left; limit of each at most. */
struct hold_moves {
	const char **came, **left;
	int cames, lefts;
};
bool hold_moves(struct ctx *c, const char *hold_id, int64_t version, int limit,
		struct hold_moves *out) MUST;

/* How many wait for a decision. */
bool hold_count_open(struct ctx *c, int64_t *out) MUST;
