/* test_change.c - facts in, effects out: roles, seats and the queue, on both databases. */
#include "roster_harness.h"

#include "access/grant.h"
#include "change/explain.h"

static void a_new_user_gets_the_default_role_and_a_seat(void **state)
{
	struct ctx *c = *state;
	struct org o = *c->org;
	struct user *u;

	o.default_role = ROLE_AN;
	in_change(c, org_save(c, &o));
	u = arrives(c, "ada@x.example", "e1");
	assert_string_equal(role_of(c, u->id), "AN");
	assert_true(standing_of(c, u->id)->seat);
}

static void without_a_role_a_user_is_pending_and_costs_nothing(void **state)
{
	struct ctx *c = *state;
	struct user *u = arrives(c, "ada@x.example", NULL);
	struct seats s;

	assert_string_equal(role_of(c, u->id), "NO");
	ok(c, seat_count(c, &s));
	assert_int_equal(s.used, 0);
}

static const char rules[] =
	"{\"rules\": ["
	"{\"id\": \"staff\", \"match\": {\"group\": \"Staff\"}, \"grant\": {\"org_role\": \"AN\"}},"
	"{\"id\": \"lead\", \"match\": {\"group\": \"ls-*-leads\", \"by\": \"glob\"},"
	" \"grant\": {\"org_role\": \"MA\"}},"
	"{\"id\": \"boss\", \"match\": {\"group\": \"bo(s+)\", \"by\": \"regex\"},"
	" \"grant\": {\"org_role\": \"AD\"}}]}";

static void the_highest_of_several_roles_wins_and_falls_back(void **state)
{
	struct ctx *c = *state;
	struct user *u = arrives(c, "ada@x.example", NULL);
	struct group *leads;

	in_change(c, store_rules(c, rules));
	grouped(c, "staff", &u->id, 1);
	assert_string_equal(role_of(c, u->id), "AN");
	leads = grouped(c, "LS-Vision-Leads", &u->id, 1);
	assert_string_equal(role_of(c, u->id), "MA");
	in_change(c, member_remove(c, leads, &u->id, 1));
	assert_string_equal(role_of(c, u->id), "AN");
}

static void rules_after_groups_after_pending_members_end_the_same(void **state)
{
	struct ctx *c = *state;
	const char *refs[] = { "ADA@x.example", "e-77" };
	struct user *u, *v;

	grouped(c, "Staff", refs, 2);
	u = arrives(c, "ada@x.example", NULL);
	in_change(c, store_rules(c, rules));
	v = arrives(c, "bob@x.example", "e-77");
	assert_string_equal(role_of(c, u->id), "AN");
	assert_string_equal(role_of(c, v->id), "AN");
}

static void a_rename_moves_roles_with_the_name(void **state)
{
	struct ctx *c = *state;
	struct user *u = arrives(c, "ada@x.example", NULL);
	struct group *g = grouped(c, "Nobody", &u->id, 1), after;

	in_change(c, store_rules(c, rules));
	after = *g;
	after.display_name = "STAFF";
	in_change(c, group_save(c, g, &after));
	assert_string_equal(role_of(c, u->id), "AN");
}

static void the_queue_is_served_in_order_of_arrival(void **state)
{
	struct ctx *c = *state;
	struct org o = *c->org;
	struct user *a, *b, *d;
	struct seats s;

	o.default_role = ROLE_AN;
	in_change(c, org_save(c, &o) && limit_seats(c, 1));
	a = arrives(c, "a", NULL);
	b = arrives(c, "b", NULL);
	d = arrives(c, "d", NULL);
	assert_string_equal(role_of(c, a->id), "AN");
	assert_string_equal(role_of(c, b->id), "NO");
	assert_true(standing_of(c, b->id)->waiting_since > 0);
	in_change(c, set_active(c, a->id, false));
	assert_string_equal(role_of(c, a->id), "DI");
	assert_string_equal(role_of(c, b->id), "AN");
	assert_string_equal(role_of(c, d->id), "NO");
	in_change(c, set_active(c, a->id, true));
	assert_string_equal(role_of(c, a->id), "NO");
	in_change(c, limit_seats(c, 3));
	assert_string_equal(role_of(c, a->id), "AN");
	assert_string_equal(role_of(c, d->id), "AN");
	ok(c, seat_count(c, &s));
	assert_int_equal(s.used, 3);
	assert_int_equal(s.waiting, 0);
	assert_int_equal(s.peak_this_month, 3);
}

static void a_lowered_limit_evicts_nobody_and_admits_nobody(void **state)
{
	struct ctx *c = *state;
	struct org o = *c->org;
	struct user *u[4], *late;

	o.default_role = ROLE_AN;
	in_change(c, org_save(c, &o) && limit_seats(c, 4));
	for (int i = 0; i < 4; i++)
		u[i] = arrives(c, arena_printf(c->arena, "u%d", i), NULL);
	in_change(c, limit_seats(c, 2));
	for (int i = 0; i < 4; i++)
		assert_string_equal(role_of(c, u[i]->id), "AN");
	late = arrives(c, "late", NULL);
	in_change(c, set_active(c, u[0]->id, false));
	in_change(c, set_active(c, u[3]->id, false));
	assert_string_equal(role_of(c, late->id), "NO");
	in_change(c, set_active(c, u[1]->id, false));
	assert_string_equal(role_of(c, late->id), "AN");
}

static bool both_leave(struct ctx *c, struct user *a, struct user *b)
{
	return set_active(c, a->id, false) && set_active(c, b->id, false);
}

/* Four hold seats where two may, and two of them leave at once: whichever two, nobody who
 * waits gets a seat. */
static void two_leave_together(struct ctx *c, int round, int i, int j)
{
	struct user *u[4], *late;
	struct seats s;

	in_change(c, limit_seats(c, 4));
	for (int k = 0; k < 4; k++)
		u[k] = arrives(c, arena_printf(c->arena, "u%d-%d", round, k), NULL);
	in_change(c, limit_seats(c, 2));
	late = arrives(c, arena_printf(c->arena, "late%d", round), NULL);
	in_change(c, both_leave(c, u[i], u[j]));
	ok(c, seat_count(c, &s));
	assert_int_equal(s.used, 2);
	assert_string_equal(role_of(c, late->id), "NO");
	for (int k = 0; k < 4; k++)
		in_change(c, set_active(c, u[k]->id, false));
	assert_string_equal(role_of(c, late->id), "AN");
	in_change(c, set_active(c, late->id, false));
}

static void above_a_lowered_limit_two_leave_at_once(void **state)
{
	struct ctx *c = *state;
	struct org o = *c->org;
	int round = 0;

	o.default_role = ROLE_AN;
	in_change(c, org_save(c, &o));
	for (int i = 0; i < 4; i++)
		for (int j = i + 1; j < 4; j++)
			two_leave_together(c, round++, i, j);
}

static void policy_refuse_stores_nothing_at_the_limit(void **state)
{
	struct ctx *c = *state;
	struct org o = *c->org;
	struct user u = { .user_name = "late", .active = true }, *found;
	enum arrival how;

	o.default_role = ROLE_AN;
	o.refuse_when_full = true;
	in_change(c, org_save(c, &o) && limit_seats(c, 1));
	arrives(c, "first", NULL);
	change_fails(c, user_arrive(c, &u, &how), ERR_SEATS);
	ok(c, user_find_by_name(c, "late", &found));
	assert_null(found);
}

static void the_last_administrator_stays(void **state)
{
	struct ctx *c = *state;
	struct user *a = arrives(c, "a", NULL), *b = arrives(c, "b", NULL);
	struct group *g;

	in_change(c, store_rules(c, rules));
	g = grouped(c, "boss", &a->id, 1);
	in_change(c, member_remove(c, g, &a->id, 1));
	assert_string_equal(role_of(c, a->id), "AD");
	assert_true(standing_of(c, a->id)->kept);
	change_fails(c, set_active(c, a->id, false), ERR_CONFLICT);
	change_fails(c, user_delete(c, a->id), ERR_CONFLICT);
	in_change(c, member_add(c, g, &b->id, 1, NULL));
	assert_string_equal(role_of(c, b->id), "AD");
	assert_string_equal(role_of(c, a->id), "NO");
}

static void of_all_administrators_lowered_at_once_one_stays(void **state)
{
	struct ctx *c = *state;
	struct user *u[] = { arrives(c, "a", NULL), arrives(c, "b", NULL), arrives(c, "d", NULL) };
	const char *ids[] = { u[0]->id, u[1]->id, u[2]->id };
	int admins = 0;

	in_change(c, store_rules(c, rules));
	grouped(c, "boss", ids, 3);
	in_change(c, store_rules(c, "{\"rules\": []}"));
	for (int i = 0; i < 3; i++)
		admins += standing_of(c, ids[i])->role == ROLE_AD;
	assert_int_equal(admins, 1);
}

static void an_owner_is_nobodys_to_change(void **state)
{
	struct ctx *c = *state;
	const struct actor *scim = c->actor;
	struct actor cli = { .kind = "cli", .name = "rosterctl" };
	struct user *owner, again = { .user_name = "BOSS@x.example", .active = true };
	enum arrival how;

	c->actor = &cli;
	in_change(c, owner_appoint(c, "boss@x.example", &owner));
	c->actor = scim;
	assert_string_equal(role_of(c, owner->id), "OW");
	change_fails(c, set_active(c, owner->id, false), ERR_FORBIDDEN);
	change_fails(c, user_delete(c, owner->id), ERR_FORBIDDEN);
	change_fails(c, user_arrive(c, &again, &how), ERR_UNIQUE);
}

static void a_leaver_returns_under_the_same_id(void **state)
{
	struct ctx *c = *state;
	struct user *u,
		back = { .user_name = "ADA@x.example", .external_id = "e1", .active = true };
	enum arrival how;

	in_change(c, store_rules(c, rules));
	u = arrives(c, "ada@x.example", "e1");
	grouped(c, "Staff", &u->id, 1);
	change_fails(c, user_arrive(c, &back, &how), ERR_UNIQUE);
	in_change(c, set_active(c, u->id, false));
	assert_string_equal(role_of(c, u->id), "DI");
	in_change(c, user_arrive(c, &back, &how));
	assert_int_equal(how, ARRIVED_REVIVED);
	assert_string_equal(back.id, u->id);
	assert_string_equal(role_of(c, u->id), "AN");
}

static void a_deleted_person_who_returns_keeps_the_history(void **state)
{
	struct ctx *c = *state;
	struct user *u = arrives(c, "ada@x.example", "e1"), *back, *gone;

	in_change(c, user_delete(c, u->id));
	ok(c, user_find(c, u->id, &gone));
	assert_null(gone);
	back = arrives(c, "ada@x.example", "e1");
	assert_string_not_equal(back->id, u->id);
	assert_string_equal(back->person_id, u->id);
}

static void erasing_leaves_a_pseudonym(void **state)
{
	struct ctx *c = *state;
	struct user *u = arrives(c, "ada@x.example", "e1"), *former;

	in_change(c, user_erase(c, u->id));
	ok(c, user_find_former(c, u->id, &former));
	assert_non_null(former);
	assert_memory_equal(former->user_name, "erased-", 7);
	assert_null(former->external_id);
}

static void another_source_takes_over_by_name(void **state)
{
	struct ctx *c = *state;
	struct source entra = { .kind = "scim", .name = "entra" };
	struct actor other = { .kind = "scim", .name = "token:2", .source = &entra };
	struct user *u = arrives(c, "ada@x.example", "e1"), *v;

	in_change(c, source_create(c, &entra));
	c->actor = &other;
	v = arrives(c, "Ada@X.example", "e9");
	assert_string_equal(v->id, u->id);
	ok(c, user_find(c, u->id, &v));
	assert_string_equal(v->source_id, entra.id);
}

static void lost_matches_follow_the_policy(void **state)
{
	struct ctx *c = *state;
	struct org o = *c->org;
	struct user *u = arrives(c, "a", NULL), *never = arrives(c, "b", NULL);
	struct group *g;

	o.lost_match = UNMATCHED_DEACTIVATE;
	in_change(c, org_save(c, &o) && store_rules(c, rules));
	g = grouped(c, "Staff", &u->id, 1);
	in_change(c, member_remove(c, g, &u->id, 1));
	assert_string_equal(role_of(c, u->id), "DI");
	assert_string_equal(role_of(c, never->id), "NO");
	ok(c, user_find(c, u->id, &u));
	assert_true(u->active);
	assert_false(u->shown_active);
	in_change(c, member_add(c, g, &u->id, 1, NULL));
	assert_string_equal(role_of(c, u->id), "AN");
	ok(c, user_find(c, u->id, &u));
	assert_true(u->shown_active);
}

static void a_manual_grant_stands_beside_the_mapped(void **state)
{
	struct ctx *c = *state;
	struct org o = *c->org;
	struct user *u = arrives(c, "a", NULL);
	struct explanation e;

	in_change(c, store_rules(c, rules));
	grouped(c, "Staff", &u->id, 1);
	in_change(c, grant_give(c, u->id, SCOPE_ORG, "", ROLE_RE) && touch_user(c, u->id));
	assert_string_equal(role_of(c, u->id), "RE");
	o.authority[SCOPE_ORG] = AUTHORITY_DIRECTORY;
	in_change(c, org_save(c, &o) && (touch_everybody(c), true));
	assert_string_equal(role_of(c, u->id), "AN");
	ok(c, explain_user(c, u->id, &e));
	assert_int_equal(e.grants, 2);
}

static void a_wrong_document_names_its_rule(void **state)
{
	static const char *const wrong[] = {
		"{\"rules\": [{\"id\": \"x\", \"match\": {\"group\": \"(\", \"by\": \"regex\"},"
		" \"grant\": {\"org_role\": \"AN\"}}]}",
		"{\"rules\": [{\"id\": \"x\", \"match\": {\"group\": \"a\"},"
		" \"grant\": {\"org_role\": \"OW\"}}]}",
		"{\"rules\": [{\"id\": \"x\", \"match\": {\"group\": \"a\"}, \"grant\": {}}]}",
		"{\"rules\": [{\"id\": \"x\", \"match\": {\"group\": \"a\", \"way\": 1},"
		" \"grant\": {\"org_role\": \"AN\"}}]}",
		"{\"rules\": [{\"id\": \"x\", \"match\": {}, \"grant\": {\"org_role\": \"AN\"}}]}",
	};
	struct ctx *c = *state;
	struct rule_set *set;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(rule_set_parse(c, wrong[i], &set));
		assert_non_null(strstr(c->err.msg, "\"x\""));
		assert_true(err_take(&c->err, ERR_VALUE));
	}
}

static void nothing_new_writes_nothing(void **state)
{
	struct ctx *c = *state;
	struct user *u = arrives(c, "ada@x.example", NULL), *now;
	struct rows before, after;

	ok(c, db_run(c, &before, "SELECT COUNT(*) FROM audit WHERE org_id = $1",
		     DB_ARGS(db_text(c->org->id))));
	in_change(c, set_active(c, u->id, true));
	ok(c, user_find(c, u->id, &now));
	assert_int_equal(now->version, 1);
	ok(c, db_run(c, &after, "SELECT COUNT(*) FROM audit WHERE org_id = $1",
		     DB_ARGS(db_text(c->org->id))));
	assert_string_equal(row_text(&before, 0, 0), row_text(&after, 0, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		db_test(a_new_user_gets_the_default_role_and_a_seat),
		db_test(without_a_role_a_user_is_pending_and_costs_nothing),
		db_test(the_highest_of_several_roles_wins_and_falls_back),
		db_test(rules_after_groups_after_pending_members_end_the_same),
		db_test(a_rename_moves_roles_with_the_name),
		db_test(the_queue_is_served_in_order_of_arrival),
		db_test(a_lowered_limit_evicts_nobody_and_admits_nobody),
		db_test(above_a_lowered_limit_two_leave_at_once),
		db_test(policy_refuse_stores_nothing_at_the_limit),
		db_test(the_last_administrator_stays),
		db_test(of_all_administrators_lowered_at_once_one_stays),
		db_test(an_owner_is_nobodys_to_change),
		db_test(a_leaver_returns_under_the_same_id),
		db_test(a_deleted_person_who_returns_keeps_the_history),
		db_test(erasing_leaves_a_pseudonym),
		db_test(another_source_takes_over_by_name),
		db_test(lost_matches_follow_the_policy),
		db_test(a_manual_grant_stands_beside_the_mapped),
		db_test(a_wrong_document_names_its_rule),
		db_test(nothing_new_writes_nothing),
	};

	return run_on_each_database(tests);
}
