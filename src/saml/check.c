/*
 * check.c - does a genuine response mean that this person may enter here, now?
 *
 * The table at the end is the whole answer: SAML 2.0 Profiles, section 4.1.4.3, and
 * what attackers taught since.  Each line is one question with the one refusal for
 * a no (a time that cannot be read refuses itself).
 */
#include "job.h"

#include <string.h>

#define BEARER  "urn:oasis:names:tc:SAML:2.0:cm:bearer"
#define SUCCESS "urn:oasis:names:tc:SAML:2.0:status:Success"
#define ENTITY  "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"

/* What the questions are about, and what they find out. */
struct facts {
	const struct proven *response_proof, *assertion_proof;
	const xmlNode *response, *assertion, *subject, *conditions, *statement;
	const xmlNode *bearer; /* SubjectConfirmationData that is for us */
	struct saml_assertion *out;
	int64_t issued, ends;
	const char *found; /* for the reason */
};

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* As found, for a reason; never NULL. */
static bool found(struct facts *f, const char *what)
{
	f->found = what ? what : "absent";
	return false;
}

bool check_version(struct job *j, const xmlNode *n)
{
	const char *version = node_attr(j, n, "Version");

	return same(version, "2.0") ||
	       refuse(j, SAML_VERSION, "%s has Version %s", n->name, version ? version : "none");
}

bool check_issuer(struct job *j, const xmlNode *n, bool needed)
{
	const xmlNode *issuer = node_child(n, NS_SAML, "Issuer");
	const char *format, *text;

	if (!issuer)
		return !needed || refuse(j, SAML_ISSUER, "%s has none", n->name);
	format = node_attr(j, issuer, "Format");
	text = node_text(j, issuer);
	if (format && !same(format, ENTITY))
		return refuse(j, SAML_ISSUER, "Format %s", format);
	return same(text, j->policy->idp_entity_id) ||
	       refuse(j, SAML_ISSUER, "%s", text ? text : "markup");
}

bool check_destination(struct job *j, const xmlNode *n, const char *here, bool needed)
{
	const char *to = node_attr(j, n, "Destination");

	if (!to && !needed) {
		j->warnings |= SAML_WARN_NO_DESTINATION;
		return true;
	}
	return same(to, here) || refuse(j, SAML_DESTINATION, "%s", to ? to : "absent");
}

bool check_issue_instant(struct job *j, const xmlNode *n, int64_t *out)
{
	if (!read_time(j, n, "IssueInstant", true, out))
		return false;
	if (*out > j->in->now + j->skew || *out + j->max_age + j->skew <= j->in->now)
		return refuse(j, SAML_ISSUE_INSTANT, "%s: %s", n->name,
			      node_attr(j, n, "IssueInstant"));
	return true;
}

bool check_status(struct job *j, const xmlNode *message)
{
	const char *code = read_status(j, message);
	const xmlNode *status = node_child(message, NS_SAMLP, "Status");
	const xmlNode *top = status ? node_child(status, NS_SAMLP, "StatusCode") : NULL;
	const xmlNode *second = top ? node_child(top, NS_SAMLP, "StatusCode") : NULL;
	const char *why = second ? node_attr(j, second, "Value") : NULL;

	return same(code, SUCCESS) ||
	       refuse(j, SAML_STATUS, "%s %s", code ? code : "none", why ? why : "");
}

static bool is_version_2(struct job *j, struct facts *f)
{
	return check_version(j, f->response) && check_version(j, f->assertion);
}

static bool is_success(struct job *j, struct facts *f)
{
	return check_status(j, f->response);
}

static bool is_from_the_idp(struct job *j, struct facts *f)
{
	return check_issuer(j, f->response, false) && check_issuer(j, f->assertion, true);
}

/* SAML 2.0 Bindings, section 3.5.5.2: a signed message has to say where it goes. */
static bool is_sent_here(struct job *j, struct facts *f)
{
	return check_destination(j, f->response, j->policy->acs_url, f->response_proof->covered);
}

static bool is_recent(struct job *j, struct facts *f)
{
	int64_t sent;

	return check_issue_instant(j, f->response, &sent) &&
	       check_issue_instant(j, f->assertion, &f->issued);
}

/* The request of this browser in both places, or in none if there was none. */
static bool answers(struct job *j, struct facts *f, const xmlNode *n)
{
	const char *to = node_attr(j, n, "InResponseTo");

	if (!to && !j->policy->request_id)
		return true;
	return same(to, j->policy->request_id) || found(f, to);
}

static bool response_answers_us(struct job *j, struct facts *f)
{
	return answers(j, f, f->response);
}

static bool has_ids(struct job *j, struct facts *f)
{
	f->out->response_id = node_attr(j, f->response, "ID");
	f->out->assertion_id = node_attr(j, f->assertion, "ID");
	return (f->out->response_id && f->out->assertion_id) || found(f, NULL);
}

static bool is_about_somebody(struct job *j, struct facts *f)
{
	return read_name_id(j, f->subject, f->assertion_proof->covered, &f->out->name_id);
}

/* The bearer confirmation made out to us; else any, so that the next question can
 * say whom it was made out to. */
static bool has_bearer(struct job *j, struct facts *f)
{
	const xmlNode *n = node_child(f->subject, NS_SAML, "SubjectConfirmation");

	for (; n; n = node_same(n)) {
		const xmlNode *data = node_child(n, NS_SAML, "SubjectConfirmationData");

		if (!data || !same(node_attr(j, n, "Method"), BEARER))
			continue;
		if (!f->bearer || same(node_attr(j, data, "Recipient"), j->policy->acs_url))
			f->bearer = data;
	}
	return f->bearer || found(f, NULL);
}

static bool is_for_this_url(struct job *j, struct facts *f)
{
	const char *to = node_attr(j, f->bearer, "Recipient");

	return same(to, j->policy->acs_url) || found(f, to);
}

static bool bearer_answers_us(struct job *j, struct facts *f)
{
	return answers(j, f, f->bearer);
}

/* NotBefore where there is one. */
static bool has_begun_at(struct job *j, struct facts *f, const xmlNode *n)
{
	int64_t from;

	if (!read_time(j, n, "NotBefore", false, &from))
		return false;
	return from <= j->in->now + j->skew || found(f, node_attr(j, n, "NotBefore"));
}

static bool has_begun(struct job *j, struct facts *f)
{
	return has_begun_at(j, f, f->bearer) && has_begun_at(j, f, f->conditions);
}

static bool lasts_at(struct job *j, struct facts *f, const xmlNode *n, bool needed)
{
	int64_t end;

	if (!read_time(j, n, "NotOnOrAfter", needed, &end))
		return false;
	if (!end && !node_attr(j, n, "NotOnOrAfter"))
		return true;
	if (end < f->ends)
		f->ends = end;
	return end > j->in->now - j->skew || found(f, node_attr(j, n, "NotOnOrAfter"));
}

static bool lasts(struct job *j, struct facts *f)
{
	f->ends = f->issued + j->max_age;
	return lasts_at(j, f, f->bearer, true) && lasts_at(j, f, f->conditions, false);
}

static bool names_us(struct job *j, const xmlNode *restriction)
{
	const xmlNode *n = node_child(restriction, NS_SAML, "Audience");

	for (; n; n = node_same(n))
		if (same(node_text(j, n), j->policy->entity_id))
			return true;
	return false;
}

/* Each restriction must hold (SAML 2.0 Core, section 2.5.1.4). */
static bool is_meant_for_us(struct job *j, struct facts *f)
{
	const xmlNode *n = node_child(f->conditions, NS_SAML, "AudienceRestriction");

	for (; n; n = node_same(n))
		if (!names_us(j, n))
			return found(f, node_text(j, node_child(n, NS_SAML, "Audience")));
	return true;
}

static bool signed_in_anew(struct job *j, struct facts *f)
{
	int64_t at, since = j->policy->force_authn_since;

	if (!read_time(j, f->statement, "AuthnInstant", true, &at))
		return false;
	f->out->authn_instant = at;
	return (at <= j->in->now + j->skew && (!since || at >= since - j->skew)) ||
	       found(f, node_attr(j, f->statement, "AuthnInstant"));
}

static bool signed_in_well(struct job *j, struct facts *f)
{
	const xmlNode *context = node_child(f->statement, NS_SAML, "AuthnContext");
	const xmlNode *ref = node_child(context, NS_SAML, "AuthnContextClassRef");
	const char *const *wanted = j->policy->authn_contexts;

	f->out->authn_context = ref ? node_text(j, ref) : NULL;
	if (!wanted || !*wanted)
		return true;
	for (; *wanted; wanted++)
		if (same(f->out->authn_context, *wanted))
			return true;
	return found(f, f->out->authn_context);
}

static bool session_lasts(struct job *j, struct facts *f)
{
	struct saml_assertion *out = f->out;

	out->session_index = node_attr(j, f->statement, "SessionIndex");
	if (!read_time(j, f->statement, "SessionNotOnOrAfter", false,
		       &out->session_not_on_or_after))
		return false;
	return !node_attr(j, f->statement, "SessionNotOnOrAfter") ||
	       out->session_not_on_or_after > j->in->now - j->skew ||
	       found(f, node_attr(j, f->statement, "SessionNotOnOrAfter"));
}

static bool attributes_have_names(struct job *j, struct facts *f)
{
	return read_attributes(j, f->assertion, f->out);
}

/* clang-format off */
static const struct {
	enum saml_refusal no;
	bool (*question)(struct job *j, struct facts *f);
} questions[] = {
	{ SAML_VERSION,        is_version_2 },
	{ SAML_STATUS,         is_success },
	{ SAML_IDS,            has_ids },
	{ SAML_ISSUER,         is_from_the_idp },
	{ SAML_DESTINATION,    is_sent_here },
	{ SAML_IN_RESPONSE_TO, response_answers_us },
	{ SAML_ISSUE_INSTANT,  is_recent },
	{ SAML_CONFIRMATION,   has_bearer },
	{ SAML_RECIPIENT,      is_for_this_url },
	{ SAML_IN_RESPONSE_TO, bearer_answers_us },
	{ SAML_AUDIENCE,       is_meant_for_us },
	{ SAML_NOT_YET,        has_begun },
	{ SAML_EXPIRED,        lasts },
	{ SAML_AUTHN_INSTANT,  signed_in_anew },
	{ SAML_AUTHN_CONTEXT,  signed_in_well },
	{ SAML_SESSION_OVER,   session_lasts },
	{ SAML_NAME_ID,        is_about_somebody },
	{ SAML_ATTRIBUTE,      attributes_have_names },
};
/* clang-format on */

bool check_response(struct job *j, const struct proven *response, const struct proven *assertion,
		    struct saml_assertion *out)
{
	struct facts f = {
		.response_proof = response,
		.assertion_proof = assertion,
		.response = response->read,
		.assertion = assertion->read,
		.subject = node_child(assertion->read, NS_SAML, "Subject"),
		.conditions = node_child(assertion->read, NS_SAML, "Conditions"),
		.statement = node_child(assertion->read, NS_SAML, "AuthnStatement"),
		.out = out,
	};

	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		f.found = "";
		if (!questions[i].question(j, &f))
			return refuse(j, questions[i].no, "%s", f.found);
	}
	out->issuer = j->policy->idp_entity_id;
	out->in_response_to = node_attr(j, f.response, "InResponseTo");
	out->not_on_or_after = f.ends + j->skew;
	return true;
}
