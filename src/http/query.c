/* query.c - parameters of a query, found without case and decoded once. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "conn.h"

struct search {
	struct ctx *c;
	const char *name, *found;
	bool good;
};

/* *same is true if key, as sent, stands for name; false if it cannot be read. */
static bool same_name(struct arena *a, struct slice key, const char *name, bool *same)
{
	const char *text;

	if (!memchr(key.p, '%', key.n)) {
		*same = slice_is(key, name);
		return true;
	}
	text = http_decode_query(a, key);
	*same = text && strcasecmp(text, name) == 0;
	return text;
}

static bool compare(void *arg, struct slice key, struct slice value)
{
	struct search *s = arg;
	bool same;

	if (!same_name(s->c->arena, key, s->name, &same)) {
		s->good = error(s->c, ERR_VALUE,
				"a parameter's name in the query is not well percent-encoded");
		return false;
	}
	if (!same)
		return true;
	s->found = http_decode_query(s->c->arena, value);
	s->good = s->found || error(s->c, ERR_VALUE,
				    "%s in the query is not well percent-encoded UTF-8", s->name);
	return false;
}

bool http_query(struct ctx *c, const struct http_req *q, const char *name, const char **out)
{
	struct search s = { .c = c, .name = name, .good = true };

	*out = NULL;
	if (q->conn)
		conn_each(q->conn, CONN_QUERY, compare, &s);
	*out = s.good ? s.found : NULL;
	return s.good;
}

/* A number too large for int64_t is still a number: the limit nearest to it. */
static bool is_digits(const char *s)
{
	s += *s == '-' || *s == '+';
	return *s && strspn(s, "0123456789") == strlen(s);
}

bool http_query_int(struct ctx *c, const struct http_req *q, const char *name, int64_t unset,
		    int64_t min, int64_t max, int64_t *out)
{
	const char *s;
	int64_t n;

	if (!http_query(c, q, name, &s))
		return false;
	if (!s) {
		*out = unset;
		return true;
	}
	s += strspn(s, " ");
	if (!is_digits(s))
		return error(c, ERR_VALUE, "%s in the query must be a whole number", name);
	if (!text_int(s + (*s == '+'), INT64_MIN, INT64_MAX, &n))
		n = *s == '-' ? INT64_MIN : INT64_MAX;
	*out = n < min ? min : n > max ? max : n;
	return true;
}

enum { RAW_MAX = 256 * 1024 };

static bool append(void *arg, struct slice key, struct slice value)
{
	struct buf *b = arg;

	buf_puts(b, b->n ? "&" : "");
	buf_put(b, key.p, key.n);
	if (value.p) {
		buf_puts(b, "=");
		buf_put(b, value.p, value.n);
	}
	return true;
}

const char *http_query_raw(struct ctx *c, const struct http_req *q)
{
	struct buf b = buf_in(c->arena, RAW_MAX);

	if (q->conn)
		conn_each(q->conn, CONN_QUERY, append, &b);
	return b.p ? b.p : "";
}
