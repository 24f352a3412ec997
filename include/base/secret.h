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
#include "base/ctx.h"

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

/*
 * The key of this installation, from a file of 32 bytes or more; before any thread, and
 * before the functions below (ERR_UNAVAILABLE without it).  make: one that does not exist is
 * made, for the owner alone; *made says so.
 */
bool secret_key_load(struct ctx *c, const char *path, bool make, bool *made) MUST;

/*
 * Sealed with the installation's key (XChaCha20-Poly1305), as text "s1:KEY:...".  What was
 * sealed for one organization (c->org) and purpose opens for no other.  Unsealing with
 * another key is ERR_UNAVAILABLE and says so; damaged text is ERR_INTERNAL.
 */
bool secret_seal(struct ctx *c, const char *purpose, const char *text, const char **out) MUST;
bool secret_unseal(struct ctx *c, const char *purpose, const char *sealed, const char **out) MUST;

/* A MAC over text, base64url, with a key of its own for each purpose: for what we hand out
 * and want back unchanged. */
bool secret_mac(struct ctx *c, const char *purpose, const char *text, const char **out) MUST;
/* A 32-byte key of its own for (purpose of 8 characters, number). */
enum { SECRET_KEY_BYTES = 32 };
bool secret_subkey(struct ctx *c, const char purpose[static 8], uint64_t n,
		   unsigned char out[static SECRET_KEY_BYTES]) MUST;

/* Argon2id (RFC 9106), with its parameters and salt in the text.  ERR_BUSY if many are
 * being computed just now: each takes memory and time. */
bool password_hash(struct ctx *c, const char *password, const char **out) MUST;
/* hash NULL: takes the same time, and is not the same. */
bool password_same(struct ctx *c, const char *hash, const char *password, bool *same) MUST;

void secret_wipe(void *p, size_t n);

/* "whsec_" and 32 random bytes in base64: a secret to sign what we send with, in the form
 * of the Standard Webhooks convention. */
char *signing_secret_new(struct arena *a);
/* HMAC-SHA256 over text with such a secret, in base64. */
bool signing_mac(struct ctx *c, const char *secret, const char *text, const char **out) MUST;
