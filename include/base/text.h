/*
 * text.h - the two string types, and when to use which.
 *
 * char *        a finished, NUL-terminated UTF-8 string in an arena.
 * struct slice  a piece of somebody else's text, while parsing.  Never stored.
 * struct buf    text under construction.  Grows in its arena up to max bytes;
 *               once over, it is marked and keeps refusing, so that a writer
 *               checks once, at the end.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct slice {
	const char *p;
	size_t n;
};

struct buf {
	struct arena *arena;
	char *p; /* always NUL-terminated once anything was put */
	size_t n, cap, max;
	bool over;
};

static inline struct buf buf_in(struct arena *a, size_t max)
{
	return (struct buf){ .arena = a, .max = max };
}

/* True if s is exactly lit, ASCII letters compared without case. */
bool slice_is(struct slice s, const char *lit);

/* True if s is well-formed UTF-8 (RFC 3629): no overlong forms, surrogates or
 * code points over U+10FFFF.  PostgreSQL refuses anything else, SQLite does not. */
bool text_is_utf8(const char *s);

/* The form in which text is compared without case: Unicode NFKC and case
 * folding (utf8proc), stored in key columns so that every database and every
 * reader agrees.  Pure ASCII takes a short way.  s must be UTF-8. */
char *text_fold(struct arena *a, const char *s);

/* Equal after folding. */
bool text_same(const char *a, const char *b);

/* Columns that s, which is UTF-8, takes on a terminal: two for most of East Asia's characters,
 * none for marks that stand on others. */
int text_width(const char *s);

/* s with '?' for what would move a terminal's cursor or turn its direction of writing. */
char *text_visible(struct arena *a, const char *s);

/* A 63-bit hash of text, never negative: the indexed stand-in for values too
 * long for an index.  Stable for ever: it is stored. */
int64_t text_hash(const char *s);

/* BLAKE2b-128 of n bytes: a short stand-in for what is compared for equality alone.  Stable
 * for ever: it is stored. */
enum { TEXT_DIGEST_BYTES = 16 };
void text_digest(const void *p, size_t n, unsigned char out[TEXT_DIGEST_BYTES]);

/* "true", "True", "false" ... (any case), as identity providers send them. */
bool text_bool(const char *s, bool *out);

/* Decimal integer, all of s, within bounds. */
bool text_int(const char *s, int64_t min, int64_t max, int64_t *out);

void buf_put(struct buf *b, const char *p, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* s as a JSON string with its quotes (RFC 8259); NULL becomes null. */
void buf_json(struct buf *b, const char *s);
/* s as a cell of CSV (RFC 4180), in quotes.  Spreadsheets run what begins like a formula:
 * such text gets an apostrophe in front.  NULL is empty. */
void buf_csv(struct buf *b, const char *s);
/* "$3, $4, $5": n parameters from $first on, for VALUES. */
void buf_params(struct buf *b, int first, int n);
/* The same as a set to stand behind IN: as rows, for PostgreSQL compares a plain
 * list one by one where it does not expect an index to help. */
void buf_list(struct buf *b, int first, int n);
