/* user_store.h - rows of users and their values; private to src/roster. */
#pragma once

#include "roster/user.h"

enum { CHUNK = 400 }; /* rows or ids in one statement */

/* Writes a new user with its values; fails with ERR_UNIQUE late, in a race. */
bool user_insert(struct ctx *c, struct user *u) MUST;
/* Writes the columns of u as they are, and the body. */
bool user_update(struct ctx *c, const struct user *u) MUST;
bool values_insert(struct ctx *c, const char *user_id, const struct value *v, int n) MUST;
bool values_load(struct ctx *c, struct user *u, const struct rows *r) MUST;
/* Writes the difference of two lists; *changed says whether there is one. */
bool values_write(struct ctx *c, const char *user_id, const struct values *before,
		  const struct values *after) MUST;
bool values_equal(const struct values *a, const struct values *b);

/* "name.givenName", "emails": names of what differs, as a JSON array. */
const char *values_difference(struct ctx *c, const struct user *before, const struct user *after);

/* Lets those join who were pending under one of this user's names. */
bool pending_join(struct ctx *c, const struct user *u) MUST;
/* The statement pending_join() asks with, to be asked beside others. */
struct db_stmt pending_query(struct ctx *c, const struct user *u, struct rows *rows);
bool pending_take(struct ctx *c, const struct user *u, const struct rows *found) MUST;

/* Notes n member changes of a group in this connection's slot. */
bool group_moved(struct ctx *c, const char *group_id, int64_t n) MUST;

/* An audit-free check of who may change u: see user_save(). Sets *take_over. */
bool user_writable(struct ctx *c, const struct user *u, bool *take_over) MUST;
bool user_check(struct ctx *c, const struct user *u) MUST;
