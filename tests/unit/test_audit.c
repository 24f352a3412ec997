/* test_audit.c - what a change leaves behind, and the chain that seals it. */
#include "roster_harness.h"

#include "base/time.h"
#include "record/audit.h"
#include "record/history.h"

enum { HOUR_MS = 60 * 60 * 1000 };

static bool note_many(struct ctx *c, int n)
{
	for (int i = 0; i < n; i++)
		audit_note(c, (struct audit_note){ .action = "test.noted",
						   .target_kind = "test",
						   .target_id = arena_printf(c->arena, "t%d", i),
						   .before = i % 2 ? NULL : "{\"a\":\"\xc3\xa9\"}",
						   .after = "{}" });
	return true;
}

/* Long enough after everything was noted. */
static void let_settle(struct ctx *c)
{
	c->now = time_now() + 2 * AUDIT_SETTLE_MS;
}

static int64_t seal(struct ctx *c, int64_t limit)
{
	int64_t n;

	ok(c, audit_seal(c, limit, &n));
	return n;
}

static struct audit *chain(struct ctx *c, int *n)
{
	struct audit *a;

	ok(c, audit_chain(c, 0, 10000, &a, n));
	return a;
}

static void check_chain(struct ctx *c, int want)
{
	const char *previous = "";
	struct audit *a;
	int n;

	a = chain(c, &n);
	assert_int_equal(n, want);
	for (int i = 0; i < n; i++) {
		assert_int_equal(a[i].seq, i + 1);
		assert_string_equal(a[i].hash, audit_hash(c, &a[i], previous));
		previous = a[i].hash;
	}
}

static void many_records_are_written_in_the_order_of_notes(void **state)
{
	struct ctx *c = *state;
	struct audit *a;
	int64_t total;
	int n;

	in_change(c, note_many(c, 450));
	ok(c, audit_list(c, &(struct audit_query){ .limit = 1000 }, &a, &n, &total));
	assert_int_equal(n, 450);
	assert_int_equal(total, 450);
	for (int i = 0; i < n; i++)
		assert_string_equal(a[i].target_id, arena_printf(c->arena, "t%d", 449 - i));
	assert_string_equal(a[0].actor, "token:test");
	assert_string_equal(a[0].source_id, c->actor->source->id);
	assert_string_equal(a[0].trace, "trace");
}

static void what_is_rolled_back_leaves_nothing(void **state)
{
	struct ctx *c = *state;
	struct audit *a;
	int n;

	change_fails(c, note_many(c, 3) && error(c, ERR_VALUE, "no"), ERR_VALUE);
	ok(c, audit_list(c, &(struct audit_query){ .limit = 10 }, &a, &n, NULL));
	assert_int_equal(n, 0);
}

static void a_record_outside_a_change_is_written_at_once(void **state)
{
	struct ctx *c = *state;
	struct audit *a;
	int n;

	ok(c, audit_write_now(c, (struct audit_note){ .action = "login.refused",
						      .target_kind = "user" }));
	ok(c, audit_list(c, &(struct audit_query){ .action = "login.refused", .limit = 10 }, &a, &n,
			 NULL));
	assert_int_equal(n, 1);
}

/* Which of user.created, user.deleted, userx.made a condition finds. */
static const struct {
	struct audit_query query;
	int found;
} conditions[] = {
	{ { .limit = 10 }, 3 },
	{ { .limit = 2 }, 2 },
	{ { .action = "user.created", .limit = 10 }, 1 },
	{ { .action = "user.", .limit = 10 }, 2 },
	{ { .action = "user", .limit = 10 }, 0 },
	{ { .target_id = "b", .limit = 10 }, 1 },
	{ { .actor = "token:test", .limit = 10 }, 3 },
	{ { .actor = "nobody", .limit = 10 }, 0 },
	{ { .from = 1700000000000, .limit = 10 }, 3 },
	{ { .from = 1700000000001, .limit = 10 }, 0 },
	{ { .until = 1700000000001, .limit = 10 }, 3 },
	{ { .until = 1700000000000, .limit = 10 }, 0 },
};

static bool note_three(struct ctx *c)
{
	static const char *const actions[] = { "user.created", "user.deleted", "userx.made" };
	static const char *const targets[] = { "a", "b", "c" };

	for (int i = 0; i < 3; i++)
		audit_note(c, (struct audit_note){ .action = actions[i],
						   .target_kind = "test",
						   .target_id = targets[i] });
	return true;
}

static void conditions_choose_records(void **state)
{
	struct ctx *c = *state;
	struct audit *a;
	int n;

	c->now = 1700000000000;
	in_change(c, note_three(c));
	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		ok(c, audit_list(c, &conditions[i].query, &a, &n, NULL));
		if (n != conditions[i].found)
			fail_msg("condition %zu finds %d, not %d", i, n, conditions[i].found);
	}
}

static void pages_follow_each_other(void **state)
{
	struct ctx *c = *state;
	struct audit *a;
	int64_t total;
	int n;

	in_change(c, note_many(c, 5));
	ok(c, audit_list(c, &(struct audit_query){ .limit = 2 }, &a, &n, NULL));
	ok(c, audit_list(c, &(struct audit_query){ .limit = 10, .before_id = a[1].id }, &a, &n,
			 &total));
	assert_int_equal(n, 3);
	assert_int_equal(total, 5);
	assert_string_equal(a[0].target_id, "t2");
}

static void young_records_wait(void **state)
{
	struct ctx *c = *state;

	in_change(c, note_many(c, 3));
	c->now = time_now();
	assert_int_equal(seal(c, 100), 0);
	let_settle(c);
	assert_int_equal(seal(c, 100), 3);
	check_chain(c, 3);
}

static void the_chain_goes_on_where_it_ended(void **state)
{
	struct ctx *c = *state;

	in_change(c, note_many(c, 250));
	let_settle(c);
	assert_int_equal(seal(c, 7), 7);
	assert_int_equal(seal(c, 1000), 243);
	assert_int_equal(seal(c, 1000), 0);
	check_chain(c, 250);
}

/* A change of an id is one of the record: nothing but the rows is needed to see it. */
static const char *const forgeries[] = {
	"UPDATE audit SET actor = 'x' WHERE org_id = $1 AND target_id = 't1'",
	"UPDATE audit SET before = NULL WHERE org_id = $1 AND target_id = 't0'",
	"UPDATE audit SET before = '' WHERE org_id = $1 AND target_id = 't1'",
	"UPDATE audit SET at = at + 1 WHERE org_id = $1 AND target_id = 't1'",
	/* the same text, cut in another place */
	("UPDATE audit SET target_kind = 'testt', target_id = '1' WHERE org_id = $1"
	 " AND target_id = 't1'"),
	"UPDATE audit SET reason = trace, trace = NULL WHERE org_id = $1 AND target_id = 't1'",
};

static void a_forged_record_breaks_the_chain(void **state)
{
	struct ctx *c = *state;
	struct audit *a;
	int n, broken;

	for (size_t i = 0; i < sizeof(forgeries) / sizeof(forgeries[0]); i++) {
		const char *previous = "";
		SCOPED_TX tx = { 0 };

		if (i == 0) {
			in_change(c, note_many(c, 3));
			let_settle(c);
			assert_int_equal(seal(c, 10), 3);
		}
		ok(c, tx_begin(c, &tx));
		ok(c, db_run(c, NULL, forgeries[i], DB_ARGS(db_text(c->org->id))));
		broken = 0;
		a = chain(c, &n);
		for (int k = 0; k < n; k++) {
			broken += strcmp(a[k].hash, audit_hash(c, &a[k], previous)) != 0;
			previous = a[k].hash;
		}
		assert_int_equal(broken, 1);
	}
}

/* A record made, with its id, before others but committed after they were sealed. */
static void insert_late(struct ctx *c, const char *id)
{
	ok(c, db_run(c, NULL,
		     "INSERT INTO audit (org_id, id, at, actor, action, target_kind)"
		     " VALUES ($1, $2, 0, 'x', 'late', 'test')",
		     DB_ARGS(db_text(c->org->id), db_text(id))));
}

static const char *id_at(struct ctx *c, int64_t ms)
{
	return arena_printf(c->arena, "%08llx-%04llx-7000-8000-000000000000",
			    (unsigned long long)ms >> 16, (unsigned long long)ms & 0xffff);
}

static void a_record_that_comes_late_is_sealed_behind_the_others(void **state)
{
	struct ctx *c = *state;

	in_change(c, note_many(c, 3));
	let_settle(c);
	assert_int_equal(seal(c, 10), 3);
	insert_late(c, id_at(c, time_now() - 30 * 1000));
	assert_int_equal(seal(c, 10), 1);
	check_chain(c, 4);
}

static void a_record_that_comes_very_late_is_sealed_within_the_hour(void **state)
{
	struct ctx *c = *state;
	int64_t sealed = 0, start;

	in_change(c, note_many(c, 3));
	let_settle(c);
	assert_int_equal(seal(c, 10), 3);
	insert_late(c, id_at(c, time_now() - 24 * HOUR_MS));
	start = c->now;
	while (sealed == 0 && c->now < start + HOUR_MS) {
		c->now += 5000;
		sealed = seal(c, 10);
	}
	assert_int_equal(sealed, 1);
	check_chain(c, 4);
}

static void each_organization_has_its_own_chain(void **state)
{
	struct ctx *c = *state;
	struct org other = { .name = "other" };
	struct audit *a;
	int n;

	in_change(c, note_many(c, 2));
	ok(c, org_create(c, &other));
	ok(c, db_enter_org(c, c->org->id));
	let_settle(c);
	assert_int_equal(seal(c, 10), 2);
	c->org = &other;
	ok(c, db_enter_org(c, other.id));
	assert_int_equal(seal(c, 10), 0);
	a = chain(c, &n);
	(void)a;
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		db_test(many_records_are_written_in_the_order_of_notes),
		db_test(what_is_rolled_back_leaves_nothing),
		db_test(a_record_outside_a_change_is_written_at_once),
		db_test(conditions_choose_records),
		db_test(pages_follow_each_other),
		db_test(young_records_wait),
		db_test(the_chain_goes_on_where_it_ended),
		db_test(a_forged_record_breaks_the_chain),
		db_test(a_record_that_comes_late_is_sealed_behind_the_others),
		db_test(a_record_that_comes_very_late_is_sealed_within_the_hour),
		db_test(each_organization_has_its_own_chain),
	};

	return run_on_each_database(tests);
}
