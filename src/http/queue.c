/* queue.c - a ring under a lock, with places reserved before they are filled. */
#include "queue.h"

void queue_init(struct queue *q, struct arena *a, int max)
{
	*q = (struct queue){ .max = max > 0 ? max : 1 };
	q->ring = arena_array(a, void *, (size_t)q->max);
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->work, NULL);
}

void queue_destroy(struct queue *q)
{
	pthread_cond_destroy(&q->work);
	pthread_mutex_destroy(&q->lock);
}

bool queue_reserve(struct queue *q)
{
	bool room;

	pthread_mutex_lock(&q->lock);
	room = !q->closed && q->reserved < q->max;
	q->reserved += room;
	pthread_mutex_unlock(&q->lock);
	return room;
}

/* One sleeper is called at a time, and calls the next if there is more to do:
 * a burst that one worker clears costs one wake-up, not one for each item. */
static bool must_wake(struct queue *q)
{
	if (!q->filled || !q->sleepers || q->waking)
		return false;
	q->waking = true;
	return true;
}

void queue_put(struct queue *q, void *item)
{
	bool wake;

	pthread_mutex_lock(&q->lock);
	q->ring[(q->first + q->filled++) % q->max] = item;
	wake = must_wake(q);
	pthread_mutex_unlock(&q->lock);
	if (wake)
		pthread_cond_signal(&q->work);
}

void *queue_take(struct queue *q)
{
	void *item = NULL;
	bool wake;

	pthread_mutex_lock(&q->lock);
	while (!q->filled && !(q->closed && !q->reserved)) {
		q->sleepers++;
		pthread_cond_wait(&q->work, &q->lock);
		q->sleepers--;
		q->waking = false;
	}
	if (q->filled) {
		item = q->ring[q->first];
		q->first = (q->first + 1) % q->max;
		q->filled--;
		q->reserved--;
	}
	/* the last one out tells the others, who wait for a place to be filled */
	if (q->closed && !q->reserved)
		pthread_cond_broadcast(&q->work);
	wake = must_wake(q);
	pthread_mutex_unlock(&q->lock);
	if (wake)
		pthread_cond_signal(&q->work);
	return item;
}

void queue_close(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_cond_broadcast(&q->work);
	pthread_mutex_unlock(&q->lock);
}

int queue_length(struct queue *q)
{
	int n;

	pthread_mutex_lock(&q->lock);
	n = q->reserved;
	pthread_mutex_unlock(&q->lock);
	return n;
}
