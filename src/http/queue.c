/* queue.c - a ring under a lock, with places reserved before they are filled. */
#include "queue.h"

/* Each has a condition of its own: where several threads wait for one, the C libraries of
 * today lose a call now and then, and nobody would come. */
struct sleeper {
	pthread_cond_t call;
	bool called;
	struct sleeper *next;
};

/* A quarter is left to others. */
static int share_of(int all)
{
	int left = all < 4 ? 1 : all / 4;

	return all > 1 ? all - left : all;
}

void queue_init(struct queue *q, struct arena *a, int max, int takers)
{
	*q = (struct queue){ .max = max > 0 ? max : 1, .takers = takers };
	q->ring = arena_array(a, struct place, (size_t)q->max);
	if (takers)
		q->busy = arena_array(a, uint64_t, (size_t)takers);
	q->most_places = share_of(q->max);
	q->most_takers = share_of(takers);
	pthread_mutex_init(&q->lock, NULL);
}

void queue_destroy(struct queue *q)
{
	pthread_mutex_destroy(&q->lock);
}

static struct place *place_at(struct queue *q, int i)
{
	return &q->ring[(q->first + i) % q->max];
}

static int places_of(struct queue *q, uint64_t of)
{
	int n = 0;

	for (int i = 0; i < q->filled; i++)
		n += place_at(q, i)->of == of;
	return n;
}

static int takers_of(const struct queue *q, uint64_t of)
{
	int n = 0;

	for (int i = 0; i < q->takers; i++)
		n += q->busy[i] == of;
	return n;
}

bool queue_reserve(struct queue *q, uint64_t of)
{
	bool room;

	pthread_mutex_lock(&q->lock);
	room = !q->closed && q->reserved < q->max &&
	       (!q->busy || !of || places_of(q, of) < q->most_places);
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

void queue_put(struct queue *q, void *item, uint64_t of)
{
	pthread_mutex_lock(&q->lock);
	*place_at(q, q->filled++) = (struct place){ item, of };
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

/* The oldest whose turn it is; -1: none.  At the end everything goes. */
static int next_place(struct queue *q)
{
	for (int i = 0; i < q->filled; i++) {
		uint64_t of = place_at(q, i)->of;

		if (!q->busy || q->closed || !of || takers_of(q, of) < q->most_takers)
			return i;
	}
	return -1;
}

static void *take(struct queue *q, int at, int taker)
{
	struct place taken = *place_at(q, at);

	for (; at > 0; at--)
		*place_at(q, at) = *place_at(q, at - 1);
	q->first = (q->first + 1) % q->max;
	q->filled--;
	q->reserved--;
	if (q->busy)
		q->busy[taker] = taken.of;
	return taken.item;
}

void *queue_take(struct queue *q, int taker)
{
	void *item = NULL;
	int at;

	pthread_mutex_lock(&q->lock);
	if (q->busy)
		q->busy[taker] = 0;
	while ((at = next_place(q)) < 0 && !(q->closed && !q->reserved))
		lie_down(q);
	if (at >= 0)
		item = take(q, at, taker);
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
