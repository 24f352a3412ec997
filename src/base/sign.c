/* sign.c - secrets we share with receivers, and MACs made with them. */
#include <sodium.h>
#include <string.h>

#include "base/secret.h"

enum { SECRET_BYTES = 32, VARIANT = sodium_base64_VARIANT_ORIGINAL };

static const char prefix[] = "whsec_";

static char *base64(struct arena *a, const unsigned char *p, size_t n)
{
	size_t room = sodium_base64_encoded_len(n, VARIANT);

	return sodium_bin2base64(arena_alloc(a, room), room, p, n, VARIANT);
}

char *signing_secret_new(struct arena *a)
{
	unsigned char key[SECRET_BYTES];
	char *out;

	randombytes_buf(key, sizeof(key));
	out = arena_printf(a, "%s%s", prefix, base64(a, key, sizeof(key)));
	sodium_memzero(key, sizeof(key));
	return out;
}

bool signing_mac(struct ctx *c, const char *secret, const char *text, const char **out)
{
	unsigned char key[SECRET_BYTES], mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;
	const char *coded = secret + sizeof(prefix) - 1;
	size_t n;

	if (strncmp(secret, prefix, sizeof(prefix) - 1) != 0 ||
	    sodium_base642bin(key, sizeof(key), coded, strlen(coded), NULL, &n, NULL, VARIANT) !=
		    0 ||
	    n != sizeof(key))
		return error(c, ERR_INTERNAL, "a signing secret is not one of ours");
	crypto_auth_hmacsha256_init(&state, key, n);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)text, strlen(text));
	crypto_auth_hmacsha256_final(&state, mac);
	sodium_memzero(key, sizeof(key));
	*out = base64(c->arena, mac, sizeof(mac));
	return true;
}
