/*
 * queue.h - a bounded queue from one thread to many.  Private to src/http.
 *
 * A place is reserved first and filled later, because a request must be
 * suspended between the two: not before there is a place for it, and not after
 * a worker may have it.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>

#include "base/arena.h"

struct sleeper; /* a thread in queue_take() that has nothing to do */

struct queue {
	pthread_mutex_t lock;
	void **ring;
	int max, first, filled, reserved; /* reserved counts the filled too */
	struct sleeper *sleepers;         /* the last to lie down is called first */
	bool waking;                      /* one was called and has not come yet */
	bool closed;
};

void queue_init(struct queue *q, struct arena *a, int max);
void queue_destroy(struct queue *q);

/* False if the queue is full or closed. */
bool queue_reserve(struct queue *q);
/* Fills the place that was reserved. */
void queue_put(struct queue *q, void *item);
/* Waits for the oldest; NULL once the queue is closed and empty. */
void *queue_take(struct queue *q);
void queue_close(struct queue *q);
int queue_length(struct queue *q);
