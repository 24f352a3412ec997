/* exchange.c - makes, describes, answers and reuses exchanges. */
#include "exchange.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { POOL_MAX = 256 };

struct exchange *exchange_new(struct exchange_pool *pool, struct MHD_Connection *conn,
			      size_t body_max)
{
	struct exchange *x = pool->free;

	if (x) {
		pool->free = x->next;
		pool->n--;
	} else {
		x = malloc(sizeof(*x));
	}
	if (!x)
		abort();
	*x = (struct exchange){ .conn = conn, .p.status = 200 };
	x->body = buf_in(&x->arena, body_max);
	return x;
}

void exchange_done(struct exchange_pool *pool, struct exchange *x)
{
	arena_free(&x->arena);
	if (pool->n == POOL_MAX) {
		free(x);
		return;
	}
	x->next = pool->free;
	pool->free = x;
	pool->n++;
}

void exchange_pool_free(struct exchange_pool *pool)
{
	struct exchange *next;

	for (struct exchange *x = pool->free; x; x = next) {
		next = x->next;
		free(x);
	}
	*pool = (struct exchange_pool){ 0 };
}

/* HEAD is GET to everyone but the library, which keeps the body back. */
static enum http_method method_of(const char *name)
{
	/* clang-format off */
	static const struct {
		const char *name;
		enum http_method method;
	} methods[] = {
		{ "GET",     GET },
		{ "HEAD",    GET },
		{ "POST",    POST },
		{ "PUT",     PUT },
		{ "PATCH",   PATCH },
		{ "DELETE",  DELETE },
		{ "OPTIONS", OPTIONS },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(methods[i].name, name) == 0)
			return methods[i].method;
	return 0;
}

/* "http://host/path", as a client may write it (RFC 9112, section 3.2.2). */
static const char *path_of(const char *target)
{
	const char *host, *path;

	if (strncasecmp(target, "http://", 7) != 0 && strncasecmp(target, "https://", 8) != 0)
		return target;
	host = strstr(target, "//") + 2;
	path = strchr(host, '/');
	return path ? path : "/";
}

void exchange_describe(struct exchange *x, const char *method, const char *path)
{
	conn_peer(x->conn, x->peer);
	x->q = (struct http_req){
		.method = method_of(method),
		.path = path_of(path),
		.address = x->peer,
		.conn = x->conn,
	};
}

static bool has_header(const struct http_resp *p, const char *name)
{
	for (int i = 0; i < p->headers; i++)
		if (strcasecmp(p->header[i].name, name) == 0)
			return true;
	return false;
}

static void put_headers(struct MHD_Response *r, const struct exchange *x, bool bodiless)
{
	const struct http_resp *p = &x->p;

	if (p->type && !bodiless)
		MHD_add_response_header(r, "Content-Type", p->type);
	MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
	if (!has_header(p, "Cache-Control"))
		MHD_add_response_header(r, "Cache-Control", "no-store");
	if (x->last)
		MHD_add_response_header(r, "Connection", "close");
	for (int i = 0; i < p->headers; i++)
		MHD_add_response_header(r, p->header[i].name, p->header[i].value);
}

bool exchange_send(struct exchange *x)
{
	const struct http_resp *p = &x->p;
	bool bodiless = p->status == 204 || p->status == 304;
	struct MHD_Response *r;
	enum MHD_Result sent;

	/* the arena, and so the body, lives until the last byte is out */
	r = MHD_create_response_from_buffer(bodiless ? 0 : p->body.n, (void *)(uintptr_t)p->body.p,
					    MHD_RESPMEM_PERSISTENT);
	if (!r)
		abort();
	put_headers(r, x, bodiless);
	sent = MHD_queue_response(x->conn, (unsigned)p->status, r);
	MHD_destroy_response(r);
	x->sent = sent == MHD_YES;
	return x->sent;
}

void http_add_header(struct http_resp *p, const char *name, const char *value)
{
	if (p->headers == HTTP_HEADERS_MAX)
		abort();
	/* a line break would let whoever chose the value write headers of his own */
	for (const char *s = value; *s; s++)
		if (((unsigned char)*s < ' ' && *s != '\t') || *s == 0x7f)
			value = "?", s = value;
	p->header[p->headers].name = name;
	p->header[p->headers++].value = value;
}
