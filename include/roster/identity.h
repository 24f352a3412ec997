/*
 * identity.h - whom a sign-in through a connection is: (connection, stable id) -> user.
 *
 * An address is never a key here: it can be reassigned, the stable id cannot.
 */
#pragma once

#include "db/db.h"

enum { SUBJECT_BYTES_MAX = 1024 };

struct user;

/* The living user of this identity; NULL if it is not known, or its user is gone. */
bool identity_find(struct ctx *c, const char *source_id, const char *subject,
		   struct user **out) MUST;
/* Ties it to a user, in place of a user who is gone. */
bool identity_bind(struct ctx *c, const char *source_id, const char *subject,
		   const char *user_id) MUST;

/* Living people of this userName or, in any source, this work e-mail, two at most. */
bool identity_candidates(struct ctx *c, const char *mail, struct user **out, int *count) MUST;
/* Was somebody of this name removed by a SCIM or LDAP connection that is still there? */
bool identity_removed(struct ctx *c, const char *user_name, bool *out) MUST;

/*
 * Groups as a sign-in named them: afterwards the person is in exactly these of the
 * connection's groups, and in those of other sources as before.  by_id: names are
 * external ids.  create: groups not seen yet are made, else left out.
 */
struct login_groups {
	const char *source_id, *user_id;
	const char *const *name;
	int names;
	bool by_id, create;
	int joined, left, made; /* what came of it */
};
bool login_groups_set(struct ctx *c, struct login_groups *g) MUST;
