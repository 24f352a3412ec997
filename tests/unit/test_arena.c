/* test_arena.c - memory: zeroed, aligned, growing, given back in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static void memory_is_zeroed_and_aligned(void **state)
{
	static const size_t sizes[] = { 1, 7, 16, 100, 1000, 5000, 20000, 70000, 1000000 };
	struct arena a = { 0 };

	(void)state;
	for (int round = 0; round < 5; round++)
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			unsigned char *p = arena_alloc(&a, sizes[i]);

			assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
			for (size_t k = 0; k < sizes[i]; k++)
				assert_int_equal(p[k], 0);
			memset(p, 0xff, sizes[i]);
		}
	arena_free(&a);
}

static void pieces_do_not_overlap(void **state)
{
	struct arena a = { 0 };
	unsigned char *p[300];

	(void)state;
	for (int i = 0; i < 300; i++) {
		p[i] = arena_alloc(&a, (size_t)i * 37 + 1);
		memset(p[i], i & 0xff, (size_t)i * 37 + 1);
	}
	for (int i = 0; i < 300; i++)
		for (int k = 0; k < i * 37 + 1; k++)
			assert_int_equal(p[i][k], i & 0xff);
	arena_free(&a);
}

static void growing_keeps_the_content(void **state)
{
	struct arena a = { 0 };
	char *one = NULL, *two = NULL;
	size_t n = 0;

	(void)state;
	/* two at once, and others between, so that every way of growing is met */
	for (size_t more = 16; more < 4000000; n = more, more = more * 3 / 2) {
		one = arena_grow(&a, one, n, more);
		memset(one + n, 'a', more - n);
		if (more % 3 == 0)
			memset(arena_alloc(&a, 40), 'x', 40);
		two = arena_grow(&a, two, n, more);
		memset(two + n, 'b', more - n);
	}
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(one[i], 'a');
		assert_int_equal(two[i], 'b');
	}
	arena_free(&a);
}

static void memory_after_growing_is_still_zeroed(void **state)
{
	struct arena a = { 0 };
	char *p = arena_grow(&a, NULL, 0, 100);

	(void)state;
	memset(p, 'a', 100);
	p = arena_grow(&a, p, 100, 200);
	memset(p, 'a', 200);
	p = arena_alloc(&a, 64);
	for (int i = 0; i < 64; i++)
		assert_int_equal(p[i], 0);
	arena_free(&a);
}

static char order[8];

static void note(void *letter)
{
	order[strlen(order)] = *(const char *)letter;
}

static void deferred_calls_run_newest_first(void **state)
{
	struct arena a = { 0 };
	char first[] = "a", second[] = "b";

	(void)state;
	arena_defer(&a, note, first);
	arena_defer(&a, note, NULL);
	arena_defer(&a, note, second);
	arena_free(&a);
	assert_string_equal(order, "ba");
	assert_null(a.blocks);
	assert_null(a.defers);
}

static void text_is_copied(void **state)
{
	struct arena a = { 0 };
	char *longer;

	(void)state;
	assert_null(arena_strdup(&a, NULL));
	assert_string_equal(arena_strdup(&a, "abc"), "abc");
	assert_string_equal(arena_strndup(&a, "abcdef", 3), "abc");
	longer = arena_printf(&a, "%0500d|%s", 7, "end");
	assert_int_equal(strlen(longer), 504);
	assert_string_equal(longer + 499, "7|end");
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_aligned),
		cmocka_unit_test(pieces_do_not_overlap),
		cmocka_unit_test(growing_keeps_the_content),
		cmocka_unit_test(memory_after_growing_is_still_zeroed),
		cmocka_unit_test(deferred_calls_run_newest_first),
		cmocka_unit_test(text_is_copied),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
