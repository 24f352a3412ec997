/* ids.c - the ids of entries and of AD's security principals, as bytes and as text. */
#include <stdio.h>
#include <string.h>

#include "parts.h"

enum { UUID_DIGITS = 2 * DIR_ID_BYTES, SID_PARTS_MAX = 15 };

/* [i] is which byte of a GUID stands i-th in its text ([MS-DTYP] 2.3.4.3). */
static const unsigned char guid_order[DIR_ID_BYTES] = { 3, 2, 1,  0,  5,  4,  7,  6,
							8, 9, 10, 11, 12, 13, 14, 15 };

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 32 digits, dashes after those that dashes (a bit for each) says, braces left aside. */
static bool parse_digits(struct slice v, uint32_t dashes, unsigned char id[DIR_ID_BYTES])
{
	int n = 0, digit;

	if (v.n >= 2 && v.p[0] == '{' && v.p[v.n - 1] == '}')
		v = (struct slice){ v.p + 1, v.n - 2 };
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == '-' && i && v.p[i - 1] != '-' && (dashes >> n & 1))
			continue;
		digit = n < UUID_DIGITS ? hex_digit(v.p[i]) : -1;
		if (digit < 0)
			return false;
		id[n / 2] = (unsigned char)(n % 2 ? id[n / 2] | digit : digit << 4);
		n++;
	}
	return n == UUID_DIGITS;
}

#define UUID_DASHES  (1U << 8 | 1U << 12 | 1U << 16 | 1U << 20)
#define NSUID_DASHES (1U << 8 | 1U << 16 | 1U << 24)

bool id_parse(enum dir_id_form form, struct slice value, unsigned char id[DIR_ID_BYTES])
{
	static const unsigned char none[DIR_ID_BYTES];
	bool good = false;

	memset(id, 0, DIR_ID_BYTES);
	switch (form) {
	case DIR_ID_GUID:
		good = value.n == DIR_ID_BYTES;
		if (good)
			memcpy(id, value.p, DIR_ID_BYTES);
		break;
	case DIR_ID_UUID:
		good = parse_digits(value, UUID_DASHES, id);
		break;
	case DIR_ID_NSUID:
		good = parse_digits(value, NSUID_DASHES, id);
		break;
	}
	if (!good)
		memset(id, 0, DIR_ID_BYTES);
	return good && memcmp(id, none, DIR_ID_BYTES) != 0;
}

char *id_text(struct arena *a, enum dir_id_form form, const unsigned char id[DIR_ID_BYTES])
{
	uint32_t dashes = form == DIR_ID_NSUID ? NSUID_DASHES : UUID_DASHES;
	struct buf b = buf_in(a, 64);

	for (int i = 0; i < DIR_ID_BYTES; i++) {
		if (dashes >> (2 * i) & 1)
			buf_puts(&b, "-");
		buf_printf(&b, "%02x", id[form == DIR_ID_GUID ? guid_order[i] : i]);
	}
	return b.p;
}

void id_filter(struct buf *b, const char *attr, enum dir_id_form form,
	       const unsigned char id[DIR_ID_BYTES])
{
	struct arena scratch = { 0 };

	buf_printf(b, "(%s=%s)", attr,
		   form == DIR_ID_GUID ? dir_filter_bytes(&scratch, id, DIR_ID_BYTES)
				       : id_text(&scratch, form, id));
	arena_free(&scratch);
}

static bool is_sid(struct slice sid)
{
	const unsigned char *p = (const unsigned char *)sid.p;

	return sid.n >= 8 && p[0] == 1 && p[1] <= SID_PARTS_MAX && sid.n == 8U + 4U * p[1];
}

char *sid_text(struct arena *a, struct slice sid)
{
	const unsigned char *p = (const unsigned char *)sid.p;
	struct buf b = buf_in(a, 256);
	uint64_t authority = 0;

	if (!is_sid(sid))
		return NULL;
	for (int i = 2; i < 8; i++)
		authority = authority << 8 | p[i];
	buf_printf(&b, "S-1-%llu", (unsigned long long)authority);
	for (int i = 0; i < p[1]; i++) {
		const unsigned char *q = p + 8 + 4 * i;

		buf_printf(&b, "-%lu",
			   (unsigned long)q[0] | (unsigned long)q[1] << 8 |
				   (unsigned long)q[2] << 16 | (unsigned long)q[3] << 24);
	}
	return b.p;
}

bool sid_key(struct slice sid, int64_t rid, unsigned char key[DIR_KEY_BYTES])
{
	unsigned char bytes[8 + 4 * SID_PARTS_MAX];

	memset(key, 0, DIR_KEY_BYTES);
	if (!is_sid(sid) || rid > UINT32_MAX || (rid >= 0 && sid.n == 8))
		return false;
	memcpy(bytes, sid.p, sid.n);
	for (int i = 0; rid >= 0 && i < 4; i++)
		bytes[sid.n - 4 + (size_t)i] = (unsigned char)(rid >> (8 * i));
	text_digest(bytes, sid.n, key);
	return true;
}

/* ---- filters ---- */

char *dir_filter_bytes(struct arena *a, const unsigned char *p, size_t n)
{
	struct buf b = buf_in(a, 3 * n + 1);

	buf_puts(&b, "");
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "\\%02x", p[i]);
	return b.p;
}

char *dir_filter_text(struct arena *a, const char *text)
{
	struct buf b = buf_in(a, 3 * strlen(text) + 1);

	buf_puts(&b, "");
	for (; *text; text++)
		if (strchr("*()\\", *text) || (unsigned char)*text >= 0x7f ||
		    (unsigned char)*text < 0x20)
			buf_printf(&b, "\\%02x", (unsigned)(unsigned char)*text);
		else
			buf_put(&b, text, 1);
	return b.p;
}
