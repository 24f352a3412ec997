/* password.c - Argon2id, as many at a time as memory allows. */
#include <sodium.h>
#include <stdatomic.h>
#include <string.h>

#include "base/secret.h"

/* 19 MiB, two passes: what RFC 9106 calls for where memory is short, and few enough at once that
 * a flood of sign-ins neither fills the memory nor all workers. */
enum { PASSES = 2, MEMORY = 19 * 1024 * 1024, AT_ONCE = 3 };

static atomic_int busy;

static bool enter(struct ctx *c)
{
	if (atomic_fetch_add(&busy, 1) < AT_ONCE)
		return true;
	atomic_fetch_sub(&busy, 1);
	return error(c, ERR_BUSY, "many people are signing in just now; try again in a moment");
}

static void leave(void)
{
	atomic_fetch_sub(&busy, 1);
}

bool password_hash(struct ctx *c, const char *password, const char **out)
{
	char *text = arena_alloc(c->arena, crypto_pwhash_STRBYTES);
	bool good;

	if (!enter(c))
		return false;
	good = crypto_pwhash_str_alg(text, password, strlen(password), PASSES, MEMORY,
				     crypto_pwhash_ALG_ARGON2ID13) == 0;
	leave();
	*out = text;
	return good || error(c, ERR_INTERNAL, "no memory to compute a password's hash");
}

bool password_same(struct ctx *c, const char *hash, const char *password, bool *same)
{
	unsigned char out[32];
	static const unsigned char salt[crypto_pwhash_SALTBYTES] = { 1 };

	*same = false;
	if (!enter(c))
		return false;
	if (hash)
		*same = crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
	else
		IGNORE(crypto_pwhash(out, sizeof(out), password, strlen(password), salt, PASSES,
				     MEMORY, crypto_pwhash_ALG_ARGON2ID13) == 0);
	leave();
	return true;
}
