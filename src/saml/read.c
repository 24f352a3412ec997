/* read.c - what a proven element says: names, attributes, times. */
#include "job.h"

#include <string.h>

#include "base/time.h"

enum { NAME_ID_MAX = 1024, ATTRIBUTES_MAX = 512 };

bool read_time(struct job *j, const xmlNode *n, const char *name, bool needed, int64_t *out)
{
	const char *text = node_attr(j, n, name);

	*out = 0;
	if (!text)
		return !needed || refuse(j, SAML_TIME, "%s has no %s", n->name, name);
	return time_parse(text, out) || refuse(j, SAML_TIME, "%s=\"%s\"", name, text);
}

const char *read_status(struct job *j, const xmlNode *message)
{
	const xmlNode *status = node_child(message, NS_SAMLP, "Status");
	const xmlNode *code = status ? node_child(status, NS_SAMLP, "StatusCode") : NULL;

	return code ? node_attr(j, code, "Value") : NULL;
}

/* C0, DEL and C1 in UTF-8. */
static bool has_control(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	for (; *p; p++)
		if (*p < 0x20 || *p == 0x7f || (*p == 0xc2 && p[1] < 0xa0))
			return true;
	return false;
}

/* Exactly as sent: nothing is trimmed or folded. */
static bool name_id_from(struct job *j, const xmlNode *n, struct saml_name_id *out)
{
	const char *value = node_text(j, n);

	if (!value)
		return refuse(j, SAML_TEXT, "the NameID holds elements");
	if (!*value || strlen(value) > NAME_ID_MAX || has_control(value))
		return refuse(j, SAML_NAME_ID, "%zu bytes%s", strlen(value),
			      has_control(value) ? ", control characters among them" : "");
	*out = (struct saml_name_id){
		.value = value,
		.format = node_attr(j, n, "Format"),
		.name_qualifier = node_attr(j, n, "NameQualifier"),
		.sp_name_qualifier = node_attr(j, n, "SPNameQualifier"),
		.sp_provided_id = node_attr(j, n, "SPProvidedID"),
	};
	return true;
}

bool read_name_id(struct job *j, const xmlNode *parent, bool covered, struct saml_name_id *out)
{
	const xmlNode *plain = node_child(parent, NS_SAML, "NameID");
	const xmlNode *encrypted = node_child(parent, NS_SAML, "EncryptedID");
	xmlNode *opened = NULL;

	if (plain && encrypted)
		return refuse(j, SAML_NAME_ID, "a plain and an encrypted one");
	if (plain)
		return name_id_from(j, plain, out);
	if (!encrypted)
		return true;
	if (!decrypt(j, encrypted, covered, &opened))
		return false;
	return node_is(opened, NS_SAML, "NameID")
		       ? name_id_from(j, opened, out)
		       : refuse(j, SAML_NAME_ID, "the EncryptedID holds %s", opened->name);
}

static struct saml_attribute *attribute_named(struct saml_assertion *out, const char *name)
{
	struct saml_attribute *a = out->attributes;

	for (int i = 0; i < out->n_attributes; i++)
		if (strcmp(a[i].name, name) == 0)
			return &a[i];
	a[out->n_attributes].name = name;
	return &a[out->n_attributes++];
}

/* Text beside elements could be told apart in two ways; elements alone (a NameID
 * for eduPersonTargetedID) are a value we do not read. */
static bool read_value(struct job *j, const xmlNode *value, struct saml_attribute *a)
{
	const char *text = node_text(j, value);

	if (text) {
		a->values[a->n++] = text;
		return true;
	}
	for (const xmlNode *n = value->children; n; n = n->next)
		if (n->type == XML_TEXT_NODE && !xmlIsBlankNode(n))
			return refuse(j, SAML_TEXT, "text and elements in one value of %s",
				      a->name);
	return true;
}

static bool read_attribute(struct job *j, const xmlNode *n, struct saml_assertion *out)
{
	const char *name = node_attr(j, n, "Name");
	int more = node_count(n, NS_SAML, "AttributeValue");
	struct saml_attribute *a;

	if (!name || !*name)
		return refuse(j, SAML_ATTRIBUTE, "an Attribute without Name");
	a = attribute_named(out, name);
	if (more)
		a->values = arena_grow(j->arena, a->values, (size_t)a->n * sizeof(*a->values),
				       (size_t)(a->n + more) * sizeof(*a->values));
	for (const xmlNode *v = node_first(n); v; v = node_next(v))
		if (!read_value(j, v, a))
			return false;
	return true;
}

static bool read_statement(struct job *j, const xmlNode *statement, struct saml_assertion *out)
{
	for (const xmlNode *n = node_first(statement); n; n = node_next(n)) {
		if (node_is(n, NS_SAML, "EncryptedAttribute"))
			j->warnings |= SAML_WARN_ENCRYPTED_LEFT;
		else if (out->n_attributes == ATTRIBUTES_MAX)
			return refuse(j, SAML_LIMITS, "more than %d attributes", ATTRIBUTES_MAX);
		else if (!read_attribute(j, n, out))
			return false;
	}
	return true;
}

bool read_attributes(struct job *j, const xmlNode *assertion, struct saml_assertion *out)
{
	const xmlNode *n = node_child(assertion, NS_SAML, "AttributeStatement");

	out->attributes = arena_array(j->arena, struct saml_attribute, ATTRIBUTES_MAX);
	for (; n; n = node_same(n))
		if (!read_statement(j, n, out))
			return false;
	return true;
}
