/*
 * shape.c - which element may stand where in the messages we read.
 *
 * One grammar, denying by default: a child that no line names is refused.  Order
 * among siblings does not matter (some identity providers sign at the end).
 * Elements that are no parent here are opaque and never read.
 */
#include "job.h"

#include <string.h>

enum { MANY = 4000 };

/* clang-format off */
static const struct parent {
	enum ns ns;
	const char *name;
	enum saml_refusal why; /* something else stands in it */
	bool text;             /* holds text, no elements     */
} parents[] = {
	{ NS_SAMLP, "ArtifactResponse", SAML_STRUCTURE, false },
	{ NS_SAMLP, "Response",         SAML_STRUCTURE, false },
	{ NS_SAMLP, "LogoutRequest",    SAML_STRUCTURE, false },
	{ NS_SAMLP, "LogoutResponse",   SAML_STRUCTURE, false },
	{ NS_SAMLP, "Status",           SAML_STRUCTURE, false },
	{ NS_SAMLP, "StatusCode",       SAML_STRUCTURE, false },
	{ NS_SAMLP, "StatusMessage",    SAML_TEXT,      true },
	{ NS_SAMLP, "SessionIndex",     SAML_TEXT,      true },

	{ NS_SAML, "Assertion",               SAML_STRUCTURE, false },
	{ NS_SAML, "EncryptedAssertion",      SAML_STRUCTURE, false },
	{ NS_SAML, "EncryptedID",             SAML_STRUCTURE, false },
	{ NS_SAML, "Issuer",                  SAML_TEXT,      true },
	{ NS_SAML, "NameID",                  SAML_TEXT,      true },
	{ NS_SAML, "Subject",                 SAML_SUBJECT,   false },
	{ NS_SAML, "SubjectConfirmation",     SAML_CONFIRMATION, false },
	{ NS_SAML, "Conditions",              SAML_CONDITION, false },
	{ NS_SAML, "AudienceRestriction",     SAML_AUDIENCE,  false },
	{ NS_SAML, "Audience",                SAML_TEXT,      true },
	{ NS_SAML, "AuthnStatement",          SAML_AUTHN_STATEMENT, false },
	{ NS_SAML, "AuthnContext",            SAML_AUTHN_CONTEXT, false },
	{ NS_SAML, "AuthnContextClassRef",    SAML_TEXT,      true },
	{ NS_SAML, "AttributeStatement",      SAML_STRUCTURE, false },
	{ NS_SAML, "Attribute",               SAML_STRUCTURE, false },

	{ NS_DS, "Signature",              SAML_SIGNATURE_SHAPE, false },
	{ NS_DS, "SignedInfo",             SAML_SIGNATURE_SHAPE, false },
	{ NS_DS, "CanonicalizationMethod", SAML_SIGNATURE_SHAPE, false },
	{ NS_DS, "SignatureMethod",        SAML_SIGNATURE_SHAPE, false },
	{ NS_DS, "SignatureValue",         SAML_SIGNATURE_SHAPE, true },
	{ NS_DS, "Reference",              SAML_SIGNATURE_SHAPE, false },
	{ NS_DS, "Transforms",             SAML_SIGNATURE_SHAPE, false },
	{ NS_DS, "Transform",              SAML_SIGNATURE_SHAPE, false },
	{ NS_DS, "DigestMethod",           SAML_SIGNATURE_SHAPE, false },
	{ NS_DS, "DigestValue",            SAML_SIGNATURE_SHAPE, true },
};

static const struct rule {
	enum ns parent_ns;
	const char *parent;
	enum ns ns;
	const char *name;
	int min, max;
	enum saml_refusal why; /* fewer or more */
} rules[] = {
	{ NS_SAMLP, "ArtifactResponse", NS_SAML,  "Issuer",     0, 1, SAML_ISSUER },
	{ NS_SAMLP, "ArtifactResponse", NS_DS,    "Signature",  0, 1, SAML_SIGNATURE_SHAPE },
	{ NS_SAMLP, "ArtifactResponse", NS_SAMLP, "Extensions", 0, 1, SAML_STRUCTURE },
	{ NS_SAMLP, "ArtifactResponse", NS_SAMLP, "Status",     1, 1, SAML_STATUS },
	{ NS_SAMLP, "ArtifactResponse", NS_SAMLP, "Response",   0, 1, SAML_STRUCTURE },

	{ NS_SAMLP, "Response", NS_SAML,  "Issuer",             0, 1, SAML_ISSUER },
	{ NS_SAMLP, "Response", NS_DS,    "Signature",          0, 1, SAML_SIGNATURE_SHAPE },
	{ NS_SAMLP, "Response", NS_SAMLP, "Extensions",         0, 1, SAML_STRUCTURE },
	{ NS_SAMLP, "Response", NS_SAMLP, "Status",             1, 1, SAML_STATUS },
	{ NS_SAMLP, "Response", NS_SAML,  "Assertion",          0, 1, SAML_ASSERTIONS },
	{ NS_SAMLP, "Response", NS_SAML,  "EncryptedAssertion", 0, 1, SAML_ASSERTIONS },

	{ NS_SAMLP, "LogoutRequest", NS_SAML,  "Issuer",       1, 1, SAML_ISSUER },
	{ NS_SAMLP, "LogoutRequest", NS_DS,    "Signature",    0, 1, SAML_SIGNATURE_SHAPE },
	{ NS_SAMLP, "LogoutRequest", NS_SAMLP, "Extensions",   0, 1, SAML_STRUCTURE },
	{ NS_SAMLP, "LogoutRequest", NS_SAML,  "NameID",       0, 1, SAML_NAME_ID },
	{ NS_SAMLP, "LogoutRequest", NS_SAML,  "EncryptedID",  0, 1, SAML_NAME_ID },
	{ NS_SAMLP, "LogoutRequest", NS_SAMLP, "SessionIndex", 0, MANY, SAML_STRUCTURE },

	{ NS_SAMLP, "LogoutResponse", NS_SAML,  "Issuer",     1, 1, SAML_ISSUER },
	{ NS_SAMLP, "LogoutResponse", NS_DS,    "Signature",  0, 1, SAML_SIGNATURE_SHAPE },
	{ NS_SAMLP, "LogoutResponse", NS_SAMLP, "Extensions", 0, 1, SAML_STRUCTURE },
	{ NS_SAMLP, "LogoutResponse", NS_SAMLP, "Status",     1, 1, SAML_STATUS },

	{ NS_SAMLP, "Status",     NS_SAMLP, "StatusCode",    1, 1, SAML_STATUS },
	{ NS_SAMLP, "Status",     NS_SAMLP, "StatusMessage", 0, 1, SAML_STATUS },
	{ NS_SAMLP, "Status",     NS_SAMLP, "StatusDetail",  0, 1, SAML_STATUS },
	{ NS_SAMLP, "StatusCode", NS_SAMLP, "StatusCode",    0, 1, SAML_STATUS },

	{ NS_SAML, "Assertion", NS_SAML, "Issuer",                 1, 1, SAML_ISSUER },
	{ NS_SAML, "Assertion", NS_DS,   "Signature",              0, 1, SAML_SIGNATURE_SHAPE },
	{ NS_SAML, "Assertion", NS_SAML, "Subject",                1, 1, SAML_SUBJECT },
	{ NS_SAML, "Assertion", NS_SAML, "Conditions",             1, 1, SAML_CONDITION },
	{ NS_SAML, "Assertion", NS_SAML, "Advice",                 0, 1, SAML_STRUCTURE },
	{ NS_SAML, "Assertion", NS_SAML, "AuthnStatement",         1, 1, SAML_AUTHN_STATEMENT },
	{ NS_SAML, "Assertion", NS_SAML, "AttributeStatement",     0, MANY, SAML_STRUCTURE },
	{ NS_SAML, "Assertion", NS_SAML, "AuthzDecisionStatement", 0, MANY, SAML_STRUCTURE },
	{ NS_SAML, "Assertion", NS_SAML, "Statement",              0, MANY, SAML_STRUCTURE },

	{ NS_SAML, "EncryptedAssertion", NS_XENC, "EncryptedData", 1, 1, SAML_DECRYPT },
	{ NS_SAML, "EncryptedAssertion", NS_XENC, "EncryptedKey",  0, MANY, SAML_DECRYPT },
	{ NS_SAML, "EncryptedID",        NS_XENC, "EncryptedData", 1, 1, SAML_DECRYPT },
	{ NS_SAML, "EncryptedID",        NS_XENC, "EncryptedKey",  0, MANY, SAML_DECRYPT },

	{ NS_SAML, "Subject", NS_SAML, "NameID",              0, 1, SAML_NAME_ID },
	{ NS_SAML, "Subject", NS_SAML, "EncryptedID",         0, 1, SAML_NAME_ID },
	{ NS_SAML, "Subject", NS_SAML, "SubjectConfirmation", 1, 16, SAML_CONFIRMATION },
	{ NS_SAML, "SubjectConfirmation", NS_SAML, "NameID",                  0, 1, SAML_NAME_ID },
	{ NS_SAML, "SubjectConfirmation", NS_SAML, "EncryptedID",             0, 1, SAML_NAME_ID },
	{ NS_SAML, "SubjectConfirmation", NS_SAML, "SubjectConfirmationData", 0, 1, SAML_CONFIRMATION },

	{ NS_SAML, "Conditions",          NS_SAML, "AudienceRestriction", 1, 16, SAML_AUDIENCE },
	{ NS_SAML, "Conditions",          NS_SAML, "OneTimeUse",          0, 1, SAML_CONDITION },
	{ NS_SAML, "Conditions",          NS_SAML, "ProxyRestriction",    0, 1, SAML_CONDITION },
	{ NS_SAML, "AudienceRestriction", NS_SAML, "Audience",            1, 256, SAML_AUDIENCE },

	{ NS_SAML, "AuthnStatement", NS_SAML, "SubjectLocality",         0, 1, SAML_AUTHN_STATEMENT },
	{ NS_SAML, "AuthnStatement", NS_SAML, "AuthnContext",            1, 1, SAML_AUTHN_STATEMENT },
	{ NS_SAML, "AuthnContext",   NS_SAML, "AuthnContextClassRef",    0, 1, SAML_AUTHN_CONTEXT },
	{ NS_SAML, "AuthnContext",   NS_SAML, "AuthnContextDecl",        0, 1, SAML_AUTHN_CONTEXT },
	{ NS_SAML, "AuthnContext",   NS_SAML, "AuthnContextDeclRef",     0, 1, SAML_AUTHN_CONTEXT },
	{ NS_SAML, "AuthnContext",   NS_SAML, "AuthenticatingAuthority", 0, MANY, SAML_AUTHN_CONTEXT },

	{ NS_SAML, "AttributeStatement", NS_SAML, "Attribute",          0, MANY, SAML_STRUCTURE },
	{ NS_SAML, "AttributeStatement", NS_SAML, "EncryptedAttribute", 0, MANY, SAML_STRUCTURE },
	{ NS_SAML, "Attribute",          NS_SAML, "AttributeValue",     0, MANY, SAML_STRUCTURE },

	{ NS_DS, "Signature", NS_DS, "SignedInfo",     1, 1, SAML_SIGNATURE_SHAPE },
	{ NS_DS, "Signature", NS_DS, "SignatureValue", 1, 1, SAML_SIGNATURE_SHAPE },
	{ NS_DS, "Signature", NS_DS, "KeyInfo",        0, 1, SAML_SIGNATURE_SHAPE },
	{ NS_DS, "SignedInfo", NS_DS, "CanonicalizationMethod", 1, 1, SAML_SIGNATURE_SHAPE },
	{ NS_DS, "SignedInfo", NS_DS, "SignatureMethod",        1, 1, SAML_SIGNATURE_SHAPE },
	{ NS_DS, "SignedInfo", NS_DS, "Reference",              1, 1, SAML_SIGNATURE_SHAPE },
	{ NS_DS, "CanonicalizationMethod", NS_C14N, "InclusiveNamespaces", 0, 1, SAML_SIGNATURE_SHAPE },
	{ NS_DS, "Reference",  NS_DS, "Transforms",   1, 1, SAML_SIGNATURE_SHAPE },
	{ NS_DS, "Reference",  NS_DS, "DigestMethod", 1, 1, SAML_SIGNATURE_SHAPE },
	{ NS_DS, "Reference",  NS_DS, "DigestValue",  1, 1, SAML_SIGNATURE_SHAPE },
	{ NS_DS, "Transforms", NS_DS, "Transform",    1, 2, SAML_SIGNATURE_SHAPE },
	{ NS_DS, "Transform",  NS_C14N, "InclusiveNamespaces", 0, 1, SAML_SIGNATURE_SHAPE },
};

/* What could be taken for something genuine where it does not belong. */
static const struct {
	enum ns ns;
	const char *name;
} messages[] = {
	{ NS_SAML, "Assertion" },
	{ NS_SAML, "EncryptedAssertion" },
	{ NS_SAMLP, "Response" },
	{ NS_SAMLP, "ArtifactResponse" },
	{ NS_SAMLP, "LogoutRequest" },
	{ NS_SAMLP, "LogoutResponse" },
};
/* clang-format on */

#define COUNT(list) ((int)(sizeof(list) / sizeof((list)[0])))

static const struct parent *parent_of(const xmlNode *n)
{
	for (int i = 0; i < COUNT(parents); i++)
		if (node_is(n, parents[i].ns, parents[i].name))
			return &parents[i];
	return NULL;
}

static bool is_about(const struct rule *r, const struct parent *p)
{
	return r->parent_ns == p->ns && strcmp(r->parent, p->name) == 0;
}

static bool counts_fit(struct job *j, const xmlNode *n, const struct parent *p)
{
	for (const struct rule *r = rules; r < rules + COUNT(rules); r++) {
		int count;

		if (!is_about(r, p))
			continue;
		count = node_count(n, r->ns, r->name);
		if (count < r->min || count > r->max)
			return refuse(j, r->why, "%s has %d of %s", p->name, count, r->name);
	}
	return true;
}

static bool may_hold(const struct parent *p, const xmlNode *child)
{
	for (const struct rule *r = rules; r < rules + COUNT(rules); r++)
		if (is_about(r, p) && node_is(child, r->ns, r->name))
			return true;
	return false;
}

static bool child_fits(struct job *j, const struct parent *p, const xmlNode *child)
{
	if (child->type == XML_ELEMENT_NODE)
		return may_hold(p, child) ? shape_fits(j, child)
					  : refuse(j, p->why, "%s in %s", child->name, p->name);
	return p->text || xmlIsBlankNode(child) || refuse(j, p->why, "text in %s", p->name);
}

bool shape_fits(struct job *j, const xmlNode *n)
{
	const struct parent *p = parent_of(n);

	if (!p)
		return true;
	for (const xmlNode *child = n->children; child; child = child->next)
		if (!child_fits(j, p, child))
			return false;
	return counts_fit(j, n, p);
}

static bool is_message(const xmlNode *n)
{
	for (int i = 0; i < COUNT(messages); i++)
		if (node_is(n, messages[i].ns, messages[i].name))
			return true;
	return false;
}

static bool is_expected(const xmlNode *n, const xmlNode *const *expected)
{
	for (; *expected; expected++)
		if (*expected == n)
			return true;
	return false;
}

bool shape_alone(struct job *j, const xmlNode *n, const xmlNode *const *expected)
{
	if (is_message(n) && !is_expected(n, expected))
		return refuse(j, SAML_ASSERTIONS, "%s inside %s", n->name,
			      n->parent ? (const char *)n->parent->name : "");
	if (node_is(n, NS_DS, "Signature") && !is_expected(n->parent, expected))
		return refuse(j, SAML_SIGNATURE_SHAPE, "a signature inside %s",
			      n->parent ? (const char *)n->parent->name : "");
	if (node_is(n, NS_SAML, "Advice") && is_expected(n->parent, expected))
		return true;
	for (const xmlNode *child = node_first(n); child; child = node_next(child))
		if (!shape_alone(j, child, expected))
			return false;
	return true;
}
