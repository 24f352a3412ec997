/*
 * local_account.h - passwords of the few who must get in when the identity provider does
 * not answer, and the links by which they set them.
 *
 * An address leads to (organization, user) by its digest alone, before any
 * organization is known; one person may have an account in several organizations.
 */
#pragma once

#include "db/db.h"
#include "roster/user.h"

enum {
	PASSWORD_MIN = 8,
	PASSWORD_BYTES_MAX = 256,
	/* wrong attempts on one account, and for how long they count */
	LOCAL_TRIES = 10,
	LOCAL_TRIES_MS = 15 * 60 * 1000,
	LOCAL_CANDIDATES_MAX = 4,
	PASSWORD_LINK_HOURS = 72
};

/* ERR_VALUE if it is too short, too long or one that everybody tries first. */
bool password_acceptable(struct ctx *c, const char *password) MUST;

struct local_candidate {
	const char *org_id, *user_id;
};
/* Whom an address may mean; asked before any organization is entered. */
bool local_candidates(struct ctx *c, const char *address, struct local_candidate **out,
		      int *n) MUST;

struct local_account {
	const char *user_id, *password; /* Argon2id                                   */
	const char *totp;               /* unsealed; NULL: none                       */
	int64_t totp_used;              /* the last step whose code was taken         */
	bool locked;                    /* too many wrong attempts lately             */
	int64_t created, changed, last_used;
};
/* NULL if there is none. */
bool local_account_find(struct ctx *c, const char *user_id, struct local_account **out) MUST;
/* Sets the password of a user (hash) and the second factor (NULL: none); he is found by
 * address from then on.  Inside a change. */
bool local_account_set(struct ctx *c, const char *user_id, const char *address, const char *hash,
		       const char *totp) MUST;
bool local_account_remove(struct ctx *c, const char *user_id) MUST;

/* Counts an attempt before its password is looked at, so that attempts side by side
 * cannot outrun the limit; *counted is false if there were too many. */
bool local_account_try(struct ctx *c, const char *user_id, bool *counted) MUST;
/* It was right: the count starts anew, the step is used up.  *fresh is false if this or
 * a later step was taken before. */
bool local_account_used(struct ctx *c, const char *user_id, int64_t step, bool *fresh) MUST;

/* ---- links: /password/ORGANIZATION.RANDOM, good for one use ---- */

/* Links given to this user before are void. */
bool password_link_make(struct ctx *c, const char *user_id, const char **secret) MUST;

struct password_link {
	const char *digest;
	struct org *org;
	struct user *user;
	const char *totp; /* offered for enrolment, unsealed; NULL before the first look */
};
/* Enters its organization (db_enter_org) and sets c->org.  ERR_NOT_FOUND for all that
 * does not open anything. */
bool password_link_find(struct ctx *c, const char *presented, struct password_link *out) MUST;
/* Keeps the secret that is offered, unless there is one: out->totp is the one kept. */
bool password_link_offer(struct ctx *c, struct password_link *l, const char *totp) MUST;
/* Uses it up; *taken is false if somebody else was faster. */
bool password_link_take(struct ctx *c, const struct password_link *l, bool *taken) MUST;
