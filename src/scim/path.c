/* path.c - splits attribute names and PATCH paths (RFC 7644, section 3.5.2, figure 7). */

#include "path.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const char *const schemas[] = { SCHEMA_ENTERPRISE, SCHEMA_USER, SCHEMA_GROUP };

size_t name_span(const char *text)
{
	size_t n = 0;

	while (isalnum((unsigned char)text[n]) || (text[n] && strchr("._-:$", text[n])))
		n++;
	return n;
}

static bool starts(struct slice s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.n >= n && strncasecmp(s.p, prefix, n) == 0;
}

/* Takes a URN off the front of *text, with the ":" or "." behind it. */
static bool take_urn(struct arena *a, struct slice *text, const char **schema)
{
	size_t n = 0;

	for (size_t i = 0; i < sizeof(schemas) / sizeof(schemas[0]) && n == 0; i++)
		if (starts(*text, schemas[i])) {
			*schema = schemas[i];
			n = strlen(schemas[i]);
		}
	if (n == 0) { /* one we do not know: up to its last colon */
		for (n = text->n; n > 0 && text->p[n - 1] != ':'; n--)
			;
		*schema = n ? arena_strndup(a, text->p, n - 1) : NULL;
		n = n ? n - 1 : 0;
	}
	if (n < text->n && text->p[n] != ':' && text->p[n] != '.')
		return false;
	n += n < text->n;
	text->p += n;
	text->n -= n;
	return true;
}

static bool is_name(struct slice s)
{
	size_t i = s.n && s.p[0] == '$';

	if (i == s.n || !isalpha((unsigned char)s.p[i]))
		return false;
	for (; i < s.n; i++)
		if (!isalnum((unsigned char)s.p[i]) && s.p[i] != '-' && s.p[i] != '_')
			return false;
	return true;
}

bool name_split(struct arena *a, struct slice text, struct scim_name *out)
{
	const char *dot;

	*out = (struct scim_name){ 0 };
	if (starts(text, "urn:")) {
		if (!take_urn(a, &text, &out->schema))
			return false;
		if (text.n == 0)
			return true;
	}
	dot = text.n ? memchr(text.p, '.', text.n) : NULL;
	out->name = (struct slice){ text.p, dot ? (size_t)(dot - text.p) : text.n };
	if (dot)
		out->sub = (struct slice){ dot + 1, text.n - out->name.n - 1 };
	return is_name(out->name) && (!dot || is_name(out->sub));
}

static bool malformed(struct ctx *c, const char *text)
{
	return error(c, ERR_PATH,
		     "path \"%.100s\" is malformed; expected attribute, attribute.sub, "
		     "attribute[filter] or attribute[filter].sub",
		     text);
}

/* The "]" that closes the filter which begins at p: not one inside quotes. */
static const char *closing(const char *p)
{
	bool quoted = false;

	for (; *p; p++) {
		if (quoted && *p == '\\' && p[1])
			p++;
		else if (*p == '"')
			quoted = !quoted;
		else if (!quoted && *p == ']')
			return p;
	}
	return NULL;
}

static struct slice trimmed(const char *text)
{
	struct slice s;

	text += strspn(text, " \t");
	s = (struct slice){ text, strlen(text) };
	while (s.n && strchr(" \t", s.p[s.n - 1]))
		s.n--;
	return s;
}

bool path_parse_form(struct ctx *c, const char *text, struct path *out)
{
	struct slice s = trimmed(text);
	const char *open = s.n ? memchr(s.p, '[', s.n) : NULL, *end = s.p + s.n, *close;
	struct filter *inner;

	*out = (struct path){ 0 };
	if (!open)
		return name_split(c->arena, s, &out->n) || malformed(c, text);
	s.n = (size_t)(open - s.p);
	close = closing(open + 1);
	if (!close || !name_split(c->arena, s, &out->n) || out->n.sub.n || out->n.name.n == 0)
		return malformed(c, text);
	if (++close < end) {
		out->n.sub = (struct slice){ close + 1, (size_t)(end - close) - 1 };
		if (*close != '.' || !is_name(out->n.sub))
			return malformed(c, text);
		close--;
	} else {
		close--;
	}
	if (!filter_parse_inner(c, (struct slice){ open + 1, (size_t)(close - open) - 1 }, &inner))
		return false;
	out->filter = inner;
	return true;
}

bool path_parse(struct ctx *c, const char *text, struct path *out)
{
	static const struct slice none = { "", 0 };

	if (!path_parse_form(c, text, out))
		return false;
	out->whole = attr_find(out->n.schema, out->n.name, none);
	out->attr = out->n.sub.n ? attr_find(out->n.schema, out->n.name, out->n.sub) : out->whole;
	return true;
}
