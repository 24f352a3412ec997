/*
 * decrypt.c - XML Encryption, as much as a service provider needs, by OpenSSL.
 *
 * RSA-OAEP and AES-GCM.  AES-CBC only of what was signed, so that nobody can ask
 * us about ciphertexts of his own making.  Whatever goes wrong after the
 * algorithms are known is one and the same refusal.
 */
#include "job.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

enum { TRIES_MAX = 6, GCM_IV = 12, GCM_TAG = 16, CBC_BLOCK = 16, KEY_MAX = 64 };

/* An EncryptedKey, or the EncryptedData. */
struct sealed {
	const struct algorithm *method;
	const char *digest, *mgf; /* of RSA-OAEP, OpenSSL's names */
	struct slice bytes;
};

static bool undecryptable(struct job *j)
{
	ERR_clear_error();
	return refuse(j, SAML_DECRYPT, "no private key of the connection opens it");
}

static bool read_cipher_value(struct job *j, const xmlNode *n, struct slice *out)
{
	const xmlNode *data = node_child(n, NS_XENC, "CipherData");
	const xmlNode *value = data ? node_child(data, NS_XENC, "CipherValue") : NULL;

	return value ? node_base64(j, value, out) : undecryptable(j);
}

static const char *method_uri(struct job *j, const xmlNode *n)
{
	const xmlNode *method = node_child(n, NS_XENC, "EncryptionMethod");

	return method ? node_attr(j, method, "Algorithm") : NULL;
}

/* XML Encryption 1.1, section 5.5.2: SHA-1 unless said otherwise, and no label. */
static bool read_oaep(struct job *j, const xmlNode *encrypted_key, struct sealed *out)
{
	const xmlNode *method = node_child(encrypted_key, NS_XENC, "EncryptionMethod");
	const xmlNode *digest = node_child(method, NS_DS, "DigestMethod");
	const xmlNode *mgf = node_child(method, NS_XENC11, "MGF");
	const struct algorithm *d =
		digest ? algorithm_find(node_attr(j, digest, "Algorithm"), ALG_DIGEST) : NULL;
	const struct algorithm *m =
		mgf ? algorithm_find(node_attr(j, mgf, "Algorithm"), ALG_MGF) : NULL;

	if (node_child(method, NS_XENC, "OAEPparams") || (digest && !d) || (mgf && !m))
		return undecryptable(j);
	out->digest = d ? d->digest : "SHA1";
	out->mgf = m ? m->digest : "SHA1";
	return true;
}

static bool read_encrypted_key(struct job *j, const xmlNode *n, struct sealed *out)
{
	return algorithm_check(j, method_uri(j, n), ALG_KEY_TRANSPORT, &out->method) &&
	       read_oaep(j, n, out) && read_cipher_value(j, n, &out->bytes);
}

static bool read_encrypted_data(struct job *j, const xmlNode *n, bool covered, struct sealed *out)
{
	const char *type = node_attr(j, n, "Type");

	if (!algorithm_check(j, method_uri(j, n), ALG_CIPHER, &out->method))
		return false;
	if (out->method->cbc && !j->policy->allow_cbc)
		return refuse(j, SAML_CBC, "not allowed by the connection");
	if (out->method->cbc && !covered)
		return refuse(j, SAML_CBC, "the response around it is not signed");
	if (type && strcmp(type, "http://www.w3.org/2001/04/xmlenc#Element") != 0)
		return undecryptable(j);
	j->warnings |= out->method->cbc ? SAML_WARN_CBC : 0U;
	return read_cipher_value(j, n, &out->bytes);
}

/* *n: room in, length out. */
static bool open_key(EVP_PKEY *key, const struct sealed *s, unsigned char *out, size_t *n)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	unsigned char room[1024];
	size_t got = sizeof(room);
	bool good = ctx && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
		    EVP_PKEY_decrypt_init(ctx) == 1 &&
		    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_rsa_oaep_md_name(ctx, s->digest, NULL) == 1 &&
		    EVP_PKEY_CTX_set_rsa_mgf1_md_name(ctx, s->mgf, NULL) == 1 &&
		    EVP_PKEY_decrypt(ctx, room, &got, (const unsigned char *)s->bytes.p,
				     s->bytes.n) == 1 &&
		    got <= *n;

	if (good) {
		memcpy(out, room, got);
		*n = got;
	}
	OPENSSL_cleanse(room, sizeof(room));
	EVP_PKEY_CTX_free(ctx);
	return good;
}

static const EVP_CIPHER *cipher_of(const struct algorithm *a)
{
	if (a->cbc)
		return a->key == 16 ? EVP_aes_128_cbc() : EVP_aes_256_cbc();
	return a->key == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
}

/* Padding of XML Encryption 1.1, section 5.2: only the last byte tells. */
static bool strip_padding(const unsigned char *plain, int *n)
{
	int pad = *n > 0 ? plain[*n - 1] : 0;

	*n -= pad;
	return pad >= 1 && pad <= CBC_BLOCK && *n >= 0;
}

static bool run_cipher(const struct sealed *s, const unsigned char *key, unsigned char *plain,
		       int *n)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int iv = s->method->cbc ? CBC_BLOCK : GCM_IV, tag = s->method->cbc ? 0 : GCM_TAG, rest = 0;
	char *at = (char *)(uintptr_t)s->bytes.p;
	int length = (int)s->bytes.n - iv - tag;
	bool good = ctx && length > 0 &&
		    EVP_DecryptInit_ex(ctx, cipher_of(s->method), NULL, key,
				       (const unsigned char *)at) == 1 &&
		    EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
		    (!tag ||
		     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, tag, at + iv + length) == 1) &&
		    EVP_DecryptUpdate(ctx, plain, n, (const unsigned char *)at + iv, length) == 1 &&
		    EVP_DecryptFinal_ex(ctx, plain + *n, &rest) == 1;

	EVP_CIPHER_CTX_free(ctx);
	*n += rest;
	return good && (tag || strip_padding(plain, n));
}

/* With each of our keys. */
static bool open_data(struct job *j, const struct sealed *wrapped, const struct sealed *data,
		      int *tries, struct slice *plain)
{
	unsigned char key[KEY_MAX];
	unsigned char *room = arena_alloc(j->arena, data->bytes.n + CBC_BLOCK);
	bool good = false;
	int length = 0;

	for (int i = 0; !good && i < j->in->keys->n_decryption && (*tries)++ < TRIES_MAX; i++) {
		EVP_PKEY *own = key_private(j->in->keys->decryption[i]);
		size_t n = sizeof(key);

		good = own && open_key(own, wrapped, key, &n) && n == (size_t)data->method->key &&
		       run_cipher(data, key, room, &length);
	}
	OPENSSL_cleanse(key, sizeof(key));
	*plain = (struct slice){ (char *)room, good ? (size_t)length : 0 };
	return good;
}

/* A wrapped key made for somebody else is skipped. */
static bool is_for_us(struct job *j, const xmlNode *encrypted_key)
{
	const char *recipient = node_attr(j, encrypted_key, "Recipient");

	return !recipient || strcmp(recipient, j->policy->entity_id) == 0;
}

/* The EncryptedKeys stand in the KeyInfo, or beside the data. */
static bool open_any(struct job *j, const xmlNode *first, const struct sealed *data, int *tries,
		     struct slice *plain, bool *opened)
{
	struct sealed wrapped;

	for (const xmlNode *n = first; n && !*opened; n = node_same(n)) {
		if (!is_for_us(j, n))
			continue;
		if (!read_encrypted_key(j, n, &wrapped))
			return false;
		*opened = open_data(j, &wrapped, data, tries, plain);
	}
	return true;
}

bool decrypt(struct job *j, const xmlNode *encrypted, bool covered, xmlNode **out)
{
	const xmlNode *data = node_child(encrypted, NS_XENC, "EncryptedData");
	const xmlNode *info = node_child(data, NS_DS, "KeyInfo");
	struct sealed sealed;
	struct slice plain = { 0 };
	bool opened = false;
	xmlDoc *doc;
	int tries = 0;

	if (!read_encrypted_data(j, data, covered, &sealed))
		return false;
	if (info && !open_any(j, node_child(info, NS_XENC, "EncryptedKey"), &sealed, &tries, &plain,
			      &opened))
		return false;
	if (!open_any(j, node_child(encrypted, NS_XENC, "EncryptedKey"), &sealed, &tries, &plain,
		      &opened))
		return false;
	if (!opened)
		return undecryptable(j);
	ERR_clear_error();
	if (!xml_parse(j, plain, &doc))
		return false;
	*out = xmlDocGetRootElement(doc);
	return shape_fits(j, *out);
}
