/*
 * arena.h - memory that lives exactly as long as one piece of work.
 *
 * A request (or one page of an LDAP sync, or one test) makes an arena, puts
 * everything it builds in there, and frees it once at the end.  Nothing
 * inside is ever freed alone, so no error path has anything to clean up.
 *
 * Memory is always zeroed.  Allocation never fails: out of memory ends the
 * process, because input sizes are bounded at the edge and a half-made answer
 * helps nobody.
 */
#pragma once

#include <stddef.h>

/* All zero is an empty arena: struct arena a = { 0 }; */
struct arena {
	struct arena_block *blocks; /* newest first */
	struct arena_defer *defers; /* newest first */
};

/* n zeroed bytes, aligned for any type. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((malloc, returns_nonnull));

/* One zeroed T, or count of them.  An overflowing count ends the process. */
#define arena_new(a, T)          ((T *)arena_array_bytes((a), 1, sizeof(T)))
#define arena_array(a, T, count) ((T *)arena_array_bytes((a), (count), sizeof(T)))
void *arena_array_bytes(struct arena *a, size_t count, size_t size)
	__attribute__((returns_nonnull));

/* The n_old bytes at p, made room for n: in place where that can be done, else
 * moved.  Bytes beyond n_old are not zeroed.  For text under construction. */
void *arena_grow(struct arena *a, void *p, size_t n_old, size_t n) __attribute__((returns_nonnull));

/* Copies, NUL-terminated.  A NULL string stays NULL. */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), nonnull(2), returns_nonnull));

/*
 * Ties something the arena did not make (a json_t, a LassoLogin, an LDAP
 * message) to its life: fn(arg) runs when the arena is freed, newest first.
 * Call it on the line after the thing is born.  arg may be NULL.
 */
void arena_defer(struct arena *a, void (*fn)(void *), void *arg);

/* Takes over a block some library made with malloc(); returns it. */
void *arena_adopt(struct arena *a, void *malloced);

/* Runs what was deferred, then gives the memory back.  The arena is empty
 * and usable again afterwards. */
void arena_free(struct arena *a);
