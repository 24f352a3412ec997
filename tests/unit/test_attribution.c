/* test_attribution.c - the ledger of annotations: who made what, whatever becomes of him. */
#include "roster_harness.h"

#include "record/attribution.h"

static struct annotation made(const char *id, const char *user, int64_t updated)
{
	return (struct annotation){ .id = id,
				    .project = "p",
				    .user_id = user,
				    .created = 1000,
				    .updated = updated,
				    .lead_time_ms = 10 };
}

static int record(struct ctx *c, const struct annotation *list, int n)
{
	int written;

	in_change(c, annotation_record(c, list, n, &written));
	return written;
}

static int find(struct ctx *c, const char *user, struct annotation **out)
{
	int64_t total;
	int n;

	ok(c, annotation_list(c, &(struct annotation_query){ .user_id = user, .limit = 1000 }, out,
			      &n, &total));
	assert_int_equal(n, total);
	return n;
}

static void the_same_again_changes_nothing_and_newer_updates(void **state)
{
	struct ctx *c = *state;
	struct user *u = arrives(c, "ada@x.example", NULL);
	struct annotation a = made("a1", u->id, 2000), *found;

	assert_int_equal(record(c, &a, 1), 1);
	assert_int_equal(record(c, &a, 1), 0);
	a.updated = 1500;
	a.project = "older";
	assert_int_equal(record(c, &a, 1), 0);
	a.updated = 3000;
	a.project = "newer";
	assert_int_equal(record(c, &a, 1), 1);
	assert_int_equal(find(c, u->id, &found), 1);
	assert_string_equal(found->project, "newer");
	assert_int_equal(found->updated, 3000);
	assert_int_equal(found->created, 1000);
	assert_string_equal(found->user_name, "ada@x.example");
}

static void a_large_batch_is_one_write_with_repeats_counted_once(void **state)
{
	struct ctx *c = *state;
	struct user *u = arrives(c, "ada@x.example", NULL), *v = arrives(c, "bob@x.example", NULL);
	struct annotation *list = arena_array(c->arena, struct annotation, 1000), *found;

	for (int i = 0; i < 1000; i++)
		list[i] = made(arena_printf(c->arena, "a%d", i % 900), i % 900 % 2 ? u->id : v->id,
			       2000 + i);
	assert_int_equal(record(c, list, 1000), 900);
	assert_int_equal(find(c, u->id, &found) + find(c, v->id, &found), 900);
	/* of two with one id the newest counts */
	for (int i = 0; i < 450; i++)
		if (strcmp(found[i].id, "a0") == 0)
			assert_int_equal(found[i].updated, 2900);
}

static void the_author_never_changes(void **state)
{
	struct ctx *c = *state;
	struct user *u = arrives(c, "ada@x.example", NULL), *v = arrives(c, "bob@x.example", NULL);
	struct annotation a = made("a1", u->id, 2000), b = made("a1", v->id, 3000), *found;
	struct annotation both[] = { made("a2", u->id, 1), made("a2", v->id, 1) };
	int n;

	record(c, &a, 1);
	change_fails(c, annotation_record(c, &b, 1, &n), ERR_CONFLICT);
	b.updated = 1;
	change_fails(c, annotation_record(c, &b, 1, &n), ERR_CONFLICT);
	change_fails(c, annotation_record(c, both, 2, &n), ERR_CONFLICT);
	assert_int_equal(find(c, u->id, &found), 1);
	assert_int_equal(found->updated, 2000);
	assert_int_equal(find(c, v->id, &found), 0);
}

static void nobody_is_no_author(void **state)
{
	struct ctx *c = *state;
	struct user *u = arrives(c, "ada@x.example", NULL);
	struct annotation list[] = { made("a1", u->id, 1), made("a2", "nobody", 1),
				     made("a3", "", 1) };
	int n;

	for (int from = 1; from < 3; from++)
		change_fails(c, annotation_record(c, &list[from], 1, &n), ERR_VALUE);
	change_fails(c, annotation_record(c, list, 3, &n), ERR_VALUE);
	assert_int_equal(find(c, u->id, &(struct annotation *){ NULL }), 0);
}

static bool deactivate(struct ctx *c, const char *id)
{
	return set_active(c, id, false);
}

/* What can become of an account, and how the ledger calls its holder then. */
static const struct {
	bool (*what)(struct ctx *c, const char *id);
	const char *state;
	bool keeps_name;
} fates[] = {
	{ deactivate, "deactivated", true },
	{ user_delete, "former", true },
	{ user_erase, "erased", false },
};

static void records_outlive_the_account(void **state)
{
	struct ctx *c = *state;

	for (size_t i = 0; i < sizeof(fates) / sizeof(fates[0]); i++) {
		struct user *u = arrives(c, arena_printf(c->arena, "u%zu@x.example", i), NULL);
		struct annotation a = made(arena_printf(c->arena, "a%zu", i), u->id, 1), *found;

		record(c, &a, 1);
		in_change(c, fates[i].what(c, u->id));
		assert_int_equal(find(c, u->id, &found), 1);
		assert_string_equal(found->user_id, u->id);
		assert_string_equal(found->user_state, fates[i].state);
		assert_int_equal(strcmp(found->user_name, u->user_name) == 0, fates[i].keeps_name);
		/* and more of it may come in */
		a.updated = 5;
		assert_int_equal(record(c, &a, 1), 1);
	}
}

static void somebody_who_comes_back_is_the_same_person(void **state)
{
	struct ctx *c = *state;
	struct user *first = arrives(c, "ada@x.example", "ext-1"), *second;
	struct annotation a = made("a1", first->id, 1), b, *found;

	record(c, &a, 1);
	in_change(c, user_delete(c, first->id));
	second = arrives(c, "ada@x.example", "ext-1");
	assert_string_not_equal(first->id, second->id);
	b = made("a2", second->id, 1);
	record(c, &b, 1);
	assert_int_equal(find(c, first->id, &found), 2);
	assert_int_equal(find(c, second->id, &found), 2);
	/* an update under the new account is no other author, and the old one stays */
	a = made("a1", second->id, 9);
	assert_int_equal(record(c, &a, 1), 1);
	assert_int_equal(find(c, second->id, &found), 2);
	assert_string_equal(found[0].user_id, first->id);
}

static void pages_in_the_order_of_making(void **state)
{
	struct ctx *c = *state;
	struct user *u = arrives(c, "ada@x.example", NULL);
	struct annotation list[] = { made("c", u->id, 1), made("a", u->id, 1),
				     made("b", u->id, 1) };
	struct annotation_query q = { .limit = 2 };
	struct annotation *found;
	int64_t total;
	int n;

	list[0].created = 500;
	record(c, list, 3);
	ok(c, annotation_list(c, &q, &found, &n, &total));
	assert_int_equal(total, 3);
	assert_string_equal(found[0].id, "c");
	assert_string_equal(found[1].id, "a");
	q.after_created = found[1].created;
	q.after_id = found[1].id;
	ok(c, annotation_list(c, &q, &found, &n, &total));
	assert_int_equal(n, 1);
	assert_int_equal(total, 3);
	assert_string_equal(found[0].id, "b");
}

static const struct {
	struct annotation_query query;
	int found;
} conditions[] = {
	{ { .limit = 10 }, 3 },
	{ { .project = "p", .limit = 10 }, 2 },
	{ { .project = "none", .limit = 10 }, 0 },
	{ { .from = 2000, .limit = 10 }, 2 },
	{ { .until = 2000, .limit = 10 }, 1 },
	{ { .from = 1000, .until = 3000, .project = "p", .limit = 10 }, 2 },
};

static void conditions_choose_and_sums_agree(void **state)
{
	struct ctx *c = *state;
	struct user *u = arrives(c, "ada@x.example", NULL);
	struct annotation list[] = { made("a", u->id, 1), made("b", u->id, 1),
				     made("c", u->id, 1) };
	struct annotation_sum *sum;
	struct annotation *found;
	int64_t total, summed;
	int n, sums;

	list[1].created = 2000;
	list[2].created = 3000;
	list[2].project = "q";
	list[2].lead_time_ms = -1;
	record(c, list, 3);
	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		ok(c, annotation_list(c, &conditions[i].query, &found, &n, &total));
		ok(c, annotation_report(c, &conditions[i].query, &sum, &sums));
		summed = 0;
		for (int k = 0; k < sums; k++)
			summed += sum[k].count;
		if (n != conditions[i].found || summed != n)
			fail_msg("condition %zu: %d found, %d summed, not %d", i, n, (int)summed,
				 conditions[i].found);
	}
	ok(c, annotation_report(c, &conditions[0].query, &sum, &sums));
	assert_int_equal(sums, 2);
	assert_int_equal(sum[0].lead_time_ms, 20);
	assert_int_equal(sum[0].first, 1000);
	assert_int_equal(sum[0].last, 2000);
	assert_int_equal(sum[1].lead_time_ms, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		db_test(the_same_again_changes_nothing_and_newer_updates),
		db_test(a_large_batch_is_one_write_with_repeats_counted_once),
		db_test(the_author_never_changes),
		db_test(nobody_is_no_author),
		db_test(records_outlive_the_account),
		db_test(somebody_who_comes_back_is_the_same_person),
		db_test(pages_in_the_order_of_making),
		db_test(conditions_choose_and_sums_agree),
	};

	return run_on_each_database(tests);
}
