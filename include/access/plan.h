/*
 * plan.h - what other rules would do to everybody: people in the order of ids, one after
 * the other, then the seats and the last administrator as a change deals with them.
 *
 *	struct plan p = { .arena = a, .rules = draft, .policy = org };
 *
 *	for each page of people: plan_person(&p, page_arena, &who) ...
 *	plan_finish(&p);
 *
 * Pure: no database, no clock.  Memory grows with the items that are kept (PLAN_ITEMS_MAX)
 * and with the people who need a seat, not with all people.
 */
#pragma once

#include "access/resolve.h"

enum plan_kind {
	PLAN_GAINED,      /* may work, or enters a place, and could not before */
	PLAN_LOST,        /* the other way round                               */
	PLAN_RAISED,      /* a higher role where there was one before          */
	PLAN_LOWERED,     /* a lower one                                       */
	PLAN_DEACTIVATED, /* may not sign in any more, by the policy           */
	PLAN_KINDS
};
/* "gained", "lost", "raised", "lowered", "deactivated" */
extern const char *const plan_kind_names[PLAN_KINDS];

/* Somebody as he stands, and the facts about him. */
struct plan_person {
	const char *id, *name; /* name: userName */
	struct facts facts;
	const struct rule_group *held; /* see resolve_kept() */
	int helds;
	enum role role; /* in the organization */
	bool seat;
	int64_t waiting_since;
	const struct grant *stored; /* on workspaces and projects, mapped and manual */
	int n;
};

/* One person in one scope, before and after. */
struct plan_item {
	const char *user, *name;
	enum scope scope;
	const char *target;
	bool had, has;            /* access to the place; always true of the organization */
	enum role before, after;  /* as struct grant.role                                 */
	bool waited, waits;       /* before and after: for a seat                         */
	const char *rule, *group; /* that decide; NULL if no rule does                   */
	const char *why;          /* then: "manual", "policy: ..."                       */
	bool none;                /* came to nothing in the end                          */
};

enum { PLAN_ITEMS_MAX = 100000, PLAN_BLOCK = 512 };

struct plan_block {
	struct plan_item item[PLAN_BLOCK];
	int n;
	struct plan_block *next;
};

struct plan {
	struct arena *arena;
	const struct rule_set *rules;
	const struct org *policy;
	const char *author;       /* a user's id, whose loss is worth a warning; or NULL */
	const struct grant *gone; /* places that rules name and nobody gets into */
	int gones;

	/* what came of it */
	int64_t people, changed;   /* changed: people of whom anything changes */
	int64_t users[PLAN_KINDS]; /* people; somebody may gain here and lose there */
	int64_t losers;            /* people who lose, are lowered or deactivated, each once;
				    * who may not sign in anyway has nothing to lose */
	int64_t seats_before, seats_after, waiting_before, waiting_after;
	int64_t admins_lowered;
	const char *admin[10]; /* names of the first of them           */
	const char *kept;      /* name of the last administrator who stays one against the rules */
	bool author_loses;
	struct plan_block *first, *last;
	int items;          /* kept; listed in the order of people */
	int64_t items_over; /* not kept, beyond PLAN_ITEMS_MAX      */
	const char *digest; /* over all that changes                */

	struct plan_state *state;
};

void plan_person(struct plan *p, struct arena *scratch, const struct plan_person *who);
void plan_finish(struct plan *p);

/* ---- the rules themselves ---- */

struct plan_warning {
	const char *kind; /* "group_never_seen"; a fixed word */
	const char *rule; /* NULL if it is about none         */
	const char *text;
};
struct plan_warnings {
	struct plan_warning *list;
	int n, room, over; /* over: not kept */
};
enum { PLAN_WARNINGS_MAX = 500 };

__attribute__((format(printf, 5, 6))) void plan_warn(struct arena *a, struct plan_warnings *w,
						     const char *kind, const char *rule,
						     const char *fmt, ...);

/* Rules that do nothing or will not do what they look like; groups as rules_match() left
 * them, seen[i] the time at which a source last said something about group i. */
void plan_lint(struct arena *a, const struct rule_set *set, const struct rule_group *groups,
	       const int64_t *seen, int n, const struct org *policy, struct plan_warnings *out);
