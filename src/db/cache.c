/* cache.c - a small set-associative cache of statement texts. */
#include "cache.h"

#include <string.h>

/* FNV-1a; which set a text goes to need not be secret or stable. */
static unsigned hash(const char *sql)
{
	unsigned h = 2166136261U;

	for (; *sql; sql++)
		h = (h ^ (unsigned char)*sql) * 16777619U;
	return h ^ h >> 16;
}

void *cache_entry(void *entries, size_t size, int count, const char *sql, bool *hit)
{
	size_t set = hash(sql) % (unsigned)(count / CACHE_WAYS);
	char *first = (char *)entries + set * CACHE_WAYS * size;
	struct cache_line *found = (struct cache_line *)first;
	uint64_t newest = 0;

	*hit = false;
	for (int i = 0; i < CACHE_WAYS; i++) {
		struct cache_line *line = (struct cache_line *)(first + (size_t)i * size);

		if (line->used > newest)
			newest = line->used;
		if (!*hit && line->used < found->used)
			found = line;
		if (line->sql && strcmp(line->sql, sql) == 0) {
			*hit = true;
			found = line;
		}
	}
	found->used = newest + 1;
	return found;
}
