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

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t work;
	void **ring;
	int max, first, filled, reserved, sleepers; /* reserved counts the filled too */
	bool waking;                                /* a sleeper was called and has not come yet */
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
