/*
 * queue.h - a bounded queue from one thread to many.  Private to src/http.
 *
 * A place is reserved first and filled later, because a request must be
 * suspended between the two: not before there is a place for it, and not after
 * a worker may have it.
 *
 * Items may belong to somebody (of is not 0).  In a queue that is shared nobody has all of its
 * places, or all of those who take from it, as long as there are several.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct sleeper; /* a thread in queue_take() that has nothing to do */

struct place {
	void *item;
	uint64_t of;
};

struct queue {
	pthread_mutex_t lock;
	struct place *ring;
	int max, first, filled, reserved; /* reserved counts the filled too */
	struct sleeper *sleepers;         /* the last to lie down is called first */
	bool waking;                      /* one was called and has not come yet */
	bool closed;
	uint64_t *busy; /* of whom each taker has something; NULL: not shared */
	int takers, most_places, most_takers;
};

/* takers: it is shared by so many; 0: it is not. */
void queue_init(struct queue *q, struct arena *a, int max, int takers);
void queue_destroy(struct queue *q);

/* False if the queue is closed, full, or of this one has all that it may. */
bool queue_reserve(struct queue *q, uint64_t of);
/* Fills the place that was reserved. */
void queue_put(struct queue *q, void *item, uint64_t of);
/* Waits for the oldest whose turn it is; NULL once the queue is closed and empty.  taker: 0 and
 * on, of a queue that is shared; what he took before is done. */
void *queue_take(struct queue *q, int taker);
void queue_close(struct queue *q);
int queue_length(struct queue *q);
