/* text.c - strings: what is well-formed, what is the same, building long ones. */
#include "base/text.h"

#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

bool slice_is(struct slice s, const char *lit)
{
	return s.n == strlen(lit) && strncasecmp(s.p, lit, s.n) == 0;
}

/* Bytes in the sequence that starts at s; 0 if it is none. */
static int utf8_length(const unsigned char *s)
{
	uint32_t c, least;
	int n;

	if (*s < 0x80)
		return 1;
	n = *s >= 0xf0 ? 4 : *s >= 0xe0 ? 3 : 2;
	least = n == 4 ? 0x10000 : n == 3 ? 0x800 : 0x80;
	c = *s & (0x7fU >> n);
	if (*s < 0xc2 || *s > 0xf4)
		return 0;
	for (int i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3fU);
	}
	return c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? 0 : n;
}

bool text_is_utf8(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	int n;

	for (; *p; p += n) {
		n = utf8_length(p);
		if (n == 0)
			return false;
	}
	return true;
}

static bool is_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

static char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static char *fold_ascii(struct arena *a, const char *s)
{
	char *out = arena_strdup(a, s);

	for (char *p = out; *p; p++)
		*p = ascii_lower(*p);
	return out;
}

char *text_fold(struct arena *a, const char *s)
{
	utf8proc_uint8_t *folded = NULL;
	utf8proc_ssize_t n;
	char *out;

	if (is_ascii(s))
		return fold_ascii(a, s);
	n = utf8proc_map((const utf8proc_uint8_t *)s, 0, &folded,
			 UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE |
				 UTF8PROC_CASEFOLD);
	if (n == UTF8PROC_ERROR_NOMEM)
		abort();
	if (n < 0) /* not UTF-8: the edges let none in; its bytes are its name */
		return fold_ascii(a, s);
	out = arena_strndup(a, (const char *)folded, (size_t)n);
	free(folded);
	return out;
}

static bool is_visible(utf8proc_int32_t c)
{
	return utf8proc_category(c) != UTF8PROC_CATEGORY_CC && !(c >= 0x202a && c <= 0x202e) &&
	       !(c >= 0x2066 && c <= 0x2069) && c != 0x200e && c != 0x200f;
}

/* The character at s, NUL for a byte that begins none; *n is its length. */
static utf8proc_int32_t next_character(const char *s, size_t *n)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t length = utf8proc_iterate((const utf8proc_uint8_t *)s, -1, &c);

	*n = length > 0 ? (size_t)length : 1;
	return length > 0 ? c : 0;
}

int text_width(const char *s)
{
	int columns = 0;

	for (size_t n; *s; s += n)
		columns += utf8proc_charwidth(next_character(s, &n));
	return columns;
}

char *text_visible(struct arena *a, const char *s)
{
	char *copy = arena_strdup(a, s), *to = copy;

	for (size_t n; *s; s += n) {
		if (is_visible(next_character(s, &n))) {
			memcpy(to, s, n);
			to += n;
		} else {
			*to++ = '?';
		}
	}
	*to = '\0';
	return copy;
}

bool text_same(const char *a, const char *b)
{
	struct arena scratch = { 0 };
	bool same;

	if (is_ascii(a) && is_ascii(b))
		return strcasecmp(a, b) == 0;
	same = strcmp(text_fold(&scratch, a), text_fold(&scratch, b)) == 0;
	arena_free(&scratch);
	return same;
}

/* BLAKE2b-128 without a key, its first eight bytes big-endian, the sign bit
 * cut off.  Stored in databases: never change it. */
int64_t text_hash(const char *s)
{
	unsigned char digest[crypto_generichash_BYTES_MIN];
	uint64_t n = 0;

	crypto_generichash(digest, sizeof(digest), (const unsigned char *)s, strlen(s), NULL, 0);
	for (int i = 0; i < 8; i++)
		n = n << 8 | digest[i];
	return (int64_t)(n & INT64_MAX);
}

void text_digest(const void *p, size_t n, unsigned char out[TEXT_DIGEST_BYTES])
{
	crypto_generichash(out, TEXT_DIGEST_BYTES, p, n, NULL, 0);
}

bool text_bool(const char *s, bool *out)
{
	if (strcasecmp(s, "true") == 0)
		*out = true;
	else if (strcasecmp(s, "false") == 0)
		*out = false;
	else
		return false;
	return true;
}

bool text_int(const char *s, int64_t min, int64_t max, int64_t *out)
{
	const char *first = *s == '-' ? s + 1 : s;
	char *end;
	long long n;

	/* strtoll() alone would take blanks and a plus sign */
	if (*first < '0' || *first > '9')
		return false;
	errno = 0;
	n = strtoll(s, &end, 10);
	if (errno || *end || n < min || n > max)
		return false;
	*out = n;
	return true;
}

static bool buf_room(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 256;

	if (b->over || n > b->max - b->n) {
		b->over = true;
		return false;
	}
	while (cap < b->n + n + 1)
		cap *= 2;
	if (cap == b->cap)
		return true;
	b->p = arena_grow(b->arena, b->p, b->p ? b->cap : 0, cap);
	b->cap = cap;
	return true;
}

void buf_put(struct buf *b, const char *p, size_t n)
{
	if (!buf_room(b, n))
		return;
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	char small[256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(small)) {
		buf_put(b, small, (size_t)n);
		return;
	}
	if (n < 0 || !buf_room(b, (size_t)n)) {
		b->over = true;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

/* The escape of a byte that cannot stand in a JSON string (RFC 8259, section
 * 7), written into out; NULL if it can stand. */
static const char *escape_of(unsigned char c, char out[8])
{
	static const char short_for[0x20] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r',
	};

	if (c >= 0x20 && c != '"' && c != '\\')
		return NULL;
	if (c >= 0x20)
		snprintf(out, 8, "\\%c", c);
	else if (short_for[c])
		snprintf(out, 8, "\\%c", short_for[c]);
	else
		snprintf(out, 8, "\\u%04x", c);
	return out;
}

void buf_json(struct buf *b, const char *s)
{
	const char *run = s, *escape;
	char room[8];

	if (!s) {
		buf_put(b, "null", 4);
		return;
	}
	buf_put(b, "\"", 1);
	for (; *s; s++) {
		escape = escape_of((unsigned char)*s, room);
		if (!escape)
			continue;
		buf_put(b, run, (size_t)(s - run));
		buf_puts(b, escape);
		run = s + 1;
	}
	buf_put(b, run, (size_t)(s - run));
	buf_put(b, "\"", 1);
}

void buf_csv(struct buf *b, const char *s)
{
	size_t n;

	buf_puts(b, "\"");
	if (s && *s && strchr("=+-@\t\r\n", *s))
		buf_puts(b, "'");
	for (; s && *s; s += n) {
		n = strcspn(s, "\"");
		buf_put(b, s, n);
		if (!s[n])
			break;
		buf_puts(b, "\"\"");
		n++;
	}
	buf_puts(b, "\"");
}

/* "$7"; statements of many rows have thousands of them. */
static void put_param(struct buf *b, const char *before, int number)
{
	char digits[12], *at = digits + sizeof(digits);

	do
		*--at = (char)('0' + number % 10);
	while (number /= 10);
	*--at = '$';
	buf_puts(b, before);
	buf_put(b, at, (size_t)(digits + sizeof(digits) - at));
}

void buf_params(struct buf *b, int first, int n)
{
	for (int i = 0; i < n; i++)
		put_param(b, i ? ", " : "", first + i);
}

void buf_list(struct buf *b, int first, int n)
{
	buf_puts(b, n == 1 ? "" : "(VALUES ");
	for (int i = 0; i < n; i++) {
		put_param(b, i ? ", (" : "(", first + i);
		buf_puts(b, ")");
	}
	buf_puts(b, n == 1 ? "" : ")");
}
