/*
 * metadata.c - an identity provider's metadata, by our own gate: what is taken over is
 * its name, its signing keys and its endpoints, each checked, and nothing else.
 */
#include <string.h>
#include <strings.h>

#include "base/net.h"
#include "base/time.h"
#include "http/json.h"
#include "keys.h"
#include "saml/connection.h"
#include "xml.h"

enum {
	ENTITY_ID_MAX = 1024,
	LOCATION_MAX = 2000,
	ENTITIES_MAX = 5000,
	AGAIN_MIN_MS = 60 * 60 * 1000,
	AGAIN_MAX_MS = 24 * 60 * 60 * 1000
};

/* clang-format off */
static const char *const bindings[SAML_BINDINGS] = {
	[SAML_REDIRECT]     = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
	[SAML_POST]         = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
	[SAML_ARTIFACT]     = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact",
	[SAML_SOAP_BINDING] = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP",
};
/* clang-format on */

bool saml_url_check(struct ctx *c, const char *what, const char *url)
{
	const char *host;

	if (strlen(url) > LOCATION_MAX)
		return error(c, ERR_VALUE, "%s is longer than %d bytes", what, LOCATION_MAX);
	for (const char *p = url; *p; p++)
		if ((unsigned char)*p <= ' ' || strchr("<>\"'\\`", *p) || (unsigned char)*p > 126)
			return error(c, ERR_VALUE, "%s \"%.100s\" is no URL", what, url);
	if (strncmp(url, "https://", 8) == 0)
		host = url + 8;
	else if (strncmp(url, "http://", 7) == 0 &&
		 host_is_loopback(url + 7, strcspn(url + 7, "/?#:")))
		host = url + 7;
	else
		return error(c, ERR_VALUE, "%s \"%.100s\" must begin with https://", what, url);
	if (strcspn(host, "/?#") == 0 || memchr(host, '@', strcspn(host, "/?#")))
		return error(c, ERR_VALUE, "%s \"%.100s\" names no host", what, url);
	return true;
}

/* A role that is there for SAML 2.0. */
static bool speaks_saml2(struct ctx *c, const xmlNode *role)
{
	const char *protocols = xml_attr(c, role, "protocolSupportEnumeration");

	return protocols && strstr(protocols, NS_PROTOCOL);
}

static const xmlNode *idp_role(struct ctx *c, const xmlNode *entity)
{
	const xmlNode *role = xml_child(entity, NS_METADATA, "IDPSSODescriptor");

	while (role && !speaks_saml2(c, role))
		role = xml_next(role->next, NS_METADATA, "IDPSSODescriptor");
	return role;
}

struct search {
	const char *wanted; /* entityID; NULL: any */
	const xmlNode *found;
	int matches, seen;
};

static void look_at(struct ctx *c, const xmlNode *n, struct search *s)
{
	const char *id;

	if (xml_is(n, NS_METADATA, "EntityDescriptor") && idp_role(c, n)) {
		id = xml_attr(c, n, "entityID");
		if (s->wanted && (!id || strcmp(id, s->wanted) != 0))
			return;
		s->found = n;
		s->matches++;
	}
}

/* Federations publish groups of groups; deeper than two has not been seen. */
static bool search(struct ctx *c, const xmlNode *root, struct search *s)
{
	look_at(c, root, s);
	if (!xml_is(root, NS_METADATA, "EntitiesDescriptor"))
		return true;
	for (const xmlNode *n = root->children; n; n = n->next) {
		if (++s->seen > ENTITIES_MAX)
			return error(c, ERR_VALUE, "the metadata holds too many entities");
		look_at(c, n, s);
		if (!xml_is(n, NS_METADATA, "EntitiesDescriptor"))
			continue;
		for (const xmlNode *m = n->children; m && ++s->seen <= ENTITIES_MAX; m = m->next)
			look_at(c, m, s);
	}
	return true;
}

static bool find_entity(struct ctx *c, const xmlNode *root, const char *wanted, const xmlNode **out)
{
	struct search s = { .wanted = wanted };

	if (!search(c, root, &s))
		return false;
	if (s.matches == 0 && wanted)
		return error(c, ERR_VALUE,
			     "the metadata does not describe \"%.150s\"; for another identity"
			     " provider make another connection",
			     wanted);
	if (s.matches == 0)
		return error(c, ERR_VALUE,
			     "there is no SAML 2.0 identity provider in this metadata "
			     "(EntityDescriptor with an IDPSSODescriptor)");
	if (s.matches > 1)
		return error(c, ERR_VALUE,
			     "the metadata describes %d identity providers; give that of one alone",
			     s.matches);
	*out = s.found;
	return true;
}

static bool read_endpoints(struct ctx *c, const xmlNode *role, const char *name,
			   struct saml_endpoint *out, int *n)
{
	const char *binding, *index;
	int64_t number;

	for (const xmlNode *e = xml_child(role, NS_METADATA, name); e && *n < SAML_ENDPOINTS_MAX;
	     e = xml_next(e->next, NS_METADATA, name)) {
		struct saml_endpoint *p = &out[*n];

		binding = xml_attr(c, e, "Binding");
		p->binding = SAML_BINDINGS;
		for (int b = 0; binding && b < SAML_BINDINGS; b++)
			if (strcmp(bindings[b], binding) == 0)
				p->binding = (enum saml_binding)b;
		p->location = xml_attr(c, e, "Location");
		if (p->binding == SAML_BINDINGS || !p->location)
			continue;
		p->response_location = xml_attr(c, e, "ResponseLocation");
		index = xml_attr(c, e, "index");
		p->index = index && text_int(index, 0, 65535, &number) ? (int)number : 0;
		if (!saml_url_check(c, name, p->location) ||
		    (p->response_location && !saml_url_check(c, name, p->response_location)))
			return false;
		(*n)++;
	}
	return true;
}

/* Keys that may sign: those without a use are for both (IIP-MD11). */
static bool read_keys(struct ctx *c, const xmlNode *role, struct saml_idp *out)
{
	const xmlNode *info, *data, *cert;
	const char *use, *pem;

	for (const xmlNode *k = xml_child(role, NS_METADATA, "KeyDescriptor"); k;
	     k = xml_next(k->next, NS_METADATA, "KeyDescriptor")) {
		use = xml_attr(c, k, "use");
		if (use && strcmp(use, "signing") != 0)
			continue;
		info = xml_child(k, NS_DSIG, "KeyInfo");
		data = xml_child(info, NS_DSIG, "X509Data");
		cert = xml_child(data, NS_DSIG, "X509Certificate");
		if (!cert)
			continue;
		if (out->n_keys == SAML_KEYS_MAX)
			return error(c, ERR_VALUE, "the metadata has more than %d signing keys",
				     SAML_KEYS_MAX);
		if (!key_check_certificate(c, xml_text(c, cert), &pem))
			return false;
		out->key[out->n_keys++] = pem;
	}
	return out->n_keys > 0 ||
	       error(c, ERR_VALUE,
		     "the metadata has no signing certificate: without one no sign-in can be"
		     " checked");
}

/* PnDTnHnMnS of xs:duration; years and months are left out, nobody caches so long. */
static int64_t duration_ms(const char *s)
{
	int64_t total = 0, n = 0;

	if (!s || *s++ != 'P')
		return 0;
	for (bool time = false; *s && total < (int64_t)400 * 86400000; s++) {
		if (*s == 'T')
			time = true;
		else if (*s >= '0' && *s <= '9' && n < 1000000)
			n = n * 10 + (*s - '0');
		else {
			total += n * (*s == 'D'   ? 86400000
				      : *s == 'H' ? 3600000
				      : *s == 'M' ? (time ? 60000 : (int64_t)30 * 86400000)
				      : *s == 'S' ? 1000
						  : 0);
			n = 0;
		}
	}
	return total;
}

/* The earliest end of the entity and what is around it. */
static bool read_validity(struct ctx *c, const xmlNode *entity, struct saml_idp *out)
{
	const char *text;
	int64_t until;

	for (const xmlNode *n = entity; n && n->type == XML_ELEMENT_NODE; n = n->parent) {
		text = xml_attr(c, n, "validUntil");
		if (text && !time_parse(text, &until))
			return error(c, ERR_VALUE, "validUntil of the metadata is no time");
		if (text && (out->valid_until == 0 || until < out->valid_until))
			out->valid_until = until;
		text = xml_attr(c, n, "cacheDuration");
		if (text && out->cache_ms == 0)
			out->cache_ms = duration_ms(text);
	}
	return out->valid_until == 0 || out->valid_until > c->now ||
	       error(c, ERR_VALUE,
		     "the metadata is out of date (validUntil is over): get it anew "
		     "from the identity provider");
}

static bool read_role(struct ctx *c, const xmlNode *entity, struct saml_idp *out)
{
	const xmlNode *role = idp_role(c, entity);
	const char *want = xml_attr(c, role, "WantAuthnRequestsSigned");

	out->want_signed = want && (strcmp(want, "true") == 0 || strcmp(want, "1") == 0);
	if (!read_keys(c, role, out) ||
	    !read_endpoints(c, role, "SingleSignOnService", out->sso, &out->n_sso) ||
	    !read_endpoints(c, role, "SingleLogoutService", out->slo, &out->n_slo) ||
	    !read_endpoints(c, role, "ArtifactResolutionService", out->artifact, &out->n_artifact))
		return false;
	if (!saml_endpoint_find(out->sso, out->n_sso, SAML_REDIRECT) &&
	    !saml_endpoint_find(out->sso, out->n_sso, SAML_POST))
		return error(c, ERR_VALUE,
			     "the metadata has no SingleSignOnService with HTTP-Redirect or "
			     "HTTP-POST");
	return true;
}

bool saml_metadata_read(struct ctx *c, struct slice xml, const char *entity_id,
			struct saml_idp *out)
{
	const xmlNode *entity = NULL;
	xmlNode *root;

	*out = (struct saml_idp){ 0 };
	if (xml.n > SAML_METADATA_MAX)
		return error(c, ERR_VALUE,
			     "the metadata is larger than %d bytes; give that of one "
			     "identity provider alone",
			     SAML_METADATA_MAX);
	if (!xml_read(c, xml, &root) || !find_entity(c, root, entity_id, &entity))
		return false;
	out->entity_id = xml_attr(c, entity, "entityID");
	if (!out->entity_id || !*out->entity_id || strlen(out->entity_id) > ENTITY_ID_MAX)
		return error(c, ERR_VALUE, "the metadata has no entityID of 1 to %d bytes",
			     ENTITY_ID_MAX);
	return read_validity(c, entity, out) && read_role(c, entity, out);
}

int64_t saml_again(const struct ctx *c, const struct saml_idp *idp)
{
	int64_t rest = idp->cache_ms ? idp->cache_ms : AGAIN_MAX_MS;

	/* in time before it ends, so that several tries are left */
	if (idp->valid_until && (idp->valid_until - c->now) / 2 < rest)
		rest = (idp->valid_until - c->now) / 2;
	if (rest > AGAIN_MAX_MS)
		rest = AGAIN_MAX_MS;
	return c->now + (rest < AGAIN_MIN_MS ? AGAIN_MIN_MS : rest);
}

const struct saml_endpoint *saml_endpoint_find(const struct saml_endpoint *list, int n,
					       enum saml_binding binding)
{
	for (int i = 0; i < n; i++)
		if (list[i].binding == binding)
			return &list[i];
	return NULL;
}

/* ---- as it is stored ---- */

static json_t *endpoints_json(const struct saml_endpoint *list, int n)
{
	json_t *all = json_array(), *j;

	for (int i = 0; i < n; i++) {
		j = json_object();
		json_put_text(j, "binding", saml_binding_names[list[i].binding]);
		json_put_int(j, "index", list[i].index);
		json_put_text(j, "location", list[i].location);
		json_put_text(j, "response_location", list[i].response_location);
		json_array_append_new(all, j);
	}
	return all;
}

const char *saml_idp_text(struct ctx *c, const struct saml_idp *idp)
{
	json_t *j = json_own(c, json_object()), *keys = json_array();
	char *text;

	for (int i = 0; i < idp->n_keys; i++)
		json_array_append_new(keys, json_string(idp->key[i]));
	json_put_text(j, "entity_id", idp->entity_id);
	json_object_set_new(j, "keys", keys);
	json_object_set_new(j, "sso", endpoints_json(idp->sso, idp->n_sso));
	json_object_set_new(j, "slo", endpoints_json(idp->slo, idp->n_slo));
	json_object_set_new(j, "artifact", endpoints_json(idp->artifact, idp->n_artifact));
	json_put_bool(j, "want_signed", idp->want_signed);
	json_put_int(j, "valid_until", idp->valid_until);
	text = json_dumps(j, JSON_COMPACT);
	return arena_adopt(c->arena, text);
}

static void endpoints_read(struct ctx *c, const json_t *all, struct saml_endpoint *out, int *n)
{
	const char *binding;
	const json_t *j;

	for (size_t i = 0; i < json_array_size(all) && *n < SAML_ENDPOINTS_MAX; i++) {
		struct saml_endpoint *p = &out[(*n)++];

		j = json_array_get(all, i);
		binding = json_string_value(json_object_get(j, "binding"));
		for (int b = 0; binding && b < SAML_BINDINGS; b++)
			if (strcmp(saml_binding_names[b], binding) == 0)
				p->binding = (enum saml_binding)b;
		p->index = (int)json_integer_value(json_object_get(j, "index"));
		p->location =
			arena_strdup(c->arena, json_string_value(json_object_get(j, "location")));
		p->response_location =
			arena_strdup(c->arena,
				     json_string_value(json_object_get(j, "response_location")));
	}
}

bool saml_idp_read(struct ctx *c, const char *text, struct saml_idp *out)
{
	json_t *j = json_own(c, json_loads(text, 0, NULL));
	const json_t *keys = json_object_get(j, "keys");

	*out = (struct saml_idp){ 0 };
	if (!json_is_object(j))
		return error(c, ERR_INTERNAL, "what is stored of an identity provider is damaged");
	out->entity_id = arena_strdup(c->arena, json_string_value(json_object_get(j, "entity_id")));
	for (size_t i = 0; i < json_array_size(keys) && i < SAML_KEYS_MAX; i++)
		out->key[out->n_keys++] =
			arena_strdup(c->arena, json_string_value(json_array_get(keys, i)));
	endpoints_read(c, json_object_get(j, "sso"), out->sso, &out->n_sso);
	endpoints_read(c, json_object_get(j, "slo"), out->slo, &out->n_slo);
	endpoints_read(c, json_object_get(j, "artifact"), out->artifact, &out->n_artifact);
	out->want_signed = json_is_true(json_object_get(j, "want_signed"));
	out->valid_until = json_integer_value(json_object_get(j, "valid_until"));
	return true;
}
