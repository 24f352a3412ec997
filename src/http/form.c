/* form.c - bodies of HTML forms. */
#include "http/form.h"

#include <string.h>
#include <strings.h>

static bool is_form(const struct http_req *q)
{
	static const char type[] = "application/x-www-form-urlencoded";
	const char *given = q->conn ? http_header(q, "Content-Type") : type;
	size_t n = sizeof(type) - 1;

	return given && strncasecmp(given, type, n) == 0 && (!given[n] || strchr("; \t", given[n]));
}

static bool add(struct ctx *c, struct form *f, struct slice pair)
{
	const char *equals = memchr(pair.p, '=', pair.n);
	size_t n = equals ? (size_t)(equals - pair.p) : pair.n;
	const char *name = http_decode_query(c->arena, (struct slice){ pair.p, n });
	const char *value =
		equals ? http_decode_query(c->arena, (struct slice){ equals + 1, pair.n - n - 1 })
		       : "";

	if (!name || !value)
		return error(c, ERR_SYNTAX, "the form is not well percent-encoded UTF-8");
	if (form_value(f, name))
		return error(c, ERR_SYNTAX, "a field of the form was sent twice");
	if (f->fields == FORM_FIELDS_MAX)
		return error(c, ERR_SYNTAX, "the form has more than %d fields", FORM_FIELDS_MAX);
	f->field[f->fields++] = (struct form_field){ name, value };
	return true;
}

bool form_body(struct ctx *c, const struct http_req *q, struct form *out)
{
	struct slice rest = q->body;

	*out = (struct form){ 0 };
	if (!is_form(q))
		return error(c, ERR_MEDIA,
			     "a form (application/x-www-form-urlencoded) is needed here");
	while (rest.n) {
		const char *end = memchr(rest.p, '&', rest.n);
		size_t n = end ? (size_t)(end - rest.p) : rest.n;

		if (n && !add(c, out, (struct slice){ rest.p, n }))
			return false;
		n += end != NULL;
		rest = (struct slice){ rest.p + n, rest.n - n };
	}
	return true;
}

const char *form_value(const struct form *f, const char *name)
{
	for (int i = 0; i < f->fields; i++)
		if (strcmp(f->field[i].name, name) == 0)
			return f->field[i].value;
	return NULL;
}
