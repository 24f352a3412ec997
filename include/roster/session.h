/*
 * session.h - people who are signed in.
 *
 * The browser holds ORGANIZATION.RANDOM in a cookie, the database its digest.  A
 * session ends by itself (idle, absolute limit), by sign-out, by an administrator, by
 * the identity provider, and in the very transaction in which its holder's account
 * stops working.
 *
 * The secret is renewed every SESSION_RENEW_MS: the old one counts until the new one
 * has been seen and SESSION_GRACE_MS longer, so that neither a lost answer nor requests
 * side by side sign anybody out.  One that comes back later was copied: it ends the session.
 */
#pragma once

#include "base/role.h"
#include "db/db.h"
#include "roster/user.h"

enum {
	SESSION_RENEW_MS = 10 * 60 * 1000,
	SESSION_GRACE_MS = 60 * 1000,
	SESSION_SEEN_MS = 60 * 1000,       /* last_seen is written at most this often */
	SESSION_FRESH_MS = 15 * 60 * 1000, /* so long after a sign-in, secrets may be touched */
	SESSION_AGENT_MAX = 100
};

struct session {
	const char *id, *user_id;
	const char *method;    /* "saml", "password", "ldap"                          */
	const char *source_id; /* the connection signed in through; NULL: none        */
	const char *address;   /* of the browser at sign-in                           */
	const char *agent;     /* its User-Agent, shortened; may be NULL              */
	int64_t created, last_seen;
	int64_t proved;  /* when he last showed who he is, here or elsewhere    */
	int64_t expires; /* absolute end                                        */
	int64_t idle_ms; /* ends when not seen for so long                      */
	int64_t ended;   /* 0: it lives, unless over by itself                  */
	const char *ended_reason;
};

/* What a sign-in gives.  name_id and session_index are kept for single logout: both
 * under seal, and a digest to find them by; NULL if there are none. */
struct session_new {
	const char *user_id, *method, *source_id;
	const char *name_id;       /* the NameID's text                             */
	const char *name_id_xml;   /* what a LogoutRequest needs of it, any text    */
	const char *session_index; /* SAML SessionIndex                             */
	int64_t not_after;         /* SessionNotOnOrAfter in ms; 0: none            */
	int64_t proved;            /* SAML AuthnInstant in ms; 0: just now          */
	const char *address, *agent;
	const char *replaces; /* value of this browser's cookie: that session ends; may be NULL */
};

/* *secret is the value of the cookie.  Inside a transaction; whether the person may
 * sign in is for signin_admit() (change/signin.h) to know. */
bool session_open(struct ctx *c, const struct session_new *n, struct session **out,
		  const char **secret) MUST;

/* Until when what touches secrets needs no new sign-in. */
int64_t session_fresh_until(const struct session *s);

/* What a cookie opens. */
struct session_holder {
	struct session session;
	struct org *org;
	struct user *user;
	enum role role;     /* one that works                              */
	const char *secret; /* to be put into the cookie anew; NULL: as it is */
};

/*
 * Finds the session of a presented cookie and enters its organization (db_enter_org);
 * c->org stays as it is.  Absent, malformed, unknown, over and ended are one and the same
 * ERR_UNAUTHENTICATED, also for a holder whose role does not work.  renew: this answer
 * reaches the browser, a new secret may go with it.
 */
bool session_find(struct ctx *c, const char *presented, bool renew,
		  struct session_holder *out) MUST;

/* reason: "signed out", "administrator", "identity provider", "account", ...
 * Ending what has ended is no error.  *n (may be NULL) counts those that ended, *user_id (may
 * be NULL) is whose it was.  ERR_NOT_FOUND */
bool session_end(struct ctx *c, const char *id, const char *reason, const char **user_id) MUST;
bool session_end_all(struct ctx *c, const char *user_id, const char *reason, int64_t *n) MUST;
/* All that came in through a connection: it is about to go. */
bool session_end_source(struct ctx *c, const char *source_id, const char *reason) MUST;
/* Single logout: of this NameID through this connection; session_index NULL: whatever
 * theirs is.  *user_id (may be NULL) is whose they were, NULL if nobody's. */
bool session_end_named(struct ctx *c, const char *source_id, const char *name_id,
		       const char *session_index, const char *reason, int64_t *n,
		       const char **user_id) MUST;

/* For a LogoutRequest of ours; NULLs if the session has none. */
struct session_slo {
	const char *source_id, *name_id, *name_id_xml, *session_index;
};
bool session_slo(struct ctx *c, const char *id, struct session_slo *out) MUST;

/* Live ones, newest first; user_id NULL: everybody's; before ("" from the start) pages. */
struct session_view {
	struct session session;
	const char *user_name;
};
bool session_list(struct ctx *c, const char *user_id, const char *before, int64_t limit,
		  struct session_view **out, int *count, int64_t *total) MUST;

/* Removes those that are over since a month, and links as old, of c->org; limit at most. */
bool session_sweep(struct ctx *c, int64_t limit) MUST;
