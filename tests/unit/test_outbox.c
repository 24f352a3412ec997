/* test_outbox.c - the feed of events. */
#include "roster_harness.h"

#include "base/time.h"
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

static void let_settle(struct ctx *c)
{
	c->now = time_now() + 2 * EVENT_SETTLE_MS;
}

static void events_come_in_the_order_of_notes(void **state)
{
	struct ctx *c = *state;
	struct event *e;
	int64_t left;
	int n;

	in_change(c, note_events(c, 401));
	let_settle(c);
	ok(c, event_list(c, "", 1000, &e, &n, &left));
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
	let_settle(c);
	ok(c, event_list(c, "", 2, &e, &n, NULL));
	assert_int_equal(n, 2);
	ok(c, event_list(c, e[1].id, 10, &e, &n, &left));
	assert_int_equal(n, 3);
	assert_int_equal(left, 3);
	assert_string_equal(e[0].payload, "{\"n\":2}");
	ok(c, event_list(c, e[2].id, 10, &e, &n, &left));
	assert_int_equal(n + left, 0);
}

static void what_is_just_written_is_held_back(void **state)
{
	struct ctx *c = *state;
	struct event *e;
	int64_t left;
	int n;

	in_change(c, note_events(c, 1));
	c->now = time_now();
	ok(c, event_list(c, "", 10, &e, &n, &left));
	assert_int_equal(n + left, 0);
	let_settle(c);
	ok(c, event_list(c, "", 10, &e, &n, &left));
	assert_int_equal(n, 1);
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
	let_settle(c);
	ok(c, event_list(c, "", 10, &e, &n, NULL));
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		db_test(events_come_in_the_order_of_notes),
		db_test(a_reader_goes_on_after_what_he_has),
		db_test(what_is_just_written_is_held_back),
		db_test(another_organization_sees_none),
	};

	return run_on_each_database(tests);
}
