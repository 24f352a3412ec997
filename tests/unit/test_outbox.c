/* test_outbox.c - the feed of events. */
#include "roster_harness.h"

#include "base/id.h"
#include "record/history.h"
#include "record/outbox.h"

static bool note_events(struct ctx *c, int n)
{
	for (int i = 0; i < n; i++)
		event_note(c, (struct event_note){
				      .type = "test.event",
				      .user_id = i % 2 ? "u" : NULL,
				      .payload = arena_printf(c->arena, "{\"n\":%d}", i) });
	return true;
}

static int64_t ordered(struct ctx *c)
{
	int64_t n;

	ok(c, event_order(c, EVENT_ORDER_BATCH, &n));
	return n;
}

/* An event as it stands after a commit, with an id of our own choosing. */
static void put(struct ctx *c, const char *id)
{
	ok(c, db_run(c, NULL,
		     "INSERT INTO outbox (org_id, id, at, type, payload) VALUES ($1, $2, 1, 't', "
		     "'{}')",
		     DB_ARGS(db_text(c->org->id), db_text(id))));
}

static void events_come_in_the_order_of_notes(void **state)
{
	struct ctx *c = *state;
	struct event *e;
	int64_t left;
	int n;

	in_change(c, note_events(c, 401));
	ordered(c);
	ok(c, event_list(c, 0, 1000, &e, &n, &left));
	assert_int_equal(n, 401);
	assert_int_equal(left, 401);
	for (int i = 0; i < n; i++)
		assert_string_equal(e[i].payload, arena_printf(c->arena, "{\"n\":%d}", i));
	assert_null(e[0].user_id);
	assert_string_equal(e[1].user_id, "u");
}

static void a_reader_goes_on_after_what_he_has(void **state)
{
	struct ctx *c = *state;
	struct event *e;
	int64_t left;
	int n;

	in_change(c, note_events(c, 5));
	ordered(c);
	ok(c, event_list(c, 0, 2, &e, &n, NULL));
	assert_int_equal(n, 2);
	ok(c, event_list(c, e[1].seq, 10, &e, &n, &left));
	assert_int_equal(n, 3);
	assert_int_equal(left, 3);
	assert_string_equal(e[0].payload, "{\"n\":2}");
	ok(c, event_list(c, e[2].seq, 10, &e, &n, &left));
	assert_int_equal(n + left, 0);
}

static void what_has_no_number_is_not_given_out(void **state)
{
	struct ctx *c = *state;
	struct event *e;
	int64_t left;
	int n;

	in_change(c, note_events(c, 1));
	ok(c, event_list(c, 0, 10, &e, &n, &left));
	assert_int_equal(n + left, 0);
	assert_int_equal(ordered(c), 1);
	assert_int_equal(ordered(c), 0);
	ok(c, event_list(c, 0, 10, &e, &n, &left));
	assert_int_equal(n, 1);
}

/* One that was written earlier and committed later comes behind what readers have. */
static void a_late_one_comes_last(void **state)
{
	struct ctx *c = *state;
	struct event *e;
	int64_t place;
	int n;

	put(c, "b");
	put(c, "c");
	assert_int_equal(ordered(c), 2);
	put(c, "d");
	put(c, "a");
	assert_int_equal(ordered(c), 2);
	ok(c, event_list(c, 2, 10, &e, &n, NULL));
	assert_int_equal(n, 2);
	assert_string_equal(e[0].id, "a");
	assert_int_equal(e[0].seq, 3);
	assert_string_equal(e[1].id, "d");
	ok(c, event_place(c, "c", &place));
	assert_int_equal(place, 2);
	ok(c, event_place(c, "2", &place));
	assert_int_equal(place, 2);
	ok(c, event_place(c, "", &place));
	assert_int_equal(place, EVENT_START);
	fails(c, event_place(c, "nobody", &place), ERR_VALUE);
}

static void batches_leave_no_gap(void **state)
{
	struct ctx *c = *state;
	struct event *e;
	int64_t n;
	int count;

	for (int i = 0; i < 5; i++)
		put(c, arena_printf(c->arena, "%d", i));
	ok(c, event_order(c, 2, &n));
	assert_int_equal(n, 2);
	ok(c, event_order(c, 2, &n));
	ok(c, event_order(c, 2, &n));
	assert_int_equal(n, 1);
	ok(c, event_list(c, 0, 10, &e, &count, NULL));
	assert_int_equal(count, 5);
	for (int i = 0; i < count; i++)
		assert_int_equal(e[i].seq, i + 1);
}

static int64_t pruned(struct ctx *c, int64_t before, int64_t limit)
{
	int64_t n;

	ok(c, event_prune(c, before, limit, &n));
	return n;
}

/* put() dates them 1 */
static void the_old_go_the_newest_stays_and_numbers_go_on(void **state)
{
	const char *first, *unknown;
	struct ctx *c = *state;
	struct event *e;
	int64_t place, start, left;
	int n;

	assert_int_equal(pruned(c, 2, 10), 0);
	put(c, first = id_new(c->arena));
	fails(c, event_place(c, unknown = id_new(c->arena), &place), ERR_VALUE);
	for (int i = 0; i < 4; i++)
		put(c, id_new(c->arena));
	assert_int_equal(ordered(c), 5);
	ok(c, event_place(c, "", &start));
	assert_int_equal(pruned(c, 1, 10), 0);
	assert_int_equal(pruned(c, 2, 3), 3);
	assert_int_equal(pruned(c, 2, 3), 1);
	assert_int_equal(pruned(c, 2, 3), 0);

	fails(c, event_list(c, 0, 10, &e, &n, &left), ERR_GONE);
	fails(c, event_list(c, 3, 10, &e, &n, NULL), ERR_GONE);
	fails(c, event_place(c, first, &place), ERR_GONE);
	fails(c, event_place(c, unknown, &place), ERR_GONE);
	fails(c, event_place(c, "nobody", &place), ERR_VALUE);
	ok(c, event_list(c, start, 10, &e, &n, &left)); /* asked for before they went */
	assert_int_equal(n + left, 2);
	assert_int_equal(e[0].seq, 5);

	put(c, id_new(c->arena));
	assert_int_equal(ordered(c), 1);
	ok(c, event_list(c, 5, 10, &e, &n, NULL));
	assert_int_equal(e[0].seq, 6);
}

/* Numbers without a gap: a younger one keeps all that follow. */
static void what_is_young_stays_with_all_behind_it(void **state)
{
	struct ctx *c = *state;

	put(c, "a");
	assert_int_equal(ordered(c), 1);
	in_change(c, note_events(c, 1));
	assert_int_equal(ordered(c), 1);
	put(c, "b");
	put(c, "c");
	assert_int_equal(ordered(c), 2);
	assert_int_equal(pruned(c, 2, 10), 1);
	assert_int_equal(pruned(c, 2, 10), 0);
	assert_int_equal(pruned(c, c->now + 1, 10), 2);
}

static void another_organization_sees_none(void **state)
{
	struct ctx *c = *state;
	struct org other = { .name = "other" };
	struct event *e;
	int n;

	in_change(c, note_events(c, 1));
	ok(c, org_create(c, &other));
	c->org = &other;
	ok(c, db_enter_org(c, other.id));
	ordered(c);
	ok(c, event_list(c, 0, 10, &e, &n, NULL));
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		db_test(events_come_in_the_order_of_notes),
		db_test(a_reader_goes_on_after_what_he_has),
		db_test(what_has_no_number_is_not_given_out),
		db_test(a_late_one_comes_last),
		db_test(batches_leave_no_gap),
		db_test(the_old_go_the_newest_stays_and_numbers_go_on),
		db_test(what_is_young_stays_with_all_behind_it),
		db_test(another_organization_sees_none),
	};

	return run_on_each_database(tests);
}
