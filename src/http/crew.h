/* crew.h - threads, and the queue that they take from.  Private to src/http. */
#pragma once

#include <stdatomic.h>

#include "queue.h"

struct crew {
	struct queue queue;
	void (*work)(void *arg, void *item);
	void *arg;
	pthread_t *thread;
	int threads;
	atomic_int started;
	atomic_llong full; /* refused for want of a place */
};

/* shared: as queue.h says of queues. */
void crew_init(struct crew *crew, struct arena *a, int threads, int queue_max, bool shared);
void crew_start(struct crew *crew, void (*work)(void *arg, void *item), void *arg);
/* What is in the queue is done first. */
void crew_stop(struct crew *crew);

/* A place for somebody's item, to be filled with queue_put(); a full queue counts. */
bool crew_has_place(struct crew *crew, uint64_t of);
