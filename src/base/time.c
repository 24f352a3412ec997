/* time.c - milliseconds since 1970 and their RFC 3339 form. */
#include "base/time.h"

#include <stddef.h>
#include <time.h>

enum { MS_PER_DAY = 24 * 60 * 60 * 1000 };

static int64_t clock_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t time_now(void)
{
	return clock_ms(CLOCK_REALTIME);
}

int64_t time_monotonic(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

char *time_text(struct arena *a, int64_t ms)
{
	int64_t rest = (ms % 1000 + 1000) % 1000;
	time_t seconds = (time_t)((ms - rest) / 1000);
	struct tm tm;

	/* a year that does not fit an int cannot come out of 64 bits of ms */
	gmtime_r(&seconds, &tm);
	return arena_printf(a, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
			    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)rest);
}

int64_t time_month(int64_t ms, int months)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	gmtime_r(&t, &tm);
	tm.tm_mday = 1;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_mon += months; /* timegm() carries the years */
	return (int64_t)timegm(&tm) * 1000;
}

/* Exactly n digits, within bounds, and what follows them. */
static bool digits(const char **s, int n, int min, int max, int *out)
{
	*out = 0;
	for (int i = 0; i < n; i++, (*s)++) {
		if (**s < '0' || **s > '9')
			return false;
		*out = *out * 10 + (**s - '0');
	}
	return *out >= min && *out <= max;
}

static bool literal(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static int days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* Days since 1970-01-01 in the Gregorian calendar; years counted from March,
 * so that the leap day is the last of its year. */
static int64_t days_since_epoch(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

static bool parse_date(const char **s, int64_t *day)
{
	int year, month, mday;

	if (!digits(s, 4, 1, 9999, &year) || !literal(s, '-') || !digits(s, 2, 1, 12, &month) ||
	    !literal(s, '-') || !digits(s, 2, 1, days_in_month(year, month), &mday))
		return false;
	*day = days_since_epoch(year, month, mday);
	return true;
}

/* ".678": any number of digits, cut to milliseconds. */
static bool parse_fraction(const char **s, int *ms)
{
	int scale = 100;

	*ms = 0;
	if (!literal(s, '.'))
		return true;
	if (**s < '0' || **s > '9')
		return false;
	for (; **s >= '0' && **s <= '9'; (*s)++, scale /= 10)
		*ms += (**s - '0') * scale;
	return true;
}

/* "24:00:00" is the end of the day (XML Schema part 2, section 3.2.7). */
static bool parse_clock(const char **s, int64_t *ms)
{
	int hour, minute, second, fraction;

	if (!digits(s, 2, 0, 24, &hour) || !literal(s, ':') || !digits(s, 2, 0, 59, &minute) ||
	    !literal(s, ':') || !digits(s, 2, 0, 59, &second) || !parse_fraction(s, &fraction))
		return false;
	*ms = ((hour * 60 + minute) * 60 + second) * INT64_C(1000) + fraction;
	return *ms <= MS_PER_DAY;
}

static bool parse_offset(const char **s, int64_t *ms)
{
	int hour, minute, sign = **s == '-' ? -1 : 1;

	*ms = 0;
	if (!**s || literal(s, 'Z'))
		return true;
	if (!literal(s, '+') && !literal(s, '-'))
		return false;
	if (!digits(s, 2, 0, 14, &hour) || !literal(s, ':') ||
	    !digits(s, 2, 0, hour == 14 ? 0 : 59, &minute))
		return false;
	*ms = sign * (hour * 60 + minute) * INT64_C(60000);
	return true;
}

bool time_parse(const char *s, int64_t *out)
{
	int64_t day, clock, offset;

	if (!parse_date(&s, &day) || !literal(&s, 'T') || !parse_clock(&s, &clock) ||
	    !parse_offset(&s, &offset) || *s)
		return false;
	*out = day * MS_PER_DAY + clock - offset;
	return true;
}
