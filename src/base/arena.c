/* arena.c - memory that lives exactly as long as one piece of work. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Blocks start small, for the many requests that need little, and grow. */
enum { FIRST_BLOCK = 4 * 1024, LAST_BLOCK = 64 * 1024, ALIGN = _Alignof(max_align_t) };

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	_Alignas(max_align_t) unsigned char data[];
};

struct arena_defer {
	struct arena_defer *next;
	void (*fn)(void *);
	void *arg;
};

static struct arena_block *block_new(size_t size)
{
	struct arena_block *b = calloc(1, sizeof(*b) + size);

	if (!b)
		abort();
	b->size = size;
	return b;
}

static size_t rounded(size_t n)
{
	if (n > PTRDIFF_MAX - sizeof(struct arena_block) - ALIGN)
		abort();
	return (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

/* A block of its own, behind the newest, which stays the one to fill. */
static void *alloc_big(struct arena *a, size_t n)
{
	struct arena_block *b = block_new(n), **at = a->blocks ? &a->blocks->next : &a->blocks;

	b->used = n;
	b->next = *at;
	*at = b;
	return b->data;
}

void *arena_alloc(struct arena *a, size_t n)
{
	struct arena_block *b = a->blocks;
	size_t size;

	n = rounded(n);
	if (!b || b->size - b->used < n) {
		size = b ? b->size * 2 : FIRST_BLOCK;
		size = size < FIRST_BLOCK ? FIRST_BLOCK : size > LAST_BLOCK ? LAST_BLOCK : size;
		if (n > size / 4)
			return alloc_big(a, n);
		b = block_new(size);
		b->next = a->blocks;
		a->blocks = b;
	}
	b->used += n;
	return b->data + b->used - n;
}

/* The block at *at holds p alone: the allocator may have room behind it. */
static void *grow_alone(struct arena_block **at, size_t n)
{
	struct arena_block *b = realloc(*at, sizeof(*b) + n);

	if (!b)
		abort();
	b->used = b->size = n;
	*at = b;
	return b->data;
}

void *arena_grow(struct arena *a, void *p, size_t n_old, size_t n)
{
	struct arena_block **at = &a->blocks;
	size_t old_room = rounded(n_old), room = rounded(n);
	void *moved;

	for (int i = 0; p && i < 2 && *at; i++, at = &(*at)->next) {
		struct arena_block *b = *at;
		unsigned char *end = b->data + b->used;

		if ((unsigned char *)p + old_room != end)
			continue;
		if (b->size - b->used >= room - old_room) {
			b->used += room - old_room;
			return p;
		}
		if (p == b->data && b->used == b->size)
			return grow_alone(at, room);
	}
	moved = arena_alloc(a, n);
	if (p && n_old)
		memcpy(moved, p, n_old);
	return moved;
}

void *arena_array_bytes(struct arena *a, size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n))
		abort();
	return arena_alloc(a, n);
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *copy = arena_alloc(a, n + 1);

	if (n)
		memcpy(copy, s, n);
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return s ? arena_strndup(a, s, strlen(s)) : NULL;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	char small[256];
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	if ((size_t)n < sizeof(small))
		return arena_strndup(a, small, (size_t)n);
	s = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

void arena_defer(struct arena *a, void (*fn)(void *), void *arg)
{
	struct arena_defer *d = arena_new(a, struct arena_defer);

	*d = (struct arena_defer){ .next = a->defers, .fn = fn, .arg = arg };
	a->defers = d;
}

void *arena_adopt(struct arena *a, void *malloced)
{
	arena_defer(a, free, malloced);
	return malloced;
}

void arena_free(struct arena *a)
{
	struct arena_block *next;

	for (struct arena_defer *d = a->defers; d; d = d->next)
		if (d->arg)
			d->fn(d->arg);
	for (struct arena_block *b = a->blocks; b; b = next) {
		next = b->next;
		free(b);
	}
	*a = (struct arena){ 0 };
}
