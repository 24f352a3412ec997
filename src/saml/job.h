/*
 * job.h - what the parts of verification share: one message on its way from bytes
 * to an answer.
 *
 * Steps return false after refuse(); the first reason stays.  XML belongs to the
 * arena: parse it with xml_parse() and never free it.
 */
#pragma once

#include <libxml/tree.h>
#include <openssl/evp.h>

#include "saml/verify.h"

enum { SAML_MESSAGE_MAX = 192 * 1024 };

struct job {
	struct arena *arena;
	const struct saml_input *in;
	const struct saml_policy *policy;
	int64_t skew, max_age; /* ms, defaults put in */
	enum saml_refusal refusal;
	const char *detail;
	unsigned warnings;
};

/* Notes why; returns false.  The text is cut, and made one printable line. */
bool refuse(struct job *j, enum saml_refusal why, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* bytes.c */
bool base64_decode(struct job *j, struct slice text, struct slice *out) MUST;
bool bytes_check(struct job *j, struct slice bytes) MUST;
bool inflate_raw(struct job *j, struct slice packed, struct slice *out) MUST;

/* gate.c: bytes to a document that holds nothing unexpected; bytes_check() included. */
bool xml_parse(struct job *j, struct slice bytes, xmlDoc **out) MUST;

/* node.c: reading a document.  No namespace prefix is ever looked at. */
enum ns {
	NS_SAML,
	NS_SAMLP,
	NS_DS,
	NS_DSIG11,
	NS_XENC,
	NS_XENC11,
	NS_C14N,
	NS_SOAP,
	NS_MD,
	NS_MDUI
};
const char *ns_uri(enum ns ns);
bool node_is(const xmlNode *n, enum ns ns, const char *name);
/* For reasons: "nothing" where there is none. */
const char *node_name(const xmlNode *n);
xmlNode *node_first(const xmlNode *parent); /* element; NULL */
xmlNode *node_next(const xmlNode *n);
/* First child of this name; NULL. */
xmlNode *node_child(const xmlNode *parent, enum ns ns, const char *name);
/* The one after n with n's name; NULL. */
xmlNode *node_same(const xmlNode *n);
int node_count(const xmlNode *parent, enum ns ns, const char *name);
/* Attribute without namespace, NULL where absent; in the arena. */
const char *node_attr(struct job *j, const xmlNode *n, const char *name);
/* Whole text of an element that has no elements in it; NULL where it has. */
const char *node_text(struct job *j, const xmlNode *n);
/* The same with blanks removed, decoded. */
bool node_base64(struct job *j, const xmlNode *n, struct slice *out) MUST;

/* shape.c: which element may stand where, below and including n; no verdict on
 * contents.  What it does not know (Extensions, KeyInfo ...) it does not enter. */
bool shape_fits(struct job *j, const xmlNode *n) MUST;
/* Nothing in the whole tree could be taken for a message, an assertion or a
 * signature but these and the signatures directly in them; Advice is not looked
 * at.  expected is NULL-terminated. */
bool shape_alone(struct job *j, const xmlNode *root, const xmlNode *const *expected) MUST;

/* algorithm.c: the list of algorithms. */
enum algorithm_use {
	ALG_C14N,
	ALG_TRANSFORM,
	ALG_DIGEST,
	ALG_SIGNATURE,
	ALG_CIPHER,
	ALG_KEY_TRANSPORT,
	ALG_MGF
};
struct algorithm {
	const char *uri;
	enum algorithm_use use;
	const char *digest; /* OpenSSL's name */
	int key;            /* EVP_PKEY_RSA, EVP_PKEY_EC; ciphers: bytes of the key */
	bool sha1, cbc, inclusive;
};
/* NULL if it is not on the list for that use. */
const struct algorithm *algorithm_find(const char *uri, enum algorithm_use use);
/* On the list at all. */
bool algorithm_known(const char *uri);
/* Allowed by the connection; a warning is noted for what is only tolerated. */
bool algorithm_check(struct job *j, const char *uri, enum algorithm_use use,
		     const struct algorithm **out) MUST;

/* key.c */
/* A public key from PEM or DER; NULL if it cannot be read; *weak if it can but must
 * not be used.  Keys are kept for the life of the thread. */
EVP_PKEY *key_public(struct slice text, bool *weak);
/* A private key from PEM; NULL if it cannot be read or is weak. */
EVP_PKEY *key_private(struct slice pem);
bool key_is_weak(EVP_PKEY *key);

/* signature.c */
/* An element, and what may be read of it. */
struct proven {
	xmlNode *read;
	bool covered; /* read comes from bytes that a pinned key signed */
	int key;      /* which */
	bool signed_itself;
};
/* Checks the signature in node: out->read is then parsed from the digested bytes.
 * Without one it is as otherwise says. */
bool prove(struct job *j, xmlNode *node, const struct proven *otherwise, struct proven *out) MUST;
/* Over bytes, for Redirect. */
bool signature_check_bytes(struct job *j, const struct algorithm *alg, struct slice signed_bytes,
			   struct slice signature, int *key) MUST;

/* decrypt.c: the one element in an EncryptedAssertion or EncryptedID, in a document
 * of its own.  covered: the ciphertext was signed. */
bool decrypt(struct job *j, const xmlNode *encrypted, bool covered, xmlNode **out) MUST;

/* read.c */
/* The NameID or EncryptedID in parent; value stays NULL where there is none. */
bool read_name_id(struct job *j, const xmlNode *parent, bool covered,
		  struct saml_name_id *out) MUST;
bool read_attributes(struct job *j, const xmlNode *assertion, struct saml_assertion *out) MUST;
/* An xs:dateTime attribute; absent: 0, or refused if needed. */
bool read_time(struct job *j, const xmlNode *n, const char *name, bool needed, int64_t *out) MUST;
/* First status code of a message. */
const char *read_status(struct job *j, const xmlNode *message);

/* check.c */
bool check_response(struct job *j, const struct proven *response, const struct proven *assertion,
		    struct saml_assertion *out) MUST;
/* What a Response and the logout messages have in common. */
bool check_version(struct job *j, const xmlNode *n) MUST;
bool check_issuer(struct job *j, const xmlNode *n, bool needed) MUST;
bool check_destination(struct job *j, const xmlNode *n, const char *here, bool needed) MUST;
bool check_issue_instant(struct job *j, const xmlNode *n, int64_t *out) MUST;
bool check_status(struct job *j, const xmlNode *message) MUST;

/* verify.c: form to document, as far as both kinds of message go together. */
bool job_open(struct job *j, struct arena *a, const struct saml_input *in, xmlNode **root) MUST;
/* The one message in the one Body of a SOAP 1.1 envelope. */
bool job_unwrap(struct job *j, xmlNode *envelope, xmlNode **message) MUST;
