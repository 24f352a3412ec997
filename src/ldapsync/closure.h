/*
 * closure.h - who is in a group when groups are in groups.
 *
 * Cycles are harmless, depth has no bound.  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* A growing list of numbers. */
struct numbers {
	int *v;
	int n, room;
};
void numbers_add(struct arena *a, struct numbers *list, int x);

struct closure {
	struct numbers *people; /* [g]: people named by group g itself, repeats allowed */
	struct numbers *groups; /* [g]: groups named by it                              */
	int count, persons;     /* how many groups and people there are                 */
};

enum { CLOSURE_MAX = 50 * 1000 * 1000 };

/*
 * out[g]: all people of g, each once, through groups in it as well if nested.  nest[g]: it
 * has groups in it or is in one.  *cycle: a group that is in itself; -1: none.  False if that
 * were more than CLOSURE_MAX memberships.
 */
bool closure_run(struct arena *a, const struct closure *in, bool nested, struct numbers *out,
		 bool *nest, int *cycle) __attribute__((warn_unused_result));
