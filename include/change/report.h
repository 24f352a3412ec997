/*
 * report.h - tables for people who answer for an organization: seats by day, leavers with
 * what they made, people who do not come, who has what.
 *
 * A report comes in pages, so that the largest needs the memory of one.
 */
#pragma once

#include "db/db.h"

enum cell_type { CELL_TEXT, CELL_INT, CELL_TIME, CELL_BOOL };

struct report_column {
	const char *name;
	enum cell_type type;
};

struct report_page {
	const struct report_column *column;
	int columns;
	struct rows rows; /* cells in the order of columns; more may stand behind them */
	const char *next; /* goes into after of the next page; NULL: this is the last  */
	int64_t total;    /* of the first kind of thing it lists: people, periods      */
};

/* What does not apply is 0, "" or false. */
struct report_query {
	const char *after;
	int64_t limit; /* of people, or of periods */
	int64_t from, until;
	int64_t days;
	bool by_month;
};

typedef bool report_make(struct ctx *c, const struct report_query *q, struct report_page *out);

/* Seats held at the end of each day or month (UTC) from from until until, the most at once,
 * and how many were taken and freed.  Periods without a move are there as well; of a month that
 * is asked for in part the whole, as far as it has come. */
report_make report_seats MUST;
/* Accounts that are deactivated, deleted or erased, who left between from and until, with
 * their annotations. */
report_make report_leavers MUST;
/* People who may sign in, are older than so many days, and did not in that time. */
report_make report_idle MUST;
/* Everybody's role, and a row for every grant with its origin; the limit counts people. */
report_make report_access MUST;
