/*
 * wire.h - values as bytes, between the server and its children.
 *
 * One function per type lists its fields once and both writes and reads them, by the
 * direction of the wire.  Reading trusts nothing: neither side believes the other.  A wire
 * that is bad stays bad, and what is read from it is empty.
 */
#pragma once

#include "base/text.h"

struct wire {
	struct arena *arena;
	struct buf out;  /* writing */
	struct slice in; /* reading: what is left */
	bool writing, bad;
};

/* max: bytes it may become. */
struct wire wire_to(struct arena *a, size_t max);
/* What is read points into bytes. */
struct wire wire_from(struct arena *a, struct slice bytes);

void wire_num(struct wire *w, int64_t *n);
/* With a NUL behind it, so that it is a string as well; p NULL stays NULL. */
void wire_slice(struct wire *w, struct slice *s);
/* NULL stays NULL. */
void wire_text(struct wire *w, const char **text);
/* A length; never more than max, nor than there could be bytes for. */
void wire_count(struct wire *w, int *n, int max);
void wire_texts(struct wire *w, const char **list[], int *n, int max);
/* A list that ends with NULL; written NULL or empty it is read as an empty one. */
void wire_list(struct wire *w, const char *const **list, int max);
/* n bytes as they are, without a length. */
void wire_bytes(struct wire *w, void *p, size_t n);

/* Any integer, flag or enum. */
#define WIRE_NUM(w, place)                                                                         \
	do {                                                                                       \
		int64_t num_ = (w)->writing ? (int64_t)(place) : 0;                                \
		wire_num((w), &num_);                                                              \
		(place) = (__typeof__(place))num_;                                                 \
	} while (0)
