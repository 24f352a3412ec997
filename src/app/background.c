/* background.c - the thread that looks after the database, the audit chain, the order of
 * events and what is over. */
#include "background.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access/held.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/text.h"
#include "base/time.h"
#include "change/clock.h"
#include "change/schema.h"
#include "loop.h"
#include "outgoing.h"
#include "recent.h"
#include "record/audit.h"
#include "record/outbox.h"
#include "roster/org.h"
#include "roster/session.h"

enum {
	ROUND_MS = 1000,                          /* between two rounds                 */
	AWAY_MS = 2000,                           /* while the database is away         */
	TEND_MS = 5000,                           /* db_tend()                          */
	SWEEP_MS = 5000,                          /* all organizations: other processes
						   * write as well                      */
	KEEP_MS = AUDIT_SETTLE_MS + 2 * ROUND_MS, /* until a record can be sealed   */
	SEAL_BATCH = 1000,                        /* records in one transaction         */
	ORDER_BATCHES = 8,                        /* of events, for one organization    */
	TIDY_MS = 60 * 60 * 1000,                 /* between two removals of what is over */
	TIDY_BATCH = 1000,
	PRUNE_BATCHES = 5, /* of events, for one organization    */
	SWEEP_LOSSES = 50000,
	NOTES = 256,
	ID_MAX = 40
};

/* An organization with something to seal. */
struct note {
	char org_id[ID_MAX];
	int64_t until; /* time_monotonic() */
};

static struct loop loop;

static struct {
	pthread_mutex_t lock;     /* of what follows */
	struct note noted[NOTES]; /* what finds no place waits for the sweep */
	int count;
} self = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* Of the thread alone. */
static bool migrated;
static int64_t last_sweep, last_tended, last_tidy;

void background_has_work(const char *org_id)
{
	size_t n = strlen(org_id);
	int i = 0;

	if (n >= ID_MAX)
		return;
	pthread_mutex_lock(&self.lock);
	while (i < self.count && strcmp(self.noted[i].org_id, org_id) != 0)
		i++;
	if (i < NOTES) {
		memcpy(self.noted[i].org_id, org_id, n + 1);
		self.noted[i].until = time_monotonic() + KEEP_MS;
		if (i == self.count)
			self.count++;
	}
	pthread_mutex_unlock(&self.lock);
}

bool background_prepare(struct app *app, struct ctx *c)
{
	SCOPED_LOAN loan = { 0 };

	if (!db_lend(app->pool, c, &loan) || (!migrated && !schema_migrate(c)))
		return false;
	migrated = true;
	atomic_store(&app->database_up, true);
	return true;
}

/* True if the database is there. */
static bool look_for_database(struct app *app, struct ctx *c)
{
	bool first = !migrated;

	if (atomic_load(&app->database_up))
		return true;
	if (background_prepare(app, c)) {
		if (first)
			app_announce(app, c);
		else
			log_event(c, LOG_INFO, "database", F("state", "up"));
		return true;
	}
	if (!migrated && c->err.kind < ERR_RETRY) {
		log_event(c, LOG_ERR, "failed", F("msg", c->err.msg));
		atomic_store(&app->failed, true);
		kill(getpid(), SIGTERM);
		return false;
	}
	log_event(c, LOG_WARNING, "database", F("state", "away"), F("msg", c->err.msg));
	return false;
}

/* A change of everybody leaves many: some batches at a time, so that others get theirs. */
static bool order_events(struct ctx *c, bool *more)
{
	int64_t ordered = EVENT_ORDER_BATCH;

	for (int i = 0; i < ORDER_BATCHES && ordered == EVENT_ORDER_BATCH; i++) {
		if (!event_order(c, EVENT_ORDER_BATCH, &ordered))
			return false;
		if (ordered)
			outgoing_wake();
	}
	*more = ordered == EVENT_ORDER_BATCH;
	return true;
}

static bool seal_one(struct ctx *c, const struct org *org)
{
	int64_t sealed = 0;
	bool more = false;

	c->org = org;
	if (!db_enter_org(c, org->id) || !audit_seal(c, SEAL_BATCH, &sealed))
		return false;
	metric_add(METRIC_AUDIT_SEALED, NULL, NULL, 0, sealed);
	if (sealed)
		outgoing_wake();
	if (!order_events(c, &more))
		return false;
	if (sealed == SEAL_BATCH || more)
		background_has_work(org->id);
	return true;
}

static bool seal_all(struct ctx *c)
{
	struct org *orgs;
	int count;

	if (!org_list(c, &orgs, &count))
		return false;
	for (int i = 0; i < count; i++)
		if (!seal_one(c, &orgs[i]))
			return false;
	return true;
}

static bool seal_noted(struct ctx *c, const struct note *noted, int count)
{
	struct org *org;

	for (int i = 0; i < count; i++)
		if (!org_find(c, noted[i].org_id, &org) || (org && !seal_one(c, org)))
			return false;
	return true;
}

/* A copy of the notes, to work on without the lock; those whose time is over go. */
static struct note *take_notes(struct arena *a, int *count)
{
	struct note *copy = arena_array(a, struct note, NOTES);
	int64_t now = time_monotonic();
	int kept = 0;

	pthread_mutex_lock(&self.lock);
	*count = self.count;
	for (int i = 0; i < self.count; i++) {
		copy[i] = self.noted[i];
		if (copy[i].until > now)
			self.noted[kept++] = copy[i];
	}
	self.count = kept;
	pthread_mutex_unlock(&self.lock);
	return copy;
}

static void seal(struct app *app, struct ctx *c)
{
	SCOPED_LOAN loan = { 0 };
	bool all = last_sweep == 0 || time_monotonic() - last_sweep >= SWEEP_MS;
	int count;
	struct note *noted = take_notes(c->arena, &count);

	if (!all && count == 0)
		return;
	if (db_lend(app->pool, c, &loan) && (all ? seal_all(c) : seal_noted(c, noted, count))) {
		last_sweep = all ? time_monotonic() : last_sweep;
		return;
	}
	for (int i = 0; i < count; i++)
		background_has_work(noted[i].org_id);
	if (c->err.kind != ERR_RETRY)
		log_event(c, LOG_WARNING, "seal", F("err", err_name(c->err.kind)),
			  F("msg", c->err.msg));
}

static void tend(struct app *app, struct ctx *c)
{
	SCOPED_LOAN loan = { 0 };

	if (time_monotonic() - last_tended < TEND_MS)
		return;
	last_tended = time_monotonic();
	if (!db_lend(app->pool, c, &loan) || !db_tend(c))
		log_event(c, LOG_WARNING, "tend", F("err", err_name(c->err.kind)),
			  F("msg", c->err.msg));
}

static bool prune_events(struct app *app, struct ctx *c, bool *more)
{
	int64_t before = c->now - app->config->events_days * 24 * 60 * 60 * 1000;
	int64_t pruned = EVENT_PRUNE_BATCH;

	for (int i = 0; i < PRUNE_BATCHES && pruned == EVENT_PRUNE_BATCH; i++)
		if (!event_prune(c, before, EVENT_PRUNE_BATCH, &pruned))
			return false;
	*more |= pruned == EVENT_PRUNE_BATCH;
	return true;
}

static bool tidy_all(struct app *app, struct ctx *c, bool *more)
{
	struct org *orgs;
	int count;

	if (!org_list(c, &orgs, &count))
		return false;
	for (int i = 0; i < count; i++) {
		c->org = &orgs[i];
		if (!db_enter_org(c, orgs[i].id) || !session_sweep(c, TIDY_BATCH) ||
		    !hold_sweep(c, SWEEP_LOSSES) || !prune_events(app, c, more))
			return false;
	}
	return true;
}

/* Nobody waits for it: what does not work now works in an hour; what is too much for once,
 * in the next round. */
static void tidy(struct app *app, struct ctx *c)
{
	SCOPED_LOAN loan = { 0 };
	bool more = false;

	if (last_tidy && time_monotonic() - last_tidy < TIDY_MS)
		return;
	last_tidy = time_monotonic();
	if (!db_lend(app->pool, c, &loan) || !tidy_all(app, c, &more))
		log_event(c, LOG_WARNING, "tidy", F("err", err_name(c->err.kind)),
			  F("msg", c->err.msg));
	else if (more)
		last_tidy = 0;
	c->err = (struct err){ 0 };
}

static bool move_rules(struct ctx *c)
{
	const char **ids;
	struct org *org;
	int n;

	if (!rules_due(c, &ids, &n))
		return false;
	for (int i = 0; i < n; i++) {
		if (!org_find(c, ids[i], &org))
			return false;
		c->org = org;
		if (org && (!db_enter_org(c, org->id) || !rules_tick(c)))
			return false;
	}
	return true;
}

/* Rules that begin or end now. */
static void tick(struct app *app, struct ctx *c)
{
	SCOPED_LOAN loan = { 0 };

	if ((!db_lend(app->pool, c, &loan) || !move_rules(c)) && c->err.kind != ERR_RETRY)
		log_event(c, LOG_WARNING, "rules", F("err", err_name(c->err.kind)),
			  F("msg", c->err.msg));
	c->err = (struct err){ 0 };
}

static void store_recent(struct app *app, struct ctx *c)
{
	SCOPED_LOAN loan = { 0 };

	if (!recent_waiting())
		return;
	if (!db_lend(app->pool, c, &loan) || !recent_store(c))
		log_event(c, LOG_WARNING, "recent", F("err", err_name(c->err.kind)),
			  F("msg", c->err.msg));
	c->err = (struct err){ 0 };
}

static int64_t look_after(struct app *app, struct ctx *c, void *own)
{
	(void)own;
	if (look_for_database(app, c)) {
		tick(app, c);
		tidy(app, c);
		store_recent(app, c);
		seal(app, c);
		c->err = (struct err){ 0 };
		tend(app, c);
	}
	return atomic_load(&app->database_up) ? ROUND_MS : AWAY_MS;
}

void background_start(struct app *app)
{
	loop_start(&loop, app, look_after, NULL);
}

void background_stop(void)
{
	loop_stop(&loop);
}
