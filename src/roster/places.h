/*
 * places.h - where pages of the list of everybody begin; private to src/roster.
 *
 * startIndex counts, indexes do not: finding the 50,000th user means walking
 * past 49,999.  A client that pages asks for one place after the other, so the
 * places found are remembered in this process.  A place holds as long as nobody
 * came and nobody went: both counts only grow, so equal counts mean the same list.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct place {
	int64_t start;            /* startIndex, from 1                  */
	int64_t created, deleted; /* tallies when it was found           */
	char id[40];              /* the page begins at the first id ... */
	bool after;               /* ... greater than this; else at it   */
};

bool place_find(const char *org_id, int64_t start, int64_t created, int64_t deleted,
		struct place *out);
void place_keep(const char *org_id, const struct place *p);
