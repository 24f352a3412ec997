/* tries.c - counts failed authentication in a fixed table, the oldest giving way. */
#include "http/tries.h"

#include <pthread.h>
#include <stdint.h>

enum { PLACES = 8192, REACH = 8 };

static struct place {
	uint64_t key;
	int64_t since, window;
	int count;
} table[PLACES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static uint64_t add(uint64_t h, const char *s)
{
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211ULL;
	return (h ^ 0xff) * 1099511628211ULL;
}

/* Never 0, which is an empty place. */
static uint64_t key_of(const char *address, const char *org)
{
	uint64_t h = add(14695981039346656037ULL, address ? address : "");

	return (org ? add(h, org) : h) | 1;
}

static bool stale(const struct place *p, int64_t now)
{
	return p->key == 0 || now - p->since >= p->window;
}

/* NULL if it has none that still counts. */
static struct place *find(uint64_t key, int64_t now)
{
	for (uint64_t i = 0; i < REACH; i++) {
		struct place *p = &table[(key / 2 + i) % PLACES];

		if (p->key == key)
			return stale(p, now) ? NULL : p;
	}
	return NULL;
}

static struct place *make(uint64_t key, int64_t window, int64_t now)
{
	struct place *best = &table[key / 2 % PLACES];

	for (uint64_t i = 0; i < REACH; i++) {
		struct place *p = &table[(key / 2 + i) % PLACES];

		if (p->key == key) {
			best = p;
			break;
		}
		if (p->key == 0 || p->since < best->since)
			best = p;
	}
	*best = (struct place){ .key = key, .since = now, .window = window };
	return best;
}

static int count_of(uint64_t key, int64_t now)
{
	const struct place *p = find(key, now);

	return p ? p->count : 0;
}

static void count_for(uint64_t key, int64_t window, int64_t now)
{
	struct place *p = find(key, now);

	(p ? p : make(key, window, now))->count++;
}

static void count_up(uint64_t key, int64_t now)
{
	count_for(key, TRIES_WINDOW_MS, now);
}

bool tries_allow(struct ctx *c, const char *address, const char *org, int64_t now)
{
	bool few;

	pthread_mutex_lock(&lock);
	few = count_of(key_of(address, org), now) < TRIES_PER_ORG &&
	      count_of(key_of(address, NULL), now) < TRIES_PER_ADDRESS;
	pthread_mutex_unlock(&lock);
	return few || error(c, ERR_BUSY,
			    "too many attempts with a wrong token from this address; correct the "
			    "token and try again in a minute");
}

bool tries_few(const char *address, const char *place, int limit, int64_t now)
{
	bool few;

	pthread_mutex_lock(&lock);
	few = count_of(key_of(address, place), now) < limit &&
	      count_of(key_of(address, NULL), now) < TRIES_PER_ADDRESS;
	pthread_mutex_unlock(&lock);
	return few;
}

void tries_failed(const char *address, const char *org, int64_t now)
{
	pthread_mutex_lock(&lock);
	count_up(key_of(address, org), now);
	count_up(key_of(address, NULL), now);
	pthread_mutex_unlock(&lock);
}

bool tries_within(const char *address, const char *place, int limit, int64_t now)
{
	bool few;

	pthread_mutex_lock(&lock);
	few = count_of(key_of(address, place), now) < limit;
	pthread_mutex_unlock(&lock);
	return few;
}

void tries_count(const char *address, const char *place, int64_t now)
{
	pthread_mutex_lock(&lock);
	count_up(key_of(address, place), now);
	pthread_mutex_unlock(&lock);
}

void tries_count_for(const char *address, const char *place, int64_t window_ms, int64_t now)
{
	pthread_mutex_lock(&lock);
	count_for(key_of(address, place), window_ms, now);
	pthread_mutex_unlock(&lock);
}

void tries_take_back(const char *address, const char *place, int64_t now)
{
	struct place *p;

	pthread_mutex_lock(&lock);
	p = find(key_of(address, place), now);
	if (p && p->count > 0)
		p->count--;
	pthread_mutex_unlock(&lock);
}
