/* test_id.c - identifiers are UUIDv7 and strictly ascending. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>

#include "base/id.h"
#include "base/time.h"

enum { THREADS = 4, EACH = 20000 };

static void the_form_is_that_of_version_7(void **state)
{
	struct arena a = { 0 };
	char *id = id_new(&a);
	char head[13] = { 0 };
	int64_t ms;

	(void)state;
	assert_int_equal(strlen(id), 36);
	for (int i = 0; i < 36; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23)
			assert_int_equal(id[i], '-');
		else
			assert_non_null(strchr("0123456789abcdef", id[i]));
	assert_int_equal(id[14], '7');
	assert_non_null(strchr("89ab", id[19]));
	memcpy(head, id, 8);
	memcpy(head + 8, id + 9, 4);
	ms = strtoll(head, NULL, 16);
	assert_in_range(ms, time_now() - 10000, time_now() + 10000);
	arena_free(&a);
}

static void later_ids_sort_later(void **state)
{
	struct arena a = { 0 };
	char *before = id_new(&a);

	(void)state;
	for (int i = 0; i < EACH; i++) {
		char *id = id_new(&a);

		assert_true(strcmp(before, id) < 0);
		before = id;
	}
	arena_free(&a);
}

struct maker {
	struct arena arena;
	char *ids[EACH];
};

static void *make(void *arg)
{
	struct maker *m = arg;

	for (int i = 0; i < EACH; i++)
		m->ids[i] = id_new(&m->arena);
	return NULL;
}

static int by_text(const void *a, const void *b)
{
	return strncmp(*(char *const *)a, *(char *const *)b, 18);
}

static void threads_never_share_a_stamp(void **state)
{
	static struct maker makers[THREADS];
	static char *all[THREADS * EACH];
	pthread_t threads[THREADS];

	(void)state;
	for (int t = 0; t < THREADS; t++)
		assert_int_equal(pthread_create(&threads[t], NULL, make, &makers[t]), 0);
	for (int t = 0; t < THREADS; t++) {
		pthread_join(threads[t], NULL);
		for (int i = 1; i < EACH; i++)
			assert_true(by_text(&makers[t].ids[i - 1], &makers[t].ids[i]) < 0);
		memcpy(all + (size_t)t * EACH, makers[t].ids, sizeof(makers[t].ids));
	}
	qsort(all, THREADS * EACH, sizeof(all[0]), by_text);
	for (int i = 1; i < THREADS * EACH; i++)
		assert_true(by_text(&all[i - 1], &all[i]) < 0);
	for (int t = 0; t < THREADS; t++)
		arena_free(&makers[t].arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_form_is_that_of_version_7),
		cmocka_unit_test(later_ids_sort_later),
		cmocka_unit_test(threads_never_share_a_stamp),
	};

	return cmocka_run_group_tests_name("id", tests, NULL, NULL);
}
