/*
 * acs.c - where assertions arrive: read, verified in a child, used once, and turned into
 * a session.
 *
 * What the message says of the request it answers is at first only a hint which request to
 * look up; the verified message has to name the very same.
 */
#include <string.h>

#include "artifact.h"
#include "base/metric.h"
#include "base/secret.h"
#include "change/change.h"
#include "change/signin.h"
#include "http/cookie.h"
#include "http/form.h"
#include "http/page.h"
#include "keys.h"
#include "login.h"
#include "policy.h"
#include "saml/saml.h"

enum { HINTS_MAX = 4, MESSAGE_ID_MAX = 256 };

#define IN_RESPONSE_TO "InResponseTo="

struct incoming {
	enum saml_form form;
	struct slice bytes, xml; /* as it came; decoded, to look for the hint in */
	const char *relay;
	const char *artifact_request_id;
};

/* ---- what has come ---- */

static bool read_message(struct ctx *c, const struct saml_connection *s, const char *response,
			 const char *artifact, struct incoming *out, struct refused *why)
{
	if (!response == !artifact) {
		*why = refused_login(LOGIN_FORM, NULL);
		return true;
	}
	if (artifact) {
		out->form = SAML_FORM_SOAP;
		if (artifact_resolve(c, s, artifact, &out->bytes, &out->artifact_request_id)) {
			out->xml = out->bytes;
			return true;
		}
		*why = refused_login(LOGIN_ARTIFACT, arena_strdup(c->arena, c->err.msg));
		return err_take(&c->err, ERR_VALUE);
	}
	out->form = SAML_FORM_POST;
	out->bytes = (struct slice){ response, strlen(response) };
	if (!base64_get(c, response, &out->xml))
		out->xml = (struct slice){ "", 0 };
	return true;
}

static bool read_incoming(struct ctx *c, const struct http_req *q, const struct saml_connection *s,
			  struct incoming *out, struct refused *why)
{
	const char *response = NULL, *artifact, *request = NULL;
	struct form form;

	*out = (struct incoming){ .xml = { "", 0 } };
	if (q->method == POST) {
		if (!form_body(c, q, &form)) {
			*why = refused_login(LOGIN_FORM, NULL);
			return err_take(&c->err, ERR_MEDIA) || err_take(&c->err, ERR_SYNTAX);
		}
		response = form_value(&form, "SAMLResponse");
		artifact = form_value(&form, "SAMLart");
		request = form_value(&form, "SAMLRequest");
		out->relay = form_value(&form, "RelayState");
	} else if (!http_query(c, q, "SAMLart", &artifact) ||
		   !http_query(c, q, "RelayState", &out->relay)) {
		return false;
	}
	if (request) {
		*why = refused_login(LOGIN_FORM, "SAMLRequest");
		return true;
	}
	return read_message(c, s, response, artifact, out, why);
}

/* The next quoted InResponseTo from *at on; NULL. */
static const char *hint(struct ctx *c, struct slice xml, size_t *at)
{
	const char *p = memmem(xml.p + *at, xml.n - *at, IN_RESPONSE_TO, strlen(IN_RESPONSE_TO));
	const char *end, *limit = xml.p + xml.n;

	if (!p)
		return NULL;
	p += strlen(IN_RESPONSE_TO);
	*at = (size_t)(p - xml.p);
	if (p + 2 > limit || (*p != '"' && *p != '\''))
		return "";
	end = memchr(p + 1, *p, (size_t)(limit - p - 1));
	if (!end || end - p > MESSAGE_ID_MAX)
		return "";
	return arena_strndup(c->arena, p + 1, (size_t)(end - p - 1));
}

/* The request that waits for this message: *id as the verified message must name it. */
static bool find_request(struct ctx *c, const struct saml_connection *s, struct slice xml,
			 struct saml_pending **out, const char **id, bool *named)
{
	const char *one;
	size_t at = 0;

	*out = NULL;
	*named = false;
	for (int i = 0; i < HINTS_MAX && !*out && (one = hint(c, xml, &at)); i++) {
		*named = true;
		*id = one;
		if (!saml_pending_find(c, s->source->id, secret_digest(c->arena, one), out))
			return false;
		if (*out && strcmp((*out)->kind, "login") != 0 && strcmp((*out)->kind, "test") != 0)
			*out = NULL;
	}
	return true;
}

static bool same_browser(struct ctx *c, const struct http_req *q, const struct saml_pending *p)
{
	const char *cookie = cookie_get(c, q, COOKIE_REQUEST);

	return cookie && p->browser && secret_same(secret_digest(c->arena, cookie), p->browser);
}

/* IdP-initiated: RelayState is a place of the connection's list, or nothing. */
static bool relay_allowed(const struct saml_settings *s, const char *relay)
{
	for (int i = 0; s->relay_targets[i]; i++)
		if (strcmp(s->relay_targets[i], relay) == 0)
			return true;
	return false;
}

static void check_unsolicited(const struct saml_connection *s, const struct incoming *in,
			      struct login *l, struct refused *why)
{
	if (!s->settings.allow_idp_initiated)
		*why = refused_login(LOGIN_UNSOLICITED, NULL);
	else if (in->relay && *in->relay && !relay_allowed(&s->settings, in->relay))
		*why = refused_login(LOGIN_RELAY, NULL);
	else if (in->relay && *in->relay)
		l->return_to = in->relay;
}

static bool verify(struct ctx *c, const struct incoming *in, const char *request_id,
		   struct login *l, struct refused *why)
{
	struct demands d;
	struct saml_input input;
	enum saml_refusal r;

	if (!demands_of(c, l->s, true, &d))
		return false;
	d.policy.request_id = request_id;
	d.policy.artifact_request_id = in->artifact_request_id;
	if (l->pending && l->s->settings.force_authn)
		d.policy.force_authn_since = l->pending->created;
	input = (struct saml_input){ .form = in->form,
				     .bytes = in->bytes,
				     .policy = &d.policy,
				     .keys = &d.keys,
				     .now = c->now };
	r = saml_pool_verify(saml_pool_here(), c->arena, &input, &l->a);
	if (r != SAML_ACCEPTED)
		*why = refused_message(r, l->a.detail);
	return true;
}

/* ---- what comes of it ---- */

/* Request, response and assertion count once, whoever comes with them at the same time.
 * What is used up here is so only if the sign-in commits. */
static bool use_up(struct ctx *c, const struct login *l, struct refused *why)
{
	const char *source = l->s->source->id;
	struct saml_pending *taken = NULL;
	struct rows used, used2 = { .count = 1 };

	if (!saml_use_once(c, source, l->a.response_id, l->a.not_on_or_after, &used) ||
	    (strcmp(l->a.response_id, l->a.assertion_id) != 0 &&
	     !saml_use_once(c, source, l->a.assertion_id, l->a.not_on_or_after, &used2)))
		return false;
	if (l->pending ? !saml_pending_take(c, source, l->pending->digest, &taken) : !db_fetch(c))
		return false;
	if (l->pending && !taken)
		*why = refused_login(LOGIN_REQUEST, NULL);
	else if (used.count != 1 || used2.count != 1)
		*why = refused_login(LOGIN_REPLAY, NULL);
	return true;
}

/* One transaction: the ids, the person, the session.  Refused: nothing of it. */
static bool sign_in(struct ctx *c, struct login *l, struct admission *in, struct refused *why)
{
	SCOPED_CHANGE ch = { 0 };
	struct person who;

	if (!change_begin(c, &ch) || !use_up(c, l, why))
		return false;
	if (why->code)
		return true;
	if (!person_find(c, l->s, &l->claims, &who))
		return false;
	*why = who.why;
	if (why->code)
		return true;
	return change_flush(c) && login_admit(c, l, who.user_id, in) && change_commit(&ch);
}

/* Nobody in this browser asked for it, and who is signed in here the browser does not say
 * with a POST from another site: a page of our own, where it does, goes on from here. */
static bool arrive(struct ctx *c, struct http_resp *p, const struct login *l,
		   const struct admission *in)
{
	const char *to = "";

	if (l->return_to && !signin_seal_target(c, l->return_to, &to))
		return false;
	http_redirect(p, arena_printf(c->arena, "/login/continue%s%s", *to ? "?to=" : "", to));
	cookie_set_for(c, p, COOKIE_ARRIVED, in->secret, SIGNIN_ARRIVED_MS / 1000, false);
	return true;
}

static bool welcome(struct ctx *c, struct http_resp *p, const struct login *l,
		    const struct admission *in)
{
	metric_add(METRIC_SAML_ACCEPTED, "login", NULL, 0, 1);
	if (in->page)
		return page_say(c, p, 403, in->page);
	if (!l->pending)
		return arrive(c, p, l, in);
	http_redirect(p, l->return_to ? l->return_to : "/login");
	cookie_set(c, p, COOKIE_SESSION, in->secret);
	return true;
}

static bool finish(struct ctx *c, struct http_resp *p, struct login *l, struct refused *why)
{
	struct admission in = { 0 };

	claims_read(c, &l->s->settings, &l->a, &l->claims, why);
	if (l->pending && strcmp(l->pending->kind, "test") == 0)
		return test_show(c, p, l);
	if (why->code)
		return true;
	if (!sign_in(c, l, &in, why)) {
		/* somebody signs in twice at once: the later one looks again */
		if (err_take(&c->err, ERR_UNIQUE))
			return error(c, ERR_RETRY, "the person came into being just now");
		*why = refused_login(LOGIN_SEATS, NULL);
		return err_take(&c->err, ERR_SEATS);
	}
	return why->code || welcome(c, p, l, &in);
}

static bool receive(struct ctx *c, const struct http_req *q, struct http_resp *p, struct login *l,
		    struct refused *why)
{
	struct incoming in;
	const char *request_id = NULL;
	bool named;

	if (!read_incoming(c, q, l->s, &in, why))
		return false;
	if (why->code)
		return true;
	if (!find_request(c, l->s, in.xml, &l->pending, &request_id, &named))
		return false;
	if (!named) {
		request_id = NULL;
		check_unsolicited(l->s, &in, l, why);
	} else if (!l->pending) {
		*why = refused_login(LOGIN_REQUEST, NULL);
	} else if (!same_browser(c, q, l->pending)) {
		*why = refused_login(LOGIN_BROWSER, NULL);
	} else {
		l->return_to = l->pending->return_to;
	}
	if (why->code)
		return true;
	if (!verify(c, &in, request_id, l, why))
		return false;
	return why->code || finish(c, p, l, why);
}

bool saml_acs(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct refused why = { 0 };
	struct login l = { .address = q->address, .agent = http_header(q, "User-Agent") };

	if (!login_few(c, q, false) || !login_enter(c, q, &l.s) || !cookie_possible(c))
		return false;
	if (!l.s)
		why = refused_login(LOGIN_NO_SUCH, NULL);
	else if (!l.s->settings.enabled)
		why = refused_login(LOGIN_DISABLED, NULL);
	else if (!l.s->idp.entity_id || (l.s->idp.valid_until && l.s->idp.valid_until < c->now))
		why = refused_login(LOGIN_NO_METADATA, NULL);
	else if (!receive(c, q, p, &l, &why))
		return false;
	return !why.code || login_refuse(c, q, p, l.s, "saml.login", &why);
}
