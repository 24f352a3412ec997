/*
 * loop.h - a thread that does a round of something, rests, and does it again.  Private to
 * src/app.
 */
#pragma once

#include <pthread.h>

#include "app.h"

/* One round, with a ctx of its own that has no connection yet, and what is the thread's own;
 * how long to rest, in ms.  A failure is the round's to log. */
typedef int64_t loop_round(struct app *app, struct ctx *c, void *own);

struct loop {
	struct app *app;
	loop_round *round;
	void *own;
	pthread_t thread;
	pthread_mutex_t lock; /* of the next two */
	bool stop, again;
	pthread_cond_t wake;
};

/* The first round begins at once; own (may be NULL) outlives the last. */
void loop_start(struct loop *loop, struct app *app, loop_round *round, void *own);
/* There is something to do: no rest before the next round. */
void loop_wake(struct loop *loop);
/* No further round; for several that are to stop at the same time. */
void loop_halt(struct loop *loop);
/* Halts, and waits for the round that is under way. */
void loop_stop(struct loop *loop);
