/* keys.c - certificates of identity providers, and key pairs of our own (OpenSSL). */
#include "keys.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "base/secret.h"
#include "base/time.h"
#include "http/json.h"
#include "saml/connection.h"

enum {
	RSA_BITS = 3072,
	RSA_BITS_MIN = 2048,
	EC_BITS_MIN = 256,
	YEARS_VALID = 10,
	CERTIFICATE_MAX = 16 * 1024
};

static void free_key(void *key)
{
	EVP_PKEY_free(key);
}

static void free_certificate(void *x)
{
	X509_free(x);
}

static void free_bio(void *b)
{
	BIO_free(b);
}

const char *base64_put(struct ctx *c, const void *p, size_t n)
{
	char *out = arena_alloc(c->arena, (n + 2) / 3 * 4 + 1);

	EVP_EncodeBlock((unsigned char *)out, p, (int)n);
	return out;
}

const char *percent_put(struct ctx *c, const char *s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~";
	struct buf b = buf_in(c->arena, 3 * strlen(s) + 1);

	for (; *s; s++)
		if (strchr(plain, *s))
			buf_put(&b, s, 1);
		else
			buf_printf(&b, "%%%02X", (unsigned)(unsigned char)*s);
	return b.p ? b.p : "";
}

bool base64_get(struct ctx *c, const char *text, struct slice *out)
{
	char *clean = arena_alloc(c->arena, strlen(text) + 1);
	unsigned char *bytes;
	size_t n = 0, pad = 0;
	int len;

	for (; *text; text++)
		if (!strchr(" \t\r\n", *text))
			clean[n++] = *text;
	if (n == 0 || n % 4)
		return false;
	while (pad < 2 && clean[n - 1 - pad] == '=')
		pad++;
	bytes = arena_alloc(c->arena, n / 4 * 3 + 1);
	len = EVP_DecodeBlock(bytes, (const unsigned char *)clean, (int)n);
	if (len < (int)pad)
		return false;
	*out = (struct slice){ (const char *)bytes, (size_t)len - pad };
	return true;
}

static const char *bio_text(struct ctx *c, BIO *b)
{
	char *p;
	long n = BIO_get_mem_data(b, &p);

	return arena_strndup(c->arena, p, (size_t)n);
}

static BIO *bio_new(struct ctx *c)
{
	BIO *b = BIO_new(BIO_s_mem());

	arena_defer(c->arena, free_bio, b);
	return b;
}

/* RSA from 2048 bits on, or one of the three curves of NIST. */
static bool strong(EVP_PKEY *key)
{
	char curve[32] = "";

	if (EVP_PKEY_base_id(key) == EVP_PKEY_RSA)
		return EVP_PKEY_bits(key) >= RSA_BITS_MIN;
	if (EVP_PKEY_base_id(key) != EVP_PKEY_EC ||
	    !EVP_PKEY_get_group_name(key, curve, sizeof(curve), NULL))
		return false;
	return strcmp(curve, "prime256v1") == 0 || strcmp(curve, "secp384r1") == 0 ||
	       strcmp(curve, "secp521r1") == 0;
}

bool key_check_certificate(struct ctx *c, const char *base64, const char **pem)
{
	struct slice der;
	const unsigned char *p;
	EVP_PKEY *key;
	X509 *x;
	BIO *b;

	if (strlen(base64) > CERTIFICATE_MAX || !base64_get(c, base64, &der))
		return error(c, ERR_VALUE, "a certificate in the metadata is not base64");
	p = (const unsigned char *)der.p;
	x = d2i_X509(NULL, &p, (long)der.n);
	if (!x)
		return error(c, ERR_VALUE, "a certificate in the metadata cannot be read");
	arena_defer(c->arena, free_certificate, x);
	key = X509_get0_pubkey(x);
	if (!key || !strong(key))
		return error(c, ERR_VALUE,
			     "a signing key in the metadata is too weak: RSA needs %d bits, or take"
			     " EC P-256, P-384, P-521",
			     RSA_BITS_MIN);
	b = bio_new(c);
	PEM_write_bio_X509(b, x);
	*pem = bio_text(c, b);
	return true;
}

static void put_name(X509 *x, const char *name)
{
	X509_NAME *n = X509_get_subject_name(x);

	X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(x, n);
}

static X509 *self_signed(struct ctx *c, EVP_PKEY *key, const char *name)
{
	X509 *x = X509_new();
	BIGNUM *serial = BN_new();

	arena_defer(c->arena, free_certificate, x);
	BN_rand(serial, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY);
	BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(x));
	BN_free(serial);
	X509_set_version(x, X509_VERSION_3);
	/* an hour of grace for clocks that are behind */
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), (long)YEARS_VALID * 365 * 86400);
	X509_set_pubkey(x, key);
	put_name(x, name);
	return X509_sign(x, key, EVP_sha256()) ? x : NULL;
}

bool key_pair_make(struct ctx *c, const char *name, const char **private_key,
		   const char **certificate)
{
	EVP_PKEY *key = EVP_RSA_gen(RSA_BITS);
	BIO *b = bio_new(c), *b2 = bio_new(c);
	X509 *x;

	if (!key)
		return error(c, ERR_INTERNAL, "no key pair could be made");
	arena_defer(c->arena, free_key, key);
	x = self_signed(c, key, name);
	if (!x || !PEM_write_bio_PrivateKey(b, key, NULL, NULL, 0, NULL, NULL) ||
	    !PEM_write_bio_X509(b2, x))
		return error(c, ERR_INTERNAL, "no certificate could be made");
	*private_key = bio_text(c, b);
	*certificate = bio_text(c, b2);
	return true;
}

const char *pem_body(struct ctx *c, const char *pem)
{
	const char *p = strstr(pem, "-----BEGIN"), *end;
	char *out = arena_alloc(c->arena, strlen(pem) + 1), *o = out;

	p = p ? strchr(p, '\n') : NULL;
	end = p ? strstr(p, "-----END") : NULL;
	for (; p && p < end; p++)
		if (*p != '\n' && *p != '\r')
			*o++ = *p;
	return out;
}

static EVP_PKEY *open_private(struct ctx *c, const char *pem)
{
	BIO *b = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(b, NULL, NULL, NULL);

	BIO_free(b);
	if (key)
		arena_defer(c->arena, free_key, key);
	return key;
}

bool key_sign(struct ctx *c, const char *private_key, const char *text, const char **out)
{
	EVP_PKEY *key = open_private(c, private_key);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned char *sig;
	size_t n = 0;
	bool good;

	good = key && EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key) == 1 &&
	       EVP_DigestSign(md, NULL, &n, (const unsigned char *)text, strlen(text)) == 1;
	sig = arena_alloc(c->arena, n + 1);
	good = good && EVP_DigestSign(md, sig, &n, (const unsigned char *)text, strlen(text)) == 1;
	EVP_MD_CTX_free(md);
	*out = good ? base64_put(c, sig, n) : NULL;
	return good || error(c, ERR_INTERNAL, "a message could not be signed");
}

static int64_t asn1_ms(const ASN1_TIME *t)
{
	struct tm tm = { 0 };

	return ASN1_TIME_to_tm(t, &tm) ? (int64_t)timegm(&tm) * 1000 : 0;
}

static const char *fingerprint(struct ctx *c, const X509 *x)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	struct buf b = buf_in(c->arena, 256);

	X509_digest(x, EVP_sha256(), md, &n);
	for (unsigned i = 0; i < n; i++)
		buf_printf(&b, "%02x", md[i]);
	return b.p;
}

json_t *saml_key_show(struct ctx *c, const char *pem)
{
	BIO *b = BIO_new_mem_buf(pem, -1), *name = bio_new(c);
	X509 *x = PEM_read_bio_X509(b, NULL, NULL, NULL);
	json_t *j = json_object();

	BIO_free(b);
	json_put_text(j, "certificate", pem);
	if (!x)
		return j;
	arena_defer(c->arena, free_certificate, x);
	X509_NAME_print_ex(name, X509_get_subject_name(x), 0,
			   XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
	json_put_text(j, "subject", bio_text(c, name));
	json_put_time(c, j, "not_before", asn1_ms(X509_get0_notBefore(x)));
	json_put_time(c, j, "not_after", asn1_ms(X509_get0_notAfter(x)));
	json_put_text(j, "sha256", fingerprint(c, x));
	return j;
}
