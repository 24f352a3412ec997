/* members.h - memberships that differ, between comparing and staging.  Private. */
#pragma once

#include "run.h"

struct pair {
	int person;
	int group; /* place + 1: joins; negative: leaves */
};

struct by_user {
	unsigned char user[TABLE_ID];
	int person;
};

struct members {
	struct numbers *effective; /* [g] */
	bool *nest, *force, *removed;
	int *mark;
	struct by_user *user; /* by user id */
	int users;
	struct pair *pair;
	int n, room, lookups;
	bool again; /* look-ups found members: effective members are to be found anew */
};

/* A row for each person.  parked: what is lost goes into rows of its own, which wait. */
bool members_stage(struct run *r, struct members *m, bool parked) MUST;

/* The place in the table of a person of the roster; -1: not there. */
int members_person(struct run *r, struct members *m, const char *user_id);
/* members_lookup.c: asks the directory about members whom the listing did not name. */
bool members_look_up(struct run *r, struct members *m) MUST;
/* Whoever has a group in it whose members are not all known does not know his own. */
void members_spread_doubt(struct run *r);
/* members_matter.c: marks the groups that rules know. */
bool members_matter(struct run *r) MUST;
/* members_known.c: those whom the roster has in a group that changed, and a feed did not name. */
bool members_known(struct run *r, struct members *m) MUST;
