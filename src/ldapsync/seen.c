/* seen.c - the ids that came in a listing: a set, for those that come twice. */
#include <string.h>

#include "reader.h"

struct seen {
	struct arena *arena;
	unsigned char (*id)[DIR_ID_BYTES];
	size_t room, n;
};

static const unsigned char none[DIR_ID_BYTES];

struct seen *seen_new(struct arena *a)
{
	struct seen *s = arena_new(a, struct seen);

	s->arena = a;
	s->room = 1024;
	s->id = arena_alloc(a, s->room * DIR_ID_BYTES);
	return s;
}

static unsigned char *place_of(struct seen *s, const unsigned char id[DIR_ID_BYTES])
{
	uint64_t h, low;
	size_t at;

	memcpy(&h, id, sizeof(h));
	memcpy(&low, id + sizeof(h), sizeof(low));
	h = (h ^ (low << 23 | low >> 41)) * UINT64_C(0x9e3779b97f4a7c15);
	at = (size_t)(h >> 32) & (s->room - 1);
	while (memcmp(s->id[at], none, DIR_ID_BYTES) != 0 &&
	       memcmp(s->id[at], id, DIR_ID_BYTES) != 0)
		at = (at + 1) & (s->room - 1);
	return s->id[at];
}

bool seen_add(struct seen *s, const unsigned char id[DIR_ID_BYTES])
{
	unsigned char *place;

	if (s->n * 2 >= s->room) {
		struct seen larger = { .room = s->room * 4 };

		larger.id = arena_alloc(s->arena, larger.room * DIR_ID_BYTES);
		for (size_t i = 0; i < s->room; i++)
			if (memcmp(s->id[i], none, DIR_ID_BYTES) != 0)
				memcpy(place_of(&larger, s->id[i]), s->id[i], DIR_ID_BYTES);
		s->id = larger.id;
		s->room = larger.room;
	}
	place = place_of(s, id);
	if (memcmp(place, id, DIR_ID_BYTES) == 0)
		return false;
	memcpy(place, id, DIR_ID_BYTES);
	s->n++;
	return true;
}
