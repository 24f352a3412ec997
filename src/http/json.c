/* json.c - JSON bodies in, JSON answers out (jansson). */
#include "http/json.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/time.h"

/* No answer comes near: this only keeps the arithmetic of a buf in bounds. */
static const size_t TEXT_MAX = (size_t)1 << 30;

static void drop(void *j)
{
	json_decref(j);
}

json_t *json_own(struct ctx *c, json_t *j)
{
	if (!j)
		abort();
	arena_defer(c->arena, drop, j);
	return j;
}

/* "application/json", whatever parameters follow. */
static bool is_json_type(const char *type)
{
	struct slice s = { type, strcspn(type, ";") };

	while (s.n && strchr(" \t", s.p[s.n - 1]))
		s.n--;
	return slice_is(s, "application/json") || slice_is(s, "application/scim+json");
}

/* The byte at which the text is nested too deep; NULL if it is not.  Without
 * this the parser's own limit, of thousands, would decide. */
static const char *too_deep(struct slice s)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		char ch = s.p[i];

		if (quoted && ch == '\\')
			i++;
		else if (ch == '"')
			quoted = !quoted;
		else if (!quoted && (ch == '{' || ch == '['))
			depth++;
		else if (!quoted && (ch == '}' || ch == ']'))
			depth--;
		if (depth > JSON_DEPTH_MAX)
			return s.p + i;
	}
	return NULL;
}

static bool refuse_depth(struct ctx *c, struct slice s, const char *at)
{
	int line = 1;

	for (const char *p = s.p; p < at; p++)
		line += *p == '\n';
	return error(c, ERR_SYNTAX, "line %d: nested deeper than %d levels", line, JSON_DEPTH_MAX);
}

/* The parser quotes the text around the mistake, which may be anybody's name
 * or password and would end in the log: what it says before that is enough. */
static bool refuse_text(struct ctx *c, const json_error_t *why)
{
	const char *near = strstr(why->text, " near ");
	size_t n = near ? (size_t)(near - why->text) : strlen(why->text);
	char *text = arena_strndup(c->arena, why->text, n);

	for (char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p >= 0x7f)
			*p = '?';
	return error(c, ERR_SYNTAX, "line %d, column %d: %s", why->line, why->column, text);
}

/* A byte order mark is not JSON (RFC 8259, section 8.1), but may be passed over. */
static struct slice without_mark(struct slice s)
{
	if (s.n >= 3 && memcmp(s.p, "\xef\xbb\xbf", 3) == 0)
		return (struct slice){ s.p + 3, s.n - 3 };
	return s;
}

bool json_body_any(struct ctx *c, const struct http_req *q, json_t **out)
{
	const char *type = http_header(q, "Content-Type"), *deep;
	struct slice s = without_mark(q->body);
	json_error_t why;
	json_t *j;

	*out = NULL;
	if (type && !is_json_type(type))
		return error(c, ERR_MEDIA,
			     "the body must be application/scim+json or "
			     "application/json, by its Content-Type");
	if (s.n == 0)
		return error(c, ERR_SYNTAX, "the body is empty; JSON is expected");
	deep = too_deep(s);
	if (deep)
		return refuse_depth(c, s, deep);
	j = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, &why);
	if (!j)
		return refuse_text(c, &why);
	*out = json_own(c, j);
	return true;
}

bool json_body(struct ctx *c, const struct http_req *q, json_t **out)
{
	json_t *j;

	*out = NULL;
	if (!json_body_any(c, q, &j))
		return false;
	if (!json_is_object(j))
		return error(c, ERR_SYNTAX, "the body is not a JSON object");
	*out = j;
	return true;
}

json_t *json_find(const json_t *object, const char *name)
{
	json_t *exact = json_object_get(object, name), *value;
	const char *key;

	if (exact || !json_is_object(object))
		return exact;
	json_object_foreach((json_t *)(uintptr_t)object, key,
			    value) if (strcasecmp(key, name) == 0) return value;
	return NULL;
}

bool json_text(struct ctx *c, const json_t *object, const char *name, size_t max, const char **out)
{
	const json_t *j = json_find(object, name);

	*out = NULL;
	if (!j || json_is_null(j))
		return true;
	if (!json_is_string(j))
		return error(c, ERR_VALUE, "%s must be a string", name);
	if (json_string_length(j) > max)
		return error(c, ERR_VALUE, "%s is longer than %zu bytes", name, max);
	*out = json_string_value(j);
	return true;
}

static int put(const char *text, size_t n, void *buf)
{
	buf_put(buf, text, n);
	return 0;
}

void json_respond(struct ctx *c, struct http_resp *p, int status, json_t *j)
{
	struct buf b = buf_in(c->arena, TEXT_MAX);

	if (!j || json_dump_callback(j, put, &b, JSON_COMPACT | JSON_ENCODE_ANY) != 0 || b.over)
		abort();
	json_decref(j);
	json_respond_text(p, status, NULL, (struct slice){ b.p, b.n });
}

void json_respond_text(struct http_resp *p, int status, const char *type, struct slice text)
{
	p->status = status;
	p->type = type ? type : "application/json";
	p->body = text;
}

/* Text is checked to be UTF-8 where it comes in.  Should some get past that,
 * one unreadable value is better than no answer. */
static json_t *string(const char *text)
{
	json_t *j = json_string(text);

	return j ? j : json_string("?");
}

static void put_member(json_t *j, const char *key, json_t *value)
{
	if (json_object_set_new(j, key, value) != 0)
		abort();
}

void json_put_text(json_t *j, const char *key, const char *text)
{
	if (text)
		put_member(j, key, string(text));
}

void json_put_null(json_t *j, const char *key, const char *text)
{
	put_member(j, key, text ? string(text) : json_null());
}

void json_put_int(json_t *j, const char *key, int64_t n)
{
	put_member(j, key, json_integer(n));
}

void json_put_bool(json_t *j, const char *key, bool b)
{
	put_member(j, key, json_boolean(b));
}

void json_put_time(struct ctx *c, json_t *j, const char *key, int64_t ms)
{
	put_member(j, key, ms ? json_string(time_text(c->arena, ms)) : json_null());
}
