/* test_time.c - RFC 3339 out, xsd:dateTime in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/time.h"

static const struct {
	const char *text;
	int64_t ms;
} good[] = {
	{ "1970-01-01T00:00:00Z", 0 },
	{ "1970-01-01T00:00:00", 0 },
	{ "2023-11-14T22:13:20.678Z", 1700000000678 },
	{ "2023-11-14T22:13:20.6789999Z", 1700000000678 },
	{ "2023-11-14T22:13:20.6Z", 1700000000600 },
	{ "2023-11-14T23:13:20+01:00", 1700000000000 },
	{ "2023-11-14T17:43:20-04:30", 1700000000000 },
	{ "2024-02-29T00:00:00Z", 1709164800000 },
	{ "2023-12-31T24:00:00Z", 1704067200000 },
	{ "1969-12-31T23:59:59.999Z", -1 },
	{ "0001-01-01T00:00:00Z", -62135596800000 },
	{ "9999-12-31T23:59:59.999Z", 253402300799999 },
	{ "1900-03-01T00:00:00+14:00", -2203891200000 - 50400000 },
};

static const char *const bad[] = {
	"",
	"2023",
	"2023-11-14",
	"2023-11-14 22:13:20Z",
	"2023-11-14T22:13Z",
	"2023-02-29T00:00:00Z",
	"1900-02-29T00:00:00Z",
	"2023-13-01T00:00:00Z",
	"2023-00-01T00:00:00Z",
	"2023-04-31T00:00:00Z",
	"2023-11-14T25:00:00Z",
	"2023-11-14T24:00:01Z",
	"2023-11-14T22:60:00Z",
	"2023-11-14T22:00:60Z",
	"2023-11-14T22:13:20.Z",
	"2023-11-14T22:13:20z",
	"2023-11-14T22:13:20ZZ",
	"2023-11-14T22:13:20+0100",
	"2023-11-14T22:13:20+14:01",
	"2023-11-14T22:13:20+01",
	"-2023-11-14T22:13:20Z",
	"0000-01-01T00:00:00Z",
	"12023-11-14T22:13:20Z",
	"2023-11-14T22:13:20 Z",
	" 2023-11-14T22:13:20Z",
	"2023-1-14T22:13:20Z",
};

static void times_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		int64_t ms = 42;

		if (!time_parse(good[i].text, &ms) || ms != good[i].ms)
			fail_msg("%s is %lld", good[i].text, (long long)ms);
	}
}

static void anything_else_is_refused(void **state)
{
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (time_parse(bad[i], &ms))
			fail_msg("\"%s\" passed", bad[i]);
}

static void what_is_written_can_be_read(void **state)
{
	static const int64_t times[] = {
		0, -1, 1700000000678, 951782399999, 951782400000, -62135596800000, 253402300799999
	};
	struct arena a = { 0 };

	(void)state;
	assert_string_equal(time_text(&a, 1700000000678), "2023-11-14T22:13:20.678Z");
	assert_string_equal(time_text(&a, -1), "1969-12-31T23:59:59.999Z");
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		int64_t ms;

		assert_true(time_parse(time_text(&a, times[i]), &ms));
		assert_true(ms == times[i]);
	}
	for (int64_t day = -200000; day < 200000; day += 37) {
		int64_t ms;

		assert_true(time_parse(time_text(&a, day * 86400000), &ms));
		assert_true(ms == day * 86400000);
	}
	arena_free(&a);
}

static void months_begin_on_their_first(void **state)
{
	static const struct {
		const char *at, *first;
		int months;
	} some[] = {
		{ "2024-02-29T23:59:59.999Z", "2024-02-01T00:00:00Z", 0 },
		{ "2024-03-01T00:00:00Z", "2024-03-01T00:00:00Z", 0 },
		{ "2024-01-31T12:00:00Z", "2024-02-01T00:00:00Z", 1 },
		{ "2024-12-31T12:00:00Z", "2025-01-01T00:00:00Z", 1 },
		{ "2024-03-31T12:00:00Z", "2023-04-01T00:00:00Z", -11 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		int64_t at, first;

		assert_true(time_parse(some[i].at, &at));
		assert_true(time_parse(some[i].first, &first));
		assert_int_equal(time_month(at, some[i].months), first);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(months_begin_on_their_first),
		cmocka_unit_test(times_are_read),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(what_is_written_can_be_read),
	};

	return cmocka_run_group_tests_name("time", tests, NULL, NULL);
}
