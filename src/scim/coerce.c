/* coerce.c - one JSON value as the text of an attribute, as lenient as clients need it. */

#include <string.h>

#include "assign.h"

static const char *shown(struct ctx *c, const struct attr *a)
{
	return *a->sub ? arena_printf(c->arena, "%s.%s", a->name, a->sub) : a->name;
}

/* Clients wrap a single value in an array of one, and in an object with "value". */
static json_t *unwrap(json_t *v)
{
	json_t *inner;

	if (json_is_array(v) && json_array_size(v) == 1)
		v = json_array_get(v, 0);
	inner = json_is_object(v) ? json_find(v, "value") : NULL;
	return inner ? inner : v;
}

static bool is_base64(const char *s)
{
	size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
	size_t pad = strspn(s + n, "=");

	return s[n + pad] == '\0' && pad <= 2 && n % 4 != 1 && (pad == 0 || (n + pad) % 4 == 0);
}

static bool text_of_string(struct assign *s, const struct attr *a, json_t *v, const char **out)
{
	const char *text;
	bool b;

	text = json_string_value(v);
	if (*text == '\0' && (s->set->empty_is_unset || a->type != ATTR_STRING))
		return true;
	if (strlen(text) != json_string_length(v))
		return error(s->c, ERR_VALUE, "%s holds a NUL character", shown(s->c, a));
	if (json_string_length(v) > VALUE_BYTES_MAX)
		return error(s->c, ERR_VALUE, "%s is longer than %d bytes", shown(s->c, a),
			     VALUE_BYTES_MAX);
	if (a->type == ATTR_BOOLEAN) {
		if (!text_bool(text, &b))
			return error(s->c, ERR_VALUE, "%s must be true or false", shown(s->c, a));
		text = b ? "true" : "false";
	}
	if (a->type == ATTR_BINARY && !is_base64(text))
		return error(s->c, ERR_VALUE, "%s must be base64", shown(s->c, a));
	*out = text;
	return true;
}

static bool text_of_number(struct assign *s, const struct attr *a, json_t *v, const char **out)
{
	if (a->type == ATTR_BOOLEAN || a->type == ATTR_BINARY)
		return error(s->c, ERR_VALUE, "%s must not be a number", shown(s->c, a));
	*out = arena_adopt(s->c->arena, json_dumps(v, JSON_ENCODE_ANY));
	return true;
}

bool json_to_text(struct assign *s, const struct attr *a, json_t *v, const char **out)
{
	v = unwrap(v);
	*out = NULL;
	if (!v || json_is_null(v) || (json_is_array(v) && json_array_size(v) == 0))
		return true;
	if (json_is_string(v))
		return text_of_string(s, a, v, out);
	if (json_is_number(v))
		return text_of_number(s, a, v, out);
	if (json_is_boolean(v) && a->type == ATTR_BOOLEAN) {
		*out = json_is_true(v) ? "true" : "false";
		return true;
	}
	return error(s->c, ERR_VALUE, "%s must be a %s", shown(s->c, a),
		     a->type == ATTR_BOOLEAN ? "boolean" : "string");
}
