/* outgoing.c - the threads that send by themselves. */
#include "outgoing.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/id.h"
#include "base/log.h"
#include "base/time.h"
#include "platform/feed.h"

enum { ROUND_S = 1, SYSLOG_ROUND_S = 5, AWAY_S = 2, SENDERS = 4 };

/* One piece of work; *worked is false if there was nothing to do. */
typedef bool outgoing_work(struct db_pool *pool, struct ctx *c, struct feed_sender *s,
			   bool *worked);

static struct {
	struct app *app;
	pthread_t thread[SENDERS + 1];
	int threads;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t wake;
	int64_t calls;
	bool stop;
} self = { .lock = PTHREAD_MUTEX_INITIALIZER };

static bool stopped(int64_t *calls)
{
	bool stop;

	pthread_mutex_lock(&self.lock);
	stop = self.stop;
	*calls = self.calls;
	pthread_mutex_unlock(&self.lock);
	return stop;
}

/* Until somebody calls, or some time is over. */
static void pause_for(int64_t seconds, int64_t calls)
{
	struct timespec until;
	int late = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += seconds;
	pthread_mutex_lock(&self.lock);
	while (!self.stop && self.calls == calls && !late)
		late = pthread_cond_timedwait(&self.wake, &self.lock, &until);
	pthread_mutex_unlock(&self.lock);
}

/* In an arena of its own; true if there may be more. */
static bool one_round(outgoing_work *work, struct feed_sender *s)
{
	static const struct actor actor = { .kind = "system", .name = "rosterd" };
	struct arena a = { 0 };
	struct ctx c = {
		.arena = &a,
		.actor = &actor,
		.trace = id_new(&a),
		.now = time_now(),
		.base_url = atomic_load(&self.app->base_url),
	};
	bool worked = false, good = work(self.app->pool, &c, s, &worked);

	if (!good && c.err.kind != ERR_RETRY)
		log_event(&c, LOG_WARNING, "outgoing", F("err", err_name(c.err.kind)),
			  F("msg", c.err.msg));
	arena_free(&a);
	return good && worked;
}

static void run(outgoing_work *work, int64_t idle_s)
{
	struct arena a = { 0 };
	struct feed_sender *s = feed_sender_new(&a);
	int64_t calls;

	while (!stopped(&calls)) {
		bool up = atomic_load(&self.app->database_up);

		if (!up || !one_round(work, s))
			pause_for(up ? idle_s : AWAY_S, calls);
	}
	arena_free(&a);
}

static void *run_webhooks(void *arg)
{
	(void)arg;
	run(feed_webhook_turn, ROUND_S);
	return NULL;
}

static void *run_syslog(void *arg)
{
	(void)arg;
	run(feed_syslog_round, SYSLOG_ROUND_S);
	return NULL;
}

static void start(void *(*thread)(void *))
{
	if (pthread_create(&self.thread[self.threads++], NULL, thread, NULL))
		abort();
}

void outgoing_start(struct app *app)
{
	pthread_condattr_t monotonic;

	self.app = app;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&self.wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	for (int i = 0; i < SENDERS; i++)
		start(run_webhooks);
	if (app->config->syslog)
		start(run_syslog);
}

void outgoing_wake(void)
{
	pthread_mutex_lock(&self.lock);
	self.calls++;
	pthread_cond_broadcast(&self.wake);
	pthread_mutex_unlock(&self.lock);
}

void outgoing_stop(void)
{
	pthread_mutex_lock(&self.lock);
	self.stop = true;
	pthread_cond_broadcast(&self.wake);
	pthread_mutex_unlock(&self.lock);
	for (int i = 0; i < self.threads; i++)
		pthread_join(self.thread[i], NULL);
	pthread_cond_destroy(&self.wake);
}
