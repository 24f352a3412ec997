/*
 * invitation.h - links that bring people in: one for a single address, good once, or the
 * organization's shared one, good for whoever its connections let sign in.
 *
 * The database keeps digests of links.  An invitation opens nothing by itself: somebody who
 * signs in takes it (change/invite.h).
 */
#pragma once

#include "base/org.h"
#include "db/db.h"

enum {
	INVITATION_WORKSPACES_MAX = 50,
	INVITATION_DAYS = 7,
	INVITATION_DAYS_SHARED = 30,
	INVITATION_DAYS_MAX = 90,
	INVITATIONS_OPEN_MAX = 10000
};

struct invitation {
	const char *id;
	const char *email; /* NULL: shared, or erased                         */
	bool shared;
	enum role role;         /* ROLE_NO: waits for one                          */
	const char **workspace; /* NULL ends it                                    */
	const char *created_by; /* an actor's name                                 */
	int64_t created, expires, used, revoked; /* used, revoked: 0: not           */
	const char *used_by;                     /* a user's id; NULL                */
	int64_t joined;                          /* people who took it               */
};

/* "open", "used", "revoked", "expired" */
const char *invitation_state(const struct ctx *c, const struct invitation *v);

/* Makes one of email, shared, role, workspace and expires; *secret is the end of its link, to
 * be shown once.  ERR_CONFLICT while another one for the address, or a shared one, is open. */
bool invitation_make(struct ctx *c, struct invitation *v, const char **secret) MUST;
/* Newest first, after an id ("" from the start).  *total counts them all. */
bool invitation_list(struct ctx *c, const char *after, int64_t limit, struct invitation **out,
		     int *n, int64_t *total) MUST;
bool invitation_get(struct ctx *c, const char *id, struct invitation **out) MUST; /* NOT_FOUND */
/* Another link, good until expires; the old one is dead.  ERR_CONFLICT if it is not open. */
bool invitation_reset(struct ctx *c, struct invitation *v, int64_t expires,
		      const char **secret) MUST;
bool invitation_revoke(struct ctx *c, const char *id) MUST; /* ERR_NOT_FOUND: none is open */

/* The open one of a link.  Enters its organization (db_enter_org) and sets c->org.
 * ERR_NOT_FOUND for all that opens nothing. */
bool invitation_open(struct ctx *c, const char *presented, struct invitation **out) MUST;
/* The open one that somebody of this address may take: his own, else the shared one of the
 * link in his browser (NULL: none).  *out NULL: there is none. */
bool invitation_find(struct ctx *c, const char *address, const char *presented,
		     struct invitation **out) MUST;
/* One use, or one more person; *taken is false if somebody was faster, or he took it before. */
bool invitation_use(struct ctx *c, const struct invitation *v, const char *user_id,
		    bool *taken) MUST;
/* Addresses of somebody who is erased go from here as well. */
bool invitation_forget(struct ctx *c, const char *user_id, const char *user_name) MUST;
