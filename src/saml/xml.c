/* xml.c - libxml2 for documents that administrators give us. */
#include "xml.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <string.h>

static void free_doc(void *doc)
{
	xmlFreeDoc(doc);
}

/* A DTD brings entities, and those bring files, addresses and bombs. */
static bool has_dtd(struct slice s)
{
	return memmem(s.p, s.n, "<!DOCTYPE", 9) || memmem(s.p, s.n, "<!ENTITY", 8);
}

static void quiet(void *arg, xmlError *error)
{
	(void)arg, (void)error;
}

bool xml_read(struct ctx *c, struct slice bytes, xmlNode **root)
{
	xmlParserCtxt *parser;
	xmlDoc *doc;
	bool good;

	if (has_dtd(bytes))
		return error(c, ERR_VALUE, "the document has a DOCTYPE; SAML forbids that");
	parser = xmlCreateMemoryParserCtxt(bytes.p, (int)bytes.n);
	if (!parser)
		return error(c, ERR_VALUE, "the document is empty");
	xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	xmlSetStructuredErrorFunc(NULL, quiet);
	xmlParseDocument(parser);
	xmlSetStructuredErrorFunc(NULL, NULL);
	doc = parser->myDoc;
	good = parser->wellFormed && doc && !doc->intSubset;
	xmlFreeParserCtxt(parser);
	if (doc)
		arena_defer(c->arena, free_doc, doc);
	*root = good ? xmlDocGetRootElement(doc) : NULL;
	return *root || error(c, ERR_VALUE, "this is not well-formed XML");
}

bool xml_is(const xmlNode *n, const char *ns, const char *name)
{
	return n && n->type == XML_ELEMENT_NODE && n->ns && n->ns->href &&
	       strcmp((const char *)n->name, name) == 0 &&
	       strcmp((const char *)n->ns->href, ns) == 0;
}

const xmlNode *xml_next(const xmlNode *n, const char *ns, const char *name)
{
	while (n && !xml_is(n, ns, name))
		n = n->next;
	return n;
}

const xmlNode *xml_child(const xmlNode *n, const char *ns, const char *name)
{
	return n ? xml_next(n->children, ns, name) : NULL;
}

/* libxml2's own memory is given back at once. */
static const char *taken(struct ctx *c, xmlChar *text)
{
	const char *s = arena_strdup(c->arena, (const char *)text);

	if (text)
		xmlFree(text);
	return s;
}

const char *xml_attr(struct ctx *c, const xmlNode *n, const char *name)
{
	return taken(c, xmlGetNoNsProp(n, (const xmlChar *)name));
}

const char *xml_text(struct ctx *c, const xmlNode *n)
{
	const char *s = n ? taken(c, xmlNodeGetContent(n)) : NULL;
	size_t len;

	if (!s)
		return "";
	s += strspn(s, " \t\r\n");
	for (len = strlen(s); len && strchr(" \t\r\n", s[len - 1]);)
		len--;
	return arena_strndup(c->arena, s, len);
}

void xml_escape(struct buf *b, const char *s)
{
	static const char *const as[128] = {
		['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&apos;"
	};

	for (; *s; s++) {
		if ((unsigned char)*s < 128 && as[(unsigned char)*s])
			buf_puts(b, as[(unsigned char)*s]);
		else
			buf_put(b, s, 1);
	}
}
