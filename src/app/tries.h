/*
 * tries.h - how often an address has failed to say who it is.  Private to src/app.
 *
 * Failures are counted per minute for an address, and for an address together
 * with the organization it knocks at: identity providers serve many customers
 * from few addresses, and one with a wrong token must not lock out the others.
 */
#pragma once

#include "base/ctx.h"

enum { TRIES_PER_ORG = 100, TRIES_PER_ADDRESS = 1000, TRIES_WINDOW_MS = 60 * 1000 };

/* ERR_BUSY if there were too many; now is time_monotonic().  org "" if unknown. */
bool tries_allow(struct ctx *c, const char *address, const char *org, int64_t now) MUST;
void tries_failed(const char *address, const char *org, int64_t now);
