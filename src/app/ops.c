/* ops.c - /healthz, /readyz and /metrics. */
#include "ops.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "access/held.h"
#include "access/seat.h"
#include "app/version.h"
#include "base/metric.h"
#include "base/time.h"
#include "db/migrate.h"
#include "plain.h"
#include "change/rollout.h"
#include "roster/org.h"

enum { METRICS_BYTES_MAX = 16 << 20, SEATS_FRESH_MS = 5000 };

static struct app *app;

void ops_attach(struct app *a)
{
	app = a;
}

static bool fine(struct http_resp *p)
{
	plain_respond(p, 200, (struct slice){ "ok\n", 3 });
	return true;
}

bool ops_health(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	(void)c, (void)q;
	return fine(p);
}

static bool lend(struct ctx *c, struct db_loan *loan)
{
	if (!atomic_load(&app->database_up))
		return error(c, ERR_UNAVAILABLE, "the database is out of reach");
	return db_lend(app->pool, c, loan);
}

bool ops_ready(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	SCOPED_LOAN loan = { 0 };
	int version;

	(void)q;
	return lend(c, &loan) && db_schema_version(c, &version) && fine(p);
}

/* Seats and holds of all organizations, as text that several scrapes share. */
static struct {
	pthread_mutex_t lock;
	struct arena arena;
	struct buf text;
	int64_t until;
} seats = { .lock = PTHREAD_MUTEX_INITIALIZER };

struct figures {
	struct seats seats;
	int64_t holds, left;
};

/* clang-format off */
static const struct {
	const char *name, *help;
	size_t at;
} seat_metrics[] = {
	{ "rosterd_seats_limit", "Seats of the licence; -1: unlimited.", offsetof(struct figures, seats.limit) },
	{ "rosterd_seats_used", "Seats that somebody holds.", offsetof(struct figures, seats.used) },
	{ "rosterd_seats_waiting", "People who wait for a seat.", offsetof(struct figures, seats.waiting) },
	{ "rosterd_holds_open", "Holds that wait for an administrator.", offsetof(struct figures, holds) },
	{ "rosterd_rollout_left", "People who do not follow the new rules yet.", offsetof(struct figures, left) },
};
/* clang-format on */

static int64_t seat_figure(const struct figures *f, size_t metric)
{
	return *(const int64_t *)(const void *)((const char *)f + seat_metrics[metric].at);
}

static bool count_seats(struct ctx *c, struct org **orgs, struct figures **out, int *count)
{
	if (!org_list(c, orgs, count))
		return false;
	*out = arena_array(c->arena, struct figures, (size_t)*count);
	for (int i = 0; i < *count; i++) {
		struct figures *f = &(*out)[i];
		struct rollout *r;

		c->org = &(*orgs)[i];
		if (!db_enter_org(c, c->org->id) || !seat_count(c, &f->seats) ||
		    !hold_count_open(c, &f->holds) || !rollout_find(c, &r))
			return false;
		f->left = r ? r->total - r->done : 0;
	}
	c->org = NULL;
	return true;
}

static bool refresh_seats(struct ctx *c)
{
	SCOPED_LOAN loan = { 0 };
	struct figures *of;
	struct org *orgs;
	int count;

	if (!lend(c, &loan) || !count_seats(c, &orgs, &of, &count))
		return false;
	arena_free(&seats.arena);
	seats.text = buf_in(&seats.arena, METRICS_BYTES_MAX);
	for (size_t m = 0; m < sizeof(seat_metrics) / sizeof(seat_metrics[0]); m++) {
		metric_head(&seats.text, seat_metrics[m].name, "gauge", seat_metrics[m].help);
		for (int i = 0; i < count; i++)
			metric_sample(&seats.text, seat_metrics[m].name, "org", orgs[i].name,
				      seat_figure(&of[i], m));
	}
	seats.until = time_monotonic() + SEATS_FRESH_MS;
	return true;
}

/* Without a database the other figures are all the more wanted: then seats are
 * left out. */
static void put_seats(struct ctx *c, struct buf *out)
{
	struct err none = { 0 };

	pthread_mutex_lock(&seats.lock);
	if (time_monotonic() < seats.until || refresh_seats(c))
		buf_put(out, seats.text.p, seats.text.n);
	pthread_mutex_unlock(&seats.lock);
	c->err = none;
	c->org = NULL;
}

static void put_gauges(struct buf *out)
{
	struct http_server *server = atomic_load(&app->server);
	struct http_stats s = { 0 };
	int open, lent;

	if (server)
		http_stats(server, &s);
	db_pool_count(app->pool, &open, &lent);

	const struct {
		const char *name, *type, *help;
		int64_t n;
	} gauges[] = {
		{ "rosterd_http_connections", "gauge", "Open connections.", s.connections },
		{ "rosterd_http_in_flight", "gauge", "Requests being read or answered.",
		  s.in_flight },
		{ "rosterd_http_queue_length", "gauge", "Requests waiting for a worker.",
		  s.queued },
		{ "rosterd_http_queue_full_total", "counter",
		  "Requests refused because the queue was full.", s.queue_full },
		{ "rosterd_http_lane_length", "gauge",
		  "Requests waiting for a thread that may wait for other servers.", s.lane_queued },
		{ "rosterd_http_lane_full_total", "counter",
		  "Requests refused because too many waited for other servers.", s.lane_full },
		{ "rosterd_db_connections_open", "gauge", "Open database connections.", open },
		{ "rosterd_db_connections_lent", "gauge", "Database connections at work.", lent },
		{ "rosterd_db_up", "gauge", "1 if the database answered last time.",
		  atomic_load(&app->database_up) },
	};

	for (size_t i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++) {
		metric_head(out, gauges[i].name, gauges[i].type, gauges[i].help);
		metric_sample(out, gauges[i].name, NULL, NULL, gauges[i].n);
	}
	metric_head(out, "rosterd_build_info", "gauge", "1, with the version.");
	metric_sample(out, "rosterd_build_info", "version", ROSTERD_VERSION, 1);
}

/* A proxy on this machine speaks for somebody else. */
static bool from_this_machine(const struct http_req *q)
{
	return (strncmp(q->address, "127.", 4) == 0 || strcmp(q->address, "::1") == 0) &&
	       !http_header(q, "X-Forwarded-For") && !http_header(q, "Forwarded");
}

bool ops_metrics(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct buf out = buf_in(c->arena, METRICS_BYTES_MAX);

	if (!app->config->metrics_public && !from_this_machine(q))
		return error(c, ERR_FORBIDDEN,
			     "figures are shown on this machine only, unless metrics_public is "
			     "set");
	put_gauges(&out);
	metric_write(&out);
	put_seats(c, &out);
	plain_respond(p, 200, (struct slice){ out.p, out.n });
	p->type = "text/plain; version=0.0.4; charset=utf-8";
	return true;
}
