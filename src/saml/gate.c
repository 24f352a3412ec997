/*
 * gate.c - from bytes to a document in which nothing is unexpected.
 *
 * One parse, without DTD, entities or network.  Everything that libxml2 found is
 * looked at again as a tree: node types, namespaces, IDs, algorithms, and
 * elements that would have us fetch something.
 */
#include "job.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdlib.h>
#include <string.h>

struct walk {
	struct job *j;
	const char **ids;
	int n_ids;
};

static void stop_at_dtd(void *context, const xmlChar *name, const xmlChar *public_id,
			const xmlChar *system_id)
{
	(void)name;
	(void)public_id;
	(void)system_id;
	xmlStopParser(context);
}

static void free_doc(void *doc)
{
	xmlFreeDoc(doc);
}

/* Scheme and colon: RFC 3986, section 3.1. */
static bool is_absolute(const char *uri)
{
	size_t n = strspn(uri, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

	return n > 0 && uri[n] == ':' && uri[n + 1];
}

static bool is_ncname(const char *s)
{
	return xmlValidateNCName((const xmlChar *)s, 0) == 0;
}

static bool namespaces_fit(struct walk *w, const xmlNode *n)
{
	for (const xmlNs *ns = n->nsDef; ns; ns = ns->next)
		if (!ns->href || !is_absolute((const char *)ns->href))
			return refuse(w->j, SAML_NAMESPACE, "\"%s\" on %s",
				      ns->href ? (const char *)ns->href : "", n->name);
	return true;
}

static bool is_id_name(const char *name)
{
	static const char *const names[] = { "ID",          "Id",         "id",       "iD",
					     "AssertionID", "ResponseID", "RequestID" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static bool note_id(struct walk *w, const xmlNode *n, const char *id)
{
	if (!is_ncname(id) || strlen(id) > 256)
		return refuse(w->j, SAML_IDS, "the ID of %s is no name", n->name);
	if (w->n_ids % 64 == 0)
		w->ids = arena_grow(w->j->arena, w->ids, (size_t)w->n_ids * sizeof(*w->ids),
				    (size_t)(w->n_ids + 64) * sizeof(*w->ids));
	w->ids[w->n_ids++] = id;
	return true;
}

static bool attribute_fits(struct walk *w, const xmlNode *n, const xmlAttr *a)
{
	const char *name = (const char *)a->name;
	const char *value;

	for (const xmlNode *t = a->children; t; t = t->next)
		if (t->type != XML_TEXT_NODE)
			return refuse(w->j, SAML_MARKUP, "an entity in %s", name);
	if (a->ns && a->ns->prefix && strcmp((const char *)a->ns->prefix, "xml") == 0)
		return strcmp(name, "lang") == 0 || strcmp(name, "space") == 0 ||
		       refuse(w->j, SAML_IDS, "xml:%s on %s", name, n->name);
	if (a->ns)
		return true;
	value = node_attr(w->j, n, name);
	if (is_id_name(name))
		return note_id(w, n, value);
	/* SHA-1 has a reason of its own, where it is used; and a message that does not
	 * verify may name what it likes only from this list */
	return strcmp(name, "Algorithm") != 0 || algorithm_known(value) ||
	       refuse(w->j, SAML_ALGORITHM, "%s", value);
}

/* Elements by which others could be had from elsewhere: XML Encryption 1.1,
 * section 3.3.1; XML Signature 1.1, sections 4.5.3 and 4.5.10. */
static bool fetches_nothing(struct walk *w, const xmlNode *n)
{
	if (node_is(n, NS_XENC, "CipherReference") || node_is(n, NS_DS, "RetrievalMethod") ||
	    node_is(n, NS_DSIG11, "KeyInfoReference"))
		return refuse(w->j, SAML_EXTERNAL, "%s", n->name);
	return true;
}

static bool element_fits(struct walk *w, const xmlNode *n)
{
	if (!namespaces_fit(w, n) || !fetches_nothing(w, n))
		return false;
	for (const xmlAttr *a = n->properties; a; a = a->next)
		if (!attribute_fits(w, n, a))
			return false;
	return true;
}

/* Depth is bounded by bytes_check(). */
static bool tree_fits(struct walk *w, const xmlNode *n)
{
	for (; n; n = n->next) {
		if (n->type != XML_ELEMENT_NODE && n->type != XML_TEXT_NODE)
			return refuse(w->j, SAML_MARKUP, "a node of type %d", (int)n->type);
		if (n->type == XML_ELEMENT_NODE &&
		    (!element_fits(w, n) || !tree_fits(w, n->children)))
			return false;
	}
	return true;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool ids_differ(struct walk *w)
{
	if (w->n_ids > 1)
		qsort(w->ids, (size_t)w->n_ids, sizeof(*w->ids), by_text);
	for (int i = 1; i < w->n_ids; i++)
		if (strcmp(w->ids[i - 1], w->ids[i]) == 0)
			return refuse(w->j, SAML_IDS, "%s twice", w->ids[i]);
	return true;
}

/* Never: NOENT, DTDLOAD, DTDATTR, XINCLUDE, RECOVER, HUGE. */
static xmlDoc *parse(struct job *j, struct slice bytes)
{
	xmlParserCtxt *p = xmlCreateMemoryParserCtxt(bytes.p, (int)bytes.n);
	xmlDoc *doc;
	bool good;

	if (!p)
		return NULL;
	xmlCtxtUseOptions(p, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_NOERROR |
				     XML_PARSE_NOWARNING);
	p->sax->internalSubset = stop_at_dtd;
	p->sax->externalSubset = stop_at_dtd;
	xmlParseDocument(p);
	doc = p->myDoc;
	good = p->wellFormed && !p->disableSAX && doc && !doc->intSubset && !doc->extSubset;
	if (good && !p->nsWellFormed) {
		good = false;
		refuse(j, SAML_NAMESPACE, "an undeclared prefix, or an attribute twice");
	}
	p->myDoc = NULL;
	xmlFreeParserCtxt(p);
	if (doc)
		arena_defer(j->arena, free_doc, doc);
	return good ? doc : NULL;
}

bool xml_parse(struct job *j, struct slice bytes, xmlDoc **out)
{
	struct walk w = { .j = j };

	if (!bytes_check(j, bytes))
		return false;
	*out = parse(j, bytes);
	if (!*out || !xmlDocGetRootElement(*out))
		return refuse(j, SAML_XML, "the parser gave up");
	return tree_fits(&w, (*out)->children) && ids_differ(&w);
}
