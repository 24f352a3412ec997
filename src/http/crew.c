/* crew.c - threads that take from a queue until it is closed. */
#include "crew.h"

#include <stdlib.h>

static void *run(void *arg)
{
	struct crew *crew = arg;
	int me = atomic_fetch_add(&crew->started, 1);
	void *item;

	while ((item = queue_take(&crew->queue, me)))
		crew->work(crew->arg, item);
	return NULL;
}

void crew_init(struct crew *crew, struct arena *a, int threads, int queue_max, bool shared)
{
	crew->threads = threads;
	crew->thread = arena_array(a, pthread_t, (size_t)threads);
	queue_init(&crew->queue, a, queue_max, shared ? threads : 0);
}

void crew_start(struct crew *crew, void (*work)(void *arg, void *item), void *arg)
{
	crew->work = work;
	crew->arg = arg;
	for (int i = 0; i < crew->threads; i++)
		if (pthread_create(&crew->thread[i], NULL, run, crew))
			abort();
}

void crew_stop(struct crew *crew)
{
	queue_close(&crew->queue);
	for (int i = 0; i < crew->threads; i++)
		pthread_join(crew->thread[i], NULL);
}

bool crew_has_place(struct crew *crew, uint64_t of)
{
	bool place = queue_reserve(&crew->queue, of);

	if (!place)
		atomic_fetch_add(&crew->full, 1);
	return place;
}
