/* standing.h - where a person stands: effective role, seat, place in the queue. */
#pragma once

#include "base/role.h"
#include "db/db.h"

struct standing {
	const char *user_id;
	enum role role;           /* what counts: DI, NO, AN .. OW                       */
	enum role wanted;         /* what the grants give, before the seat gate          */
	bool seat, matched, kept; /* kept: last administrator, against what grants say */
	bool held;                /* counts in groups he left, see hold.h */
	int64_t waiting_since;    /* 0: does not wait for a seat                         */
	int64_t since;
};

/* "active", "pending", "deactivated" */
const char *standing_state(const struct standing *s);

/* Columns of a query over standings s, and one from its row. */
#define STANDING_COLUMNS                                                                           \
	"s.user_id, s.role, s.wanted, s.seat, s.matched, s.kept, s.waiting_since, s.since, s.held"
enum { STANDING_COLUMN_COUNT = 9 };
void standing_fill(struct standing *s, const struct rows *r, int row);

/* In the order of ids; people without a row are missing. */
bool standing_list(struct ctx *c, const char *const *user_ids, int n, struct standing **out,
		   int *count) MUST;
bool standing_find(struct ctx *c, const char *user_id, struct standing **out) MUST;
