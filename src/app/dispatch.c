/*
 * dispatch.c - the life of a request, top to bottom.
 *
 * Find the route, lend a connection, find out who is asking, let the handler
 * work, answer its error if there is one, write one line to the log.
 */
#include "dispatch.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "app.h"
#include "background.h"
#include "base/id.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/org.h"
#include "base/text.h"
#include "base/time.h"
#include "change/change.h"
#include "gate.h"
#include "recent.h"
#include "rollouts.h"
#include "roster/token.h"
#include "routes.h"
#include "syncer.h"

/* Rest before the n-th try, ms at most: the first repeats at once, because
 * most often it only asks to be alone. */
static const int rests[] = { 0, 2, 5, 10, 20, 40, 80 };

enum { RESTS = sizeof(rests) / sizeof(rests[0]) };

struct request {
	struct app *app;
	struct ctx *c;
	struct http_req *q;
	struct http_resp *p;
	struct found found;
	struct db_loan loan;
};

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static const char *method_name(enum http_method method)
{
	switch (method) {
	case GET:
		return "GET";
	case POST:
		return "POST";
	case PUT:
		return "PUT";
	case PATCH:
		return "PATCH";
	case DELETE:
		return "DELETE";
	case HEAD:
		return "HEAD";
	case OPTIONS:
		return "OPTIONS";
	}
	return "other";
}

static enum need need_of(const struct found *f)
{
	return f->route ? f->route->need : f->door->need;
}

static bool uses_database(const struct found *f)
{
	return need_of(f) != NEED_NOBODY || (f->route && f->route->effect != NOTHING);
}

static bool known(struct ctx *c, const struct found *f, enum http_method method)
{
	if (!f->route)
		return error(c, ERR_NOT_FOUND, "there is nothing at this address");
	return (f->route->methods & (int)method) ||
	       error(c, ERR_METHOD, "this address does not take this method");
}

static bool writes(const struct found *f, enum http_method method)
{
	return f->route && (f->route->methods & (int)method) && f->route->effect == WRITES;
}

static bool commits_itself(const struct found *f)
{
	return f->route && f->route->effect == ALONE;
}

/* The handler between the two halves of the token's check: what it says, be it an
 * error, counts only if the token still holds. */
static bool handle(struct request *r)
{
	struct ctx *c = r->c;
	struct err said;
	bool good;

	/* a handler that commits by itself must not be run twice for a token's sake */
	if (!token_ask(c) || (commits_itself(&r->found) && !token_confirm(c)))
		return false;
	good = known(c, &r->found, r->q->method) && r->found.route->handle(c, r->q, r->p);
	if (c->err.kind >= ERR_RETRY)
		return false;
	said = c->err;
	c->err = (struct err){ 0 };
	if (!commits_itself(&r->found) && !token_confirm(c))
		return false;
	c->err = said;
	return good;
}

static bool write_in_a_change(struct request *r)
{
	SCOPED_CHANGE change = { 0 };

	return change_begin(r->c, &change) && handle(r) && change_commit(&change);
}

/* The gate stands before everything, and before any transaction: strangers must
 * neither learn which paths exist nor hold a lock. */
static bool once(struct request *r)
{
	struct ctx *c = r->c;

	if (c->org ? !db_enter_org(c, c->org->id) : !gate_open(c, r->q, need_of(&r->found)))
		return false;
	return writes(&r->found, r->q->method) ? write_in_a_change(r) : handle(r);
}

/* Up to the time given, so that those who got in each other's way part. */
static void rest(int ms)
{
	struct timespec t = { 0 };

	if (ms == 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, &t);
	t = (struct timespec){ .tv_nsec = (ms * 500000L) + t.tv_nsec % (ms * 500000L) };
	nanosleep(&t, NULL);
}

/* A failure to get a connection is the first sign that the database is away:
 * until the background finds it again, nobody waits for it. */
static bool lend(struct request *r)
{
	if (!atomic_load(&r->app->database_up))
		return error(r->c, ERR_UNAVAILABLE, "the database is out of reach");
	if (db_lend(r->app->pool, r->c, &r->loan))
		return true;
	if (r->c->err.kind == ERR_UNAVAILABLE)
		atomic_store(&r->app->database_up, false);
	return false;
}

static bool prepare_again(struct request *r, int tries)
{
	struct http_resp *p = r->p;

	if (r->c->lane || tries == RESTS || !err_take(&r->c->err, ERR_RETRY))
		return false;
	metric_add(METRIC_RETRIES, r->q->route, NULL, 0, 1);
	*p = (struct http_resp){ .status = 200 };
	rest(rests[tries]);
	if (r->c->db && !db_broken(r->c->db))
		return true;
	db_loan_end(&r->loan);
	return lend(r);
}

static bool work(struct request *r)
{
	bool good = lend(r);

	for (int tries = 0; good && !(good = once(r)); tries++)
		if (!(good = prepare_again(r, tries)))
			break;
	return good;
}

static bool serve(struct request *r)
{
	bool good;

	if (!uses_database(&r->found))
		return known(r->c, &r->found, r->q->method) &&
		       r->found.route->handle(r->c, r->q, r->p);
	good = work(r);
	db_loan_end(&r->loan);
	return good;
}

static const char *allow_text(struct arena *a, int methods)
{
	static const enum http_method each[] = { GET, POST, PUT, PATCH, DELETE };
	struct buf b = buf_in(a, 64);

	for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
		if (!(methods & (int)each[i]))
			continue;
		buf_printf(&b, "%s%s%s", b.n ? ", " : "", method_name(each[i]),
			   each[i] == GET ? ", HEAD" : "");
	}
	return b.p;
}

static void add_once(struct http_resp *p, const char *name, const char *value)
{
	for (int i = 0; i < p->headers; i++)
		if (strcasecmp(p->header[i].name, name) == 0)
			return;
	http_add_header(p, name, value);
}

static void answer_error(struct request *r)
{
	struct http_resp *p = r->p;

	*p = (struct http_resp){ .status = 500 };
	r->found.door->fail(r->c, p);
	if (r->c->err.kind == ERR_METHOD)
		add_once(p, "Allow", allow_text(r->c->arena, r->found.allow));
	if (p->status == 503 || p->status == 507)
		add_once(p, "Retry-After", "5");
	if (p->status == 429)
		add_once(p, "Retry-After", "60");
}

static void count(const struct request *r, int64_t us)
{
	const char *route = r->q->route ? r->q->route : "none";

	metric_add(METRIC_REQUESTS, route, method_name(r->q->method), r->p->status, 1);
	metric_time(METRIC_REQUEST_TIME, route, us);
	if (r->c->err.kind)
		metric_add(METRIC_ERRORS, err_name(r->c->err.kind), NULL, 0, 1);
}

static int level_of(enum err_kind kind)
{
	if (kind < ERR_RETRY)
		return LOG_INFO;
	return kind == ERR_RETRY || kind == ERR_UNAVAILABLE ? LOG_WARNING : LOG_ERR;
}

/* What a caller did wrong may quote names and addresses of people: of that, the
 * log has only the kind and the line of code that refused it. */
static void log_request(const struct request *r, int64_t us)
{
	const struct err *err = &r->c->err;
	struct log_field f[] = {
		F("method", method_name(r->q->method)),
		F("route", r->q->route),
		F_INT("status", r->p->status),
		F_INT("us", us),
		F_INT("bytes", (int64_t)r->p->body.n),
		F("err", err_name(err->kind)),
		{ 0 },
		{ 0 },
	};
	size_t n = sizeof(f) / sizeof(f[0]) - 2;

	if (err->kind < ERR_RETRY && !r->app->config->log_requests)
		return;
	if (err->kind)
		f[n++] = F("where", arena_printf(r->c->arena, "%s:%d", err->file, err->line));
	if (err->kind >= ERR_RETRY)
		f[n++] = F("msg", err->msg);
	else if (err->kind == ERR_UNAUTHENTICATED || err->kind == ERR_BUSY)
		f[n++] = F("peer", r->q->address);
	log_write(r->c, level_of(err->kind), "request", f, n);
}

void dispatch(void *arg, struct arena *a, struct http_req *q, struct http_resp *p)
{
	struct app *app = arg;
	struct ctx c = {
		.arena = a,
		.trace = id_new(a),
		.now = time_now(),
		.base_url = atomic_load(&app->base_url),
		.brief = !q->may_wait,
	};
	struct request r = { .app = app, .c = &c, .q = q, .p = p };
	int64_t start = now_us(), us;
	bool good;

	routes_find(a, q, &r.found);
	good = serve(&r);
	q->to_lane = !good && c.lane;
	q->lane_of = c.org ? (uint64_t)text_hash(c.org->id) : 0;
	if (q->to_lane)
		return;
	if (!good)
		answer_error(&r);
	else if (c.org && q->method != GET)
		background_has_work(c.org->id);
	if (good && c.left_work)
		syncer_wake();
	if (good && c.rollout)
		rollouts_follow(app, &c, q, p);
	http_add_header(p, "X-Request-Id", c.trace);
	us = now_us() - start;
	if (r.found.door->need == NEED_SCIM_TOKEN && c.org && c.actor)
		recent_note(&c, q, method_name(q->method), p->status, us);
	count(&r, us);
	log_request(&r, us);
}

void dispatch_refusal(void *arg, struct arena *a, struct http_req *q, struct http_resp *p)
{
	struct app *app = arg;
	struct ctx c = { .arena = a, .trace = id_new(a), .now = time_now() };
	struct request r = { .app = app, .c = &c, .q = q, .p = p };
	int status = p->status;

	routes_find(a, q, &r.found);
	if (status == 413)
		IGNORE(error(&c, ERR_TOO_LARGE, "the body is larger than %lld bytes",
			     (long long)app->config->body_max));
	else if (status == 503)
		IGNORE(error(&c, ERR_UNAVAILABLE, "%s",
			     q->may_wait ? "too many requests wait for other servers already"
					 : "all workers are busy and the queue is full"));
	else
		IGNORE(error(&c, ERR_SYNTAX, "this is not a well-formed HTTP request"));
	r.found.door->fail(&c, p);
	p->status = status;
	p->headers = 0; /* the server says itself when to come back */
	http_add_header(p, "X-Request-Id", c.trace);
	count(&r, 0);
	log_request(&r, 0);
}
