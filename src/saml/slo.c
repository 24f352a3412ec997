/*
 * slo.c - single logout, both ways (SAML Profiles, 4.4).
 *
 * The session here ends first and for sure; what becomes of the other side is told, never
 * made an error of.  Messages that came are verified as any other, and lasso builds the
 * answers from what was verified, never from what came.
 */
#include <string.h>

#include "base/log.h"
#include "base/metric.h"
#include "base/secret.h"
#include "change/change.h"
#include "fetch.h"
#include "http/cookie.h"
#include "http/form.h"
#include "http/json.h"
#include "http/lane.h"
#include "http/page.h"
#include "keys.h"
#include "login.h"
#include "logout_message.h"
#include "policy.h"
#include "record/history.h"
#include "request.h"
#include "roster/domain.h"
#include "roster/exchange.h"
#include "roster/session.h"
#include "saml/saml.h"

enum { LEAVE_LIFE_MS = 5 * 60 * 1000, TEXT_MAX = 64 * 1024 };

#define LEAVE_PURPOSE "saml-leave"

/* ---- we begin ---- */

static const struct saml_endpoint *logout_endpoint(const struct saml_connection *s)
{
	static const enum saml_binding order[] = { SAML_REDIRECT, SAML_POST, SAML_SOAP_BINDING };
	const struct saml_endpoint *e = NULL;

	for (int i = 0; i < 3 && !e; i++)
		e = saml_endpoint_find(s->idp.slo, s->idp.n_slo, order[i]);
	return e;
}

bool saml_leave(struct ctx *c, const struct session_slo *slo, const char **url)
{
	struct saml_connection *s;
	json_t *j = json_own(c, json_object());
	const char *sealed;

	*url = NULL;
	if (!slo->source_id || !slo->name_id_xml)
		return true;
	if (!saml_connection_find(c, slo->source_id, &s))
		return false;
	if (!s || !s->settings.enabled || !logout_endpoint(s))
		return true;
	json_put_text(j, "name_id", slo->name_id_xml);
	json_put_text(j, "index", slo->session_index);
	json_put_int(j, "until", c->now + LEAVE_LIFE_MS);
	if (!secret_seal(c, LEAVE_PURPOSE, arena_adopt(c->arena, json_dumps(j, 0)), &sealed))
		return false;
	*url = arena_printf(c->arena, "/saml/%s/slo?leave=%s", s->source->id,
			    percent_put(c, sealed));
	return true;
}

static bool remember(struct ctx *c, const struct saml_connection *s, const char *id)
{
	const struct saml_pending p = { .digest = secret_digest(c->arena, id),
					.source_id = s->source->id,
					.kind = "logout",
					.created = c->now,
					.expires = c->now + REQUEST_LIFE_MS };
	SCOPED_TX tx = { 0 };

	return tx_begin(c, &tx) && saml_pending_put(c, &p) && tx_commit(&tx);
}

/* The browser has come to take our LogoutRequest along. */
static bool leave(struct ctx *c, struct http_resp *p, const struct saml_connection *s,
		  const char *sealed)
{
	const struct saml_endpoint *to = logout_endpoint(s);
	const char *text, *name_id, *index;
	struct outgoing out;
	struct slice answer;
	json_t *j;

	if (!secret_unseal(c, LEAVE_PURPOSE, sealed, &text)) {
		c->err = (struct err){ 0 };
		return page_say(c, p, 403, "expired");
	}
	j = json_own(c, json_loads(text, 0, NULL));
	name_id = json_string_value(json_object_get(j, "name_id"));
	index = json_string_value(json_object_get(j, "index"));
	if (!name_id || !to || json_integer_value(json_object_get(j, "until")) < c->now)
		return page_say(c, p, 200, "signed_out");
	/* nothing is remembered before it is certain that it goes on here */
	if ((to->binding == SAML_SOAP_BINDING && !lane_wait(c)) ||
	    !logout_request(c, s, to, name_id, index, &out) || !remember(c, s, out.id))
		return false;
	if (to->binding != SAML_SOAP_BINDING)
		return request_send(c, p, &out, "SAMLRequest", NULL);
	if (!fetch_soap(c, to->location, out.body, &answer)) {
		if (c->err.kind >= ERR_RETRY)
			return false;
		log_event(c, LOG_WARNING, "saml_logout", F("msg", "the provider did not answer"));
		c->err = (struct err){ 0 };
	}
	return page_say(c, p, 200, "signed_out");
}

/* ---- the identity provider has sent something ---- */

struct arrived {
	enum saml_form form;
	enum saml_binding binding;
	struct slice bytes;
	const char *relay;
	bool is_response; /* as the field's name says: to know what to say of a refusal */
};

static bool is_soap(const struct http_req *q)
{
	const char *type = http_header(q, "Content-Type");

	return type && (strncmp(type, "text/xml", 8) == 0 ||
			strncmp(type, "application/soap+xml", 20) == 0);
}

static bool read_arrived(struct ctx *c, const struct http_req *q, struct arrived *out)
{
	const char *request, *response;
	struct form form;

	if (q->method != POST) {
		const char *raw = http_query_raw(c, q);

		*out = (struct arrived){ SAML_FORM_REDIRECT,
					 SAML_REDIRECT,
					 { raw, strlen(raw) },
					 NULL,
					 strstr(raw, "SAMLResponse=") &&
						 !strstr(raw, "SAMLRequest=") };
		return true;
	}
	if (is_soap(q)) {
		*out = (struct arrived){ SAML_FORM_SOAP, SAML_SOAP_BINDING, q->body, NULL, false };
		return true;
	}
	if (!form_body(c, q, &form))
		return false;
	request = form_value(&form, "SAMLRequest");
	response = form_value(&form, "SAMLResponse");
	*out = (struct arrived){ .form = SAML_FORM_XML,
				 .binding = SAML_POST,
				 .relay = form_value(&form, "RelayState"),
				 .is_response = response != NULL };
	return !request != !response && base64_get(c, request ? request : response, &out->bytes);
}

static bool verify(struct ctx *c, const struct saml_connection *s, const struct arrived *in,
		   struct saml_logout *l, struct refused *why)
{
	struct saml_input input;
	enum saml_refusal r;
	struct demands d;

	if (!demands_of(c, s, true, &d))
		return false;
	input = (struct saml_input){ .form = in->form,
				     .bytes = in->bytes,
				     .policy = &d.policy,
				     .keys = &d.keys,
				     .now = c->now };
	r = saml_pool_verify_logout(saml_pool_here(), c->arena, &input, l);
	if (r != SAML_ACCEPTED)
		*why = refused_message(r, l->detail);
	return true;
}

static bool end_sessions(struct ctx *c, const struct saml_connection *s,
			 const struct saml_logout *l, int64_t *ended, struct refused *why)
{
	struct exchange e = { .source_id = s->source->id,
			      .kind = "saml.logout",
			      .outcome = "accepted" };
	SCOPED_CHANGE ch = { 0 };
	int rounds = l->n_session_indexes ? l->n_session_indexes : 1;
	const char *user_id = NULL, *whose;
	struct rows used;
	int64_t n;

	*ended = 0;
	if (!change_begin(c, &ch) ||
	    !saml_use_once(c, s->source->id, l->id, l->not_on_or_after, &used) || !db_fetch(c))
		return false;
	if (used.count != 1) {
		*why = refused_login(LOGIN_REPLAY, NULL);
		return true;
	}
	for (int i = 0; i < rounds; i++) {
		if (!session_end_named(c, s->source->id, l->name_id.value,
				       l->n_session_indexes ? l->session_indexes[i] : NULL,
				       "identity provider", &n, &whose))
			return false;
		*ended += n;
		user_id = whose ? whose : user_id;
	}
	audit_note(c, (struct audit_note){ .action = "session.ended",
					   .target_kind = "user",
					   .target_id = user_id,
					   .reason = "identity provider" });
	return exchange_put(c, &e) && change_commit(&ch);
}

/* By the binding it came by, or else by one that the provider has; SOAP has its own way. */
static enum saml_binding answer_binding(const struct saml_connection *s, enum saml_binding came)
{
	static const enum saml_binding other[] = { SAML_REDIRECT, SAML_POST };

	if (came == SAML_SOAP_BINDING || saml_endpoint_find(s->idp.slo, s->idp.n_slo, came))
		return came;
	for (int i = 0; i < 2; i++)
		if (saml_endpoint_find(s->idp.slo, s->idp.n_slo, other[i]))
			return other[i];
	return SAML_BINDINGS;
}

static bool answer(struct ctx *c, struct http_resp *p, const struct saml_connection *s,
		   const struct arrived *in, struct saml_logout *l)
{
	enum saml_binding by = answer_binding(s, in->binding);
	struct outgoing out = { 0 };

	if (by == SAML_BINDINGS)
		return page_say(c, p, 200, "signed_out");
	if (in->relay)
		l->relay_state = in->relay;
	if (!logout_response(c, s, l, by, &out))
		return false;
	if (by != SAML_SOAP_BINDING)
		return request_send(c, p, &out, "SAMLResponse",
				    by == SAML_POST ? l->relay_state : NULL);
	p->type = "text/xml; charset=utf-8";
	p->body = (struct slice){ out.body, strlen(out.body) };
	return true;
}

/* Our request was answered; whatever it says, here it is over. */
static bool take_answer(struct ctx *c, struct http_resp *p, const struct saml_connection *s,
			const struct saml_logout *l)
{
	struct saml_pending *asked;
	SCOPED_TX tx = { 0 };

	if (!l->in_response_to || !tx_begin(c, &tx) ||
	    !saml_pending_take(c, s->source->id, secret_digest(c->arena, l->in_response_to),
			       &asked) ||
	    !tx_commit(&tx))
		return c->err.kind == ERR_NONE && page_say(c, p, 200, "signed_out");
	metric_add(METRIC_SAML_ACCEPTED, asked ? "logout_answer" : "logout_answer_late", NULL, 0,
		   1);
	return page_say(c, p, 200, "signed_out");
}

static bool handle(struct ctx *c, const struct http_req *q, struct http_resp *p,
		   const struct saml_connection *s, struct refused *why)
{
	struct saml_logout l = { 0 };
	struct arrived in;
	int64_t ended;

	if (!read_arrived(c, q, &in)) {
		*why = refused_login(LOGIN_FORM, NULL);
		c->err = (struct err){ 0 };
		return true;
	}
	if (!verify(c, s, &in, &l, why))
		return false;
	/* an unsigned answer: the provider's side is not known, ours is over long since */
	if (why->code && in.is_response) {
		*why = (struct refused){ 0 };
		return page_say(c, p, 200, "signed_out");
	}
	if (why->code)
		return true;
	if (l.is_response)
		return take_answer(c, p, s, &l);
	if (!end_sessions(c, s, &l, &ended, why) || why->code)
		return why->code != NULL;
	metric_add(METRIC_SAML_ACCEPTED, "logout", NULL, 0, 1);
	return answer(c, p, s, &in, &l);
}

bool saml_slo(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct refused why = { 0 };
	struct saml_connection *s;
	const char *sealed = NULL;

	if (!login_few(c, q, false) || !login_enter(c, q, &s))
		return false;
	if (!s)
		why = refused_login(LOGIN_NO_SUCH, NULL);
	else if (!s->idp.entity_id)
		why = refused_login(LOGIN_NO_METADATA, NULL);
	else if (q->method != POST && !http_query(c, q, "leave", &sealed))
		return false;
	else if (sealed)
		return leave(c, p, s, sealed);
	else if (!handle(c, q, p, s, &why))
		return false;
	return !why.code || login_refuse(c, q, p, s, "saml.logout", &why);
}
