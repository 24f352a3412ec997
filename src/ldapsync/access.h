/* access.h - is this the password?  Private to src/ldapsync. */
#pragma once

#include "roster/source.h"
#include "settings.h"

struct access {
	const char *login, *password;
	enum dir_verdict verdict;
	const char *user_id; /* DIR_RIGHT: whose; NULL: the directory's, but not one of ours yet */
};

/* There is something to be asked; nothing is sent for empty passwords. */
bool access_possible(const struct access *a);

/* Asks the directory, on a thread that may wait.  Unknown, ambiguous and wrong are
 * DIR_WRONG, after the same work.  Counts tries of address and account; what was refused is
 * written down. */
bool access_check(struct ctx *c, const char *address, const struct source *source,
		  const struct ldap_settings *s, struct access *a) MUST;

/* What the connection binds with, unsealed; NULL: none. */
bool access_secrets(struct ctx *c, const struct source *source, const char **password,
		    const char **key) MUST;
