/* test_http_server.c - the server as a client sees it, through plain sockets. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "http/json.h"
#include "http/server.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define HOST     "Host: x\r\n"
#define REQUEST  " HTTP/1.1\r\n" HOST
#define NEXT     "GET /next HTTP/1.1\r\n" HOST "\r\n"

enum { BODY_MAX = 1000, ANSWER_MAX = 64 * 1024, PATIENCE_MS = 10000 };

/* Handlers of /wait stand here until the gate is opened. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	int waiting;
	bool open;
} gate = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, false };

static void gate_wait(void)
{
	pthread_mutex_lock(&gate.lock);
	gate.waiting++;
	pthread_cond_broadcast(&gate.moved);
	while (!gate.open)
		pthread_cond_wait(&gate.moved, &gate.lock);
	gate.waiting--;
	pthread_mutex_unlock(&gate.lock);
}

static void gate_until(int waiting)
{
	pthread_mutex_lock(&gate.lock);
	while (gate.waiting < waiting)
		pthread_cond_wait(&gate.moved, &gate.lock);
	pthread_mutex_unlock(&gate.lock);
}

static void gate_set(bool open)
{
	pthread_mutex_lock(&gate.lock);
	gate.open = open;
	pthread_cond_broadcast(&gate.moved);
	pthread_mutex_unlock(&gate.lock);
}

static void answer(struct http_resp *p, const char *text)
{
	p->type = "text/plain";
	p->body = (struct slice){ text, strlen(text) };
}

static void answer_error(struct ctx *c, struct http_resp *p)
{
	answer(p, arena_printf(c->arena, "%s: %s", err_name(c->err.kind), c->err.msg));
}

static void answer_query(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	const char *filter;
	int64_t start;

	if (!http_query(c, q, "filter", &filter) ||
	    !http_query_int(c, q, "startIndex", 1, 1, 100, &start))
		answer_error(c, p);
	else
		answer(p, arena_printf(c->arena, "filter=%s start=%" PRId64,
				       filter ? filter : "(absent)", start));
}

static void on_request(void *arg, struct arena *a, struct http_req *q, struct http_resp *p)
{
	struct ctx c = { .arena = a };
	json_t *j;

	(void)arg;
	q->to_lane = strcmp(q->path, "/lane") == 0 && !q->may_wait;
	if (q->to_lane) {
		answer(p, "forgotten");
		return;
	}
	if (strcmp(q->path, "/wait") == 0 || strcmp(q->path, "/lane") == 0)
		gate_wait();
	if (strcmp(q->path, "/query") == 0) {
		answer_query(&c, q, p);
	} else if (strcmp(q->path, "/json") == 0) {
		if (json_body(&c, q, &j))
			json_respond(&c, p, 201, json_incref(j));
		else
			answer_error(&c, p);
	} else if (strcmp(q->path, "/headers") == 0) {
		http_add_header(p, "Cache-Control", "max-age=5");
		http_add_header(p, "Location", "/a\r\nEvil: yes");
	} else if (strcmp(q->path, "/none") == 0) {
		answer(p, "nothing to see");
		p->status = 204;
	} else {
		answer(p, arena_printf(a, "<%d %s %s %.*s>", q->method, q->path, q->address,
				       (int)q->body.n, q->body.n ? q->body.p : ""));
	}
}

static void on_refusal(void *arg, struct arena *a, struct http_req *q, struct http_resp *p)
{
	(void)arg, (void)a, (void)q;
	answer(p, "refused");
}

static struct http_server *serve(int workers, int queue_max)
{
	const struct http_config config = {
		.address = "127.0.0.1",
		.workers = workers,
		.queue_max = queue_max,
		.lane = 1,
		.lane_queue_max = 1,
		.connections_max = 100,
		.body_max = BODY_MAX,
		.proxies = "127.0.0.1",
	};
	struct err err = { 0 };
	struct http_server *s = http_listen(&config, on_request, on_refusal, NULL, &err);

	if (!s)
		fail_msg("%s", err.msg);
	gate_set(false);
	return s;
}

static int start(void **state)
{
	*state = serve(2, 16);
	return 0;
}

static int stop(void **state)
{
	gate_set(true);
	http_stop(*state, PATIENCE_MS);
	return 0;
}

static int dial(const struct http_server *s)
{
	const struct sockaddr_in at = { .sin_family = AF_INET,
					.sin_port = htons((uint16_t)http_port(s)),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static void say_bytes(int fd, const char *p, size_t n)
{
	/* a server that has refused may be gone already */
	if (send(fd, p, n, MSG_NOSIGNAL) < 0)
		return;
}

static void say(int fd, const char *text)
{
	say_bytes(fd, text, strlen(text));
}

/* Reads until the text has come this many times, or the end: then false. */
static bool hear(int fd, const char *text, int times, char out[ANSWER_MAX])
{
	size_t n = 0;
	ssize_t got = 1;

	out[0] = '\0';
	for (;;) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		int found = 0;

		for (const char *p = out; text && (p = strstr(p, text)); p++)
			found++;
		if (text && found >= times)
			return true;
		if (got <= 0)
			return false;
		if (poll(&wait, 1, PATIENCE_MS) != 1)
			fail_msg("no answer; so far: %s", out);
		got = recv(fd, out + n, ANSWER_MAX - 1 - n, 0);
		n += got > 0 ? (size_t)got : 0;
		out[n] = '\0';
	}
}

static int count(const char *text, const char *what)
{
	int n = 0;

	for (const char *p = text; (p = strstr(p, what)); p++)
		n++;
	return n;
}

/* One request on a connection of its own, which ends with it. */
static void ask(struct http_server *s, const char *request, char out[ANSWER_MAX])
{
	int fd = dial(s);

	say(fd, request);
	hear(fd, NULL, 0, out);
	close(fd);
}

static void expect(const char *got, const char *want)
{
	if (!strstr(got, want))
		fail_msg("\"%s\" is not in: %s", want, got);
}

#define CLOSE REQUEST "Connection: close\r\n"

static void answers(void **state)
{
	/* clang-format off */
	static const struct {
		const char *request, *status, *has;
	} table[] = {
		{ "GET /a%2Fb" CLOSE "\r\n",                               "200", "<1 /a%2Fb 127.0.0.1 >" },
		{ "GET /a HTTP/1.0\r\n\r\n",                               "200", "<1 /a 127.0.0.1 >" },
		{ "GET http://x/a" CLOSE "\r\n",                           "200", "<1 /a 127.0.0.1 >" },
		{ "GET /a" CLOSE "X-Forwarded-For: 6.6.6.6, 192.0.2.7\r\n\r\n", "200", "<1 /a 192.0.2.7 >" },
		{ "GET /a" CLOSE "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 192.0.2.8\r\n\r\n",
		                                                           "200", "<1 /a 192.0.2.8 >" },
		{ "POST /a" CLOSE "Content-Length: 3\r\n\r\nabc",          "200", "<2 /a 127.0.0.1 abc>" },
		{ "PATCH /a" CLOSE "Content-Length: 3\r\n\r\nabc",         "200", "<8 /a 127.0.0.1 abc>" },
		{ "DELETE /a" CLOSE "\r\n",                                "200", "<16 /a 127.0.0.1 >" },
		{ "BREW /a" CLOSE "\r\n",                                  "200", "<0 /a 127.0.0.1 >" },
		{ "POST /a" CLOSE "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
		                                                           "200", "<2 /a 127.0.0.1 abc>" },
		{ "POST /a" CLOSE "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n",
		                                                           "200", "<2 /a 127.0.0.1 abc>" },
		{ "POST /a" CLOSE "Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
		                                                           "100", "<2 /a 127.0.0.1 abc>" },
		{ "GET /query" CLOSE "\r\n",                               "200", "filter=(absent) start=1" },
		{ "GET /query?FILTER=a+b%2Bc&startindex=7" CLOSE "\r\n",   "200", "filter=a b+c start=7" },
		{ "GET /query?f%69lter=%26%3d&startIndex=0" CLOSE "\r\n",  "200", "filter=&= start=1" },
		{ "GET /query?filter=a%20eq%20\"b\"&startIndex=999" CLOSE "\r\n", "200", "filter=a eq \"b\" start=100" },
		{ "GET /query?filter=a eq \"b\"" CLOSE "\r\n",             "200", "filter=a eq \"b\" start=1" },
		{ "GET /query?filter=1&filter=2" CLOSE "\r\n",             "200", "filter=1 start=1" },
		{ "GET /query?filter" CLOSE "\r\n",                        "200", "filter= start=1" },
		{ "GET /query?startIndex=-99999999999999999999" CLOSE "\r\n", "200", "start=1" },
		{ "GET /query?startIndex=99999999999999999999" CLOSE "\r\n", "200", "start=100" },
		{ "GET /query?startIndex=x" CLOSE "\r\n",                  "200", "value: startIndex" },
		{ "GET /query?startIndex=" CLOSE "\r\n",                   "200", "value: startIndex" },
		{ "GET /query?filter=%zz" CLOSE "\r\n",                    "200", "value: filter" },
		{ "GET /query?filter=%ff" CLOSE "\r\n",                    "200", "value: filter" },
		{ "GET /query?filter=%00" CLOSE "\r\n",                    "200", "value: filter" },
		{ "GET /query?fil%zter=1" CLOSE "\r\n",                    "200", "value: a parameter's name" },
		{ "POST /json" CLOSE "Content-Length: 2\r\n\r\n{}",        "201", "\r\n\r\n{}" },
		{ "POST /json" CLOSE "Content-Type: application/scim+json; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}",
		                                                           "201", "\r\n\r\n{}" },
		{ "POST /json" CLOSE "Content-Type: Application/JSON\r\nContent-Length: 2\r\n\r\n{}",
		                                                           "201", "\r\n\r\n{}" },
		{ "POST /json" CLOSE "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
		                                                           "200", "media: " },
	};
	/* clang-format on */
	char out[ANSWER_MAX];

	for (size_t i = 0; i < COUNT(table); i++) {
		ask(*state, table[i].request, out);
		if (strncmp(out, "HTTP/1.", 7) != 0 || strncmp(out + 9, table[i].status, 3) != 0 ||
		    !strstr(out, table[i].has))
			fail_msg("%s\nis answered: %s", table[i].request, out);
	}
}

/* Where two readers could disagree about where a request ends, it is refused,
 * and what follows on that connection is never looked at. */
static void framing(void **state)
{
	static const struct {
		const char *headers, *body, *status;
	} table[] = {
		{ "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n", "400" },
		{ "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n", "400" },
		{ "Content-Length: 3\r\nContent-Length: 4\r\n", "abcd", "400" },
		{ "Content-Length: 3, 3\r\n", "abc", "400" },
		{ "Content-Length: +3\r\n", "abc", "400" },
		{ "Content-Length: -3\r\n", "abc", "400" },
		{ "Content-Length: 0x3\r\n", "abc", "400" },
		{ "Content-Length:\r\n", "", "400" },
		{ "Content-Length : 3\r\n", "abc", "400" },
		{ "Content-Length:\r\n 3\r\n", "abc", "400" },
		{ "X: a\r\n Content-Length: 3\r\n", "abc", "400" },
		{ "X: a\rContent-Length: 3\r\n", "abc", "400" },
		{ "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n", "400" },
		{ "Transfer-Encoding: gzip\r\n", "abc", "400" },
		{ "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n", "400" },
		{ "Transfer-Encoding: chunked\t\r\n", "0\r\n\r\n", "400" },
		{ "Transfer-Encoding : chunked\r\n", "0\r\n\r\n", "400" },
		{ "Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n", "400" },
		{ "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n",
		  "400" },
		{ "Transfer-Encoding: chunked\r\n", "x\r\n\r\n", "400" },
		{ "Transfer-Encoding: chunked\r\n", "3\r\nabcd\r\n0\r\n\r\n", "400" },
		{ "Host: y\r\n", "", "400" },
		{ "Content-Length: 18446744073709551615\r\n", "abc", "413" },
		{ "Content-Length: 99999999999999999999999\r\n", "abc", "413" },
		{ "Content-Length: 1001\r\n", "abc", "413" },
		{ "Content-Length: 1001\r\nExpect: 100-continue\r\n", "", "413" },
	};
	static const char *const methods[] = { "POST", "PATCH", "DELETE", "GET" };
	char request[1024], out[ANSWER_MAX];

	for (size_t i = 0; i < COUNT(table) * COUNT(methods); i++) {
		size_t row = i / COUNT(methods);

		snprintf(request, sizeof(request), "%s /a" REQUEST "%s\r\n%s" NEXT,
			 methods[i % COUNT(methods)], table[row].headers, table[row].body);
		ask(*state, request, out);
		if (strncmp(out + 9, table[row].status, 3) != 0 || strstr(out, "/next"))
			fail_msg("%s\nis answered: %s", request, out);
	}
	ask(*state, "GET /a HTTP/1.1\r\n\r\n", out);
	expect(out, " 400 ");
	ask(*state, "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", out);
	expect(out, " 400 ");
}

static void keep_alive_and_pipelining(void **state)
{
	static const char requests[] = "POST /1" REQUEST "Content-Length: 3\r\n\r\nabc"
				       "POST /2" REQUEST "Transfer-Encoding: chunked\r\n\r\n"
				       "3\r\ndef\r\n0\r\n\r\n"
				       "GET /3" REQUEST "\r\n";
	char out[ANSWER_MAX];
	int fd = dial(*state);

	say(fd, "GET /first" REQUEST "\r\n");
	assert_true(hear(fd, "<1 /first 127.0.0.1 >", 1, out));
	say(fd, requests);
	assert_true(hear(fd, "<1 /3 127.0.0.1 >", 1, out));
	expect(out, "<2 /1 127.0.0.1 abc>");
	expect(out, "<2 /2 127.0.0.1 def>");
	assert_true(strstr(out, "/1") < strstr(out, "/2"));
	close(fd);
}

static void headers_of_caution(void **state)
{
	char out[ANSWER_MAX];

	ask(*state, "GET /a" CLOSE "\r\n", out);
	expect(out, "\r\nX-Content-Type-Options: nosniff\r\n");
	expect(out, "\r\nCache-Control: no-store\r\n");
	assert_null(strstr(out, "Server:"));
	ask(*state, "GET /headers" CLOSE "\r\n", out);
	expect(out, "\r\nCache-Control: max-age=5\r\n");
	expect(out, "\r\nLocation: ?\r\n");
	assert_null(strstr(out, "Evil"));
	assert_null(strstr(out, "no-store"));
}

static void answers_without_a_body(void **state)
{
	char out[ANSWER_MAX];

	ask(*state, "GET /none" CLOSE "\r\n", out);
	expect(out, "HTTP/1.1 204 ");
	assert_null(strstr(out, "Content-Type:"));
	assert_null(strstr(out, "nothing"));
	ask(*state, "HEAD /a" CLOSE "\r\n", out);
	expect(out, "HTTP/1.1 200 ");
	expect(out, "\r\nContent-Length: 17\r\n");
	assert_null(strstr(out, "<1"));
}

static void say_chunks(int fd, int n)
{
	char chunk[128 + 8];

	memcpy(chunk, "80\r\n", 4);
	memset(chunk + 4, 'x', 128);
	memcpy(chunk + 132, "\r\n", 2);
	for (int i = 0; i < n; i++)
		say_bytes(fd, chunk, 134);
}

static void a_chunked_body_has_a_limit(void **state)
{
	char out[ANSWER_MAX];
	int fd = dial(*state);

	say(fd, "PUT /a" REQUEST "Transfer-Encoding: chunked\r\n\r\n");
	say_chunks(fd, 7);
	say(fd, "68\r\n"); /* 7 * 128 + 104 is the maximum */
	say(fd, "0123456789012345678901234567890123456789012345678901");
	say(fd, "0123456789012345678901234567890123456789012345678901");
	say(fd, "\r\n0\r\n\r\n");
	assert_true(hear(fd, "5678901>", 1, out));
	expect(out, " 200 ");
	say(fd, "PUT /a" REQUEST "Transfer-Encoding: chunked\r\n\r\n");
	say_chunks(fd, 8);
	say(fd, "0\r\n\r\n" NEXT);
	assert_false(hear(fd, "/next", 1, out));
	expect(out, " 413 ");
	expect(out, "refused");
	close(fd);
}

static void a_slow_body_is_waited_for(void **state)
{
	static const char request[] = "POST /a" CLOSE "Content-Length: 5\r\n\r\nabcde";
	char out[ANSWER_MAX];
	int fd = dial(*state);

	for (size_t i = 0; request[i]; i++) {
		say_bytes(fd, request + i, 1);
		if (i % 16 == 0)
			sched_yield();
	}
	hear(fd, NULL, 0, out);
	expect(out, "<2 /a 127.0.0.1 abcde>");
	close(fd);
}

static void headers_have_a_limit(void **state)
{
	static char filter[40001];
	static char request[41000];
	char out[ANSWER_MAX];

	memset(filter, 'a', 8192);
	snprintf(request, sizeof(request), "GET /query?filter=%s" CLOSE "\r\n", filter);
	ask(*state, request, out);
	expect(out, filter);
	memset(filter, 'a', 40000);
	snprintf(request, sizeof(request), "GET /query?filter=%s" CLOSE "\r\n", filter);
	ask(*state, request, out);
	expect(out, " 414 ");
}

/* One works, one waits; the third has no place. */
static void a_full_queue_answers_at_once(void **state)
{
	struct http_server *s = serve(1, 1);
	struct http_stats stats;
	char out[ANSWER_MAX];
	int fd[3] = { dial(s), dial(s), dial(s) };

	(void)state;
	say(fd[0], "GET /wait" CLOSE "\r\n");
	gate_until(1);
	say(fd[1], "GET /second" CLOSE "\r\n");
	do
		http_stats(s, &stats);
	while (stats.queued < 1);
	assert_int_equal(stats.in_flight, 2);
	assert_int_equal(stats.connections, 3);
	say(fd[2], "POST /third" REQUEST "Content-Length: 3\r\n\r\nabc");
	assert_true(hear(fd[2], "refused", 1, out));
	expect(out, " 503 ");
	expect(out, "\r\nRetry-After: 1\r\n");
	http_stats(s, &stats);
	assert_int_equal(stats.queue_full, 1);
	gate_set(true);
	hear(fd[0], NULL, 0, out);
	expect(out, "<1 /wait 127.0.0.1 >");
	hear(fd[1], NULL, 0, out);
	expect(out, "<1 /second 127.0.0.1 >");
	say(fd[2], "GET /fourth" CLOSE "\r\n"); /* the connection is still good */
	hear(fd[2], NULL, 0, out);
	expect(out, "<1 /fourth 127.0.0.1 >");
	for (size_t i = 0; i < COUNT(fd); i++)
		close(fd[i]);
	http_stop(s, PATIENCE_MS);
}

static void *stop_patiently(void *s)
{
	http_stop(s, PATIENCE_MS);
	return NULL;
}

static void *stop_at_once(void *s)
{
	http_stop(s, 0);
	return NULL;
}

/* True as soon as nobody listens any more. */
static bool door_is_closed(int port)
{
	const struct sockaddr_in at = { .sin_family = AF_INET,
					.sin_port = htons((uint16_t)port),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool closed = connect(fd, (const struct sockaddr *)&at, sizeof(at)) != 0;

	close(fd);
	return closed;
}

static void stopping_finishes_what_was_taken(void **state)
{
	struct http_server *s = serve(1, 4);
	struct http_stats stats;
	char out[ANSWER_MAX];
	pthread_t stopper;
	int fd[2] = { dial(s), dial(s) }, port = http_port(s);

	(void)state;
	say(fd[0], "GET /wait" REQUEST "\r\n");
	gate_until(1);
	say(fd[1], "GET /queued" REQUEST "\r\n");
	do
		http_stats(s, &stats);
	while (stats.queued < 1);
	assert_int_equal(pthread_create(&stopper, NULL, stop_patiently, s), 0);
	while (!door_is_closed(port))
		sched_yield();
	gate_set(true);
	for (int i = 0; i < 2; i++) {
		assert_false(hear(fd[i], NULL, 0, out));
		expect(out, i ? "<1 /queued 127.0.0.1 >" : "<1 /wait 127.0.0.1 >");
		close(fd[i]);
	}
	assert_int_equal(pthread_join(stopper, NULL), 0);
}

/* Without grace the one at work is still waited for, the one in the queue is
 * told to come back. */
static void stopping_without_grace(void **state)
{
	struct http_server *s = serve(1, 4);
	struct http_stats stats;
	char out[ANSWER_MAX];
	pthread_t stopper;
	int fd[2] = { dial(s), dial(s) }, idle = dial(s);

	(void)state;
	say(fd[0], "GET /wait" REQUEST "\r\n");
	gate_until(1);
	say(fd[1], "GET /queued" REQUEST "\r\n");
	do
		http_stats(s, &stats);
	while (stats.queued < 1);
	assert_int_equal(pthread_create(&stopper, NULL, stop_at_once, s), 0);
	/* refused by the worker once it is free, or served if it was faster */
	gate_set(true);
	hear(fd[0], NULL, 0, out);
	expect(out, "<1 /wait 127.0.0.1 >");
	hear(fd[1], NULL, 0, out);
	assert_true(count(out, " 503 ") + count(out, "/queued") == 1);
	assert_int_equal(pthread_join(stopper, NULL), 0);
	close(fd[0]);
	close(fd[1]);
	close(idle);
}

/* One waits in the lane, one before it; the worker is free for others. */
static void the_lane_is_bounded(void **state)
{
	struct http_server *s = serve(1, 16);
	struct http_stats stats = { 0 };
	char out[ANSWER_MAX];
	int fd[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		fd[i] = dial(s);
		say(fd[i], "GET /lane" CLOSE "\r\n");
		if (i == 0)
			gate_until(1);
	}
	while (stats.lane_queued < 1)
		http_stats(s, &stats);
	ask(s, "GET /lane" CLOSE "\r\n", out);
	expect(out, " 503 ");
	expect(out, "Retry-After: ");
	ask(s, "GET /other" CLOSE "\r\n", out);
	expect(out, "<1 /other 127.0.0.1 >");
	gate_set(true);
	for (int i = 0; i < 2; i++) {
		hear(fd[i], NULL, 0, out);
		expect(out, "<1 /lane 127.0.0.1 >");
		close(fd[i]);
	}
	http_stats(s, &stats);
	assert_int_equal(stats.lane_full, 1);
	http_stop(s, PATIENCE_MS);
}

static void many_at_once(void **state)
{
	enum { CONNECTIONS = 20, EACH = 20 };
	struct http_server *s = serve(3, CONNECTIONS);
	char out[ANSWER_MAX];
	int fd[CONNECTIONS];

	(void)state;
	for (int i = 0; i < CONNECTIONS; i++) {
		fd[i] = dial(s);
		for (int k = 0; k < EACH; k++)
			say(fd[i], "POST /many" REQUEST "Content-Length: 3\r\n\r\nabc");
	}
	for (int i = 0; i < CONNECTIONS; i++) {
		assert_true(hear(fd[i], "<2 /many 127.0.0.1 abc>", EACH, out));
		close(fd[i]);
	}
	http_stop(s, PATIENCE_MS);
}

static void a_server_that_cannot_start_says_why(void **state)
{
	struct http_config config = { .address = "127.0.0.1",
				      .workers = 1,
				      .queue_max = 1,
				      .connections_max = 10,
				      .port = http_port(*state) };
	struct err err = { 0 };

	assert_null(http_listen(&config, on_request, on_refusal, NULL, &err));
	expect(err.msg, "cannot listen on 127.0.0.1 port");
	config.port = 0;
	err = (struct err){ 0 };
	config.address = "nowhere.invalid";
	assert_null(http_listen(&config, on_request, on_refusal, NULL, &err));
	expect(err.msg, "nowhere.invalid");
	config.address = "127.0.0.1";
	config.tls_cert = "/nonexistent/cert.pem";
	config.tls_key = "/nonexistent/key.pem";
	err = (struct err){ 0 };
	assert_null(http_listen(&config, on_request, on_refusal, NULL, &err));
	expect(err.msg, "/nonexistent/cert.pem");
	config.tls_cert = config.tls_key = "/etc/passwd";
	err = (struct err){ 0 };
	assert_null(http_listen(&config, on_request, on_refusal, NULL, &err));
	expect(err.msg, "/etc/passwd");
	config.tls_key = NULL;
	err = (struct err){ 0 };
	assert_null(http_listen(&config, on_request, on_refusal, NULL, &err));
	expect(err.msg, "key of TLS");
	config.tls_cert = NULL;
	config.proxies = "127.0.0.1, proxy.example";
	err = (struct err){ 0 };
	assert_null(http_listen(&config, on_request, on_refusal, NULL, &err));
	expect(err.msg, "proxy.example");
}

#define served(fn) cmocka_unit_test_setup_teardown(fn, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		served(answers),
		served(framing),
		served(keep_alive_and_pipelining),
		served(headers_of_caution),
		served(answers_without_a_body),
		served(a_chunked_body_has_a_limit),
		served(a_slow_body_is_waited_for),
		served(headers_have_a_limit),
		served(a_server_that_cannot_start_says_why),
		cmocka_unit_test(a_full_queue_answers_at_once),
		cmocka_unit_test(stopping_finishes_what_was_taken),
		cmocka_unit_test(stopping_without_grace),
		cmocka_unit_test(many_at_once),
		cmocka_unit_test(the_lane_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
