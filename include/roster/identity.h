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
