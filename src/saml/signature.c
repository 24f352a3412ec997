/*
 * signature.c - XML signatures under pinned keys, and the bytes they were made of.
 *
 * The signature must be the plainest that SAML allows: one Reference, to the very
 * element it stands in, enveloped and then canonicalized.  xmlsec checks it; what
 * it digested is parsed again, and only that is read further on.  So whatever
 * could be hidden in the difference between signed and read is not there.
 */
#include "job.h"

#include <libxml/valid.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <string.h>
#include <xmlsec/openssl/app.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>

enum { PREFIXES_MAX = 10 };

static bool prefixes_fit(struct job *j, const xmlNode *method)
{
	const xmlNode *n = node_child(method, NS_C14N, "InclusiveNamespaces");
	const char *list = n ? node_attr(j, n, "PrefixList") : NULL;
	int words = 0;

	for (const char *p = list; p && *p; p += strspn(p, " ")) {
		p += strcspn(p, " ");
		words++;
	}
	return words <= PREFIXES_MAX ||
	       refuse(j, SAML_SIGNATURE_SHAPE, "a PrefixList of %d names", words);
}

static bool canonicalization_fits(struct job *j, const xmlNode *method)
{
	const struct algorithm *a;

	return algorithm_check(j, node_attr(j, method, "Algorithm"), ALG_C14N, &a) &&
	       prefixes_fit(j, method);
}

/* Enveloped first, then canonicalization; without the latter it is the inclusive
 * one (XML Signature, section 4.4.3.2). */
static bool transforms_fit(struct job *j, const xmlNode *transforms)
{
	static const char inclusive[] = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
	const xmlNode *first = node_first(transforms), *second = node_next(first);
	const char *uri = node_attr(j, first, "Algorithm");
	const struct algorithm *a;

	if (!algorithm_find(uri, ALG_TRANSFORM) || node_first(first))
		return refuse(j, SAML_SIGNATURE_SHAPE, "the first transform is %s", uri);
	return second ? canonicalization_fits(j, second)
		      : algorithm_check(j, inclusive, ALG_C14N, &a);
}

static bool reference_fits(struct job *j, const xmlNode *reference, const xmlNode *owner)
{
	const char *id = node_attr(j, owner, "ID"), *uri = node_attr(j, reference, "URI");
	const struct algorithm *a;

	if (!id || !uri || uri[0] != '#' || strcmp(uri + 1, id) != 0)
		return refuse(j, SAML_SIGNATURE_SHAPE, "the reference is to \"%s\"",
			      uri ? uri : "");
	return transforms_fit(j, node_child(reference, NS_DS, "Transforms")) &&
	       algorithm_check(j,
			       node_attr(j, node_child(reference, NS_DS, "DigestMethod"),
					 "Algorithm"),
			       ALG_DIGEST, &a);
}

/* shape_fits() has counted everything. */
static bool signature_fits(struct job *j, const xmlNode *signature, const struct algorithm **alg)
{
	const xmlNode *info = node_child(signature, NS_DS, "SignedInfo");
	const xmlNode *method = node_child(info, NS_DS, "SignatureMethod");

	return canonicalization_fits(j, node_child(info, NS_DS, "CanonicalizationMethod")) &&
	       algorithm_check(j, node_attr(j, method, "Algorithm"), ALG_SIGNATURE, alg) &&
	       reference_fits(j, node_child(info, NS_DS, "Reference"), signature->parent);
}

static bool register_id(struct job *j, xmlNode *owner)
{
	xmlAttr *id = xmlHasNsProp(owner, (const xmlChar *)"ID", NULL);
	xmlChar *text = id ? xmlNodeListGetString(owner->doc, id->children, 1) : NULL;
	bool good;

	good = text && !xmlGetID(owner->doc, text) && xmlAddID(NULL, owner->doc, text, id);
	xmlFree(text);
	return good || refuse(j, SAML_IDS, "the ID of %s is taken", owner->name);
}

static void free_dsig(void *ctx)
{
	xmlSecDSigCtxDestroy(ctx);
}

/* NULL if there is no memory. */
static xmlSecDSigCtx *dsig_new(struct job *j, EVP_PKEY *pinned)
{
	xmlSecDSigCtx *ctx = xmlSecDSigCtxCreate(NULL);
	xmlSecKeyData *data;

	if (!ctx)
		return NULL;
	arena_defer(j->arena, free_dsig, ctx);
	ctx->enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
	/* by the ID that was registered, without the XPointer engine */
	ctx->flags |=
		XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES | XMLSEC_DSIG_FLAGS_USE_VISA3D_HACK;
	ctx->signKey = xmlSecKeyCreate();
	EVP_PKEY_up_ref(pinned);
	data = xmlSecOpenSSLEvpKeyAdopt(pinned);
	if (!data)
		EVP_PKEY_free(pinned);
	if (!data || !ctx->signKey || xmlSecKeySetValue(ctx->signKey, data) != 0)
		return NULL;
	return ctx;
}

/* The bytes that were digested; false if the key did not make the signature. */
static bool verify_with(struct job *j, EVP_PKEY *pinned, xmlNode *signature, struct slice *digested)
{
	xmlSecDSigCtx *ctx = dsig_new(j, pinned);
	xmlSecDSigReferenceCtx *reference;
	xmlSecBuffer *bytes;
	int rc = ctx ? xmlSecDSigCtxVerify(ctx, signature) : -1;

	ERR_clear_error();
	if (rc < 0 || ctx->status != xmlSecDSigStatusSucceeded ||
	    xmlSecPtrListGetSize(&ctx->signedInfoReferences) != 1)
		return false;
	reference = xmlSecPtrListGetItem(&ctx->signedInfoReferences, 0);
	bytes = xmlSecDSigReferenceCtxGetPreDigestBuffer(reference);
	if (!bytes || xmlSecBufferGetSize(bytes) == 0)
		return false;
	*digested = (struct slice){ (const char *)xmlSecBufferGetData(bytes),
				    xmlSecBufferGetSize(bytes) };
	return true;
}

/* Tries each pinned key of the right kind; *key is -1 if none fits. */
static bool next_key(struct job *j, const struct algorithm *alg, int *key, EVP_PKEY **out)
{
	const struct saml_keys *keys = j->in->keys;
	bool weak;

	for (++*key; *key < keys->n_signing; ++*key) {
		*out = key_public(keys->signing[*key], &weak);
		if (*out && !weak && EVP_PKEY_get_base_id(*out) == alg->key)
			return true;
	}
	return false;
}

/* After all were tried: none, none good enough, or none that fits. */
static bool refuse_keys(struct job *j, const struct algorithm *alg)
{
	const struct saml_keys *keys = j->in->keys;
	int usable = 0, too_weak = 0;
	bool weak;

	for (int i = 0; i < keys->n_signing; i++) {
		usable += key_public(keys->signing[i], &weak) && !weak;
		too_weak += weak;
	}
	if (!usable)
		return refuse(j, too_weak ? SAML_WEAK_KEY : SAML_NO_KEY, "%d keys, none usable",
			      keys->n_signing);
	return refuse(j, SAML_SIGNATURE, "%s, none of %d keys", alg->uri, keys->n_signing);
}

/* The digested bytes are an element of the same kind and ID, and fit like it. */
static bool read_again(struct job *j, const xmlNode *node, struct slice digested, xmlNode **out)
{
	const char *id = node_attr(j, node, "ID"), *again;
	xmlDoc *doc;

	if (!xml_parse(j, digested, &doc))
		return false;
	*out = xmlDocGetRootElement(doc);
	again = node_attr(j, *out, "ID");
	if (!id || !again || strcmp(id, again) != 0 || !xmlStrEqual(node->name, (*out)->name) ||
	    !node->ns || !(*out)->ns || !xmlStrEqual(node->ns->href, (*out)->ns->href))
		return refuse(j, SAML_SIGNATURE, "what was signed is not the element");
	return shape_fits(j, *out);
}

bool prove(struct job *j, xmlNode *node, const struct proven *otherwise, struct proven *out)
{
	xmlNode *signature = node_child(node, NS_DS, "Signature");
	const struct algorithm *alg;
	struct slice digested;
	EVP_PKEY *pinned;
	int key = -1;

	*out = *otherwise;
	if (!signature)
		return true;
	if (!signature_fits(j, signature, &alg) || !register_id(j, node))
		return false;
	while (next_key(j, alg, &key, &pinned)) {
		if (!verify_with(j, pinned, signature, &digested))
			continue;
		*out = (struct proven){ .covered = true, .key = key, .signed_itself = true };
		return read_again(j, node, digested, &out->read);
	}
	return refuse_keys(j, alg);
}

/* XML Signature writes r and s side by side (RFC 4050, section 3.3); OpenSSL wants
 * them in DER. */
static struct slice ecdsa_to_der(struct job *j, struct slice raw)
{
	const unsigned char *p = (const unsigned char *)raw.p;
	int half = (int)raw.n / 2, n;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(p, half, NULL), *s = BN_bin2bn(p + half, half, NULL);
	unsigned char *der = NULL;

	if (!sig || ECDSA_SIG_set0(sig, r, s) != 1) {
		BN_free(r);
		BN_free(s);
	}
	n = sig ? i2d_ECDSA_SIG(sig, &der) : 0;
	raw = (struct slice){ n > 0 ? arena_strndup(j->arena, (char *)der, (size_t)n) : "",
			      n > 0 ? (size_t)n : 0 };
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
	return raw;
}

static bool bytes_verify(EVP_PKEY *key, const struct algorithm *alg, struct slice bytes,
			 struct slice signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx &&
		    EVP_DigestVerifyInit_ex(ctx, NULL, alg->digest, NULL, NULL, key, NULL) == 1 &&
		    EVP_DigestVerify(ctx, (const unsigned char *)signature.p, signature.n,
				     (const unsigned char *)bytes.p, bytes.n) == 1;

	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return good;
}

bool signature_check_bytes(struct job *j, const struct algorithm *alg, struct slice bytes,
			   struct slice signature, int *key)
{
	struct slice sent = signature;
	EVP_PKEY *pinned;

	if (alg->key == EVP_PKEY_EC && signature.n % 2 == 0)
		sent = ecdsa_to_der(j, signature);
	*key = -1;
	while (next_key(j, alg, key, &pinned))
		if (bytes_verify(pinned, alg, bytes, sent))
			return true;
	return refuse_keys(j, alg);
}
