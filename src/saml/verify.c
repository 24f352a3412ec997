/*
 * verify.c - from the bytes of a response to the assertion in it, step by step.
 *
 * open, shape, prove (artifact, response, assertion), check.  No step looks at
 * anything that an earlier one has not let through.
 */
#include "job.h"

#include <string.h>

enum { SKEW_MS = 180 * 1000, MAX_AGE_MS = 600 * 1000 };

static bool bytes_of(struct job *j, struct slice *out)
{
	const struct slice sent = j->in->bytes;

	*out = sent;
	if (j->in->form != SAML_FORM_POST)
		return true;
	if (sent.n > SAML_INPUT_MAX)
		return refuse(j, SAML_TOO_LARGE, "%zu bytes", sent.n);
	return base64_decode(j, sent, out);
}

bool job_open(struct job *j, struct arena *a, const struct saml_input *in, xmlNode **root)
{
	const struct saml_policy *p = in->policy;
	struct slice bytes;
	xmlDoc *doc;

	*j = (struct job){
		.arena = a,
		.in = in,
		.policy = p,
		.skew = p->skew_ms ? p->skew_ms : SKEW_MS,
		.max_age = p->max_age_ms ? p->max_age_ms : MAX_AGE_MS,
	};
	*root = NULL;
	if (in->form == SAML_FORM_REDIRECT)
		return true;
	if (!bytes_of(j, &bytes) || !xml_parse(j, bytes, &doc))
		return false;
	*root = xmlDocGetRootElement(doc);
	return true;
}

/* One Body, one child; a Header may stand before it and is never read. */
bool job_unwrap(struct job *j, xmlNode *envelope, xmlNode **message)
{
	xmlNode *body = node_child(envelope, NS_SOAP, "Body");
	xmlNode *first = body ? node_first(body) : NULL;

	if (!node_is(envelope, NS_SOAP, "Envelope") || !first || node_next(first))
		return refuse(j, SAML_SOAP, "%s", node_name(envelope));
	for (const xmlNode *n = node_first(envelope); n; n = node_next(n))
		if (n != body && !node_is(n, NS_SOAP, "Header"))
			return refuse(j, SAML_SOAP, "%s in the envelope", n->name);
	*message = first;
	return true;
}

/* The elements of one response, as sent and as proven. */
struct login {
	xmlNode *root, *artifact_sent, *response_sent, *assertion_sent, *encrypted_sent;
	struct proven artifact, response, assertion;
};

static bool find_messages(struct job *j, struct login *l)
{
	l->response_sent = l->root;
	if (j->in->form == SAML_FORM_SOAP) {
		if (!job_unwrap(j, l->root, &l->artifact_sent))
			return false;
		if (!node_is(l->artifact_sent, NS_SAMLP, "ArtifactResponse"))
			return refuse(j, SAML_SOAP, "%s in the Body", node_name(l->artifact_sent));
		if (!shape_fits(j, l->artifact_sent) || !check_status(j, l->artifact_sent))
			return false;
		l->response_sent = node_child(l->artifact_sent, NS_SAMLP, "Response");
	}
	if (!l->response_sent || !node_is(l->response_sent, NS_SAMLP, "Response"))
		return refuse(j, SAML_STRUCTURE, "%s instead of a Response",
			      l->response_sent ? (const char *)l->response_sent->name : "nothing");
	return true;
}

/* A response without success has no assertion to look for. */
static bool find_assertion(struct job *j, struct login *l)
{
	const xmlNode *expected[4] = { 0 };
	int n = 0;

	if (!check_status(j, l->response_sent))
		return false;
	l->assertion_sent = node_child(l->response_sent, NS_SAML, "Assertion");
	l->encrypted_sent = node_child(l->response_sent, NS_SAML, "EncryptedAssertion");
	if (!l->assertion_sent == !l->encrypted_sent)
		return refuse(j, SAML_ASSERTIONS,
			      l->assertion_sent ? "plain and encrypted" : "none");
	if (l->artifact_sent)
		expected[n++] = l->artifact_sent;
	expected[n++] = l->response_sent;
	expected[n++] = l->assertion_sent ? l->assertion_sent : l->encrypted_sent;
	return shape_alone(j, l->root, expected);
}

static bool shapes_fit(struct job *j, struct login *l)
{
	return find_messages(j, l) && shape_fits(j, l->response_sent) && find_assertion(j, l);
}

/* The envelope must be of this IdP as well, and answer our question. */
static bool check_artifact(struct job *j, const xmlNode *n)
{
	const char *to = node_attr(j, n, "InResponseTo");
	int64_t at;

	if (!check_version(j, n) || !check_issuer(j, n, false) || !check_issue_instant(j, n, &at))
		return false;
	return !j->policy->artifact_request_id ||
	       (to && strcmp(to, j->policy->artifact_request_id) == 0) ||
	       refuse(j, SAML_IN_RESPONSE_TO, "ArtifactResponse: %s", to ? to : "absent");
}

static bool prove_response(struct job *j, struct login *l)
{
	struct proven as_sent = { .read = l->response_sent, .key = -1 };
	struct proven envelope = { .read = l->artifact_sent, .key = -1 };

	if (l->artifact_sent) {
		if (!prove(j, l->artifact_sent, &envelope, &l->artifact) ||
		    !check_artifact(j, l->artifact.read))
			return false;
		as_sent = l->artifact;
		as_sent.read = node_child(l->artifact.read, NS_SAMLP, "Response");
		as_sent.signed_itself = false;
	}
	return prove(j, l->response_sent, &as_sent, &l->response);
}

/* Without a signature of its own an assertion is as good as what is around it. */
static bool prove_assertion(struct job *j, struct login *l)
{
	struct proven inherited = l->response;
	const xmlNode *alone[2] = { 0 };
	xmlNode *encrypted;

	inherited.signed_itself = false;
	inherited.read = node_child(l->response.read, NS_SAML, "Assertion");
	if (l->encrypted_sent) {
		encrypted = node_child(l->response.read, NS_SAML, "EncryptedAssertion");
		if (!decrypt(j, encrypted, l->response.covered, &l->assertion_sent))
			return false;
		alone[0] = inherited.read = l->assertion_sent;
		if (!node_is(alone[0], NS_SAML, "Assertion"))
			return refuse(j, SAML_ASSERTIONS, "%s was encrypted", alone[0]->name);
		if (!shape_alone(j, alone[0], alone))
			return false;
	}
	return prove(j, l->assertion_sent, &inherited, &l->assertion);
}

static bool is_signed_enough(struct job *j, const struct login *l)
{
	enum saml_want want = j->policy->want;
	bool response = l->response.covered, assertion = l->assertion.signed_itself;

	if (!l->assertion.covered)
		return refuse(j, SAML_UNSIGNED, "no signature covers the assertion");
	if (!response && (want == SAML_WANT_RESPONSE || want == SAML_WANT_BOTH))
		return refuse(j, SAML_UNSIGNED_RESPONSE, "the assertion alone is signed");
	if (!assertion && (want == SAML_WANT_ASSERTION || want == SAML_WANT_BOTH))
		return refuse(j, SAML_UNSIGNED_ASSERTION, "the response alone is signed");
	return !j->policy->want_encrypted || l->encrypted_sent ||
	       refuse(j, SAML_PLAIN, "a plain assertion");
}

static bool verify(struct job *j, struct login *l, struct saml_assertion *out)
{
	return shapes_fit(j, l) && prove_response(j, l) && prove_assertion(j, l) &&
	       is_signed_enough(j, l) && check_response(j, &l->response, &l->assertion, out);
}

enum saml_refusal saml_verify(struct arena *a, const struct saml_input *in,
			      struct saml_assertion *out)
{
	struct login l = { 0 };
	struct job j;

	*out = (struct saml_assertion){ 0 };
	if (!job_open(&j, a, in, &l.root) ||
	    (in->form == SAML_FORM_REDIRECT &&
	     !refuse(&j, SAML_QUERY, "no binding for responses")) ||
	    !verify(&j, &l, out))
		*out = (struct saml_assertion){ 0 };
	out->response_signed = l.response.covered;
	out->assertion_signed = l.assertion.signed_itself;
	out->encrypted = l.encrypted_sent != NULL;
	out->signed_by = l.assertion.key;
	out->warnings = j.warnings;
	out->detail = j.detail;
	return j.refusal;
}

const struct saml_attribute *saml_attribute(const struct saml_assertion *a, const char *name)
{
	for (int i = 0; i < a->n_attributes; i++)
		if (strcmp(a->attributes[i].name, name) == 0)
			return &a->attributes[i];
	return NULL;
}
