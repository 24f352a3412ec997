/* test_hold.c - the brake: thresholds, windows, what is kept and when it is let go; on both
 * databases. */
#include "roster_harness.h"

#include "access/held.h"
#include "base/text.h"
#include "change/holding.h"

enum { CREW = 15 };

static void the_larger_of_number_and_percent_counts(void **state)
{
	static const struct {
		int64_t people_limit, percent, people, want;
	} rows[] = {
		{ 10, 5, 0, 10 },           { 10, 5, 40, 10 },
		{ 10, 5, 200, 10 },         { 10, 5, 219, 10 },
		{ 10, 5, 220, 11 },         { 0, 0, 1000, 0 },
		{ 0, 100, 7, 7 },           { 0, 5, 19, 0 },
		{ 10, 5, -3, 10 },          { 1, 1, 100000, 1000 },
		{ 1000000, 0, 5, 1000000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct org o = { .hold_people = rows[i].people_limit,
				 .hold_percent = rows[i].percent };

		assert_int_equal(hold_threshold(&o, rows[i].people), rows[i].want);
	}
}

static void small_parts_of_what_is_left_go_side_by_side(void **state)
{
	static const struct {
		int64_t used, threshold, n;
		const char *open;
		bool want;
	} rows[] = {
		{ 0, 10, 1, NULL, false },     { 0, 64, 1, NULL, true },
		{ 1, 64, 1, NULL, false },     { 0, 6400, 100, NULL, true },
		{ 1, 6400, 100, NULL, false }, { 0, 64, 1, "h", false },
		{ 100, 10, 1, NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hold_window w = { .used = rows[i].used,
					 .threshold = rows[i].threshold,
					 .open = rows[i].open };

		assert_int_equal(hold_far_off(&w, rows[i].n), rows[i].want);
	}
}

static const char rules[] =
	"{\"rules\": ["
	"{\"id\": \"staff\", \"match\": {\"group\": \"Staff\"}, \"grant\": {\"org_role\": \"AN\"}},"
	"{\"id\": \"any\", \"match\": {\"group\": \"s*\", \"by\": \"glob\"},"
	" \"grant\": {\"org_role\": \"AN\"}},"
	"{\"id\": \"lead\", \"match\": {\"group\": \"Leads\"}, \"grant\": {\"org_role\": "
	"\"MA\"}}]}";

/* People in the group Staff. */
struct crew {
	const char *id[CREW];
	struct group *staff;
};

static struct crew crew_of(struct ctx *c)
{
	struct crew w;

	for (int i = 0; i < CREW; i++)
		w.id[i] = arrives(c, arena_printf(c->arena, "p%02d", i), NULL)->id;
	in_change(c, store_rules(c, rules));
	w.staff = grouped(c, "Staff", w.id, CREW);
	return w;
}

static struct hold *only_hold(struct ctx *c, const char *state)
{
	struct hold *h;
	int64_t total;
	int n;

	ok(c, hold_list(c, state, NULL, "", 10, &h, &n, &total));
	assert_int_equal(n, 1);
	assert_int_equal(total, 1);
	return h;
}

/* As an administrator. */
#define by_admin(c, work)                                                                          \
	do {                                                                                       \
		static const struct actor admin_ = { .kind = "admin", .name = "token:admin" };     \
		const struct actor *before_ = (c)->actor;                                          \
                                                                                                   \
		(c)->actor = &admin_;                                                              \
		in_change((c), (work));                                                            \
		(c)->actor = before_;                                                              \
	} while (0)

static void ten_go_and_eleven_are_held(void **state)
{
	static const struct {
		int gone;
		bool held;
	} rows[] = { { 1, false }, { 10, false }, { 11, true }, { CREW, true } };
	struct ctx *c = *state;
	struct crew w = crew_of(c);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ok(c, db_run(c, NULL, "DELETE FROM losses WHERE org_id = $1",
			     DB_ARGS(db_text(c->org->id))));
		in_change(c, member_remove(c, w.staff, w.id, rows[i].gone));
		assert_string_equal(role_of(c, w.id[0]), rows[i].held ? "AN" : "NO");
		assert_int_equal(standing_of(c, w.id[0])->held, rows[i].held);
		in_change(c, member_add(c, w.staff, w.id, rows[i].gone, NULL));
		assert_string_equal(role_of(c, w.id[0]), "AN");
		assert_false(standing_of(c, w.id[0])->held);
	}
}

static void unbraked_changes_are_neither_held_nor_counted(void **state)
{
	struct ctx *c = *state;
	struct crew w = crew_of(c);
	bool over;

	in_change(c, (c->change->unbraked = true) && member_remove(c, w.staff, w.id, CREW));
	assert_string_equal(role_of(c, w.id[0]), "NO");
	ok(c, hold_over(c, c->actor->source->id, 10, &over));
	assert_false(over);
}

static void losses_are_counted_for_a_day(void **state)
{
	struct ctx *c = *state;
	const char *source = c->actor->source->id;
	int64_t now = c->now;
	bool over;

	in_change(c,
		  hold_count(c, source, 4) && hold_count(c, source, 3) && hold_count(c, source, 0));
	ok(c, hold_over(c, source, 3, &over));
	assert_false(over);
	ok(c, hold_over(c, source, 4, &over));
	assert_true(over);
	ok(c, hold_over(c, "another", 10, &over));
	assert_false(over);
	c->now = now + HOLD_WINDOW_MS;
	ok(c, hold_over(c, source, 10, &over));
	assert_false(over);
	ok(c, hold_sweep(c, 1000));
	c->now = now;
	ok(c, hold_over(c, source, 10, &over));
	assert_false(over);
}

static void nothing_lost_is_never_over(void **state)
{
	struct ctx *c = *state;
	bool over;

	in_change(c, hold_count(c, c->actor->source->id, 1000));
	ok(c, hold_over(c, c->actor->source->id, 0, &over));
	assert_false(over);
}

static void an_old_name_and_a_new_one_are_one_grant(void **state)
{
	struct ctx *c = *state;
	struct crew w = crew_of(c);
	struct group after = *w.staff;

	after.display_name = "Stuff";
	in_change(c, group_save(c, w.staff, &after));
	/* the glob still matches: the role is the same, nobody loses it */
	assert_false(standing_of(c, w.id[0])->held);
	after.display_name = "Nobody";
	in_change(c, group_save(c, w.staff, &after));
	assert_true(standing_of(c, w.id[0])->held);
	after.display_name = "Some";
	in_change(c, group_save(c, w.staff, &after));
	assert_false(standing_of(c, w.id[0])->held);
	assert_string_equal(role_of(c, w.id[0]), "AN");
}

static void digests_tell_lists_apart(void **state)
{
	struct ctx *c = *state;
	struct crew w = crew_of(c);
	const char *first, *second;
	struct hold *h, *done;

	in_change(c, member_remove(c, w.staff, w.id, 12));
	first = only_hold(c, "open")->digest;
	in_change(c, member_remove(c, w.staff, w.id + 12, 1));
	second = only_hold(c, "open")->digest;
	assert_string_not_equal(strchr(first, '.'), strchr(second, '.'));
	in_change(c, member_add(c, w.staff, w.id + 12, 1, NULL));
	h = only_hold(c, "open");
	assert_string_equal(strchr(first, '.'), strchr(h->digest, '.'));
	assert_string_not_equal(first, h->digest);
	change_fails(c, holding_approve(c, h->id, second, &done), ERR_CONFLICT);
	change_fails(c, holding_approve(c, "none", first, &done), ERR_NOT_FOUND);
	by_admin(c, holding_approve(c, h->id, first, &done));
	assert_string_equal(role_of(c, w.id[0]), "NO");
	assert_string_equal(role_of(c, w.id[12]), "AN");
}

static bool open_run(struct ctx *c, const struct crew *w, const char *run, const char **id)
{
	struct hold_person people[CREW];

	for (int i = 0; i < CREW; i++)
		people[i] = (struct hold_person){ .user_id = w->id[i],
						  .what = "deactivated",
						  .before = "{\"role\":\"AN\",\"places\":[]}",
						  .after = "{\"role\":\"DI\",\"places\":[]}" };
	return hold_open_run(c, c->actor->source->id, run, people, CREW, "15 are gone", id);
}

static void a_run_waits_for_its_approval(void **state)
{
	struct ctx *c = *state;
	struct crew w = crew_of(c);
	const char *id;
	struct hold *h, *done;

	ok(c, hold_of_run(c, "run-1", &h));
	assert_null(h);
	in_change(c, open_run(c, &w, "run-1", &id));
	ok(c, hold_of_run(c, "run-1", &h));
	assert_string_equal(h->id, id);
	assert_int_equal(h->state, HOLD_OPEN);
	assert_int_equal(h->people, CREW);
	by_admin(c, holding_approve(c, id, h->digest, &done));
	ok(c, hold_of_run(c, "run-1", &h));
	assert_int_equal(h->state, HOLD_APPROVED);
	/* the worker does it, not the approval */
	assert_string_equal(role_of(c, w.id[0]), "AN");
}

static void a_run_nobody_decides_about_expires(void **state)
{
	struct ctx *c = *state;
	struct crew w = crew_of(c);
	struct hold *h, *done;
	int64_t now = c->now, open;
	const char *id;

	in_change(c, open_run(c, &w, "run-1", &id));
	c->now += HOLD_RUN_DAYS * (int64_t)HOLD_WINDOW_MS;
	ok(c, hold_get(c, id, &h));
	assert_int_equal(h->state, HOLD_EXPIRED);
	ok(c, hold_count_open(c, &open));
	assert_int_equal(open, 0);
	change_fails(c, holding_approve(c, id, h->digest, &done), ERR_CONFLICT);
	c->now = now;
}

static void a_later_run_supersedes(void **state)
{
	struct ctx *c = *state;
	struct crew w = crew_of(c);
	const char *first, *second;
	struct hold *h, *done;

	in_change(c, open_run(c, &w, "run-1", &first));
	in_change(c, open_run(c, &w, "run-2", &second));
	ok(c, hold_of_run(c, "run-1", &h));
	assert_int_equal(h->state, HOLD_SUPERSEDED);
	change_fails(c, holding_approve(c, first, h->digest, &done), ERR_CONFLICT);
	ok(c, hold_of_run(c, "run-2", &h));
	assert_int_equal(h->state, HOLD_OPEN);
	by_admin(c, holding_reject(c, second, "no", &done));
	change_fails(c, holding_approve(c, second, h->digest, &done), ERR_CONFLICT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		db_test(the_larger_of_number_and_percent_counts),
		db_test(small_parts_of_what_is_left_go_side_by_side),
		db_test(ten_go_and_eleven_are_held),
		db_test(unbraked_changes_are_neither_held_nor_counted),
		db_test(losses_are_counted_for_a_day),
		db_test(nothing_lost_is_never_over),
		db_test(an_old_name_and_a_new_one_are_one_grant),
		db_test(digests_tell_lists_apart),
		db_test(a_run_waits_for_its_approval),
		db_test(a_run_nobody_decides_about_expires),
		db_test(a_later_run_supersedes),
	};

	return run_on_each_database(tests);
}
