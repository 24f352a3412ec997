/*
 * cache.h - which prepared statement belongs to which text; private to src/db.
 *
 * Texts fall into sets of a few lines; within a set the one not used for the
 * longest time gives way, so that two statements of every request do not keep
 * throwing each other out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CACHE_WAYS = 4 };

struct cache_line {
	char *sql; /* NULL: free */
	uint64_t used;
};

/*
 * The entry (of count, a multiple of CACHE_WAYS, each of size bytes and beginning
 * with a cache_line) that holds sql, or the one to put it in; *hit says which.
 */
void *cache_entry(void *entries, size_t size, int count, const char *sql, bool *hit);
