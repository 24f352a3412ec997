/* times.c - the times directories write: since 1601, and generalized. */
#include <limits.h>
#include <string.h>
#include <time.h>

#include "parts.h"

#define SECONDS_1601_TO_1970 INT64_C(11644473600)

bool filetime_parse(const char *s, int64_t *ms)
{
	int64_t v;

	if (!text_int(s, INT64_MIN, INT64_MAX, &v) || v < 0)
		return false;
	*ms = v == 0 || v == INT64_MAX ? LDAP_NEVER : v / 10000 - SECONDS_1601_TO_1970 * 1000;
	return true;
}

/* Two digits at *s; -1 if they are not. */
static int two(const char **s)
{
	const char *p = *s;

	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return -1;
	*s += 2;
	return (p[0] - '0') * 10 + p[1] - '0';
}

/* .678 or ,678 of a unit of so many ms. */
static int64_t fraction(const char **s, int64_t unit)
{
	int64_t ms = 0;

	if (**s != '.' && **s != ',')
		return 0;
	for ((*s)++; **s >= '0' && **s <= '9'; (*s)++) {
		unit /= 10;
		ms += unit * (**s - '0');
	}
	return ms;
}

/* Z, +hh, +hhmm; the rest of the text. */
static bool offset(const char *s, int64_t *ms)
{
	int sign = *s == '-' ? -1 : 1, hours, minutes = 0;

	*ms = 0;
	if (strcmp(s, "Z") == 0)
		return true;
	if (*s != '+' && *s != '-')
		return false;
	s++;
	hours = two(&s);
	if (hours < 0 || hours > 23)
		return false;
	if (*s)
		minutes = two(&s);
	*ms = sign * (hours * 60 + minutes) * INT64_C(60000);
	return minutes >= 0 && minutes < 60 && !*s;
}

static bool in_range(const struct tm *t)
{
	return t->tm_mon >= 0 && t->tm_mon < 12 && t->tm_mday >= 1 && t->tm_mday <= 31 &&
	       t->tm_hour >= 0 && t->tm_hour < 24 && t->tm_min >= 0 && t->tm_min < 60 &&
	       t->tm_sec >= 0 && t->tm_sec <= 60;
}

bool gentime_parse(const char *s, int64_t *ms)
{
	struct tm t = { 0 };
	int64_t part, shift, unit = 3600000;
	int high = two(&s), low = high < 0 ? -1 : two(&s);

	if (low < 0)
		return false;
	t.tm_year = high * 100 + low - 1900;
	t.tm_mon = two(&s) - 1;
	if (t.tm_mon < 0)
		return false;
	t.tm_mday = two(&s);
	t.tm_hour = t.tm_mday < 0 ? -1 : two(&s);
	if (t.tm_hour < 0)
		return false;
	if (*s >= '0' && *s <= '9') {
		unit = 60000;
		t.tm_min = two(&s);
		if (t.tm_min < 0)
			return false;
		if (*s >= '0' && *s <= '9') {
			unit = 1000;
			t.tm_sec = two(&s);
		}
	}
	part = fraction(&s, unit);
	if (!in_range(&t) || !offset(s, &shift))
		return false;
	*ms = (int64_t)timegm(&t) * 1000 + part - shift;
	return true;
}
