/*
 * signin.h - the end of every sign-in: may this person come in, and if so, a session.
 *
 *	if (!signin_admit(c, &how, &in))
 *		return false;
 *	return in.page ? page_say(c, p, 403, in.page) : welcome with in.secret
 */
#pragma once

#include "roster/session.h"

struct admission {
	const char *page;   /* NULL: admitted.  Else the page that says why not (http/page.h):
			     * "waiting" for a role, "no_seat", "deactivated"               */
	const char *secret; /* admitted: the value of the session's cookie                  */
	struct session *session;
};

/*
 * Inside a change, after change_flush() if anything about the person was changed in
 * it.  Locks the person, so that no session outlives a deactivation that happens at the same
 * time; opens the session; notes signin.accepted or signin.refused for the audit trail.
 */
bool signin_admit(struct ctx *c, const struct session_new *how, struct admission *out) MUST;

/*
 * A sign-in that nobody in the browser asked for waits for /login/continue, as a session in a
 * cookie of its own; where it leads goes along under seal, fit for a query.
 */
enum { SIGNIN_ARRIVED_MS = 5 * 60 * 1000 };
bool signin_seal_target(struct ctx *c, const char *url, const char **out) MUST;
bool signin_open_target(struct ctx *c, const char *sealed, const char **url) MUST;

/* A way to sign in that is offered to an address. */
struct signin_option {
	const char *name; /* the connection's                     */
	const char *url;  /* where it begins, a path of this server */
};
/* Ways for an address, by its domain alone, so that the answer tells nobody who has an
 * account.  Sets nothing in the ctx; next is added by the caller. */
typedef bool signin_options(struct ctx *c, const char *address, struct signin_option **out, int *n);
