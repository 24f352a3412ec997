/* conn.c - reads headers, framing and the peer out of a connection of libmicrohttpd. */
#include "conn.h"

#include <microhttpd.h>
#include <string.h>

#include "address.h"

struct visit {
	conn_visitor *fn;
	void *arg;
};

static enum MHD_Result visit_one(void *arg, enum MHD_ValueKind kind, const char *name,
				 size_t name_n, const char *value, size_t value_n)
{
	struct visit *v = arg;
	struct slice k = { name ? name : "", name ? name_n : 0 };
	struct slice s = { value ? value : "", value ? value_n : 0 };

	(void)kind;
	return v->fn(v->arg, k, s) ? MHD_YES : MHD_NO;
}

void conn_each(struct MHD_Connection *conn, enum conn_part part, conn_visitor *visit, void *arg)
{
	struct visit v = { visit, arg };

	MHD_get_connection_values_n(conn,
				    part == CONN_QUERY ? MHD_GET_ARGUMENT_KIND : MHD_HEADER_KIND,
				    visit_one, &v);
}

const char *http_header(const struct http_req *q, const char *name)
{
	return q->conn ? MHD_lookup_connection_value(q->conn, MHD_HEADER_KIND, name) : NULL;
}

struct join {
	const char *name;
	struct buf text;
};

static bool join_value(void *arg, struct slice name, struct slice value)
{
	struct join *j = arg;

	if (!slice_is(name, j->name))
		return true;
	if (j->text.n)
		buf_puts(&j->text, ",");
	buf_put(&j->text, value.p, value.n);
	return true;
}

const char *conn_header_all(struct arena *a, struct MHD_Connection *conn, const char *name)
{
	/* the library's own limit on headers is below this */
	struct join j = { name, buf_in(a, 64 * 1024) };

	conn_each(conn, CONN_HEADERS, join_value, &j);
	return j.text.p;
}

struct framing {
	int lengths, encodings, hosts;
	uint64_t length;
	bool broken;
};

static struct slice trimmed(struct slice s)
{
	while (s.n && (*s.p == ' ' || *s.p == '\t'))
		s.p++, s.n--;
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* Digits and nothing else; what does not fit 64 bits is as broken as letters. */
static bool read_length(struct slice s, uint64_t *out)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(s.p[i] - '0'), &n))
			return false;
	}
	*out = n;
	return s.n > 0;
}

static void see_length(struct framing *f, struct slice value)
{
	uint64_t n = 0;

	if (!read_length(trimmed(value), &n) || (f->lengths && n != f->length))
		f->broken = true;
	f->length = n;
	f->lengths++;
}

/* A token (RFC 9110, section 5.6.2).  No space may precede the colon, and the
 * library glues the second line of a folded header to the name of its first. */
static bool is_token(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] >= 0x7f ||
		    strchr("\"(),/:;<=>?@[\\]{}", s.p[i]))
			return false;
	return s.n > 0;
}

/* "Transfer-Encodingchunked" was "Transfer-Encoding:", folded. */
static bool is_folded_framing(struct slice name)
{
	return (name.n > 14 && slice_is((struct slice){ name.p, 14 }, "Content-Length")) ||
	       (name.n > 17 && slice_is((struct slice){ name.p, 17 }, "Transfer-Encoding"));
}

static bool has_line_break(struct slice value)
{
	return memchr(value.p, '\r', value.n) || memchr(value.p, '\n', value.n);
}

static bool see_header(void *arg, struct slice name, struct slice value)
{
	struct framing *f = arg;

	if (!is_token(name) || is_folded_framing(name) || has_line_break(value))
		f->broken = true;
	else if (slice_is(name, "Content-Length"))
		see_length(f, value);
	else if (slice_is(name, "Transfer-Encoding"))
		f->broken |= f->encodings++ || !slice_is(value, "chunked");
	else if (slice_is(name, "Host"))
		f->broken |= f->hosts++ != 0;
	return true;
}

int conn_refusal(struct MHD_Connection *conn, const char *version, size_t body_max)
{
	struct framing f = { 0 };
	bool modern = strcmp(version, "HTTP/1.1") == 0;

	conn_each(conn, CONN_HEADERS, see_header, &f);
	if (f.broken || (f.encodings && (f.lengths || !modern)) || (modern && !f.hosts))
		return 400;
	/* for a chunked body the limit is found by reading it */
	return f.length > body_max ? 413 : 0;
}

void conn_peer(struct MHD_Connection *conn, char out[ADDRESS_MAX])
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	address_text(info ? info->client_addr : NULL, out);
}
