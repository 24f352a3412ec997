/* places.c - a small table of where pages begin, shared by the threads. */
#include "places.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { PLACES = 4096 };

static struct {
	char org_id[40];
	struct place place;
} places[PLACES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static size_t slot_of(const char *org_id, int64_t start)
{
	return ((uint64_t)text_hash(org_id) ^ (uint64_t)start * 2654435761U) % PLACES;
}

bool place_find(const char *org_id, int64_t start, int64_t created, int64_t deleted,
		struct place *out)
{
	size_t i = slot_of(org_id, start);
	bool found;

	pthread_mutex_lock(&lock);
	*out = places[i].place;
	found = out->start == start && out->created == created && out->deleted == deleted &&
		strcmp(places[i].org_id, org_id) == 0;
	pthread_mutex_unlock(&lock);
	return found;
}

void place_keep(const char *org_id, const struct place *p)
{
	size_t i = slot_of(org_id, p->start);

	pthread_mutex_lock(&lock);
	snprintf(places[i].org_id, sizeof(places[i].org_id), "%s", org_id);
	places[i].place = *p;
	pthread_mutex_unlock(&lock);
}
