/*
 * invite.h - invitations are taken by signing in.
 *
 *	if (!invite_find(c, address, link, &v) || ... who signs in is user_id ...)
 *		return false;
 *	return invite_take(c, v, user_id, made) && change_flush(c) && signin_admit(...)
 */
#pragma once

#include "roster/invitation.h"

/* The cookie in which a browser carries the link that it opened. */
#define COOKIE_INVITED "rosterd-invited"
enum { INVITED_SECONDS = 60 * 60 };

/* The invitation that somebody of this address may take (NULL: none): his own, or the shared
 * one of the link in his browser, as long as whoever made it may invite. */
bool invite_find(struct ctx *c, const char *address, const char *link,
		 struct invitation **out) MUST;
/* May whoever made it still do so?  Programs with a token may. */
bool invite_stands(struct ctx *c, const struct invitation *v, bool *out) MUST;

/*
 * Gives what the invitation (NULL: nothing) says, as manual grants in the name of who made
 * it, as far as the organization's authorities let them count.  made: the account came into
 * being with this sign-in.  Without a role it then waits for one.  Deactivated people and
 * break-glass accounts get nothing; a shared link gives nothing to those who work already,
 * and to everybody once.  Inside a change.
 */
bool invite_take(struct ctx *c, const struct invitation *v, const char *user_id, bool made) MUST;
