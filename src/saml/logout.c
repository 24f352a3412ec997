/*
 * logout.c - LogoutRequest and LogoutResponse by POST, SOAP and Redirect.
 *
 * A Redirect message is signed as a query (SAML 2.0 Bindings, section 3.4.4.1).
 * The query is taken apart once, raw; what is verified and what is read are the
 * same slices of it.
 */
#include "job.h"

#include <string.h>

#include "http/http.h"

enum { RELAY_STATE_MAX = 1024, SESSION_INDEXES_MAX = 1000 };

/* Values of the query, as sent. */
struct query {
	struct slice request, response, relay_state, algorithm, signature, encoding;
};

static bool slice_equals(struct slice s, const char *text)
{
	return s.n == strlen(text) && memcmp(s.p, text, s.n) == 0;
}

static struct slice *place_of(struct query *q, struct slice name)
{
	const struct {
		const char *name;
		struct slice *place;
	} places[] = {
		{ "SAMLRequest", &q->request },    { "SAMLResponse", &q->response },
		{ "RelayState", &q->relay_state }, { "SigAlg", &q->algorithm },
		{ "Signature", &q->signature },    { "SAMLEncoding", &q->encoding },
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (slice_equals(name, places[i].name))
			return places[i].place;
	return NULL;
}

/* Names with escapes and separators of other kinds are read differently by
 * different programs: neither is let in.  Names we do not know are left alone. */
static bool read_pair(struct job *j, struct query *q, struct slice pair)
{
	const char *equals = memchr(pair.p, '=', pair.n);
	struct slice name = { pair.p, equals ? (size_t)(equals - pair.p) : pair.n };
	struct slice *place = place_of(q, name);

	if (memchr(name.p, '%', name.n) || memchr(name.p, '+', name.n) ||
	    memchr(pair.p, ';', pair.n))
		return refuse(j, SAML_QUERY, "an encoded name or a semicolon");
	if (!place)
		return true;
	if (!equals || place->p)
		return refuse(j, SAML_QUERY, "%.*s twice or without a value", (int)name.n, name.p);
	*place = (struct slice){ equals + 1, pair.n - name.n - 1 };
	return true;
}

static bool read_query(struct job *j, struct slice text, struct query *q)
{
	while (text.n) {
		const char *amp = memchr(text.p, '&', text.n);
		struct slice pair = { text.p, amp ? (size_t)(amp - text.p) : text.n };

		if (!read_pair(j, q, pair))
			return false;
		pair.n += amp != NULL;
		text = (struct slice){ text.p + pair.n, text.n - pair.n };
	}
	if (!q->request.p == !q->response.p)
		return refuse(j, SAML_QUERY, "%s",
			      q->request.p ? "request and response" : "no message");
	return true;
}

static bool decode(struct job *j, struct slice value, struct slice *out)
{
	const char *text = http_decode_query(j->arena, value);

	*out = (struct slice){ text ? text : "", text ? strlen(text) : 0 };
	return text || refuse(j, SAML_QUERY, "a value that is not well percent-encoded");
}

static bool decode_base64(struct job *j, struct slice value, struct slice *out)
{
	struct slice text;

	return decode(j, value, &text) && base64_decode(j, text, out);
}

/* The octets that were signed: the raw parts, in the order of the binding. */
static struct slice signed_octets(struct job *j, const struct query *q)
{
	const struct slice *message = q->request.p ? &q->request : &q->response;
	struct buf b = buf_in(j->arena, SAML_INPUT_MAX);

	buf_puts(&b, q->request.p ? "SAMLRequest=" : "SAMLResponse=");
	buf_put(&b, message->p, message->n);
	if (q->relay_state.p) {
		buf_puts(&b, "&RelayState=");
		buf_put(&b, q->relay_state.p, q->relay_state.n);
	}
	buf_puts(&b, "&SigAlg=");
	buf_put(&b, q->algorithm.p, q->algorithm.n);
	return (struct slice){ b.p, b.n };
}

static bool verify_query(struct job *j, const struct query *q, int *key)
{
	const struct algorithm *alg;
	struct slice uri, signature;

	if (!q->signature.p || !q->algorithm.p)
		return refuse(j, SAML_UNSIGNED, "the query has no Signature and SigAlg");
	return decode(j, q->algorithm, &uri) && algorithm_check(j, uri.p, ALG_SIGNATURE, &alg) &&
	       decode_base64(j, q->signature, &signature) &&
	       signature_check_bytes(j, alg, signed_octets(j, q), signature, key);
}

static bool open_query(struct job *j, struct proven *message, struct saml_logout *out)
{
	static const char deflate[] = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE";
	struct query q = { 0 };
	struct slice packed, xml, text;
	xmlDoc *doc;

	if (j->in->bytes.n > SAML_INPUT_MAX)
		return refuse(j, SAML_TOO_LARGE, "%zu bytes", j->in->bytes.n);
	if (!read_query(j, j->in->bytes, &q) || !verify_query(j, &q, &message->key))
		return false;
	if (q.encoding.p && (!decode(j, q.encoding, &text) || !slice_equals(text, deflate)))
		return refuse(j, SAML_QUERY, "an unknown SAMLEncoding");
	if (!decode_base64(j, q.request.p ? q.request : q.response, &packed) ||
	    !inflate_raw(j, packed, &xml) || !xml_parse(j, xml, &doc))
		return false;
	message->read = xmlDocGetRootElement(doc);
	message->covered = true;
	if (q.relay_state.p) {
		if (!decode(j, q.relay_state, &text) || text.n > RELAY_STATE_MAX)
			return refuse(j, SAML_QUERY, "a RelayState of %zu bytes", text.n);
		out->relay_state = text.p;
	}
	if (node_is(message->read, NS_SAMLP, q.request.p ? "LogoutResponse" : "LogoutRequest"))
		return refuse(j, SAML_QUERY, "request and response confused");
	return node_child(message->read, NS_DS, "Signature")
		       ? refuse(j, SAML_SIGNATURE_SHAPE, "one in the query and one in the message")
		       : true;
}

static bool is_logout(const xmlNode *n)
{
	return node_is(n, NS_SAMLP, "LogoutRequest") || node_is(n, NS_SAMLP, "LogoutResponse");
}

static bool shape_message(struct job *j, const xmlNode *root, const xmlNode *message)
{
	const xmlNode *expected[2] = { message, NULL };

	if (!is_logout(message))
		return refuse(j, SAML_LOGOUT, "%s", node_name(message));
	return shape_fits(j, message) && shape_alone(j, root, expected);
}

static bool open_message(struct job *j, xmlNode *root, struct proven *out)
{
	struct proven unsigned_ = { .key = -1 };
	xmlNode *message = root;

	if (j->in->form == SAML_FORM_SOAP && !job_unwrap(j, root, &message))
		return false;
	unsigned_.read = message;
	if (!shape_message(j, root, message) || !prove(j, message, &unsigned_, out))
		return false;
	return out->covered || refuse(j, SAML_UNSIGNED, "%s", message->name);
}

static bool read_session_indexes(struct job *j, const xmlNode *n, struct saml_logout *out)
{
	const xmlNode *at = node_child(n, NS_SAMLP, "SessionIndex");
	int count = node_count(n, NS_SAMLP, "SessionIndex");
	const char **list;

	if (count > SESSION_INDEXES_MAX)
		return refuse(j, SAML_LIMITS, "%d session indexes", count);
	list = arena_array(j->arena, const char *, (size_t)count + 1);
	for (; at; at = node_same(at))
		list[out->n_session_indexes++] = node_text(j, at);
	out->session_indexes = list;
	return true;
}

static bool read_request(struct job *j, const struct proven *message, struct saml_logout *out)
{
	const xmlNode *n = message->read;
	int64_t end;

	if (!read_time(j, n, "NotOnOrAfter", false, &end))
		return false;
	if (node_attr(j, n, "NotOnOrAfter") && end <= j->in->now - j->skew)
		return refuse(j, SAML_EXPIRED, "%s", node_attr(j, n, "NotOnOrAfter"));
	if (!read_name_id(j, n, message->covered, &out->name_id) ||
	    !read_session_indexes(j, n, out))
		return false;
	return out->name_id.value || refuse(j, SAML_NAME_ID, "none");
}

static bool read_message(struct job *j, const struct proven *message, struct saml_logout *out)
{
	const xmlNode *n = message->read;
	int64_t issued;

	if (!check_version(j, n) || !check_issuer(j, n, true) ||
	    !check_destination(j, n, j->policy->slo_url, j->in->form != SAML_FORM_SOAP) ||
	    !check_issue_instant(j, n, &issued))
		return false;
	out->is_response = node_is(n, NS_SAMLP, "LogoutResponse");
	out->id = node_attr(j, n, "ID");
	out->issuer = j->policy->idp_entity_id;
	out->in_response_to = node_attr(j, n, "InResponseTo");
	out->status = read_status(j, n);
	out->not_on_or_after = issued + j->max_age + j->skew;
	out->signed_by = message->key;
	if (!out->id)
		return refuse(j, SAML_IDS, "the message has no ID");
	return out->is_response || read_request(j, message, out);
}

static bool verify(struct job *j, xmlNode *root, struct saml_logout *out)
{
	struct proven message = { .key = -1 };

	if (j->in->form != SAML_FORM_REDIRECT)
		return open_message(j, root, &message) && read_message(j, &message, out);
	return open_query(j, &message, out) && shape_message(j, message.read, message.read) &&
	       read_message(j, &message, out);
}

enum saml_refusal saml_verify_logout(struct arena *a, const struct saml_input *in,
				     struct saml_logout *out)
{
	xmlNode *root;
	struct job j;

	*out = (struct saml_logout){ .signed_by = -1 };
	if (!job_open(&j, a, in, &root) || !verify(&j, root, out))
		*out = (struct saml_logout){ .signed_by = -1 };
	out->warnings = j.warnings;
	out->detail = j.detail;
	return j.refusal;
}
