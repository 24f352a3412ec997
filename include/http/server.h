/* server.h - the listening socket, the I/O thread, the queue and the workers. */
#pragma once

#include "http/http.h"

struct http_config {
	const char *address; /* "127.0.0.1", "::1"                          */
	int port;            /* 0: any free one                             */
	int workers;         /* threads that run handlers; they may block   */
	int queue_max;       /* requests waiting for a worker; beyond: 503  */
	int lane;            /* threads that may wait for other machines    */
	int lane_queue_max;  /* requests waiting for one of them; beyond: 503 */
	int connections_max;
	size_t body_max;      /* bytes; beyond: 413                         */
	const char *tls_cert; /* PEM files; NULL: plain HTTP                */
	const char *tls_key;
	const char *proxies; /* comma-separated addresses whose X-Forwarded-For
			      * is believed; NULL: none                      */
};

struct http_stats {
	int64_t queued, queue_full, lane_queued, lane_full, connections, in_flight;
};

struct http_server;

/* on_request runs on a worker thread, and once more in the lane if it sets q->to_lane.
 * on_refusal answers what never gets that far (413, 503 for a full queue, broken
 * framing), on the I/O thread: it must not block.  Both fill in *p; status is set for on_refusal.
 */
typedef void http_handler(void *arg, struct arena *a, struct http_req *q, struct http_resp *p);

/* NULL with err set if the address is taken or the certificate does not load. */
struct http_server *http_listen(const struct http_config *config, http_handler *on_request,
				http_handler *on_refusal, void *arg, struct err *err) MUST;

/* Takes no new connections, finishes what was taken within grace_ms, then ends. */
void http_stop(struct http_server *s, int64_t grace_ms);
int http_port(const struct http_server *s);
void http_stats(struct http_server *s, struct http_stats *out);
