/* request.c - AuthnRequests, built by lasso and signed with the connection's key. */
#include "request.h"

#include <string.h>

#include "base/secret.h"
#include "http/cookie.h"
#include "http/page.h"
#include "lasso.h"

static void unref(void *object)
{
	g_object_unref(object);
}

void lasso_own(struct ctx *c, void *object)
{
	arena_defer(c->arena, unref, object);
}

const char *message_id(struct ctx *c)
{
	/* 64 hex digits of a digest over fresh randomness, the first 32 of them */
	const char *hex = secret_digest(c->arena, secret_random(c->arena, 32));

	return arena_printf(c->arena, "_%.32s", hex);
}

bool lasso_side(struct ctx *c, const struct saml_connection *s, LassoServer **out)
{
	const char *md = sp_metadata_plain(c, s);
	LassoProvider *idp;
	struct slice *key;
	int n;

	if (!saml_keys_open(c, s, &key, &n))
		return false;
	*out = lasso_server_new_from_buffers(md, n ? key[0].p : NULL, NULL, NULL);
	if (!*out)
		return error(c, ERR_INTERNAL, "lasso does not take our metadata");
	lasso_own(c, *out);
	(*out)->signature_method = LASSO_SIGNATURE_METHOD_RSA_SHA256;
	idp = lasso_provider_new_from_buffer(LASSO_PROVIDER_ROLE_IDP, idp_metadata_plain(c, s),
					     NULL, NULL);
	if (!idp)
		return error(c, ERR_INTERNAL, "lasso does not take the provider's metadata");
	lasso_own(c, idp);
	return lasso_server_add_provider2(*out, idp) == 0 ||
	       error(c, ERR_INTERNAL, "lasso does not take the provider");
}

/* glib's memory, as lasso expects it in its fields. */
static void set_text(char **field, const char *text)
{
	g_free(*field);
	*field = g_strdup(text);
}

static void set_name_id_policy(LassoSamlp2AuthnRequest *r, const char *format)
{
	if (r->NameIDPolicy)
		g_object_unref(r->NameIDPolicy);
	r->NameIDPolicy = NULL;
	if (!*format)
		return;
	r->NameIDPolicy = LASSO_SAMLP2_NAME_ID_POLICY(lasso_samlp2_name_id_policy_new());
	set_text(&r->NameIDPolicy->Format, format);
	r->NameIDPolicy->AllowCreate = TRUE;
}

static void set_contexts(LassoSamlp2AuthnRequest *r, const char *const *contexts)
{
	LassoSamlp2RequestedAuthnContext *wanted;

	if (!contexts[0])
		return;
	wanted = LASSO_SAMLP2_REQUESTED_AUTHN_CONTEXT(lasso_samlp2_requested_authn_context_new());
	wanted->Comparison = g_strdup("exact");
	for (int i = 0; contexts[i]; i++)
		wanted->AuthnContextClassRef =
			g_list_append(wanted->AuthnContextClassRef, g_strdup(contexts[i]));
	r->RequestedAuthnContext = wanted;
}

static void fill_in(struct ctx *c, const struct saml_connection *s, bool force, LassoLogin *login,
		    struct outgoing *out)
{
	LassoProfile *profile = LASSO_PROFILE(login);
	LassoSamlp2AuthnRequest *r = LASSO_SAMLP2_AUTHN_REQUEST(profile->request);
	LassoSamlp2RequestAbstract *abstract = LASSO_SAMLP2_REQUEST_ABSTRACT(r);
	const struct saml_settings *set = &s->settings;
	bool artifact = set->response_binding == SAML_ARTIFACT;

	out->id = message_id(c);
	set_text(&abstract->ID, out->id);
	set_name_id_policy(r, set->name_id_format);
	set_text(&r->AssertionConsumerServiceURL, s->acs_url);
	set_text(&r->ProtocolBinding, artifact ? LASSO_SAML2_METADATA_BINDING_ARTIFACT
					       : LASSO_SAML2_METADATA_BINDING_POST);
	r->ForceAuthn = force;
	set_contexts(r, set->authn_contexts);
	lasso_profile_set_signature_hint(profile, set->sign_requests || s->idp.want_signed
							  ? LASSO_PROFILE_SIGNATURE_HINT_FORCE
							  : LASSO_PROFILE_SIGNATURE_HINT_FORBID);
}

/* The binding of the settings, or the one the provider has. */
static enum saml_binding binding_of(const struct saml_connection *s)
{
	enum saml_binding wanted = (enum saml_binding)s->settings.request_binding;

	if (saml_endpoint_find(s->idp.sso, s->idp.n_sso, wanted))
		return wanted;
	return wanted == SAML_POST ? SAML_REDIRECT : SAML_POST;
}

bool request_authn(struct ctx *c, const struct saml_connection *s, bool force, struct outgoing *out)
{
	bool post = binding_of(s) == SAML_POST;
	LassoServer *server;
	LassoLogin *login;
	int rc;

	if (!lasso_side(c, s, &server))
		return false;
	login = lasso_login_new(server);
	lasso_own(c, login);
	rc = lasso_login_init_authn_request(login, s->idp.entity_id,
					    post ? LASSO_HTTP_METHOD_POST
						 : LASSO_HTTP_METHOD_REDIRECT);
	if (rc == 0) {
		fill_in(c, s, force, login, out);
		rc = lasso_login_build_authn_request_msg(login);
	}
	if (rc != 0)
		return error(c, ERR_INTERNAL, "lasso cannot build an AuthnRequest (%d)", rc);
	out->url = arena_strdup(c->arena, LASSO_PROFILE(login)->msg_url);
	out->body = post ? arena_strdup(c->arena, LASSO_PROFILE(login)->msg_body) : NULL;
	return true;
}

bool request_send(struct ctx *c, struct http_resp *p, const struct outgoing *o, const char *field,
		  const char *relay)
{
	const char *const fields[] = { field, o->body, relay ? "RelayState" : NULL, relay, NULL };

	if (o->body)
		return page_post(c, p, o->url, fields);
	http_redirect(p, o->url);
	http_add_header(p, "Cache-Control", "no-store");
	return true;
}
