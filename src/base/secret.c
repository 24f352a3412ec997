/* secret.c - tokens, digests, comparison in constant time, random text. */
#include "base/secret.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* A token: "rst-" kind "_" 32 hex "_" 43 random characters, 6 of checksum. */
enum { ORG_CHARS = 32, RANDOM_BYTES = 32, RANDOM_CHARS = 43, SUM_CHARS = 6 };

static const char prefix[] = "rst-";
static const char *const kinds[] = { "scim", "admin", "platform" };

/* Before main() and so before any thread; it chooses the fast variants for
 * this processor and opens the source of randomness. */
__attribute__((constructor)) static void sodium_start(void)
{
	if (sodium_init() < 0)
		abort();
}

static char *base64url(struct arena *a, const unsigned char *p, size_t n)
{
	size_t room = sodium_base64_encoded_len(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *out = arena_alloc(a, room);

	return sodium_bin2base64(out, room, p, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* Lets a scanner, or us, tell a token from a slip of the pen without asking
 * the database; it proves nothing. */
static char *checksum(struct arena *a, const char *text, size_t n)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	char *sum;

	crypto_hash_sha256(digest, (const unsigned char *)text, n);
	sum = base64url(a, digest, sizeof(digest));
	sum[SUM_CHARS] = '\0';
	return sum;
}

/* A UUID without its dashes. */
static char *bare(struct arena *a, const char *org_id)
{
	char *out = arena_alloc(a, strlen(org_id) + 1), *p = out;

	for (; *org_id; org_id++)
		if (*org_id != '-')
			*p++ = *org_id;
	return out;
}

char *token_new(struct arena *a, const char *kind, const char *org_id)
{
	char *body = arena_printf(a, "%s%s_%s_%s", prefix, kind, bare(a, org_id),
				  secret_random(a, RANDOM_BYTES));

	return arena_printf(a, "%s%s", body, checksum(a, body, strlen(body)));
}

/* The kind a token begins with, and where it goes on behind the underscore. */
static const char *find_kind(const char *token, const char **rest)
{
	size_t n;

	if (strncmp(token, prefix, sizeof(prefix) - 1) != 0)
		return NULL;
	token += sizeof(prefix) - 1;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		n = strlen(kinds[i]);
		if (strncmp(token, kinds[i], n) != 0 || token[n] != '_')
			continue;
		*rest = token + n + 1;
		return kinds[i];
	}
	return NULL;
}

bool token_parse(struct arena *a, const char *token, const char **kind, const char **org_id)
{
	const char *found, *rest;
	size_t n;

	found = find_kind(token, &rest);
	if (!found || strlen(rest) != ORG_CHARS + 1 + RANDOM_CHARS + SUM_CHARS ||
	    strspn(rest, "0123456789abcdef") != ORG_CHARS || rest[ORG_CHARS] != '_')
		return false;
	n = strlen(token) - SUM_CHARS;
	if (!secret_same(token + n, checksum(a, token, n)))
		return false;
	*kind = found;
	*org_id = arena_printf(a, "%.8s-%.4s-%.4s-%.4s-%.12s", rest, rest + 8, rest + 12, rest + 16,
			       rest + 20);
	return true;
}

char *secret_digest(struct arena *a, const char *text)
{
	unsigned char digest[crypto_hash_sha256_BYTES];
	char *out = arena_alloc(a, sizeof(digest) * 2 + 1);

	crypto_hash_sha256(digest, (const unsigned char *)text, strlen(text));
	return sodium_bin2hex(out, sizeof(digest) * 2 + 1, digest, sizeof(digest));
}

bool secret_same(const char *a, const char *b)
{
	size_t n = strlen(a);

	return n == strlen(b) && sodium_memcmp(a, b, n) == 0;
}

char *secret_random(struct arena *a, size_t n)
{
	unsigned char *p = arena_alloc(a, n);
	char *out;

	randombytes_buf(p, n);
	out = base64url(a, p, n);
	sodium_memzero(p, n);
	return out;
}

void secret_wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}
