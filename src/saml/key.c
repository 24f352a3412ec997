/* key.c - keys from certificates, PEM and DER, and which are too weak to use. */
#include "job.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

enum { RSA_BITS_MIN = 2048, RSA_BITS_MAX = 8192, KEPT = 32, KEY_TEXT_MAX = 8192 };

/* Parsing a key costs as much as verifying with it, so public keys stay parsed. */
static _Thread_local struct kept {
	char text[KEY_TEXT_MAX];
	size_t n;
	EVP_PKEY *key;
	bool weak;
} kept[KEPT];
static _Thread_local unsigned next_kept;

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

EVP_PKEY *key_public(struct slice text, bool *weak)
{
	struct kept *k;

	*weak = false;
	if (text.n == 0 || text.n > KEY_TEXT_MAX)
		return NULL;
	for (k = kept; k < kept + KEPT; k++)
		if (k->n == text.n && memcmp(k->text, text.p, text.n) == 0) {
			*weak = k->weak;
			return k->key;
		}
	k = &kept[next_kept++ % KEPT];
	EVP_PKEY_free(k->key);
	memcpy(k->text, text.p, text.n);
	k->n = text.n;
	k->key = parse_public(text);
	k->weak = k->key && key_is_weak(k->key);
	*weak = k->weak;
	return k->key;
}

static void free_key(void *key)
{
	EVP_PKEY_free(key);
}

EVP_PKEY *key_private(struct job *j, struct slice pem)
{
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	EVP_PKEY *key = NULL;

	if (!bio)
		return NULL;
	key = PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)(uintptr_t) "");
	BIO_free(bio);
	ERR_clear_error();
	if (key)
		arena_defer(j->arena, free_key, key);
	return key;
}
