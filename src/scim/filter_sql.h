/* filter_sql.h - what the two files that turn a filter into SQL share. */
#pragma once

#include "filter.h"

/* The version and time of change of groups g: member changes are kept beside (group.h). */
#define GROUP_VERSION                                                                              \
	"(g.version + COALESCE((SELECT SUM(k.n) FROM group_changes k WHERE k.org_id = $1"          \
	" AND k.group_id = g.id), 0))"
#define GROUP_CHANGED                                                                              \
	"COALESCE((SELECT MAX(k.at) FROM group_changes k WHERE k.org_id = $1"                      \
	" AND k.group_id = g.id AND k.at > g.changed), g.changed)"

struct writer {
	struct ctx *c;
	enum filter_of of;
	struct buf sql;
	struct db_val *v;
	int n;
};

/* "CAST($7 AS TEXT)" with the value behind it. */
void sql_param(struct writer *w, struct db_val v);
void sql_constant(struct writer *w, bool b);
/* column op text: a condition that is NULL only if the column is. */
void sql_text_test(struct writer *w, const char *column, enum filter_op op, const char *text);

/* "name.sub" as the client wrote it. */
const char *filter_label(struct writer *w, const struct filter *f);
bool sql_refuse(struct writer *w, const struct filter *f, const char *why) MUST;
/* Whether operator and literal go with the type. */
bool filter_check(struct writer *w, const struct filter *f, enum attr_type type) MUST;
/* true, false, "True" ... after filter_check(). */
bool filter_bool(const struct filter *f);

/* A comparison with a column of text (exact as it is, else folded), of a time
 * in ms, of a boolean, of a version, and with the id as a location tells it. */
bool sql_text_column(struct writer *w, const struct filter *f, const char *column, bool exact) MUST;
bool sql_time_column(struct writer *w, const struct filter *f, const char *column) MUST;
bool sql_boolean_column(struct writer *w, const struct filter *f, const char *column) MUST;
bool sql_version(struct writer *w, const struct filter *f, const char *column) MUST;
bool sql_location(struct writer *w, const struct filter *f, const char *column) MUST;

/* The column of an attribute that is one, NULL if it is none. */
const char *filter_column(enum filter_of of, struct slice name, bool *exact);

/* A comparison with an attribute whose values are rows. */
bool sql_value_attribute(struct writer *w, const struct filter *f, const struct attr *a) MUST;
/* attr[...] and attr[...].sub op literal, about one element. */
bool sql_value_path(struct writer *w, const struct filter *f, const struct attr *whole) MUST;
