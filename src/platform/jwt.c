/* jwt.c - signing keys and signatures, by libsodium. */
#include "jwt.h"

#include <sodium.h>
#include <string.h>

#include "base/secret.h"
#include "http/json.h"

enum { VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING, NAME_BYTES = 12 };

_Static_assert((int)crypto_sign_SEEDBYTES == SECRET_KEY_BYTES, "a subkey is a seed");

struct key {
	unsigned char public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
	const char *x, *name; /* public key and its name ("kid"), base64url */
};

static const char *base64url(struct ctx *c, const void *p, size_t n)
{
	size_t room = sodium_base64_encoded_len(n, VARIANT);

	return sodium_bin2base64(arena_alloc(c->arena, room), room, p, n, VARIANT);
}

static bool key_of(struct ctx *c, int64_t period, struct key *out)
{
	unsigned char seed[SECRET_KEY_BYTES], name[crypto_hash_sha256_BYTES];

	if (!secret_subkey(c, "rst-jwts", (uint64_t)period, seed))
		return false;
	crypto_sign_seed_keypair(out->public, out->secret, seed);
	sodium_memzero(seed, sizeof(seed));
	crypto_hash_sha256(name, out->public, sizeof(out->public));
	out->x = base64url(c, out->public, sizeof(out->public));
	out->name = base64url(c, name, NAME_BYTES);
	return true;
}

static const char *part(struct ctx *c, const json_t *j)
{
	char *text = arena_adopt(c->arena, json_dumps(j, JSON_COMPACT));

	return base64url(c, text, strlen(text));
}

bool jwt_sign(struct ctx *c, const json_t *claims, const char **out)
{
	unsigned char signature[crypto_sign_BYTES];
	const char *signed_part;
	struct key key;
	json_t *head;

	if (!key_of(c, c->now / JWT_KEY_MS, &key))
		return false;
	head = json_own(c, json_pack("{s:s, s:s, s:s}", "alg", "EdDSA", "typ", "JWT", "kid",
				     key.name));
	signed_part = arena_printf(c->arena, "%s.%s", part(c, head), part(c, claims));
	crypto_sign_detached(signature, NULL, (const unsigned char *)signed_part,
			     strlen(signed_part), key.secret);
	sodium_memzero(key.secret, sizeof(key.secret));
	*out = arena_printf(c->arena, "%s.%s", signed_part,
			    base64url(c, signature, sizeof(signature)));
	return true;
}

bool jwt_keys(struct ctx *c, json_t **out)
{
	json_t *list = json_array(), *set = json_own(c, json_pack("{s:o}", "keys", list));
	int64_t now = c->now / JWT_KEY_MS;
	struct key key;

	for (int64_t i = now - 1; i <= now + 1; i++) {
		if (!key_of(c, i, &key))
			return false;
		sodium_memzero(key.secret, sizeof(key.secret));
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "kty",
						      "OKP", "crv", "Ed25519", "use", "sig", "alg",
						      "EdDSA", "kid", key.name, "x", key.x));
	}
	*out = json_incref(set);
	return true;
}
