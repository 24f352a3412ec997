/* outbox.h - events for the platform, as the ordered feed /api/v1/events reads them. */
#pragma once

#include "db/db.h"

struct event {
	const char *id, *type, *user_id, *payload;
	int64_t at;
};

/* After an id ("" from the start), limit at most, oldest first.  Events younger
 * than the oldest open transaction could still appear before them are held back
 * for a moment (EVENT_SETTLE_MS), so that a reader misses none.  *left (may be NULL)
 * counts those after the id, this page included. */
enum { EVENT_SETTLE_MS = 2000 };
bool event_list(struct ctx *c, const char *after, int64_t limit, struct event **out, int *count,
		int64_t *left) MUST;
