/* totp.h - time-based one-time codes (RFC 6238): SHA-1, 6 digits, 30 seconds. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* A new secret, in base32. */
char *totp_secret(struct arena *a);

/*
 * True if code is that of the time step of now (ms), or of one step before or after.
 * *step is the step it belongs to: whoever accepts it must refuse that step and earlier
 * ones from then on.
 */
bool totp_check(const char *secret, const char *code, int64_t now, int64_t *step);

/* What an authenticator app takes in. */
char *totp_uri(struct arena *a, const char *issuer, const char *account, const char *secret);
