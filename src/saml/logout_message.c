/* logout_message.c - LogoutRequests and LogoutResponses, built by lasso from what we keep and
 * from what was verified, never from what came. */
#include "logout_message.h"

#include <lasso/xml/saml-2.0/samlp2_logout_request.h>
#include <lasso/xml/saml-2.0/samlp2_request_abstract.h>
#include <string.h>
#include <zlib.h>

#include "base/time.h"
#include "keys.h"
#include "lasso.h"
#include "xml.h"

enum { TEXT_MAX = 64 * 1024 };

/* The session as lasso wants to know it, made from what we keep. */
static const char *session_dump(struct ctx *c, const struct saml_connection *s, const char *name_id,
				const char *index)
{
	struct buf b = buf_in(c->arena, TEXT_MAX);

	buf_puts(&b, "<Session xmlns=\"http://www.entrouvert.org/namespaces/lasso/0.0\""
		     " Version=\"2\"><NidAndSessionIndex AssertionID=\"_a\" ProviderID=\"");
	xml_escape(&b, s->idp.entity_id);
	buf_puts(&b, "\"");
	if (index) {
		buf_puts(&b, " SessionIndex=\"");
		xml_escape(&b, index);
		buf_puts(&b, "\"");
	}
	buf_printf(&b, ">%s</NidAndSessionIndex></Session>", name_id);
	return b.p;
}

static LassoHttpMethod method_of(enum saml_binding binding)
{
	return binding == SAML_REDIRECT ? LASSO_HTTP_METHOD_REDIRECT
	       : binding == SAML_POST   ? LASSO_HTTP_METHOD_POST
					: LASSO_HTTP_METHOD_SOAP;
}

static bool new_logout(struct ctx *c, const struct saml_connection *s, const char *name_id,
		       const char *index, LassoLogout **out)
{
	LassoServer *server;

	if (!lasso_side(c, s, &server))
		return false;
	*out = lasso_logout_new(server);
	lasso_own(c, *out);
	return lasso_profile_set_session_from_dump(LASSO_PROFILE(*out),
						   session_dump(c, s, name_id, index)) == 0 ||
	       error(c, ERR_INTERNAL, "lasso does not take a session");
}

static void take_out(struct ctx *c, LassoLogout *logout, bool with_body, struct outgoing *out)
{
	LassoProfile *profile = LASSO_PROFILE(logout);

	out->url = arena_strdup(c->arena, profile->msg_url);
	out->body = with_body ? arena_strdup(c->arena, profile->msg_body) : NULL;
}

bool logout_request(struct ctx *c, const struct saml_connection *s, const struct saml_endpoint *to,
		    const char *name_id, const char *index, struct outgoing *out)
{
	LassoSamlp2RequestAbstract *r;
	LassoLogout *logout;
	int rc;

	if (!new_logout(c, s, name_id, index, &logout))
		return false;
	rc = lasso_logout_init_request(logout, (gchar *)(uintptr_t)s->idp.entity_id,
				       method_of(to->binding));
	if (rc == 0) {
		r = LASSO_SAMLP2_REQUEST_ABSTRACT(LASSO_PROFILE(logout)->request);
		out->id = message_id(c);
		g_free(r->ID);
		r->ID = g_strdup(out->id);
		lasso_profile_set_signature_hint(LASSO_PROFILE(logout),
						 LASSO_PROFILE_SIGNATURE_HINT_FORCE);
		rc = lasso_logout_build_request_msg(logout);
	}
	if (rc != 0)
		return error(c, ERR_INTERNAL, "lasso cannot build a LogoutRequest (%d)", rc);
	take_out(c, logout, to->binding != SAML_REDIRECT, out);
	return true;
}

static void put_name_id(struct buf *b, const struct saml_name_id *n)
{
	buf_puts(b, "<saml:NameID xmlns:saml=\"" NS_ASSERTION "\"");
	if (n->format) {
		buf_puts(b, " Format=\"");
		xml_escape(b, n->format);
		buf_puts(b, "\"");
	}
	buf_puts(b, ">");
	xml_escape(b, n->value);
	buf_puts(b, "</saml:NameID>");
}

/* A session index of no meaning: lasso compares what it is given with what it has. */
#define ANY_SESSION "_s"

/* A plain request with the verified one's id: for lasso to answer. */
static const char *plain_request(struct ctx *c, const struct saml_logout *l, const char *name_id)
{
	struct buf b = buf_in(c->arena, TEXT_MAX);

	buf_puts(&b, "<samlp:LogoutRequest xmlns:samlp=\"" NS_PROTOCOL "\" ID=\"");
	xml_escape(&b, l->id);
	buf_printf(&b, "\" Version=\"2.0\" IssueInstant=\"%s\"><saml:Issuer xmlns:saml=\"%s\">",
		   time_text(c->arena, c->now), NS_ASSERTION);
	xml_escape(&b, l->issuer);
	buf_printf(&b,
		   "</saml:Issuer>%s<samlp:SessionIndex>" ANY_SESSION "</samlp:SessionIndex>"
		   "</samlp:LogoutRequest>",
		   name_id);
	return b.p;
}

/* Raw deflate (SAML Bindings, 3.4.4.1). */
static bool deflated(struct ctx *c, const char *text, const char **out)
{
	z_stream z = { 0 };
	size_t n = strlen(text), room = n + 1024;
	unsigned char *bytes = arena_alloc(c->arena, room);
	int rc;

	if (deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return error(c, ERR_INTERNAL, "zlib cannot be used");
	z.next_in = (Bytef *)(uintptr_t)text;
	z.avail_in = (uInt)n;
	z.next_out = bytes;
	z.avail_out = (uInt)room;
	rc = deflate(&z, Z_FINISH);
	deflateEnd(&z);
	*out = base64_put(c, bytes, z.total_out);
	return rc == Z_STREAM_END || error(c, ERR_INTERNAL, "a message could not be packed");
}

/* In the dress of a binding: lasso answers by the one it was asked by. */
static bool dressed(struct ctx *c, const char *xml, enum saml_binding binding, const char **out)
{
	const char *packed = "";

	if (binding == SAML_POST) {
		*out = base64_put(c, xml, strlen(xml));
		return true;
	}
	if (binding == SAML_SOAP_BINDING) {
		*out = arena_printf(c->arena,
				    "<s:Envelope "
				    "xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">"
				    "<s:Body>%s</s:Body></s:Envelope>",
				    xml);
		return true;
	}
	if (!deflated(c, xml, &packed))
		return false;
	*out = arena_printf(c->arena, "SAMLRequest=%s", percent_put(c, packed));
	return true;
}

bool logout_response(struct ctx *c, const struct saml_connection *s, const struct saml_logout *l,
		     enum saml_binding binding, struct outgoing *out)
{
	struct buf name = buf_in(c->arena, TEXT_MAX);
	const char *request;
	LassoProfile *profile;
	LassoLogout *logout;
	int rc;

	put_name_id(&name, &l->name_id);
	if (!dressed(c, plain_request(c, l, name.p), binding, &request) ||
	    !new_logout(c, s, name.p, ANY_SESSION, &logout))
		return false;
	profile = LASSO_PROFILE(logout);
	lasso_profile_set_signature_verify_hint(profile,
						LASSO_PROFILE_SIGNATURE_VERIFY_HINT_IGNORE);
	IGNORE(lasso_logout_process_request_msg(logout, (char *)(uintptr_t)request));
	IGNORE(lasso_logout_validate_request(logout));
	lasso_profile_set_signature_hint(profile, LASSO_PROFILE_SIGNATURE_HINT_FORCE);
	if (l->relay_state) {
		g_free(profile->msg_relayState);
		profile->msg_relayState = g_strdup(l->relay_state);
	}
	rc = lasso_logout_build_response_msg(logout);
	if (rc != 0)
		return error(c, ERR_INTERNAL, "lasso cannot build a LogoutResponse (%d)", rc);
	take_out(c, logout, binding != SAML_REDIRECT, out);
	return true;
}
