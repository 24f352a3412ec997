/* refusal.c - why messages are refused: the word, the sentence, what to change where. */
#include "job.h"

#include <stdarg.h>
#include <stdio.h>

struct reason {
	const char *code, *sentence, *remedy;
};

/* clang-format off */
static const struct reason reasons[SAML_REFUSALS] = {
	[SAML_ACCEPTED] = { "accepted", "The message is genuine.", "" },

	[SAML_TOO_LARGE] = { "too_large", "The message is larger than 192 KiB.",
		"Send fewer attributes: let the identity provider release only the groups that matter here." },
	[SAML_BASE64] = { "base64", "The form field is not base64.",
		"Look for a proxy or plug-in that changes forms; the identity provider must send standard base64 with padding." },
	[SAML_ENCODING] = { "encoding", "The message is not UTF-8.",
		"Set the identity provider to send its XML as UTF-8." },
	[SAML_DOCTYPE] = { "doctype", "The message has a document type declaration.",
		"SAML forbids it; treat this as an attack unless the identity provider is home-made." },
	[SAML_QUERY] = { "query", "The query of a Redirect message has doubled, encoded or contradicting parameters.",
		"Nothing is to be changed here; treat this as an attack unless a proxy rewrites URLs." },
	[SAML_INFLATE] = { "inflate", "The Redirect message is not one small deflate stream.",
		"The identity provider must send raw DEFLATE, as the Redirect binding says." },
	[SAML_XML] = { "xml", "The message is not well-formed XML.",
		"Give a capture of the message to the identity provider's support." },

	[SAML_LIMITS] = { "limits", "The XML is deeper or larger than any sign-in needs.",
		"Send fewer or shorter attributes." },
	[SAML_MARKUP] = { "markup", "The message contains a comment, a processing instruction or CDATA.",
		"These can hide part of a name; switch pretty-printing and templates with comments off at the identity provider." },
	[SAML_NAMESPACE] = { "namespace", "The message has an empty, relative or undeclared XML namespace.",
		"Correct the template of the assertion at the identity provider." },
	[SAML_IDS] = { "ids", "Two elements share an ID, or an ID or base is not allowed where it stands.",
		"Treat this as an attack unless the identity provider is home-made." },
	[SAML_ALGORITHM] = { "algorithm", "The message uses an algorithm that is not on the list.",
		"At the identity provider choose RSA-SHA256 with exclusive canonicalization, and AES-GCM with RSA-OAEP to encrypt." },
	[SAML_SHA1] = { "sha1", "The signature uses SHA-1.",
		"At the identity provider choose SHA-256 for signature and digest; as a stop-gap allow SHA-1 on the connection." },
	[SAML_EXTERNAL] = { "external", "The message asks us to fetch something from elsewhere.",
		"Treat this as an attack; nothing was fetched." },
	[SAML_STRUCTURE] = { "structure", "An element stands where it has no business.",
		"Treat this as an attack unless the identity provider is home-made." },
	[SAML_ASSERTIONS] = { "assertions", "The response does not hold exactly one assertion in its place.",
		"The identity provider must send one assertion; more than one is also how signatures are tricked." },
	[SAML_SOAP] = { "soap", "The SOAP envelope does not hold exactly one message.",
		"Treat this as an attack unless the identity provider is home-made." },
	[SAML_VERSION] = { "version", "The message is not SAML 2.0.",
		"Choose SAML 2.0 at the identity provider." },
	[SAML_TEXT] = { "text", "A name or value contains markup instead of plain text.",
		"Correct the attribute mapping at the identity provider; values must be plain text." },

	[SAML_SIGNATURE_SHAPE] = { "signature_shape", "A signature is not made over exactly the element around it.",
		"Treat this as an attack unless the identity provider is home-made." },
	[SAML_NO_KEY] = { "no_key", "The connection has no signing certificate of the identity provider.",
		"Load the identity provider's metadata into the connection." },
	[SAML_WEAK_KEY] = { "weak_key", "The identity provider's key is too weak.",
		"Have it make a new signing certificate: RSA with 2048 bits or more, or EC P-256; then load its metadata." },
	[SAML_SIGNATURE] = { "signature", "No key of the connection made this signature, or the content was changed after it.",
		"If the identity provider changed its certificate, load its new metadata into the connection." },
	[SAML_UNSIGNED] = { "unsigned", "Nothing in the message is signed.",
		"Switch signing of assertions on at the identity provider." },
	[SAML_UNSIGNED_RESPONSE] = { "unsigned_response", "The response is not signed, as the connection demands.",
		"Switch signing of responses on at the identity provider, or relax the connection." },
	[SAML_UNSIGNED_ASSERTION] = { "unsigned_assertion", "The assertion is not signed, as the connection demands.",
		"Switch signing of assertions on at the identity provider, or relax the connection." },
	[SAML_CBC] = { "cbc", "The assertion is encrypted with AES-CBC.",
		"Choose AES-GCM at the identity provider; or sign the whole response and allow AES-CBC on the connection." },
	[SAML_DECRYPT] = { "decrypt", "The assertion cannot be decrypted.",
		"Load our metadata into the identity provider again: its copy of our encryption certificate may be old." },
	[SAML_PLAIN] = { "plain", "The assertion is not encrypted, as the connection demands.",
		"Switch encryption of assertions on at the identity provider." },

	[SAML_STATUS] = { "status", "The identity provider says that the sign-in failed.",
		"Look at its own log: often the person is not assigned to this application." },
	[SAML_ISSUER] = { "issuer", "The message names another identity provider than the connection's.",
		"Compare the entity id of the identity provider in the connection, letter by letter." },
	[SAML_DESTINATION] = { "destination", "The message is addressed to another URL.",
		"At the identity provider set the ACS URL (for logout the single logout URL) exactly as the connection shows it." },
	[SAML_IN_RESPONSE_TO] = { "in_response_to", "The message does not answer the request of this browser.",
		"Start the sign-in anew here; for sign-ins started at the identity provider allow them on the connection. Offline: give --request-id." },
	[SAML_ISSUE_INSTANT] = { "issue_instant", "The message is too old, or from the future.",
		"Set the clocks of both sides by NTP; do not reload or go back in the browser." },
	[SAML_SUBJECT] = { "subject", "The assertion does not say whom it is about.",
		"Let the identity provider send one Subject with a bearer confirmation." },
	[SAML_NAME_ID] = { "name_id", "The NameID is empty, doubled, too long or has control characters.",
		"Choose another attribute as NameID at the identity provider." },
	[SAML_CONFIRMATION] = { "confirmation", "The assertion has no bearer confirmation with data and an end.",
		"Choose the Web Browser SSO profile at the identity provider." },
	[SAML_RECIPIENT] = { "recipient", "The assertion is for another recipient.",
		"At the identity provider set the ACS or recipient URL exactly as the connection shows it." },
	[SAML_CONDITION] = { "condition", "The assertion makes a condition that we cannot meet.",
		"Remove the condition at the identity provider." },
	[SAML_AUDIENCE] = { "audience", "The assertion is meant for another service.",
		"At the identity provider set the audience (SP entity id) exactly as the connection shows it." },
	[SAML_TIME] = { "time", "A time is missing or not an xs:dateTime.",
		"Give a capture of the message to the identity provider's support." },
	[SAML_NOT_YET] = { "not_yet", "The assertion is not valid yet.",
		"Set the clocks of both sides by NTP, or widen the clock skew of the connection." },
	[SAML_EXPIRED] = { "expired", "The assertion is no longer valid.",
		"Set the clocks of both sides by NTP; do not reload or go back in the browser." },
	[SAML_AUTHN_STATEMENT] = { "authn_statement", "The assertion has no authentication statement, or several.",
		"Let the identity provider send one AuthnStatement." },
	[SAML_AUTHN_INSTANT] = { "authn_instant", "The person did not sign in anew, as the connection demands.",
		"Let the identity provider honour ForceAuthn, or do not demand it." },
	[SAML_AUTHN_CONTEXT] = { "authn_context", "The person signed in by another method than the connection demands.",
		"Require the method (for example MFA) at the identity provider, or change the connection's list." },
	[SAML_SESSION_OVER] = { "session_over", "The session at the identity provider is already over.",
		"Sign in anew; check the session lifetime at the identity provider." },
	[SAML_ATTRIBUTE] = { "attribute", "An attribute has no name.",
		"Correct the attribute mapping at the identity provider." },
	[SAML_LOGOUT] = { "logout", "The message is no usable logout request or response.",
		"Check the single logout settings at the identity provider." },

	[SAML_CRASHED] = { "crashed", "The verifier ended while reading the message.",
		"Keep the message and report it; nothing else was affected." },
	[SAML_TIMEOUT] = { "timeout", "The verifier took too long and was stopped.",
		"Try again; if it comes back, keep the message and report it." },
	[SAML_BUSY] = { "busy", "All verifiers are at work.",
		"Try again; if it comes back, look for a flood of sign-ins." },
};
/* clang-format on */

const char *const saml_want_names[SAML_WANTS] = {
	[SAML_WANT_ANY] = "any",
	[SAML_WANT_RESPONSE] = "response",
	[SAML_WANT_ASSERTION] = "assertion",
	[SAML_WANT_BOTH] = "both",
};

const char *const saml_warning_names[SAML_WARNINGS] = {
	"sha1", "cbc", "inclusive_c14n", "no_destination", "encrypted_attribute",
};

static const struct reason *reason_of(enum saml_refusal r)
{
	return &reasons[r < SAML_REFUSALS ? r : SAML_CRASHED];
}

const char *saml_refusal_code(enum saml_refusal r)
{
	return reason_of(r)->code;
}

const char *saml_refusal_sentence(enum saml_refusal r)
{
	return reason_of(r)->sentence;
}

const char *saml_refusal_remedy(enum saml_refusal r)
{
	return reason_of(r)->remedy;
}

bool refuse(struct job *j, enum saml_refusal why, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	if (j->refusal)
		return false;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* what strangers wrote ends up in logs: ASCII that can be seen, only */
	for (char *p = text; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	j->refusal = why;
	j->detail = arena_strdup(j->arena, text);
	return false;
}
