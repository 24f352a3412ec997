/*
 * jwt.h - signed tokens (RFC 7519, EdDSA with Ed25519: RFC 8037).  Private to src/platform.
 *
 * The keys follow from the installation's key and the calendar: every process has the
 * same ones, each signs for JWT_KEY_MS, and the one before and the one after it are published
 * with it, so that a verifier who fetched the set once a week ago still has the key.
 */
#pragma once

#include <jansson.h>

#include "base/ctx.h"

#define JWT_KEY_MS (INT64_C(30) * 24 * 3600 * 1000)

enum { JWT_LIFE_S = 300 };

/* Header, claims and signature; claims are borrowed. */
bool jwt_sign(struct ctx *c, const json_t *claims, const char **out) MUST;
/* A JSON Web Key Set (RFC 7517), a new reference. */
bool jwt_keys(struct ctx *c, json_t **out) MUST;
