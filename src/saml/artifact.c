/* artifact.c - the artifact binding: ArtifactResolve by lasso, carried over https.
 *
 * The answer goes through the same verification as a posted one: the line it came over
 * vouches for nothing. */
#include "artifact.h"

#include <openssl/sha.h>
#include <string.h>

#include <lasso/xml/saml-2.0/samlp2_artifact_resolve.h>
#include <lasso/xml/saml-2.0/samlp2_request_abstract.h>

#include "fetch.h"
#include "http/lane.h"
#include "keys.h"
#include "lasso.h"
#include "request.h"

/* Type 0x0004, endpoint index, SHA-1 of the issuer's entityID, 20 bytes of handle
 * (SAML Bindings, 3.6.4). */
enum { ARTIFACT_BYTES = 44, SOURCE_AT = 4 };

static const struct saml_endpoint *endpoint_of(const struct saml_connection *s, int index)
{
	for (int i = 0; i < s->idp.n_artifact; i++)
		if (s->idp.artifact[i].binding == SAML_SOAP_BINDING &&
		    s->idp.artifact[i].index == index)
			return &s->idp.artifact[i];
	return saml_endpoint_find(s->idp.artifact, s->idp.n_artifact, SAML_SOAP_BINDING);
}

/* Ours to resolve only if this connection's identity provider made it. */
static bool read_artifact(struct ctx *c, const struct saml_connection *s, const char *text,
			  const struct saml_endpoint **out)
{
	unsigned char source[SHA_DIGEST_LENGTH];
	const unsigned char *b;
	struct slice raw;

	if (strlen(text) > 128 || !base64_get(c, text, &raw) || raw.n != ARTIFACT_BYTES)
		return error(c, ERR_VALUE, "the artifact is not 44 bytes in base64");
	b = (const unsigned char *)raw.p;
	if (b[0] != 0 || b[1] != 4)
		return error(c, ERR_VALUE, "the artifact is not of type 0x0004");
	SHA1((const unsigned char *)s->idp.entity_id, strlen(s->idp.entity_id), source);
	if (memcmp(source, b + SOURCE_AT, sizeof(source)) != 0)
		return error(c, ERR_VALUE, "the artifact is another identity provider's");
	*out = endpoint_of(s, b[2] << 8 | b[3]);
	return *out ||
	       error(c, ERR_VALUE, "the metadata has no ArtifactResolutionService with SOAP");
}

static bool build(struct ctx *c, const struct saml_connection *s, const char *artifact,
		  const char **soap, const char **id)
{
	LassoServer *server;
	LassoLogin *login;
	LassoSamlp2RequestAbstract *r;
	const char *query = arena_printf(c->arena, "%s", artifact);
	int rc;

	if (!lasso_side(c, s, &server))
		return false;
	login = lasso_login_new(server);
	lasso_own(c, login);
	rc = lasso_login_init_request(login, (gchar *)(uintptr_t)query,
				      LASSO_HTTP_METHOD_ARTIFACT_POST);
	if (rc == 0) {
		r = LASSO_SAMLP2_REQUEST_ABSTRACT(LASSO_PROFILE(login)->request);
		*id = message_id(c);
		g_free(r->ID);
		r->ID = g_strdup(*id);
		rc = lasso_login_build_request_msg(login);
	}
	if (rc != 0)
		return error(c, ERR_VALUE, "lasso cannot build an ArtifactResolve (%d)", rc);
	*soap = arena_strdup(c->arena, LASSO_PROFILE(login)->msg_body);
	return true;
}

bool artifact_resolve(struct ctx *c, const struct saml_connection *s, const char *artifact,
		      struct slice *soap, const char **request_id)
{
	const struct saml_endpoint *at = NULL;
	const char *body = "";

	return read_artifact(c, s, artifact, &at) && at && lane_wait(c) &&
	       build(c, s, artifact, &body, request_id) && fetch_soap(c, at->location, body, soap);
}
