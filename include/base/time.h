/* time.h - ms since 1970-01-01 UTC and their RFC 3339 form. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

int64_t time_now(void);       /* wall clock                              */
int64_t time_monotonic(void); /* for timeouts; unrelated to time_now()   */

/* "2026-01-02T03:04:05.678Z" */
char *time_text(struct arena *a, int64_t ms);

/* The first moment of its month, or of the month so many before or after (UTC). */
int64_t time_month(int64_t ms, int months);

/* An xsd:dateTime (RFC 7643, section 2.3.5): date and time, fraction and
 * offset optional; without offset it is UTC.  False if it is anything else. */
bool time_parse(const char *s, int64_t *out);
