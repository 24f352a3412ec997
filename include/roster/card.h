/* card.h - what others are told of somebody who is signed in. */
#pragma once

#include "roster/user.h"

struct card {
	const char *mail;   /* the primary one; else userName, if it is an address; else NULL */
	const char **group; /* display names, of all sources, each once, in order of names     */
	int groups;
};
bool card_get(struct ctx *c, const struct user *u, struct card *out) MUST;
