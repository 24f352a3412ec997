/* lookup.c - a round now and then through the connections whose metadata is due. */
#include "lookup.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/id.h"
#include "base/time.h"
#include "saml/saml.h"

enum { ROUND_S = 30 };

static struct {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop;
} self = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void one_round(struct app *app)
{
	static const struct actor actor = { .kind = "system", .name = "rosterd" };
	struct arena a = { 0 };
	struct ctx c = {
		.arena = &a,
		.actor = &actor,
		.trace = id_new(&a),
		.now = time_now(),
		.base_url = atomic_load(&app->base_url),
	};
	struct db_loan loan = { 0 };

	if (atomic_load(&app->database_up) && db_lend(app->pool, &c, &loan))
		saml_round(&c);
	db_loan_end(&loan);
	arena_free(&a);
}

/* False when it is time to stop. */
static bool pause_between(void)
{
	struct timespec until;
	int late = 0;
	bool stop;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ROUND_S;
	pthread_mutex_lock(&self.lock);
	while (!self.stop && !late)
		late = pthread_cond_timedwait(&self.wake, &self.lock, &until);
	stop = self.stop;
	pthread_mutex_unlock(&self.lock);
	return !stop;
}

static void *run(void *arg)
{
	do
		one_round(arg);
	while (pause_between());
	return NULL;
}

void lookup_start(struct app *app)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&self.wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&self.thread, NULL, run, app))
		abort();
}

void lookup_stop(void)
{
	pthread_mutex_lock(&self.lock);
	self.stop = true;
	pthread_cond_signal(&self.wake);
	pthread_mutex_unlock(&self.lock);
	pthread_join(self.thread, NULL);
	pthread_cond_destroy(&self.wake);
}
