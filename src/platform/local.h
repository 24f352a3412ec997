/* local.h - signing in with a password of ours.  Private to src/platform. */
#pragma once

#include "who.h"

struct attempt {
	const char *address, *password, *code;
};

/*
 * Looks for an account that address, password and code open, and signs in.  in->page and
 * in->secret are NULL if there is none: wrong, unknown and too many attempts are one and the
 * same.  Sets c->org when it is found.
 */
bool local_sign_in(struct ctx *c, const struct http_req *q, const struct attempt *a,
		   struct admission *in) MUST;
