/* totp.c - one-time codes, by liboath. */
#include "base/totp.h"

#include <liboath/oath.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"

enum { SECRET_BYTES = 20, DIGITS = 6, STEP_SECONDS = 30, STEPS_BESIDE = 1, URI_MAX = 4096 };

/* Before main() and so before any thread. */
__attribute__((constructor)) static void oath_start(void)
{
	if (oath_init() != OATH_OK)
		abort();
}

char *totp_secret(struct arena *a)
{
	unsigned char raw[SECRET_BYTES];
	char *text = NULL, *out;

	randombytes_buf(raw, sizeof(raw));
	if (oath_base32_encode((const char *)raw, sizeof(raw), &text, NULL) != OATH_OK)
		abort(); /* out of memory */
	out = arena_strdup(a, text);
	sodium_memzero(text, strlen(text));
	free(text);
	return out;
}

bool totp_check(const char *secret, const char *code, int64_t now, int64_t *step)
{
	char want[DIGITS + 1], *raw = NULL;
	size_t n = 0;
	bool found = false;

	if (strlen(code) != DIGITS ||
	    oath_base32_decode(secret, strlen(secret), &raw, &n) != OATH_OK)
		return false;
	for (int64_t i = -STEPS_BESIDE; i <= STEPS_BESIDE; i++) {
		int64_t at = now / 1000 / STEP_SECONDS + i;

		if (oath_hotp_generate(raw, n, (uint64_t)at, DIGITS, false,
				       OATH_HOTP_DYNAMIC_TRUNCATION, want) != OATH_OK ||
		    !secret_same(want, code))
			continue;
		found = true;
		*step = at;
	}
	sodium_memzero(raw, n);
	free(raw);
	return found;
}

static void put_encoded(struct buf *b, const char *s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~";

	for (; *s; s++)
		if (strchr(plain, *s))
			buf_put(b, s, 1);
		else
			buf_printf(b, "%%%02X", (unsigned)(unsigned char)*s);
}

char *totp_uri(struct arena *a, const char *issuer, const char *account, const char *secret)
{
	struct buf b = buf_in(a, URI_MAX);

	buf_puts(&b, "otpauth://totp/");
	put_encoded(&b, issuer);
	buf_puts(&b, ":");
	put_encoded(&b, account);
	buf_printf(&b, "?secret=%s&issuer=", secret);
	put_encoded(&b, issuer);
	return b.p;
}
