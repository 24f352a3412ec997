/* node.c - reading a document by namespace and name, never by prefix. */
#include "job.h"

#include <string.h>

static const char *const uris[] = {
	[NS_SAML] = "urn:oasis:names:tc:SAML:2.0:assertion",
	[NS_SAMLP] = "urn:oasis:names:tc:SAML:2.0:protocol",
	[NS_DS] = "http://www.w3.org/2000/09/xmldsig#",
	[NS_DSIG11] = "http://www.w3.org/2009/xmldsig11#",
	[NS_XENC] = "http://www.w3.org/2001/04/xmlenc#",
	[NS_XENC11] = "http://www.w3.org/2009/xmlenc11#",
	[NS_C14N] = "http://www.w3.org/2001/10/xml-exc-c14n#",
	[NS_SOAP] = "http://schemas.xmlsoap.org/soap/envelope/",
	[NS_MD] = "urn:oasis:names:tc:SAML:2.0:metadata",
	[NS_MDUI] = "urn:oasis:names:tc:SAML:metadata:ui",
};

const char *ns_uri(enum ns ns)
{
	return uris[ns];
}

const char *node_name(const xmlNode *n)
{
	return n ? (const char *)n->name : "nothing";
}

bool node_is(const xmlNode *n, enum ns ns, const char *name)
{
	return n && n->type == XML_ELEMENT_NODE && n->ns && n->ns->href &&
	       strcmp((const char *)n->name, name) == 0 &&
	       strcmp((const char *)n->ns->href, uris[ns]) == 0;
}

static xmlNode *element_from(xmlNode *n)
{
	while (n && n->type != XML_ELEMENT_NODE)
		n = n->next;
	return n;
}

xmlNode *node_first(const xmlNode *parent)
{
	return element_from(parent->children);
}

xmlNode *node_next(const xmlNode *n)
{
	return element_from(n->next);
}

xmlNode *node_child(const xmlNode *parent, enum ns ns, const char *name)
{
	xmlNode *n = node_first(parent);

	while (n && !node_is(n, ns, name))
		n = node_next(n);
	return n;
}

xmlNode *node_same(const xmlNode *n)
{
	xmlNode *next = node_next(n);

	while (next && (strcmp((const char *)next->name, (const char *)n->name) != 0 || !next->ns ||
			!n->ns || !xmlStrEqual(next->ns->href, n->ns->href)))
		next = node_next(next);
	return next;
}

int node_count(const xmlNode *parent, enum ns ns, const char *name)
{
	int n = 0;

	for (const xmlNode *at = node_child(parent, ns, name); at; at = node_same(at))
		n++;
	return n;
}

/* Texts put together: a parser may cut one into several nodes. */
static const char *texts(struct job *j, const xmlNode *first)
{
	struct buf b = buf_in(j->arena, SAML_MESSAGE_MAX);

	if (first && !first->next && first->content)
		return arena_strdup(j->arena, (const char *)first->content);
	for (; first; first = first->next)
		if (first->content)
			buf_puts(&b, (const char *)first->content);
	return b.p ? b.p : "";
}

const char *node_attr(struct job *j, const xmlNode *n, const char *name)
{
	for (const xmlAttr *a = n->properties; a; a = a->next)
		if (!a->ns && strcmp((const char *)a->name, name) == 0)
			return texts(j, a->children);
	return NULL;
}

const char *node_text(struct job *j, const xmlNode *n)
{
	return node_first(n) ? NULL : texts(j, n->children);
}

bool node_base64(struct job *j, const xmlNode *n, struct slice *out)
{
	const char *text = node_text(j, n);

	if (!text)
		return refuse(j, SAML_TEXT, "%s holds elements", (const char *)n->name);
	return base64_decode(j, (struct slice){ text, strlen(text) }, out);
}
