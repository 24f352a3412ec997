/* attributes.c - from an assertion's attributes to what we know of a person. */
#include "login.h"

#include <string.h>

#define EMAIL_FORMAT     "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
#define UNSPECIFIED      "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
#define TRANSIENT_FORMAT "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"

const char *const groups_state_names[] = { "missing", "overage", "too_many", "sent" };

/* What Entra ID sends in place of the groups of somebody who is in too many. */
static const char *const overage[] = {
	"http://schemas.microsoft.com/claims/groups.link",
	"http://schemas.microsoft.com/ws/2008/06/identity/claims/groups.link",
};

/* The first attribute of a list of names that is there. */
static const struct saml_attribute *first_of(const struct saml_assertion *a,
					     const char *const *names)
{
	const struct saml_attribute *found = NULL;

	for (int i = 0; names[i] && !found; i++)
		found = saml_attribute(a, names[i]);
	return found;
}

static bool has_control(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 127)
			return true;
	return false;
}

/* The one value; NULL if absent or empty.  Two different ones identify nobody. */
static const char *single(struct ctx *c, const struct saml_assertion *a, const char *const *names,
			  struct refused *why)
{
	const struct saml_attribute *attr = first_of(a, names);

	if (!attr || attr->n == 0 || !*attr->values[0])
		return NULL;
	for (int i = 1; i < attr->n; i++)
		if (strcmp(attr->values[i], attr->values[0]) != 0)
			*why = refused_login(LOGIN_AMBIGUOUS,
					     arena_printf(c->arena, "attribute %s", attr->name));
	if (has_control(attr->values[0]))
		*why = refused_message(SAML_ATTRIBUTE, attr->name);
	return attr->values[0];
}

/* Names are for show: of several the first will do. */
static const char *shown(const struct saml_assertion *a, const char *const *names)
{
	const struct saml_attribute *attr = first_of(a, names);

	return attr && attr->n && *attr->values[0] && !has_control(attr->values[0])
		       ? attr->values[0]
		       : NULL;
}

static bool format_is(const struct saml_name_id *n, const char *format)
{
	return n->format && strcmp(n->format, format) == 0;
}

static const char *subject_of(struct ctx *c, const struct saml_settings *s,
			      const struct saml_assertion *a, struct refused *why)
{
	const char *id = single(c, a, s->id, why);

	if (!id && a->name_id.value && !format_is(&a->name_id, TRANSIENT_FORMAT))
		id = a->name_id.value;
	return id;
}

static const char *mail_of(struct ctx *c, const struct saml_settings *s,
			   const struct saml_assertion *a, struct refused *why)
{
	const char *mail = single(c, a, s->mail, why);
	const struct saml_name_id *n = &a->name_id;

	if (!mail && n->value && strchr(n->value, '@') &&
	    (!n->format || format_is(n, EMAIL_FORMAT) || format_is(n, UNSPECIFIED)))
		mail = n->value;
	return mail && strlen(mail) <= USER_NAME_MAX && text_is_utf8(mail) ? mail : NULL;
}

static struct slice trimmed(const char *p, size_t n)
{
	while (n && (*p == ' ' || *p == '\t'))
		p++, n--;
	while (n && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	return (struct slice){ p, n };
}

static void add_group(struct ctx *c, struct claims *out, struct slice name)
{
	const char *text = arena_strndup(c->arena, name.p, name.n);

	if (name.n == 0 || name.n > GROUP_BYTES_MAX || has_control(text)) {
		out->groups_left_out += name.n > 0;
		return;
	}
	for (int i = 0; i < out->groups; i++)
		if (strcmp(out->group[i], text) == 0)
			return;
	if (out->groups == GROUPS_MAX)
		out->groups_state = GROUPS_TOO_MANY;
	else
		out->group[out->groups++] = text;
}

static void add_value(struct ctx *c, const char *separator, const char *value, struct claims *out)
{
	const char *end;

	while (*separator && (end = strstr(value, separator))) {
		add_group(c, out, trimmed(value, (size_t)(end - value)));
		value = end + strlen(separator);
	}
	add_group(c, out, trimmed(value, strlen(value)));
}

static void read_groups(struct ctx *c, const struct saml_settings *s,
			const struct saml_assertion *a, struct claims *out)
{
	const struct saml_attribute *attr = first_of(a, s->groups);

	for (size_t i = 0; i < sizeof(overage) / sizeof(overage[0]); i++)
		if (saml_attribute(a, overage[i]))
			out->groups_state = GROUPS_OVERAGE;
	if (out->groups_state == GROUPS_OVERAGE || !attr)
		return;
	out->groups_state = GROUPS_SENT;
	out->group = arena_array(c->arena, const char *, GROUPS_MAX);
	for (int i = 0; i < attr->n; i++)
		add_value(c, s->group_separator, attr->values[i], out);
}

void claims_read(struct ctx *c, const struct saml_settings *s, const struct saml_assertion *a,
		 struct claims *out, struct refused *why)
{
	*out = (struct claims){ .groups_state = GROUPS_MISSING };
	*why = (struct refused){ 0 };
	out->subject = subject_of(c, s, a, why);
	out->mail = mail_of(c, s, a, why);
	out->first_name = shown(a, s->first_name);
	out->last_name = shown(a, s->last_name);
	out->display_name = shown(a, s->display_name);
	read_groups(c, s, a, out);
	if (!why->code &&
	    (!out->subject || strlen(out->subject) > 256 || has_control(out->subject)))
		*why = refused_login(LOGIN_NO_ID, NULL);
}
