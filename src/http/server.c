/*
 * server.c - libmicrohttpd's daemon, the queue and the workers.
 *
 * One thread lets the library read and write every connection.  It calls
 * on_data() with the headers, then with pieces of the body, then once more when
 * the body is whole.  Handlers talk to the database and may block, which would
 * stop every connection: so a whole request is suspended and queued, a worker
 * answers it, resumes it, and on_data() is called a last time to send.  A request that
 * turns out to wait for another machine goes on from the worker to the lane, which has
 * threads and a queue of its own.
 */
#include "http/server.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "address.h"
#include "crew.h"
#include "exchange.h"
#include "listen.h"
#include "pump.h"

enum {
	PATIENCE_S = 30,              /* for a sender that says nothing           */
	CONNECTION_MEMORY = 32 << 10, /* headers; a filter of 8 KB must fit      */
	DISCARD_MAX = 4 << 20,        /* body read past the limit, to answer it   */
	LAST_WORDS_MS = 1000,         /* for answers made when the grace was over */
};

struct http_server {
	struct MHD_Daemon *daemon;
	struct pump pump;
	http_handler *on_request, *on_refusal;
	void *arg;
	size_t body_max;
	int port;
	struct arena arena; /* lives as long as the server */
	struct proxies proxies;

	struct exchange_pool pool; /* of the I/O thread */
	struct crew workers, lane;

	atomic_int in_flight;
	atomic_bool stopping; /* answers end their connections  */
	atomic_bool hurry;    /* the grace is over              */
	pthread_mutex_t lock; /* of idle: nothing is in flight  */
	pthread_cond_t idle;
};

static enum MHD_Result send_answer(struct http_server *s, struct exchange *x)
{
	x->last |= atomic_load(&s->stopping);
	return exchange_send(x) ? MHD_YES : MHD_NO;
}

static enum MHD_Result refuse(struct http_server *s, struct exchange *x, int status)
{
	x->p = (struct http_resp){ .status = status };
	/* a full queue is the only refusal that leaves the stream in order */
	x->last = status != 503;
	s->on_refusal(s->arg, &x->arena, &x->q, &x->p);
	if (status == 503)
		http_add_header(&x->p, "Retry-After", x->q.may_wait ? "5" : "1");
	return send_answer(s, x);
}

static enum MHD_Result begin(struct http_server *s, struct exchange **state,
			     struct MHD_Connection *conn, const char *path, const char *method,
			     const char *version)
{
	struct exchange *x = exchange_new(&s->pool, conn, s->body_max);
	int status;

	*state = x;
	atomic_fetch_add(&s->in_flight, 1);
	exchange_describe(x, method, path);
	if (proxies_have(&s->proxies, x->peer))
		x->q.address = address_behind(&x->arena, &s->proxies, x->peer,
					      conn_header_all(&x->arena, conn, "X-Forwarded-For"));
	status = conn_refusal(conn, version, s->body_max);
	return status ? refuse(s, x, status) : MHD_YES;
}

static enum MHD_Result take_body(struct exchange *x, const char *data, size_t *n)
{
	if (!x->sent)
		buf_put(&x->body, data, *n);
	if (x->body.over || x->sent)
		x->discarded += *n;
	*n = 0;
	return x->discarded > DISCARD_MAX ? MHD_NO : MHD_YES;
}

static enum MHD_Result hand_over(struct http_server *s, struct exchange *x)
{
	if (!crew_has_place(&s->workers, 0))
		return refuse(s, x, 503);
	x->q.body = (struct slice){ x->body.p, x->body.n };
	MHD_suspend_connection(x->conn);
	queue_put(&s->workers.queue, x, 0);
	return MHD_YES;
}

static enum MHD_Result on_data(void *arg, struct MHD_Connection *conn, const char *path,
			       const char *method, const char *version, const char *data, size_t *n,
			       void **state)
{
	struct exchange *x = *state;

	if (!x)
		return begin(arg, (struct exchange **)state, conn, path, method, version);
	if (*n)
		return take_body(x, data, n);
	if (x->sent)
		return MHD_YES;
	if (x->body.over)
		return refuse(arg, x, 413);
	if (x->refused)
		return refuse(arg, x, x->refused);
	return x->answered ? send_answer(arg, x) : hand_over(arg, x);
}

static void on_done(void *arg, struct MHD_Connection *conn, void **state,
		    enum MHD_RequestTerminationCode code)
{
	struct http_server *s = arg;
	struct exchange *x = *state;

	(void)conn, (void)code;
	if (!x)
		return;
	*state = NULL;
	exchange_done(&s->pool, x);
	if (atomic_fetch_sub(&s->in_flight, 1) > 1 || !atomic_load(&s->stopping))
		return;
	pthread_mutex_lock(&s->lock);
	pthread_cond_broadcast(&s->idle);
	pthread_mutex_unlock(&s->lock);
}

/* Left to itself the library decodes the path before we cut it up, so that
 * %2F would make a new segment, and %00 would end the string. */
static size_t leave_escaped(void *arg, struct MHD_Connection *conn, char *text)
{
	(void)arg, (void)conn;
	return strlen(text);
}

/* True if the lane has it now, and it is not ours any more. */
static bool pass_on(struct http_server *s, struct exchange *x)
{
	if (!x->q.to_lane)
		return false;
	x->q.to_lane = false;
	x->q.may_wait = true;
	x->p = (struct http_resp){ .status = 200 };
	if (!crew_has_place(&s->lane, x->q.lane_of)) {
		x->refused = 503;
		return false;
	}
	queue_put(&s->lane.queue, x, x->q.lane_of);
	return true;
}

static void work(void *arg, void *item)
{
	struct http_server *s = arg;
	struct exchange *x = item;

	if (atomic_load(&s->hurry))
		x->refused = 503;
	else
		s->on_request(s->arg, &x->arena, &x->q, &x->p);
	if (pass_on(s, x))
		return;
	x->answered = true;
	MHD_resume_connection(x->conn);
	pump_call(&s->pump);
}

/* TLS 1.3, and of 1.2 what has forward secrecy and authenticated encryption. */
static const char ciphers[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA:-SHA1:"
			      "-AES-128-CBC:-AES-256-CBC:%SERVER_PRECEDENCE";

static struct MHD_Daemon *start_daemon(struct http_server *s, int fd,
				       const struct http_config *config, const char *cert,
				       const char *key)
{
	const struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)cert },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)ciphers },
		{ MHD_OPTION_END, 0, NULL },
	};
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (cert ? MHD_USE_TLS : 0U);

	/* a raw space in a query is let through (0 of strictness), framing is judged by us */
	return MHD_start_daemon(flags, 0, NULL, NULL, on_data, s, MHD_OPTION_LISTEN_SOCKET, fd,
				MHD_OPTION_NOTIFY_COMPLETED, on_done, s,
				MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
				MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_CONNECTION_TIMEOUT,
				(unsigned)PATIENCE_S, MHD_OPTION_CONNECTION_LIMIT,
				(unsigned)config->connections_max,
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
				MHD_OPTION_ARRAY, cert ? tls : tls + 3, MHD_OPTION_END);
}

static bool open_door(struct http_server *s, const struct http_config *config, struct err *err)
{
	const char *cert = NULL;
	char *key = NULL;
	int fd;

	if (config->tls_cert) {
		cert = listen_pem(&s->arena, config->tls_cert, err);
		key = cert ? listen_pem(&s->arena, config->tls_key, err) : NULL;
		if (!key)
			return false;
	}
	fd = listen_open(config->address, config->port, &s->port, err);
	if (fd < 0)
		return false;
	s->daemon = start_daemon(s, fd, config, cert, key);
	if (key)
		explicit_bzero(key, strlen(key));
	if (s->daemon && pump_start(&s->pump, s->daemon))
		return true;
	if (s->daemon)
		MHD_stop_daemon(s->daemon);
	/* the library has closed fd */
	if (!cert || s->daemon)
		return err_set(err, __FILE__, __LINE__, ERR_UNAVAILABLE,
			       "the HTTP server does not start: no threads or files left?");
	return err_set(err, __FILE__, __LINE__, ERR_UNAVAILABLE,
		       "TLS does not start: is %s a certificate, and %s its key, in PEM?",
		       config->tls_cert, config->tls_key);
}

static void destroy(struct http_server *s)
{
	exchange_pool_free(&s->pool);
	queue_destroy(&s->workers.queue);
	queue_destroy(&s->lane.queue);
	pthread_cond_destroy(&s->idle);
	pthread_mutex_destroy(&s->lock);
	arena_free(&s->arena);
	free(s);
}

static struct http_server *server_new(const struct http_config *config)
{
	struct http_server *s = calloc(1, sizeof(*s));
	pthread_condattr_t monotonic;

	if (!s)
		abort();
	s->body_max = config->body_max;
	crew_init(&s->workers, &s->arena, config->workers, config->queue_max, false);
	crew_init(&s->lane, &s->arena, config->lane, config->lane_queue_max, true);
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&s->idle, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return s;
}

struct http_server *http_listen(const struct http_config *config, http_handler *on_request,
				http_handler *on_refusal, void *arg, struct err *err)
{
	struct http_server *s = server_new(config);
	const char *bad;

	s->on_request = on_request;
	s->on_refusal = on_refusal;
	s->arg = arg;
	if (!proxies_parse(&s->arena, config->proxies, &s->proxies, &bad)) {
		err_set(err, __FILE__, __LINE__, ERR_VALUE,
			"\"%s\" in the list of trusted proxies is not an IP address", bad);
		destroy(s);
		return NULL;
	}
	if (!open_door(s, config, err)) {
		destroy(s);
		return NULL;
	}
	crew_start(&s->workers, work, s);
	crew_start(&s->lane, work, s);
	return s;
}

/* Until nothing is in flight, but not longer than ms. */
static void wait_idle(struct http_server *s, int64_t ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&s->lock);
	while (atomic_load(&s->in_flight) > 0)
		if (pthread_cond_timedwait(&s->idle, &s->lock, &until) != 0)
			break;
	pthread_mutex_unlock(&s->lock);
}

void http_stop(struct http_server *s, int64_t grace_ms)
{
	MHD_socket door = MHD_quiesce_daemon(s->daemon);

	if (door != MHD_INVALID_SOCKET)
		close(door);
	atomic_store(&s->stopping, true);
	wait_idle(s, grace_ms);
	/* what still waits for a worker is refused, what has one is waited for:
	 * the library must not be stopped while a request is suspended */
	atomic_store(&s->hurry, true);
	crew_stop(&s->workers);
	crew_stop(&s->lane); /* second, for the workers pass on to it */
	wait_idle(s, LAST_WORDS_MS);
	pump_stop(&s->pump);
	MHD_stop_daemon(s->daemon);
	destroy(s);
}

int http_port(const struct http_server *s)
{
	return s->port;
}

void http_stats(struct http_server *s, struct http_stats *out)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

	*out = (struct http_stats){
		.queued = queue_length(&s->workers.queue),
		.queue_full = atomic_load(&s->workers.full),
		.lane_queued = queue_length(&s->lane.queue),
		.lane_full = atomic_load(&s->lane.full),
		.connections = info ? info->num_connections : 0,
		.in_flight = atomic_load(&s->in_flight),
	};
}
