/* loop.c - threads that work in rounds. */
#include "loop.h"

#include <stdlib.h>
#include <time.h>

#include "base/id.h"
#include "base/time.h"

static int64_t one_round(struct loop *loop)
{
	static const struct actor actor = { .kind = "system", .name = "rosterd" };
	struct arena a = { 0 };
	struct ctx c = {
		.arena = &a,
		.actor = &actor,
		.trace = id_new(&a),
		.now = time_now(),
		.base_url = atomic_load(&loop->app->base_url),
	};
	int64_t ms = loop->round(loop->app, &c, loop->own);

	arena_free(&a);
	return ms;
}

static struct timespec time_in(int64_t ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

/* False when it is time to stop. */
static bool rest(struct loop *loop, int64_t ms)
{
	struct timespec until = time_in(ms);
	int late = 0;
	bool stop;

	pthread_mutex_lock(&loop->lock);
	while (!loop->stop && !loop->again && !late)
		late = pthread_cond_timedwait(&loop->wake, &loop->lock, &until);
	loop->again = false;
	stop = loop->stop;
	pthread_mutex_unlock(&loop->lock);
	return !stop;
}

static void *run(void *arg)
{
	struct loop *loop = arg;

	while (rest(loop, one_round(loop)))
		continue;
	return NULL;
}

void loop_start(struct loop *loop, struct app *app, loop_round *round, void *own)
{
	pthread_condattr_t monotonic;

	*loop = (struct loop){ .app = app, .round = round, .own = own };
	pthread_mutex_init(&loop->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&loop->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&loop->thread, NULL, run, loop))
		abort();
}

void loop_wake(struct loop *loop)
{
	pthread_mutex_lock(&loop->lock);
	loop->again = true;
	pthread_cond_signal(&loop->wake);
	pthread_mutex_unlock(&loop->lock);
}

void loop_halt(struct loop *loop)
{
	pthread_mutex_lock(&loop->lock);
	loop->stop = true;
	pthread_cond_signal(&loop->wake);
	pthread_mutex_unlock(&loop->lock);
}

void loop_stop(struct loop *loop)
{
	loop_halt(loop);
	pthread_join(loop->thread, NULL);
	pthread_cond_destroy(&loop->wake);
	pthread_mutex_destroy(&loop->lock);
}
