/* test_http_queue.c - whose turn it is, where some would have everything. */

#define HARNESS_BARE
#include "harness.h"

#include "../../src/http/queue.h"

enum { ANN = 1, BOB = 2 };

static char item[] = "abcdefgh";

static void put(struct queue *q, int i, uint64_t of)
{
	assert_true(queue_reserve(q, of));
	queue_put(q, &item[i], of);
}

static void takes(struct queue *q, int taker, char wanted)
{
	const char *got = queue_take(q, taker);

	assert_non_null(got);
	assert_int_equal(*got, wanted);
}

static void first_come_first_served(void **state)
{
	struct arena a = { 0 };
	struct queue q;

	(void)state;
	queue_init(&q, &a, 3, 0);
	for (int round = 0; round < 3; round++) {
		put(&q, 0, ANN);
		put(&q, 1, ANN);
		put(&q, 2, ANN);
		assert_false(queue_reserve(&q, BOB));
		takes(&q, 0, 'a');
		takes(&q, 0, 'b');
		takes(&q, 0, 'c');
		/* so that the ring is not at its beginning */
		put(&q, 3, BOB);
		takes(&q, 0, 'd');
	}
	queue_close(&q);
	assert_false(queue_reserve(&q, 0));
	assert_null(queue_take(&q, 0));
	queue_destroy(&q);
	arena_free(&a);
}

static void nobody_has_all_who_take(void **state)
{
	struct arena a = { 0 };
	struct queue q;

	(void)state;
	queue_init(&q, &a, 8, 4);
	for (int i = 0; i < 5; i++)
		put(&q, i, ANN);
	put(&q, 5, BOB);
	put(&q, 6, 0);
	takes(&q, 0, 'a');
	takes(&q, 1, 'b');
	takes(&q, 2, 'c');
	/* three of four are Ann's: the next is for others, in their order */
	takes(&q, 3, 'f');
	takes(&q, 3, 'g');
	/* who comes back has done what he took */
	takes(&q, 0, 'd');
	takes(&q, 0, 'e');
	assert_int_equal(queue_length(&q), 0);
	queue_destroy(&q);
	arena_free(&a);
}

static void nobody_has_all_places(void **state)
{
	struct arena a = { 0 };
	struct queue q;

	(void)state;
	queue_init(&q, &a, 4, 4);
	for (int i = 0; i < 3; i++)
		put(&q, i, ANN);
	assert_false(queue_reserve(&q, ANN));
	put(&q, 3, BOB);
	assert_false(queue_reserve(&q, BOB));
	takes(&q, 0, 'a');
	assert_true(queue_reserve(&q, ANN));
	queue_destroy(&q);
	arena_free(&a);
}

static void one_alone_serves_everybody(void **state)
{
	struct arena a = { 0 };
	struct queue q;

	(void)state;
	queue_init(&q, &a, 1, 1);
	for (int i = 0; i < 3; i++) {
		put(&q, i, ANN);
		takes(&q, 0, item[i]);
	}
	queue_destroy(&q);
	arena_free(&a);
}

/* At the end nothing is left behind for the sake of others. */
static void all_goes_at_the_end(void **state)
{
	struct arena a = { 0 };
	struct queue q;

	(void)state;
	queue_init(&q, &a, 8, 2);
	put(&q, 0, ANN);
	put(&q, 1, ANN);
	takes(&q, 0, 'a');
	queue_close(&q);
	takes(&q, 1, 'b');
	assert_null(queue_take(&q, 0));
	assert_null(queue_take(&q, 1));
	queue_destroy(&q);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_come_first_served),
		cmocka_unit_test(nobody_has_all_who_take),
		cmocka_unit_test(nobody_has_all_places),
		cmocka_unit_test(one_alone_serves_everybody),
		cmocka_unit_test(all_goes_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
