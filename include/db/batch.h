/*
 * batch.h - rows collected into statements of many: "before (row), (row), ... after".
 *
 *	struct db_batch b = db_batch_of(c, "INSERT INTO t (org_id, a) VALUES ", 1, "");
 *
 *	for (...)
 *		if (!db_batch_add(&b, v))
 *			return false;
 *	return db_batch_send(&b);
 *
 * Full statements go out by db_push(), always of the same size, so that they stay prepared.
 */
#pragma once

#include "base/text.h"
#include "db/db.h"

struct db_batch {
	struct ctx *c;
	const char *before, *after; /* around the rows; borrowed                          */
	int cols;                   /* values of a row, beside the organization           */
	bool bare;                  /* rows do not begin with the organization, which is $1
				     * of the statement in any case                       */
	struct buf sql;
	struct db_val *v;
	int n, rows;
};

struct db_batch db_batch_of(struct ctx *c, const char *before, int cols, const char *after);
/* v: cols values; what they point to lives until they are sent. */
bool db_batch_add(struct db_batch *b, const struct db_val *v) MUST;
/* What is left over. */
bool db_batch_send(struct db_batch *b) MUST;
