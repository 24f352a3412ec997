/* page.c - pages of lists, opaque text, and small things JSON needs. */
#include "admin.h"

#include <stdlib.h>
#include <string.h>

#include "roster/org.h"
#include "roster/user.h"

enum { LINE_MAX_BYTES = 1 << 28 };

bool page_read(struct ctx *c, const struct http_req *q, struct page *out)
{
	if (!http_query_int(c, q, "limit", PAGE_DEFAULT, 1, PAGE_MAX, &out->limit) ||
	    !http_query(c, q, "after", &out->after))
		return false;
	if (!out->after)
		out->after = "";
	return true;
}

void page_respond(struct ctx *c, struct http_resp *p, json_t *items, const char *next,
		  int64_t total)
{
	json_t *j = json_object();

	json_put(j, "items", items);
	json_put_null(j, "next", next);
	json_put_int(j, "total", total);
	json_respond(c, p, 200, j);
}

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char *opaque(struct arena *a, const char *text)
{
	size_t n = strlen(text);
	char *out = arena_alloc(a, n * 4 / 3 + 3), *o = out;

	for (size_t i = 0; i < n; i += 3) {
		unsigned b0 = (unsigned char)text[i];
		unsigned b1 = i + 1 < n ? (unsigned char)text[i + 1] : 0;
		unsigned b2 = i + 2 < n ? (unsigned char)text[i + 2] : 0;

		*o++ = digits[b0 >> 2];
		*o++ = digits[(b0 & 3) << 4 | b1 >> 4];
		if (i + 1 < n)
			*o++ = digits[(b1 & 15) << 2 | b2 >> 6];
		if (i + 2 < n)
			*o++ = digits[b2 & 63];
	}
	return out;
}

char *opaque_open(struct arena *a, const char *text)
{
	char *out = arena_alloc(a, strlen(text) + 1), *o = out;
	const char *at;
	unsigned bits = 0;

	for (int n = 0; *text; text++) {
		at = strchr(digits, *text);
		if (!at)
			return NULL;
		bits = bits << 6 | (unsigned)(at - digits);
		n += 6;
		if (n < 8)
			continue;
		n -= 8;
		*o++ = (char)(bits >> n & 0xff);
	}
	return text_is_utf8(out) && strlen(out) == (size_t)(o - out) ? out : NULL;
}

void json_put(json_t *j, const char *key, json_t *value)
{
	if (json_object_set_new(j, key, value) != 0)
		abort();
}

void json_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		abort();
}

static int put(const char *text, size_t n, void *buf)
{
	buf_put(buf, text, n);
	return 0;
}

const char *json_line(struct ctx *c, const json_t *j)
{
	struct buf b = buf_in(c->arena, LINE_MAX_BYTES);

	if (json_dump_callback(j, put, &b, JSON_COMPACT | JSON_ENCODE_ANY) != 0)
		abort();
	return b.p;
}

json_t *json_parsed(const char *text)
{
	json_t *j;

	if (!text)
		return json_null();
	j = json_loads(text, JSON_DECODE_ANY, NULL);
	return j ? j : json_string(text);
}

bool org_alone(struct ctx *c, struct org **out)
{
	/* read again: whoever had the gate before may have changed it */
	if (!db_alone(c) || !org_find(c, c->org->id, out))
		return false;
	if (!*out)
		return error(c, ERR_NOT_FOUND, "the organization is gone");
	c->org = *out;
	return true;
}

bool scope_role_read(struct ctx *c, enum scope scope, const json_t *j, const char *name,
		     enum role *out)
{
	static const char *const workspace[] = { "member", "manager" };
	int word = 0;

	*out = ROLE_NONE;
	if (scope == SCOPE_WORKSPACE) {
		if (!body_word(c, j, name, workspace, 2, &word))
			return false;
		*out = word ? ROLE_MA : ROLE_NONE;
		return true;
	}
	if (!body_role(c, j, name, out))
		return false;
	if (scope == SCOPE_PROJECT && *out != ROLE_NONE && *out != ROLE_AN && *out != ROLE_RE)
		return error(c, ERR_VALUE, "%s in a project must be AN, RE or Inherit", name);
	if (scope == SCOPE_ORG && *out == ROLE_OW)
		return error(c, ERR_FORBIDDEN,
			     "an Owner is made with rosterctl on the server, not over the API");
	if (scope == SCOPE_ORG && !role_assignable(*out))
		return error(c, ERR_VALUE, "%s must be AN, RE, MA or AD", name);
	return true;
}

bool named_user(struct ctx *c, const char *ref, struct user **out)
{
	if (!user_find_ref(c, ref, out))
		return false;
	return *out || error(c, ERR_VALUE, "there is no user %.100s", ref);
}
