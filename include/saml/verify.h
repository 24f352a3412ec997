/*
 * verify.h - is this SAML message genuine, and what does it say?
 *
 * Pure functions: (bytes, policy, keys, now) -> what the message says, or why it
 * is refused.  No file, network, database or clock is touched, so that the same
 * code runs in a child process without any of them (saml/pool.h) and in
 * rosterctl.  What cannot be decided from one message (was this assertion seen
 * before, is this request ours and this browser's) is the caller's.
 *
 * Everything returned is read from the very bytes that a pinned key has signed,
 * and lives in the arena.  Nothing in a message chooses the key.
 *
 * SAML 2.0 Core, Bindings and Profiles; XML Signature and Encryption.
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"

/* Why a message is refused.  The word, the sentence and what to change are in
 * the table of refusal.c; words are stable: logs, metrics and the API carry them. */
enum saml_refusal {
	SAML_ACCEPTED,

	/* bytes */
	SAML_TOO_LARGE,
	SAML_BASE64,
	SAML_ENCODING, /* not UTF-8, or a NUL                             */
	SAML_DOCTYPE,  /* DTD or entity declaration                       */
	SAML_QUERY,    /* Redirect: names doubled, encoded or not allowed */
	SAML_INFLATE,  /* Redirect: no single, small deflate stream       */
	SAML_XML,      /* not well-formed                                 */

	/* shape */
	SAML_LIMITS,     /* too deep, too many elements, text too long    */
	SAML_MARKUP,     /* comment, processing instruction, CDATA        */
	SAML_NAMESPACE,  /* relative or empty namespace name              */
	SAML_IDS,        /* doubled, ill-formed, xml:id, xml:base         */
	SAML_ALGORITHM,  /* one that is not on the list                   */
	SAML_SHA1,       /* SHA-1, and the connection does not allow it   */
	SAML_EXTERNAL,   /* something to be fetched from elsewhere        */
	SAML_STRUCTURE,  /* an element that has no business there         */
	SAML_ASSERTIONS, /* not exactly one assertion                    */
	SAML_SOAP,       /* not one message in one Body                  */
	SAML_VERSION,    /* not SAML 2.0                                 */
	SAML_TEXT,       /* markup inside a value                        */

	/* proof */
	SAML_SIGNATURE_SHAPE, /* not one Reference to the element around it     */
	SAML_NO_KEY,          /* the connection has no usable key               */
	SAML_WEAK_KEY,        /* RSA under 2048 bits, or a curve not on the list */
	SAML_SIGNATURE,       /* made by another key, or of other content       */
	SAML_UNSIGNED,        /* no signature covers what would be used         */
	SAML_UNSIGNED_RESPONSE,
	SAML_UNSIGNED_ASSERTION,
	SAML_CBC,     /* AES-CBC not allowed, or outside a signed Response */
	SAML_DECRYPT, /* one reason for all that goes wrong there          */
	SAML_PLAIN,   /* the connection demands encryption                 */

	/* meaning */
	SAML_STATUS,
	SAML_ISSUER,
	SAML_DESTINATION,
	SAML_IN_RESPONSE_TO,
	SAML_ISSUE_INSTANT,
	SAML_SUBJECT,
	SAML_NAME_ID,
	SAML_CONFIRMATION,
	SAML_RECIPIENT,
	SAML_CONDITION, /* one we do not know, or Conditions twice */
	SAML_AUDIENCE,
	SAML_TIME, /* not an xs:dateTime */
	SAML_NOT_YET,
	SAML_EXPIRED,
	SAML_AUTHN_STATEMENT,
	SAML_AUTHN_INSTANT,
	SAML_AUTHN_CONTEXT,
	SAML_SESSION_OVER,
	SAML_ATTRIBUTE,
	SAML_LOGOUT,

	/* the pool's */
	SAML_CRASHED,
	SAML_TIMEOUT,
	SAML_BUSY,

	SAML_REFUSALS
};

/* "audience"; "accepted" for SAML_ACCEPTED. */
const char *saml_refusal_code(enum saml_refusal r);
/* For the administrator: what is wrong, and what to change where. */
const char *saml_refusal_sentence(enum saml_refusal r);
const char *saml_refusal_remedy(enum saml_refusal r);

/* Which signatures a connection demands.  Each one that is there is checked. */
enum saml_want {
	SAML_WANT_ANY,       /* on the Response or on the Assertion */
	SAML_WANT_RESPONSE,  /* on the Response                     */
	SAML_WANT_ASSERTION, /* on the Assertion                    */
	SAML_WANT_BOTH,
	SAML_WANTS
};
extern const char *const saml_want_names[SAML_WANTS]; /* "any", "response", ... */

struct saml_policy {
	const char *entity_id; /* ours: what an audience must name               */
	const char *acs_url;   /* ours, exact: Destination and Recipient         */
	const char *slo_url;   /* ours, exact: Destination of logout messages     */
	const char *idp_entity_id;
	enum saml_want want;
	bool want_encrypted;               /* a plain assertion is refused                  */
	bool allow_sha1;                   /* accepted with a warning                       */
	bool allow_cbc;                    /* only inside a signed Response, with a warning */
	bool allow_inclusive_c14n;         /* Canonical XML 1.0 beside the exclusive one    */
	int64_t skew_ms;                   /* 0: three minutes                              */
	int64_t max_age_ms;                /* 0: ten minutes, of messages and assertions    */
	const char *request_id;            /* the one that must be answered; NULL: none was
					    * sent, and none may be named (IdP-initiated)   */
	const char *artifact_request_id;   /* SAML_FORM_SOAP: our ArtifactResolve   */
	int64_t force_authn_since;         /* ms; 0: an old sign-in will do         */
	const char *const *authn_contexts; /* NULL-terminated, exact; none: any     */
};

/* PEM text, or DER.  signing: certificates (mere holders of a key) or public
 * keys, pinned, each tried.  decryption: our private keys, RSA. */
struct saml_keys {
	const struct slice *signing, *decryption;
	int n_signing, n_decryption;
};

/* Longer ones are refused unread. */
enum { SAML_INPUT_MAX = 256 * 1024 };

enum saml_form {
	SAML_FORM_POST,     /* the base64 of a form field           */
	SAML_FORM_XML,      /* the message itself                   */
	SAML_FORM_SOAP,     /* an envelope around it; for a response, an ArtifactResponse */
	SAML_FORM_REDIRECT, /* a raw query; logout only             */
	SAML_FORMS
};

struct saml_input {
	enum saml_form form;
	struct slice bytes;
	const struct saml_policy *policy;
	const struct saml_keys *keys;
	int64_t now; /* ms since 1970 UTC */
};

/* Bits of warnings: accepted, but tell the administrator. */
enum {
	SAML_WARN_SHA1 = 1,
	SAML_WARN_CBC = 2,
	SAML_WARN_INCLUSIVE_C14N = 4,
	SAML_WARN_NO_DESTINATION = 8,  /* absent, on an unsigned Response */
	SAML_WARN_ENCRYPTED_LEFT = 16, /* an EncryptedAttribute was left out */
};
enum { SAML_WARNINGS = 5 };
extern const char *const saml_warning_names[SAML_WARNINGS]; /* "sha1", by bit */

struct saml_name_id {
	const char *value;  /* NULL: the assertion has none */
	const char *format; /* NULL where absent, as are the next */
	const char *name_qualifier, *sp_name_qualifier, *sp_provided_id;
};

/* One per Name, in order of first appearance; values of repeated Attribute
 * elements are merged.  A present attribute without values has n == 0. */
struct saml_attribute {
	const char *name;
	const char **values; /* whole text, as sent */
	int n;
};

struct saml_assertion {
	const char *response_id, *assertion_id;
	const char *issuer;
	const char *in_response_to; /* NULL: IdP-initiated */
	struct saml_name_id name_id;
	const char *session_index;       /* NULL where absent                        */
	int64_t session_not_on_or_after; /* 0 where absent                           */
	int64_t authn_instant;
	const char *authn_context; /* class; NULL where absent */
	int64_t not_on_or_after;   /* keep the ids at least until then: skew and
				    * max_age are counted in                   */
	struct saml_attribute *attributes;
	int n_attributes;
	bool response_signed, assertion_signed, encrypted;
	int signed_by; /* index in keys->signing, of what covers the assertion */
	unsigned warnings;
	const char *detail; /* refused: what was found, one line; else NULL */
};

/* NULL if there is no attribute of this Name, byte for byte. */
const struct saml_attribute *saml_attribute(const struct saml_assertion *a, const char *name);

struct saml_logout {
	bool is_response;
	const char *id, *issuer;
	struct saml_name_id name_id;        /* request                               */
	const char *const *session_indexes; /* request; n 0: all sessions            */
	int n_session_indexes;
	const char *in_response_to; /* response; compare with what was sent          */
	const char *status;         /* response: the top status code                 */
	const char *relay_state;    /* SAML_FORM_REDIRECT: decoded, NULL where absent */
	int64_t not_on_or_after;    /* remember the id of a request until then       */
	int signed_by;
	unsigned warnings;
	const char *detail;
};

/* Once per process that verifies itself (the pool's children, rosterctl), before any
 * thread is started: sets up libxml2 and xmlsec and locks them down.  False if the
 * libraries are not the ones this was built for. */
bool saml_verify_init(void) MUST;
/* The lock alone: a short list of algorithms, and nothing that opens files or
 * connections.  For a process that uses lasso: right after lasso_init(). */
void saml_lock_down(void);

/* Refused: *out holds nothing but detail and warnings.  The ids are the caller's to remember, both,
 * until not_on_or_after. */
enum saml_refusal saml_verify(struct arena *a, const struct saml_input *in,
			      struct saml_assertion *out) MUST;

/* A LogoutRequest or LogoutResponse, signed by the IdP: the query for Redirect,
 * the message itself for the others.  Unsigned ones are SAML_UNSIGNED: of a
 * response that means no more than that nothing is known of the IdP's side. */
enum saml_refusal saml_verify_logout(struct arena *a, const struct saml_input *in,
				     struct saml_logout *out) MUST;
