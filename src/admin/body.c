/* body.c - reading bodies and queries strictly. */
#include "admin.h"

#include <inttypes.h>
#include <string.h>

#include "base/time.h"

/* True if word is one of the words of list. */
static bool among(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; n && (p = strstr(p, word)); p += n)
		if ((p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

bool body_only(struct ctx *c, const json_t *object, const char *known)
{
	const char *key;
	json_t *value;

	if (!json_is_object(object))
		return error(c, ERR_VALUE, "an object is expected; it may have: %s", known);
	json_object_foreach((json_t *)(uintptr_t)object, key, value) if (
		!among(known, key)) return error(c, ERR_VALUE,
						 "unknown member \"%.80s\"; known are: %s", key,
						 known);
	return true;
}

bool body_read(struct ctx *c, const struct http_req *q, const char *known, json_t **out)
{
	return json_body(c, q, out) && body_only(c, *out, known);
}

bool body_text(struct ctx *c, const json_t *j, const char *name, size_t max, const char **out)
{
	const json_t *v = json_object_get(j, name);

	if (!v)
		return true;
	if (!json_is_string(v))
		return error(c, ERR_VALUE, "%s must be a string", name);
	if (json_string_length(v) > max)
		return error(c, ERR_VALUE, "%s is longer than %zu bytes", name, max);
	*out = json_string_value(v);
	return true;
}

bool body_int(struct ctx *c, const json_t *j, const char *name, int64_t min, int64_t max,
	      int64_t *out)
{
	const json_t *v = json_object_get(j, name);

	if (!v)
		return true;
	if (!json_is_integer(v) || json_integer_value(v) < min || json_integer_value(v) > max)
		return error(c, ERR_VALUE, "%s must be a whole number from %" PRId64 " to %" PRId64,
			     name, min, max);
	*out = json_integer_value(v);
	return true;
}

bool body_bool(struct ctx *c, const json_t *j, const char *name, bool *out)
{
	const json_t *v = json_object_get(j, name);

	if (!v)
		return true;
	if (!json_is_boolean(v))
		return error(c, ERR_VALUE, "%s must be true or false", name);
	*out = json_is_true(v);
	return true;
}

static bool refuse_word(struct ctx *c, const char *name, const char *const *words, int n)
{
	struct buf b = buf_in(c->arena, 1024);

	for (int i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", words[i]);
	return error(c, ERR_VALUE, "%s must be one of: %s", name, b.p);
}

bool body_word(struct ctx *c, const json_t *j, const char *name, const char *const *words, int n,
	       int *out)
{
	const json_t *v = json_object_get(j, name);
	const char *text = json_string_value(v);

	if (!v)
		return true;
	for (int i = 0; text && i < n; i++)
		if (strcmp(text, words[i]) == 0) {
			*out = i;
			return true;
		}
	return refuse_word(c, name, words, n);
}

bool body_role(struct ctx *c, const json_t *j, const char *name, enum role *out)
{
	const json_t *v = json_object_get(j, name);
	const char *text = json_string_value(v);

	if (!v)
		return true;
	return (text && role_parse(text, out)) ||
	       error(c, ERR_VALUE, "%s must be a role: NO, AN, RE, MA or AD", name);
}

bool body_time(struct ctx *c, const json_t *j, const char *name, int64_t *out)
{
	const json_t *v = json_object_get(j, name);
	const char *text = json_string_value(v);

	if (!v)
		return true;
	return (text && time_parse(text, out)) ||
	       error(c, ERR_VALUE, "%s must be a time such as 2026-01-31T12:00:00Z", name);
}

bool body_needs(struct ctx *c, const json_t *j, const char *name)
{
	const json_t *v = json_object_get(j, name);

	if (!v || json_is_null(v) || (json_is_string(v) && json_string_length(v) == 0))
		return error(c, ERR_VALUE, "%s is missing", name);
	return true;
}

bool query_time(struct ctx *c, const struct http_req *q, const char *name, int64_t *out)
{
	const char *text;

	*out = 0;
	if (!http_query(c, q, name, &text))
		return false;
	return !text || time_parse(text, out) ||
	       error(c, ERR_VALUE, "%s must be a time such as 2026-01-31T12:00:00Z", name);
}

bool query_bool(struct ctx *c, const struct http_req *q, const char *name, bool *out)
{
	const char *text;

	*out = false;
	if (!http_query(c, q, name, &text))
		return false;
	return !text || text_bool(text, out) ||
	       error(c, ERR_VALUE, "%s must be true or false", name);
}
