/*
 * tries.h - how often an address has failed to say who it is.
 *
 * Failures are counted per minute for an address, and for an address together
 * with the organization it knocks at: identity providers serve many customers
 * from few addresses, and one with a wrong token must not lock out the others.
 */
#pragma once

#include "base/ctx.h"

enum {
	TRIES_PER_ORG = 100,
	TRIES_PER_ADDRESS = 1000,
	TRIES_SIGNIN = 30, /* passwords and links: people, not programs */
	/* single sign-on: an office of thousands may be one address */
	TRIES_SAML = 300,          /* refused messages at one connection      */
	TRIES_SAML_ADDRESS = 1000, /* the same at all connections            */
	TRIES_SAML_BEGUN = 1000,   /* sign-ins begun at one connection        */
	TRIES_WINDOW_MS = 60 * 1000
};

/* ERR_BUSY if there were too many; now is time_monotonic().  org "" if unknown. */
bool tries_allow(struct ctx *c, const char *address, const char *org, int64_t now) MUST;
void tries_failed(const char *address, const char *org, int64_t now);

/* The same for one place, "signin", with a limit of its own; false if there were more. */
bool tries_few(const char *address, const char *place, int limit, int64_t now);

/* For a place alone, without a part in the sum of the address. */
bool tries_within(const char *address, const char *place, int limit, int64_t now);
void tries_count(const char *address, const char *place, int64_t now);

/* Counted for longer than a minute, before the attempt, so that attempts side by side cannot
 * outrun the limit; taken back when it was no failure. */
void tries_count_for(const char *address, const char *place, int64_t window_ms, int64_t now);
void tries_take_back(const char *address, const char *place, int64_t now);
