/*
 * people.h - the people a change is about: facts before, verdict, standing after.
 * Private to src/change.
 */
#pragma once

#include "access/grant.h"
#include "access/held.h"
#include "access/standing.h"
#include "change/change.h"

enum { PEOPLE_CHUNK = 250 };

struct person {
	const char *id;
	struct touched_user why; /* what the change did to the account itself */
	bool active, shown_active, owner;
	int64_t deleted;
	bool known; /* had a standing before */
	struct standing before, after;
	struct rule_group *group;
	int groups;
	struct grant *manual, *mapped; /* as stored, in the order of verdict.grant */
	int manuals, mappeds;
	struct verdict verdict;
	struct held_group *held, *keep;    /* groups beyond his own: as stored, and after  */
	struct hold_place *listed, *place; /* on the lists of holds: as stored, and after */
	struct held_group *lost; /* groups that this change took him out of; on no hold yet */
	int helds, keeps, listeds, places, losts;
	bool loses; /* something, by groups that a directory took him out of        */
};

struct people {
	struct person *p;
	int n;
	const struct rule_set *rules;
	int64_t admins_lost; /* lowered here, not written yet */
};

/* Locks and loads n people (PEOPLE_CHUNK at most, ids ascending), and brings
 * c->org up to date under the gate. */
bool people_load(struct ctx *c, const char *const *ids, int n, struct people *out) MUST;

/* The same of all who are not deleted, from one id up to another: a walk instead of as many
 * searches. */
bool people_load_from(struct ctx *c, const char *first, const char *last, struct people *out) MUST;
/* Were they all made in this very change?  Then everything is known of them but their
 * groups, the policies and the rules, of which the last are the caller's to read. */
bool people_all_fresh(const struct ctx *c, const char *const *ids, int n);
bool people_load_fresh(struct ctx *c, const char *const *ids, int n, struct people *out) MUST;

/* One verdict, with what a hold lets the person keep. */
void people_judge(struct ctx *c, const struct people *all, struct person *p);

/* Everything of a stretch of people: loaded, settled, written, noted. */
bool people_take_effect_from(struct ctx *c, const char *first, const char *last) MUST;

/* Everybody: at once, or the rollout begins (change/rollout.h). */
bool rollout_begin(struct ctx *c) MUST;

/* Before settling: is it too much that this change takes?  The second for what is about
 * no more people than one load brings, which is almost everything. */
bool brake_decide(struct ctx *c) MUST;
bool brake_decide_loaded(struct ctx *c, struct people *all) MUST;
/* Counts what was taken from these people. */
void brake_count(struct ctx *c, const struct people *all);
/* Writes held groups and places on lists, as far as they differ. */
bool brake_write(struct ctx *c, const struct people *all) MUST;
/* After settling: what was taken is remembered, lists are renewed and told of. */
bool brake_end(struct ctx *c) MUST;

/* Do the rules give what they gave? */
bool person_is_given_the_same(const struct person *p);
/* Takes out of the verdicts what rules give in places that are not there. */
bool people_drop_gone(struct ctx *c, struct people *all) MUST;

/* Verdicts, seats, last administrator: fills in after. */
bool people_settle(struct ctx *c, struct people *all) MUST;

/* Writes the differences. */
bool people_write(struct ctx *c, const struct people *all) MUST;
/* Notes them for audit and events. */
void people_note(struct ctx *c, const struct people *all);
/* His workspaces and projects before and after: each once, with the role that counts there. */
struct place_walk {
	struct places {
		struct grant *list;
		int n;
	} old, new;
	int i, j;   /* how far they are told */
	bool *last; /* of the old: nobody is left who leads there */
	bool begun, told;
};
void places_begin(struct ctx *c, const struct person *p, struct place_walk *w);
/* What moved in them, as a JSON object, and those he had before, as an array; the next part with
 * each call on an empty walk, NULL behind the last. */
const char *places_moved(struct ctx *c, const struct person *p, struct place_walk *w);
const char *places_had(struct ctx *c, struct place_walk *w);
/* Notes what those who lead or review leave behind, after all is written. */
bool people_hand_over(struct ctx *c, const struct people *all) MUST;
/* Notes what happened to groups. */
void groups_note(struct ctx *c, const struct touched *t);
