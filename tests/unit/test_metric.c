/* test_metric.c - counters, histograms and their text, from many threads at once. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/metric.h"

enum { THREADS = 4, ROUNDS = 20000 };

static const char *text(struct arena *a)
{
	struct buf out = buf_in(a, 1 << 24);

	metric_write(&out);
	assert_false(out.over);
	return out.p;
}

static void has(const char *all, const char *line)
{
	const char *at = strstr(all, line);

	if (!at || (at != all && at[-1] != '\n'))
		fail_msg("no line \"%s\"", line);
}

static void labels_make_series_of_their_own(void **state)
{
	struct arena a = { 0 };
	const char *all;

	(void)state;
	metric_add(METRIC_REQUESTS, "/a", "GET", 200, 1);
	metric_add(METRIC_REQUESTS, "/a", "GET", 200, 2);
	metric_add(METRIC_REQUESTS, "/a", "GET", 404, 1);
	metric_add(METRIC_REQUESTS, "/a", "PUT", 200, 1);
	metric_add(METRIC_REQUESTS, "/b", "GET", 200, 1);
	metric_add(METRIC_AUDIT_SEALED, NULL, NULL, 0, 70);
	all = text(&a);
	has(all, "rosterd_http_requests_total{route=\"/a\",method=\"GET\",status=\"200\"} 3\n");
	has(all, "rosterd_http_requests_total{route=\"/a\",method=\"GET\",status=\"404\"} 1\n");
	has(all, "rosterd_http_requests_total{route=\"/a\",method=\"PUT\",status=\"200\"} 1\n");
	has(all, "rosterd_http_requests_total{route=\"/b\",method=\"GET\",status=\"200\"} 1\n");
	has(all, "rosterd_audit_sealed_total 70\n");
	has(all, "# TYPE rosterd_http_requests_total counter\n");
	arena_free(&a);
}

static void buckets_add_up_and_their_bounds_are_inside(void **state)
{
	static const int64_t times[] = { 0, 1000, 1001, 10000000, 10000001 };
	struct arena a = { 0 };
	const char *all;

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		metric_time(METRIC_REQUEST_TIME, "/t", times[i]);
	all = text(&a);
#define NAME "rosterd_http_request_duration_seconds"
	has(all, NAME "_bucket{route=\"/t\",le=\"0.001\"} 2\n");
	has(all, NAME "_bucket{route=\"/t\",le=\"0.0025\"} 3\n");
	has(all, NAME "_bucket{route=\"/t\",le=\"5\"} 3\n");
	has(all, NAME "_bucket{route=\"/t\",le=\"10\"} 4\n");
	has(all, NAME "_bucket{route=\"/t\",le=\"+Inf\"} 5\n");
	has(all, NAME "_sum{route=\"/t\"} 20.002002\n");
	has(all, NAME "_count{route=\"/t\"} 5\n");
	arena_free(&a);
}

static void values_are_escaped(void **state)
{
	struct arena a = { 0 };
	struct buf out = buf_in(&a, 1000);

	(void)state;
	metric_sample(&out, "seats", "org", "A \"B\" \\ C\nD", 7);
	metric_sample(&out, "up", NULL, NULL, -1);
	assert_string_equal(out.p, "seats{org=\"A \\\"B\\\" \\\\ C\\nD\"} 7\nup -1\n");
	arena_free(&a);
}

static void *count_many(void *arg)
{
	static const char *const kinds[] = { "one", "two", "three", "four", "five" };

	(void)arg;
	for (int i = 0; i < ROUNDS; i++)
		metric_add(METRIC_ERRORS, kinds[i % 5], NULL, 0, 1);
	return NULL;
}

static void no_count_is_lost_between_threads(void **state)
{
	struct arena a = { 0 };
	pthread_t thread[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, count_many, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	has(text(&a),
	    arena_printf(&a, "rosterd_errors_total{kind=\"three\"} %d\n", THREADS * ROUNDS / 5));
	arena_free(&a);
}

static void too_many_series_are_dropped(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (int i = 0; i < 10000; i++)
		metric_add(METRIC_REQUESTS, "/many", "GET", 1000 + i, 1);
	metric_add(METRIC_REQUESTS, "/a", "GET", 200, 1);
	has(text(&a), "rosterd_http_requests_total{route=\"/many\",method=\"GET\",status=\"1000\"}"
		      " 1\n");
	assert_null(strstr(text(&a), "status=\"10999\""));
	has(text(&a),
	    "rosterd_http_requests_total{route=\"/a\",method=\"GET\",status=\"200\"} 4\n");
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_make_series_of_their_own),
		cmocka_unit_test(buckets_add_up_and_their_bounds_are_inside),
		cmocka_unit_test(values_are_escaped),
		cmocka_unit_test(no_count_is_lost_between_threads),
		cmocka_unit_test(too_many_series_are_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
