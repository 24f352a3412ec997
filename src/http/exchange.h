/* exchange.h - one request, from its headers to the last byte of its answer.  Private to src/http.
 */
#pragma once

#include "conn.h"

struct exchange {
	struct exchange *next; /* while it waits to be used again */
	struct MHD_Connection *conn;
	struct arena arena;
	struct buf body;
	struct http_req q;
	struct http_resp p;
	size_t discarded; /* bytes of body beyond the limit                  */
	int refused;      /* status of a refusal; 0: a worker's business     */
	bool answered;    /* p is complete: by a worker, before it resumes   */
	bool sent;        /* p was given to the library                      */
	bool last;        /* the connection ends with this answer            */
	char peer[ADDRESS_MAX];
};

/* Those used before, so that a request costs no allocation but its arena's.
 * Belongs to the I/O thread. */
struct exchange_pool {
	struct exchange *free;
	int n;
};

struct exchange *exchange_new(struct exchange_pool *pool, struct MHD_Connection *conn,
			      size_t body_max);
void exchange_done(struct exchange_pool *pool, struct exchange *x);
void exchange_pool_free(struct exchange_pool *pool);

/* What is known of the request before its body. */
void exchange_describe(struct exchange *x, const char *method, const char *path);

/* Gives x->p to the library.  Every answer gets the headers of caution here. */
bool exchange_send(struct exchange *x) MUST;
