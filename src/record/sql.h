/* sql.h - statements whose length depends on what is asked or given.  Private to record. */
#pragma once

#include "base/text.h"
#include "db/db.h"

/* Rows in one INSERT: far from the limits of both databases on parameters. */
enum { INSERT_ROWS = 200 };

/*
 * "head ($1, $2, ...), ($1, ...) tail" for so many rows of cols values each.  The
 * first value of every row is $1, the organization; the others count on.
 */
const char *insert_sql(struct arena *a, const char *head, int rows, int cols, const char *tail);

/* "$2, $3, ..." for n values, the first of them numbered first. */
const char *list_sql(struct arena *a, int first, int n);

/* What is asked beside "org_id = $1", which the statement says itself. */
enum { WHERE_MAX = 16 };
struct where {
	struct ctx *c;
	struct buf sql;
	struct db_val v[WHERE_MAX];
	int n;
};

/* Asks nothing yet; $1 is the organization. */
struct where where_org(struct ctx *c);
/* " AND " and a condition with one %d, where the number of its value goes. */
void where_text(struct where *w, const char *condition, const char *value); /* NULL: left out */
void where_int(struct where *w, const char *condition, int64_t value);      /* 0: left out */
/* Number of a further value, for LIMIT and the like. */
int where_value(struct where *w, struct db_val value);
/* " AND ..." for each condition; "" if there is none. */
const char *where_sql(const struct where *w);
struct db_args where_args(const struct where *w);

/* The least id made at a time: ids begin with theirs (RFC 9562, section 5.7). */
const char *id_floor(struct arena *a, int64_t ms);
/* The time an id was made; 0 if it is none. */
int64_t id_time(const char *id);
