/* queue.c - a ring under a lock, with places reserved before they are filled. */
#include "queue.h"

/* Each has a condition of its own: where several threads wait for one, the C libraries of
 * today lose a call now and then, and nobody would come. */
struct sleeper {
	pthread_cond_t call;
	bool called;
	struct sleeper *next;
};

void queue_init(struct queue *q, struct arena *a, int max)
{
	*q = (struct queue){ .max = max > 0 ? max : 1 };
	q->ring = arena_array(a, void *, (size_t)q->max);
	pthread_mutex_init(&q->lock, NULL);
}

void queue_destroy(struct queue *q)
{
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

static void call_one(struct queue *q)
{
	struct sleeper *s = q->sleepers;

	q->sleepers = s->next;
	s->called = true;
	pthread_cond_signal(&s->call); /* under the lock: it is on the stack of its thread */
}

static void call_all(struct queue *q)
{
	while (q->sleepers)
		call_one(q);
}

/* One sleeper is called at a time, and calls the next if there is more to do:
 * a burst that one worker clears costs one wake-up, not one for each item. */
static void call_for_work(struct queue *q)
{
	if (!q->filled || !q->sleepers || q->waking)
		return;
	q->waking = true;
	call_one(q);
}

void queue_put(struct queue *q, void *item)
{
	pthread_mutex_lock(&q->lock);
	q->ring[(q->first + q->filled++) % q->max] = item;
	call_for_work(q);
	pthread_mutex_unlock(&q->lock);
}

static void lie_down(struct queue *q)
{
	struct sleeper me = { .next = q->sleepers };

	pthread_cond_init(&me.call, NULL);
	/* until it is called, and this function waits for that */
	/* cppcheck-suppress autoVariables */
	q->sleepers = &me;
	while (!me.called)
		pthread_cond_wait(&me.call, &q->lock);
	pthread_cond_destroy(&me.call);
	q->waking = false;
}

void *queue_take(struct queue *q)
{
	void *item = NULL;

	pthread_mutex_lock(&q->lock);
	while (!q->filled && !(q->closed && !q->reserved))
		lie_down(q);
	if (q->filled) {
		item = q->ring[q->first];
		q->first = (q->first + 1) % q->max;
		q->filled--;
		q->reserved--;
	}
	/* the last one out tells the others, who wait for a place to be filled */
	if (q->closed && !q->reserved)
		call_all(q);
	call_for_work(q);
	pthread_mutex_unlock(&q->lock);
	return item;
}

void queue_close(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	call_all(q);
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
