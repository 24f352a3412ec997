/* xml.h - reading XML that is not a sign-in: metadata.  Private to src/saml. */
#pragma once

#include <libxml/tree.h>

#include "base/ctx.h"
#include "base/text.h"

#define NS_METADATA  "urn:oasis:names:tc:SAML:2.0:metadata"
#define NS_PROTOCOL  "urn:oasis:names:tc:SAML:2.0:protocol"
#define NS_ASSERTION "urn:oasis:names:tc:SAML:2.0:assertion"
#define NS_DSIG      "http://www.w3.org/2000/09/xmldsig#"

/* One parse, without DTD, entities or network; the tree lives as long as the arena. */
bool xml_read(struct ctx *c, struct slice bytes, xmlNode **root) MUST;
bool xml_is(const xmlNode *n, const char *ns, const char *name);
/* The next element of this name from n on (n included), among its siblings; NULL. */
const xmlNode *xml_next(const xmlNode *n, const char *ns, const char *name);
/* First child element of this name; NULL. */
const xmlNode *xml_child(const xmlNode *n, const char *ns, const char *name);
/* Attribute without namespace; NULL if absent. */
const char *xml_attr(struct ctx *c, const xmlNode *n, const char *name);
/* Text of an element that holds no elements, without blanks around it. */
const char *xml_text(struct ctx *c, const xmlNode *n);

/* s with the five characters of XML escaped. */
void xml_escape(struct buf *b, const char *s);
