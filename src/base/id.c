/* id.c - UUIDv7, strictly ascending within the process. */
#include "base/id.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/time.h"

/*
 * 48 bits of milliseconds and the 12 bits of rand_a as a counter (RFC 9562,
 * section 6.2, method 1).  More than 4096 ids in a millisecond, or a clock set
 * back, run ahead of the clock instead of repeating.
 */
static uint64_t next_stamp(void)
{
	static _Atomic uint64_t last;
	uint64_t now = (uint64_t)time_now() << 12, before = atomic_load(&last), mine;

	do
		mine = now > before ? now : before + 1;
	while (!atomic_compare_exchange_weak(&last, &before, mine));
	return mine;
}

/* The 16 bytes in the text form of RFC 9562, section 4. */
static char *uuid_text(struct arena *a, const unsigned char b[16])
{
	static const char hex[] = "0123456789abcdef";
	char *s = arena_alloc(a, 37), *p = s;

	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = hex[b[i] >> 4];
		*p++ = hex[b[i] & 0x0f];
	}
	return s;
}

char *id_new(struct arena *a)
{
	uint64_t stamp = next_stamp(), ms = stamp >> 12;
	unsigned char b[16];

	if (getrandom(b + 8, 8, 0) != 8)
		abort();
	for (int i = 0; i < 6; i++)
		b[i] = (unsigned char)(ms >> (40 - 8 * i));
	b[6] = (unsigned char)(0x70 | ((stamp >> 8) & 0x0f));
	b[7] = (unsigned char)(stamp & 0xff);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	return uuid_text(a, b);
}
