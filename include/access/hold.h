/*
 * hold.h - holds: what a directory would take from too many people waits for an
 * administrator.
 *
 * A connection takes something from a person when its facts (memberships, or what its
 * run found) would deactivate him, take or lower his organization role, or take or lower
 * his access to a workspace or a project.  A source that in 24 hours takes from more than
 * the larger of orgs.hold_people and orgs.hold_percent of those who now have a role opens
 * a hold, and the whole of what went beyond is parked in it:
 *
 *   "members"  memberships of groups were removed, or a group was renamed or deleted
 *   "sign-in"  sign-ins came without groups that people had before
 *   "run"      a run of a directory's listing; its worker parks and applies it itself
 *
 * For the first two the facts are stored as the source said and their effects are held:
 * each person listed is computed as if still in the groups he left (held_groups), with the
 * rules and policies of the day, so that no recomputation lets go of him and an
 * administrator's act by hand counts at once.  What he gains is given.  While a hold is
 * open, all that its source takes joins it.  Naming one person (active: false, DELETE)
 * always takes effect at once; it is counted, and ends the person's place in any hold.
 *
 *   open        waits.  A person whose facts come back leaves the list.
 *   approved    the effects were computed for exactly the people that were seen: the
 *               administrator sends the digest of the list, and another list is refused.
 *   rejected    people keep what they have, beyond the hold: a person is let go when the
 *               facts come back, and is judged anew, with the brake, when the same source
 *               takes another membership from him.  It can still be approved.
 *   superseded  its list became empty, or a later run of the source took its place.
 *   expired     nobody decided about a run in time; it is not applied.
 *
 * Whatever moves a list has the organization to itself (db_alone).
 */
#pragma once

#include "access/rule.h"
#include "base/org.h"
#include "db/db.h"

enum hold_kind { HOLD_MEMBERS, HOLD_SIGN_IN, HOLD_RUN, HOLD_KINDS };
enum hold_state {
	HOLD_OPEN,
	HOLD_APPROVED,
	HOLD_REJECTED,
	HOLD_EXPIRED,
	HOLD_SUPERSEDED,
	HOLD_STATES
};
/* "members", "sign-in", "run"; "open", "approved" ... */
extern const char *const hold_kind_names[HOLD_KINDS];
extern const char *const hold_state_names[HOLD_STATES];

enum { HOLD_WINDOW_MS = 24 * 60 * 60 * 1000, HOLD_RUN_DAYS = 7 };

struct hold {
	const char *id, *source_id, *source_name; /* source_name: NULL once it is gone */
	const char *run_id;                       /* of "run", else NULL                */
	enum hold_kind kind;
	enum hold_state state;
	const char *digest; /* "VERSION.SHA-256" of the list as it is                   */
	const char *reason; /* why it was opened                                        */
	int64_t people;     /* on the list                                              */
	int64_t version;    /* of the list                                              */
	int64_t created, expires, decided; /* 0: does not expire; is not decided        */
	const char *decided_by, *decision; /* decision: why, in the words of who rejected */
};

struct hold_person {
	const char *user_id;
	const char *user_name; /* when read                                        */
	const char *what;      /* "deactivated", "lost", "lowered", "access"       */
	/* JSON: {"role": "AN", "places": [{"workspace": ID, "role": "MA"}, {"project": ...}]},
	 * with the places that something is lost in */
	const char *before, *after;
};

/* ---- the brake ---- */

/* How many people a source may take from in the window; people: those with a role. */
int64_t hold_threshold(const struct org *policy, int64_t people);
/* Would that many more losses be too many, with those of the last 24 hours? */
bool hold_over(struct ctx *c, const char *source_id, int64_t losses, bool *over) MUST;
/* Remembers that a source took from n people now.  No two callers wait for each other. */
bool hold_count(struct ctx *c, const char *source_id, int64_t n) MUST;

/* ---- runs of a directory's worker ---- */

/*
 * Parks the n removals of a run, inside a change; an open hold of an earlier run of this source
 * is superseded.  The worker's own changes set change.unbraked: they are neither
 * held nor counted, the worker asks hold_over() before and calls hold_count() after.
 * An approved run is applied without asking and without being counted.  The caller
 * tells of the hold with holding_note() (change/holding.h).
 */
bool hold_open_run(struct ctx *c, const char *source_id, const char *run_id,
		   const struct hold_person *people, int n, const char *reason,
		   const char **id) MUST;
/* A later run found nothing to hold: what an earlier one of this source parked is not
 * needed any more. */
bool hold_close_runs(struct ctx *c, const char *source_id) MUST;
/* The latest hold of a run; NULL: it has none. */
bool hold_of_run(struct ctx *c, const char *run_id, struct hold **out) MUST;

/* ---- lists ---- */

bool hold_find(struct ctx *c, const char *id, struct hold **out) MUST;
bool hold_get(struct ctx *c, const char *id, struct hold **out) MUST; /* ERR_NOT_FOUND */
/* Newest first, before an id ("" from the start); state and source_id NULL: any. */
bool hold_list(struct ctx *c, const char *state, const char *source_id, const char *before,
	       int64_t limit, struct hold **out, int *count, int64_t *total) MUST;
/* Open and rejected ones that a person is on the list of. */
bool hold_list_of(struct ctx *c, const char *user_id, struct hold **out, int *count) MUST;
/* Of the list, in the order of ids, after one ("" from the start). */
bool hold_people(struct ctx *c, const char *hold_id, const char *after, int64_t limit,
		 struct hold_person **out, int *count) MUST;
