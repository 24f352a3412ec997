/*
 * secret.h - tokens, digests, comparison in constant time, sealing.
 *
 * A token reads KIND_ORG_RANDOM, e.g. "rst-scim_018f...32 hex..._43 characters
 * and a checksum of 6".  The prefix is for secret scanners; the organization
 * in it selects the tenant, so that a token is looked up inside one
 * organization only.  The database holds nothing but its digest.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

/* kind is "scim", "admin" or "platform"; org_id a UUID. */
char *token_new(struct arena *a, const char *kind, const char *org_id);

/* The parts of a well-formed token; false for anything else (checksum
 * included), without touching a database.  *org_id is a UUID with dashes. */
bool token_parse(struct arena *a, const char *token, const char **kind, const char **org_id);

/* SHA-256 of text in 64 hex digits. */
char *secret_digest(struct arena *a, const char *text);

/* Same content, in time that depends on the length alone. */
bool secret_same(const char *a, const char *b);

/* n random bytes as base64url without padding. */
char *secret_random(struct arena *a, size_t n);

void secret_wipe(void *p, size_t n);
