/* key.c - keys from certificates, PEM and DER, and which are too weak to use. */
#include "job.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <string.h>

enum { RSA_BITS_MIN = 2048, RSA_BITS_MAX = 8192, KEPT = 32, KEY_TEXT_MAX = 16384 };

/* Parsing a key costs as much as using it, so keys stay parsed, found by a digest
 * of their text. */
struct kept {
	unsigned char digest[SHA256_DIGEST_LENGTH];
	EVP_PKEY *key; /* NULL: it cannot be read */
	bool weak, used;
};
struct keeping {
	struct kept kept[KEPT];
	unsigned next;
};
static _Thread_local struct keeping public_keys, private_keys;

/* FIPS 186-5: a public exponent over 2^16. */
static bool is_weak_rsa(EVP_PKEY *key)
{
	BIGNUM *e = NULL;
	bool weak = EVP_PKEY_get_bits(key) < RSA_BITS_MIN || EVP_PKEY_get_bits(key) > RSA_BITS_MAX;

	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) != 1)
		return true;
	weak = weak || BN_num_bits(e) < 17 || BN_num_bits(e) > 64 || !BN_is_odd(e);
	BN_free(e);
	return weak;
}

static bool is_weak_ec(EVP_PKEY *key)
{
	static const char *const curves[] = { "prime256v1", "secp384r1", "secp521r1" };
	char name[64];

	if (EVP_PKEY_get_group_name(key, name, sizeof(name), NULL) != 1)
		return true;
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
		if (strcmp(name, curves[i]) == 0)
			return false;
	return true;
}

bool key_is_weak(EVP_PKEY *key)
{
	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
		return is_weak_rsa(key);
	case EVP_PKEY_EC:
		return is_weak_ec(key);
	default:
		return true;
	}
}

static EVP_PKEY *from_certificate(X509 *certificate)
{
	EVP_PKEY *key = certificate ? X509_get_pubkey(certificate) : NULL;

	X509_free(certificate);
	return key;
}

static EVP_PKEY *parse_pem(struct slice text)
{
	BIO *bio = BIO_new_mem_buf(text.p, (int)text.n);
	EVP_PKEY *key = NULL;

	if (!bio)
		return NULL;
	if (memmem(text.p, text.n, "-----BEGIN PUBLIC KEY-----", 26))
		key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	else
		key = from_certificate(PEM_read_bio_X509(bio, NULL, NULL, NULL));
	BIO_free(bio);
	return key;
}

static EVP_PKEY *parse_der(struct slice der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	EVP_PKEY *key = from_certificate(d2i_X509(NULL, &p, (long)der.n));

	p = (const unsigned char *)der.p;
	return key ? key : d2i_PUBKEY(NULL, &p, (long)der.n);
}

static EVP_PKEY *parse_public(struct slice text)
{
	EVP_PKEY *key =
		memmem(text.p, text.n, "-----BEGIN ", 11) ? parse_pem(text) : parse_der(text);

	ERR_clear_error();
	return key;
}

static EVP_PKEY *parse_private(struct slice pem)
{
	static char no_password[] = "";
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, no_password) : NULL;

	BIO_free(bio);
	ERR_clear_error();
	return key;
}

static const struct kept *find(struct keeping *k, struct slice text, EVP_PKEY *parse(struct slice))
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	struct kept *place;

	SHA256((const unsigned char *)text.p, text.n, digest);
	for (place = k->kept; place < k->kept + KEPT; place++)
		if (place->used && memcmp(place->digest, digest, sizeof(digest)) == 0)
			return place;
	place = &k->kept[k->next++ % KEPT];
	EVP_PKEY_free(place->key);
	memcpy(place->digest, digest, sizeof(digest));
	place->key = parse(text);
	place->weak = place->key && key_is_weak(place->key);
	place->used = true;
	return place;
}

EVP_PKEY *key_public(struct slice text, bool *weak)
{
	const struct kept *k;

	*weak = false;
	if (text.n == 0 || text.n > KEY_TEXT_MAX)
		return NULL;
	k = find(&public_keys, text, parse_public);
	*weak = k->weak;
	return k->key;
}

EVP_PKEY *key_private(struct slice pem)
{
	const struct kept *k;

	if (pem.n == 0 || pem.n > KEY_TEXT_MAX)
		return NULL;
	k = find(&private_keys, pem, parse_private);
	return k->weak ? NULL : k->key;
}
