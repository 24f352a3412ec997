/*
 * filter.h - SCIM filters (RFC 7644, section 3.4.2.2, and what clients send
 * beyond it): text -> tree -> SQL condition.
 */
#pragma once

#include "db/db.h"
#include "roster/attr.h"

enum { FILTER_BYTES_MAX = 8192, FILTER_DEPTH_MAX = 24, FILTER_TERMS_MAX = 64 };

enum filter_op {
	OP_AND,
	OP_OR,
	OP_NOT,
	OP_EQ,
	OP_NE,
	OP_CO,
	OP_SW,
	OP_EW,
	OP_GT,
	OP_GE,
	OP_LT,
	OP_LE,
	OP_PR,
	OP_PATH /* attr[left].sub: the inner filter holds for one element */
};

struct filter {
	enum filter_op op;
	const char *schema;     /* URN it was qualified with; NULL if none                  */
	struct slice name, sub; /* "emails", "value"; sub.n 0 if none                   */
	struct db_val value;    /* right side; DB_NULL for null and for pr                 */
	struct filter *left,
		*right; /* AND OR; NOT: left; PATH: left is the inner one, and
			 * right the comparison behind "]" (attr[...].sub eq x) or NULL */
	bool number;    /* value was a JSON number (in value.text, as written)               */
};

/* ERR_FILTER with what was expected and where. */
bool filter_parse(struct ctx *c, const char *text, struct filter **out) MUST;
/* The filter inside the brackets of a PATCH path: names are sub-attributes. */
bool filter_parse_inner(struct ctx *c, struct slice text, struct filter **out) MUST;

/* "have op want", by bytes: EQ to PR. */
bool filter_compare(enum filter_op op, const char *have, const char *want) MUST;

enum filter_of { FILTER_USERS, FILTER_GROUPS };

/* A condition over users u or groups g; parameters from $2 on.  ERR_FILTER for
 * what cannot be answered (unknown attribute, password, wrong type). */
bool filter_sql(struct ctx *c, enum filter_of of, const struct filter *f, const char **where,
		struct db_args *args) MUST;
/* SQL after ORDER BY for sortBy (NULL: default order); ERR_VALUE. */
bool sort_sql(struct ctx *c, enum filter_of of, const char *sort_by, bool descending,
	      const char **order, struct db_args *args) MUST;
