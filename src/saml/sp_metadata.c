/* sp_metadata.c - metadata by our own hand: ours for the world, both sides' for lasso. */
#include "keys.h"
#include "request.h"
#include "xml.h"

#include <string.h>

#define BINDING "urn:oasis:names:tc:SAML:2.0:bindings:"
#define XMLENC  "http://www.w3.org/2001/04/xmlenc#"
#define XMLENC1 "http://www.w3.org/2009/xmlenc11#"

enum { METADATA_OUT_MAX = 256 * 1024 };

/* clang-format off */
static const char *const bindings[SAML_BINDINGS] = {
	[SAML_REDIRECT]     = BINDING "HTTP-Redirect",
	[SAML_POST]         = BINDING "HTTP-POST",
	[SAML_ARTIFACT]     = BINDING "HTTP-Artifact",
	[SAML_SOAP_BINDING] = BINDING "SOAP",
};
/* clang-format on */

static void endpoint(struct buf *b, const char *name, enum saml_binding binding, int index,
		     const char *location)
{
	buf_printf(b, "<md:%s Binding=\"%s\" Location=\"", name, bindings[binding]);
	xml_escape(b, location);
	buf_puts(b, "\"");
	if (index >= 0)
		buf_printf(b, " index=\"%d\"%s", index, index == 0 ? " isDefault=\"true\"" : "");
	buf_puts(b, "/>");
}

static void head(struct buf *b, const char *entity_id)
{
	buf_puts(b, "<md:EntityDescriptor xmlns:md=\"" NS_METADATA "\" entityID=\"");
	xml_escape(b, entity_id);
	buf_puts(b, "\">");
}

static void sp_open(struct buf *b, const struct saml_connection *s, bool want_assertions)
{
	buf_printf(b,
		   "<md:SPSSODescriptor AuthnRequestsSigned=\"%s\" WantAssertionsSigned=\"%s\""
		   " protocolSupportEnumeration=\"" NS_PROTOCOL "\">",
		   s->settings.sign_requests ? "true" : "false",
		   want_assertions ? "true" : "false");
}

/* In the order of the schema: logout, NameID formats, consumers. */
static void sp_services(struct buf *b, const struct saml_connection *s)
{
	endpoint(b, "SingleLogoutService", SAML_REDIRECT, -1, s->slo_url);
	endpoint(b, "SingleLogoutService", SAML_POST, -1, s->slo_url);
	endpoint(b, "SingleLogoutService", SAML_SOAP_BINDING, -1, s->slo_url);
	if (*s->settings.name_id_format) {
		buf_puts(b, "<md:NameIDFormat>");
		xml_escape(b, s->settings.name_id_format);
		buf_puts(b, "</md:NameIDFormat>");
	}
	endpoint(b, "AssertionConsumerService", SAML_POST, 0, s->acs_url);
	endpoint(b, "AssertionConsumerService", SAML_ARTIFACT, 1, s->acs_url);
	buf_puts(b, "</md:SPSSODescriptor></md:EntityDescriptor>");
}

static void key_descriptor(struct ctx *c, struct buf *b, const struct saml_connection *s,
			   const struct saml_key *k, const char *use)
{
	buf_printf(b,
		   "<md:KeyDescriptor use=\"%s\"><ds:KeyInfo xmlns:ds=\"" NS_DSIG
		   "\"><ds:X509Data><ds:X509Certificate>%s</ds:X509Certificate></ds:X509Data>"
		   "</ds:KeyInfo>",
		   use, pem_body(c, k->certificate));
	if (strcmp(use, "encryption") == 0) {
		buf_puts(b, "<md:EncryptionMethod Algorithm=\"" XMLENC1 "aes256-gcm\"/>"
			    "<md:EncryptionMethod Algorithm=\"" XMLENC1 "aes128-gcm\"/>");
		if (s->settings.allow_cbc)
			buf_puts(b, "<md:EncryptionMethod Algorithm=\"" XMLENC "aes256-cbc\"/>"
				    "<md:EncryptionMethod Algorithm=\"" XMLENC "aes128-cbc\"/>");
		buf_puts(b, "<md:EncryptionMethod Algorithm=\"" XMLENC "rsa-oaep-mgf1p\"/>"
			    "<md:EncryptionMethod Algorithm=\"" XMLENC1 "rsa-oaep\"/>");
	}
	buf_puts(b, "</md:KeyDescriptor>");
}

const char *sp_metadata(struct ctx *c, const struct saml_connection *s)
{
	static const char *const uses[] = { "signing", "encryption" };
	struct buf b = buf_in(c->arena, METADATA_OUT_MAX);

	buf_puts(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	head(&b, s->entity_id);
	sp_open(&b, s,
		s->settings.want == SAML_WANT_ASSERTION || s->settings.want == SAML_WANT_BOTH);
	/* the next key is published before it is used, so that both sides can change over */
	for (int u = 0; u < 2; u++)
		for (int i = 0; i < s->keys; i++)
			if (strcmp(s->key[i].state, "previous") != 0)
				key_descriptor(c, &b, s, &s->key[i], uses[u]);
	sp_services(&b, s);
	return b.p;
}

const char *sp_metadata_plain(struct ctx *c, const struct saml_connection *s)
{
	struct buf b = buf_in(c->arena, METADATA_OUT_MAX);

	head(&b, s->entity_id);
	sp_open(&b, s, false);
	sp_services(&b, s);
	return b.p;
}

static void endpoints(struct buf *b, const char *name, const struct saml_endpoint *list, int n,
		      bool indexed)
{
	for (int i = 0; i < n; i++) {
		buf_printf(b, "<md:%s Binding=\"%s\" Location=\"", name, bindings[list[i].binding]);
		xml_escape(b, list[i].location);
		if (list[i].response_location) {
			buf_puts(b, "\" ResponseLocation=\"");
			xml_escape(b, list[i].response_location);
		}
		buf_puts(b, "\"");
		if (indexed)
			buf_printf(b, " index=\"%d\"", list[i].index);
		buf_puts(b, "/>");
	}
}

const char *idp_metadata_plain(struct ctx *c, const struct saml_connection *s)
{
	struct buf b = buf_in(c->arena, METADATA_OUT_MAX);

	head(&b, s->idp.entity_id);
	buf_puts(&b, "<md:IDPSSODescriptor protocolSupportEnumeration=\"" NS_PROTOCOL "\">");
	endpoints(&b, "ArtifactResolutionService", s->idp.artifact, s->idp.n_artifact, true);
	endpoints(&b, "SingleLogoutService", s->idp.slo, s->idp.n_slo, false);
	endpoints(&b, "SingleSignOnService", s->idp.sso, s->idp.n_sso, false);
	buf_puts(&b, "</md:IDPSSODescriptor></md:EntityDescriptor>");
	return b.p;
}
