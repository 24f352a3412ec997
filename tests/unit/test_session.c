/* test_session.c - sessions: opened, renewed, over, ended with the account. */
#include "roster_harness.h"

#include "base/secret.h"
#include "change/signin.h"
#include "key_harness.h"
#include "roster/local_account.h"
#include "roster/session.h"
#include "roster/signin_settings.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };

static const char everybody_annotates[] =
	"{\"rules\": [{\"id\": \"a\", \"match\": {\"group\": \"*\", \"by\": \"glob\"}, "
	"\"grant\": {\"org_role\": \"AN\"}}]}";

/* Somebody with a role, in. */
static const char *signed_in(struct ctx *c, const char *name, struct user **out)
{
	const char *refs[1];
	struct admission in = { 0 };

	in_change(c, store_rules(c, everybody_annotates));
	*out = arrives(c, name, name);
	refs[0] = (*out)->id;
	grouped(c, name, refs, 1);

	const struct session_new how = { .user_id = (*out)->id,
					 .method = "saml",
					 .source_id = c->actor->source->id,
					 .name_id = "name of ada",
					 .name_id_xml = "<NameID>name of ada</NameID>",
					 .session_index = "i1",
					 .address = "192.0.2.1",
					 .agent = "Browser" };
	in_change(c, signin_admit(c, &how, &in));
	assert_null(in.page);
	assert_non_null(in.secret);
	return in.secret;
}

static void finds(struct ctx *c, const char *secret, struct session_holder *h)
{
	ok(c, session_find(c, secret, false, h));
}

static void finds_nothing(struct ctx *c, const char *secret)
{
	struct session_holder h;

	fails(c, session_find(c, secret, true, &h), ERR_UNAUTHENTICATED);
}

static void a_session_knows_its_holder(void **state)
{
	struct ctx *c = *state;
	struct session_holder h;
	struct session_slo slo;
	struct user *u;
	const char *secret = signed_in(c, "ada", &u);

	finds(c, secret, &h);
	assert_string_equal(h.user->id, u->id);
	assert_string_equal(h.org->id, c->org->id);
	assert_string_equal(h.session.method, "saml");
	assert_string_equal(h.session.address, "192.0.2.1");
	assert_int_equal(h.role, ROLE_AN);
	assert_null(h.secret);
	ok(c, session_slo(c, h.session.id, &slo));
	assert_string_equal(slo.name_id, "name of ada");
	assert_string_equal(slo.name_id_xml, "<NameID>name of ada</NameID>");
	assert_string_equal(slo.session_index, "i1");
}

static void only_the_exact_secret_opens(void **state)
{
	struct ctx *c = *state;
	struct user *u;
	const char *secret = signed_in(c, "ada", &u);
	char *copy;
	struct rows r;

	finds_nothing(c, NULL);
	finds_nothing(c, "");
	finds_nothing(c, "x");
	for (size_t i = 0; secret[i]; i++) {
		copy = arena_strdup(c->arena, secret);
		copy[i] = copy[i] == '0' ? '1' : '0';
		finds_nothing(c, copy);
	}
	finds_nothing(c, arena_printf(c->arena, "%sA", secret));
	/* what the database holds is no way in */
	ok(c, db_run(c, &r, "SELECT digest FROM sessions WHERE org_id = $1",
		     DB_ARGS(db_text(c->org->id))));
	assert_null(strstr(secret, row_text(&r, 0, 0)));
	finds_nothing(c, row_text(&r, 0, 0));
}

static void limits_end_it(void **state)
{
	struct ctx *c = *state;
	struct signin_settings s = { .idle_minutes = 60, .absolute_minutes = 150 };
	struct session_holder h;
	struct user *u;
	const char *secret;
	int64_t start = c->now;

	ok(c, signin_settings_save(c, &s));
	secret = signed_in(c, "ada", &u);
	c->now = start + 60 * MINUTE - 1;
	finds(c, secret, &h); /* and is seen */
	c->now = start + 119 * MINUTE;
	finds(c, secret, &h);
	c->now = start + 150 * MINUTE;
	finds_nothing(c, secret);
	c->now = start + 60 * MINUTE;
	finds(c, secret, &h);

	secret = signed_in(c, "bob", &u);
	c->now += 60 * MINUTE;
	finds_nothing(c, secret);
}

static void the_providers_limit_counts_if_it_is_shorter(void **state)
{
	struct ctx *c = *state;
	struct admission in;
	struct session_holder h;
	struct user *u;
	int64_t start = c->now;

	signed_in(c, "ada", &u);

	const struct session_new how = { .user_id = u->id,
					 .method = "saml",
					 .not_after = start + 10 * MINUTE };
	in_change(c, signin_admit(c, &how, &in));
	finds(c, in.secret, &h);
	assert_int_equal(h.session.expires, start + 10 * MINUTE);
	c->now = start + 10 * MINUTE;
	finds_nothing(c, in.secret);
}

static void a_secret_is_renewed_and_the_old_one_retires(void **state)
{
	struct ctx *c = *state;
	struct session_holder h;
	struct user *u;
	const char *first = signed_in(c, "ada", &u), *second;

	c->now += SESSION_RENEW_MS - 1;
	ok(c, session_find(c, first, true, &h));
	assert_null(h.secret);
	c->now += 1;
	ok(c, session_find(c, first, false, &h)); /* the answer reaches nobody */
	assert_null(h.secret);
	ok(c, session_find(c, first, true, &h));
	second = h.secret;
	assert_non_null(second);
	ok(c, session_find(c, first, true, &h)); /* one at a time */
	assert_null(h.secret);

	/* until the new one was seen, however long that takes */
	c->now += 5 * MINUTE;
	finds(c, first, &h);
	finds(c, second, &h);
	c->now += SESSION_GRACE_MS;
	finds(c, first, &h);
	c->now += 1;
	finds_nothing(c, first);
	finds_nothing(c, second); /* copied: nobody is signed in any more */
}

static void an_answer_that_was_lost_signs_nobody_out(void **state)
{
	struct ctx *c = *state;
	struct session_holder h;
	struct user *u;
	const char *first = signed_in(c, "ada", &u), *lost;

	c->now += SESSION_RENEW_MS;
	ok(c, session_find(c, first, true, &h));
	lost = h.secret;
	c->now += SESSION_RENEW_MS;
	ok(c, session_find(c, first, true, &h));
	assert_non_null(h.secret);
	assert_string_not_equal(h.secret, lost);
	finds(c, h.secret, &h);
	finds_nothing(c, lost);
}

static bool deactivate(struct ctx *c, const char *id)
{
	return set_active(c, id, false);
}

static bool delete (struct ctx *c, const char *id)
{
	return user_delete(c, id);
}

static bool erase(struct ctx *c, const char *id)
{
	return user_erase(c, id);
}

static bool lose_the_role(struct ctx *c, const char *id)
{
	(void)id;
	return store_rules(c, "{\"rules\": []}");
}

static void the_account_takes_its_sessions_along(void **state)
{
	static const struct {
		const char *name;
		bool (*work)(struct ctx *c, const char *id);
	} table[] = {
		{ "deactivated", deactivate },
		{ "deleted", delete },
		{ "erased", erase },
		{ "without role", lose_the_role },
	};
	struct ctx *c = *state;
	struct rows r;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct session_holder h;
		struct user *u, *other;
		const char *name = table[i].name, *secret = signed_in(c, name, &u);
		const char *others = signed_in(c, arena_printf(c->arena, "not %s", name), &other);

		print_message("%s\n", name);
		finds(c, secret, &h);
		in_change(c, table[i].work(c, u->id));
		finds_nothing(c, secret);
		ok(c, db_run(c, &r,
			     "SELECT id FROM sessions WHERE org_id = $1 AND user_id = $2 AND ended "
			     "= 0",
			     DB_ARGS(db_text(c->org->id), db_text(u->id))));
		assert_int_equal(r.count, 0);
		if (table[i].work != lose_the_role)
			finds(c, others, &h);
	}
}

static void coming_back_needs_a_new_sign_in(void **state)
{
	struct ctx *c = *state;
	struct user *u;
	const char *secret = signed_in(c, "ada", &u);

	in_change(c, set_active(c, u->id, false));
	in_change(c, set_active(c, u->id, true));
	assert_string_equal(role_of(c, u->id), "AN");
	finds_nothing(c, secret);
}

static void erasure_leaves_no_trace_of_the_browser(void **state)
{
	struct ctx *c = *state;
	struct user *u;
	struct rows r;

	signed_in(c, "ada", &u);
	in_change(c, user_erase(c, u->id));
	ok(c, db_run(c, &r, "SELECT id FROM sessions WHERE org_id = $1 AND user_id = $2",
		     DB_ARGS(db_text(c->org->id), db_text(u->id))));
	assert_int_equal(r.count, 0);
}

static void who_may_not_come_in_is_told_why(void **state)
{
	struct ctx *c = *state;
	struct admission in;
	struct user *u = arrives(c, "ada", "ada"), *full;
	const struct session_new how = { .user_id = u->id, .method = "saml" };
	const char *refs[2];

	in_change(c, signin_admit(c, &how, &in));
	assert_string_equal(in.page, "waiting");
	assert_null(in.secret);

	in_change(c, limit_seats(c, 0) && store_rules(c, everybody_annotates));
	full = arrives(c, "bob", "bob");
	refs[0] = u->id;
	refs[1] = full->id;
	grouped(c, "team", refs, 2);
	in_change(c, signin_admit(c, &how, &in));
	assert_string_equal(in.page, "no_seat");

	in_change(c, set_active(c, u->id, false));
	in_change(c, signin_admit(c, &how, &in));
	assert_string_equal(in.page, "deactivated");
	in_change(c, user_delete(c, u->id));
	in_change(c, signin_admit(c, &how, &in));
	assert_string_equal(in.page, "deactivated");
	assert_null(in.secret);
}

static void single_logout_ends_what_it_names(void **state)
{
	static const struct {
		const char *name_id, *index;
		int64_t ended;
	} table[] = {
		{ "name of eve", NULL, 0 }, { "name of ada", "i2", 0 }, { "name of ada", "i1", 1 },
		{ "name of ada", "i1", 0 }, { "name of ada", NULL, 1 },
	};
	struct ctx *c = *state;
	struct admission in;
	struct user *u;
	int64_t n;

	signed_in(c, "ada", &u);

	const struct session_new how = { .user_id = u->id,
					 .method = "saml",
					 .source_id = c->actor->source->id,
					 .name_id = "name of ada",
					 .session_index = "i9" };
	in_change(c, signin_admit(c, &how, &in));
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const char *who;

		print_message("row %zu\n", i);
		ok(c, session_end_named(c, c->actor->source->id, table[i].name_id, table[i].index,
					"identity provider", &n, &who));
		assert_int_equal(n, table[i].ended);
		if (n)
			assert_string_equal(who, u->id);
		else
			assert_null(who);
	}
	finds_nothing(c, in.secret);
	ok(c, session_end_named(c, "0190a0b0-0000-7000-8000-000000000009", "name of ada", NULL, "x",
				&n, NULL));
	assert_int_equal(n, 0);
}

static void signing_in_again_ends_the_session_before(void **state)
{
	struct ctx *c = *state;
	struct admission in;
	struct session_holder h;
	struct user *u;
	const char *secret = signed_in(c, "ada", &u);
	const struct session_new how = { .user_id = u->id, .method = "saml", .replaces = secret };

	in_change(c, signin_admit(c, &how, &in));
	finds(c, in.secret, &h);
	finds_nothing(c, secret);
}

static void a_deleted_connection_ends_its_sessions(void **state)
{
	struct ctx *c = *state;
	struct user *u;
	const char *secret = signed_in(c, "ada", &u);

	in_change(c, source_delete(c, c->actor->source));
	finds_nothing(c, secret);
}

static void lists_show_the_living(void **state)
{
	struct ctx *c = *state;
	struct session_view *list;
	struct user *ada, *bob;
	const char *whose;
	int64_t total;
	int n;

	signed_in(c, "ada", &ada);
	signed_in(c, "bob", &bob);
	ok(c, session_list(c, NULL, "", 10, &list, &n, &total));
	assert_int_equal(n, 2);
	assert_int_equal(total, 2);
	assert_string_equal(list[0].user_name, "bob");
	ok(c, session_list(c, NULL, list[0].session.id, 10, &list, &n, &total));
	assert_int_equal(n, 1);
	assert_string_equal(list[0].user_name, "ada");
	ok(c, session_list(c, bob->id, "", 10, &list, &n, &total));
	assert_int_equal(n, 1);
	ok(c, session_end(c, list[0].session.id, "administrator", &whose));
	assert_string_equal(whose, bob->id);
	ok(c, session_list(c, bob->id, "", 10, &list, &n, &total));
	assert_int_equal(total, 0);
	fails(c, session_end(c, "nothing", "x", NULL), ERR_NOT_FOUND);
	c->now += 40LL * 24 * HOUR;
	ok(c, session_sweep(c, 100));
	c->now -= 40LL * 24 * HOUR;
	ok(c, session_list(c, NULL, "", 10, &list, &n, &total));
	assert_int_equal(total, 0);
}

static void return_targets(void **state)
{
	static const char *const allowed[] = { "https://app.example/", "https://b.example:8443/in",
					       "https://c.example" };
	const struct signin_settings s = { .return_target = (const char **)(uintptr_t)allowed,
					   .return_targets = 3 };
	static const struct {
		const char *target;
		bool good;
	} table[] = {
		{ "/", true },
		{ "/a/b?c=d#e", true },
		{ "/%2e%2e//x", true },
		{ "", false },
		{ "//evil.example", false },
		{ "///evil.example", false },
		{ "/\\evil.example", false },
		{ "\\/evil.example", false },
		{ "/\t/evil.example", false },
		{ "/a\r\nSet-Cookie: x=y", false },
		{ " /a", false },
		{ "a", false },
		{ "javascript:alert(1)", false },
		{ "data:text/html,x", false },
		{ "http:/evil.example", false },
		{ "https:evil.example", false },
		{ "https://evil.example/", false },
		{ "https://app.example/x", true },
		{ "https://app.example", false },
		{ "https://app.example.evil.example/", false },
		{ "https://app.example@evil.example/", false },
		{ "http://app.example/x", false },
		{ "https://b.example:8443/in", true },
		{ "https://b.example:8443/in/x", true },
		{ "https://b.example:8443/in?x", true },
		{ "https://b.example:8443/inner", false },
		{ "https://b.example:8443/in/../x", false },
		{ "https://b.example:8443/in/%2E%2e/x", false },
		{ "https://b.example/in", false },
		{ "https://c.example", true },
		{ "https://c.example/x", true },
		{ "https://c.example.evil.example", false },
		{ "https://c.example:1/", false },
		{ "https://c.example\\@evil.example", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		print_message("%s\n", table[i].target);
		assert_int_equal(return_target_allowed(&s, table[i].target) != NULL, table[i].good);
		if (strncmp(table[i].target, "http", 4) == 0)
			assert_null(return_target_allowed(NULL, table[i].target));
	}
	assert_null(return_target_allowed(&s, NULL));
}

static void settings_are_checked(void **state)
{
	static const char *const bad[] = {
		"app.example",     "javascript:x",    "https://", "https://user@host/",
		"https://host/?q", "https://host/ x", "/path"
	};
	static const char *good[] = { "https://app.example/x", "http://localhost:3000" };
	struct ctx *c = *state;
	struct signin_settings s, read;

	ok(c, signin_settings_get(c, &s));
	assert_int_equal(s.idle_minutes, 480);
	assert_int_equal(s.absolute_minutes, 1440);
	assert_false(s.sso_only);
	s.return_target = good;
	s.return_targets = 2;
	s.sso_only = true;
	ok(c, signin_settings_save(c, &s));
	ok(c, signin_settings_get(c, &read));
	assert_true(read.sso_only);
	assert_int_equal(read.return_targets, 2);
	assert_string_equal(read.return_target[1], good[1]);
	s.return_targets = 1;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *one[] = { bad[i] };

		s.return_target = one;
		print_message("%s\n", bad[i]);
		fails(c, signin_settings_save(c, &s), ERR_VALUE);
	}
	s.return_targets = 0;
	s.idle_minutes = 4;
	fails(c, signin_settings_save(c, &s), ERR_VALUE);
}

static void local_accounts_count_attempts(void **state)
{
	struct ctx *c = *state;
	struct local_candidate *who;
	struct local_account *l;
	struct user *u = arrives(c, "boss", "boss");
	bool counted, fresh;
	int n;

	in_change(c, local_account_set(c, u->id, "Boss@Acme.example", "hash", "SECRET"));
	ok(c, local_candidates(c, "boss@acme.EXAMPLE", &who, &n));
	assert_int_equal(n, 1);
	assert_string_equal(who[0].user_id, u->id);
	ok(c, local_account_find(c, u->id, &l));
	assert_string_equal(l->totp, "SECRET");
	for (int i = 0; i < LOCAL_TRIES; i++) {
		ok(c, local_account_try(c, u->id, &counted));
		assert_true(counted);
	}
	ok(c, local_account_try(c, u->id, &counted));
	assert_false(counted);
	c->now += LOCAL_TRIES_MS;
	ok(c, local_account_try(c, u->id, &counted));
	assert_true(counted);

	ok(c, local_account_used(c, u->id, 100, &fresh));
	assert_true(fresh);
	ok(c, local_account_used(c, u->id, 100, &fresh));
	assert_false(fresh);
	ok(c, local_account_used(c, u->id, 99, &fresh));
	assert_false(fresh);
	ok(c, local_account_used(c, u->id, 101, &fresh));
	assert_true(fresh);
	in_change(c, user_delete(c, u->id));
	ok(c, local_candidates(c, "boss@acme.example", &who, &n));
	assert_int_equal(n, 0);
	ok(c, local_account_find(c, u->id, &l));
	assert_null(l);
}

static void links_work_once(void **state)
{
	struct ctx *c = *state;
	struct password_link link, again;
	struct user *u = arrives(c, "boss", "boss");
	const char *first, *second;
	bool taken;

	in_change(c, password_link_make(c, u->id, &first));
	in_change(c, password_link_make(c, u->id, &second));
	fails(c, password_link_find(c, first, &link), ERR_NOT_FOUND);
	fails(c, password_link_find(c, "x", &link), ERR_NOT_FOUND);
	ok(c, password_link_find(c, second, &link));
	assert_null(link.totp);
	ok(c, password_link_offer(c, &link, "ONE"));
	ok(c, password_link_find(c, second, &again));
	ok(c, password_link_offer(c, &again, "TWO"));
	assert_string_equal(again.totp, "ONE");
	ok(c, password_link_take(c, &link, &taken));
	assert_true(taken);
	ok(c, password_link_take(c, &again, &taken));
	assert_false(taken);
	in_change(c, password_link_make(c, u->id, &first));
	c->now += 73 * HOUR;
	fails(c, password_link_find(c, first, &link), ERR_NOT_FOUND);
}

static void passwords_that_everybody_tries(void **state)
{
	static const char *const bad[] = { "short7!",  "Password",   "PASSWORD123", "12345678",
					   "aaaaaaaa", "qwertyuiop", "Sunshine",    "" };
	struct ctx *c = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		print_message("%s\n", bad[i]);
		fails(c, password_acceptable(c, bad[i]), ERR_VALUE);
	}
	ok(c, password_acceptable(c, "corrects"));
	ok(c, password_acceptable(c, "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa4\xc3\xb6\xc3\xbcx"));
	fails(c, password_acceptable(c, "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f"), ERR_VALUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		db_test(a_session_knows_its_holder),
		db_test(only_the_exact_secret_opens),
		db_test(limits_end_it),
		db_test(the_providers_limit_counts_if_it_is_shorter),
		db_test(a_secret_is_renewed_and_the_old_one_retires),
		db_test(an_answer_that_was_lost_signs_nobody_out),
		db_test(the_account_takes_its_sessions_along),
		db_test(coming_back_needs_a_new_sign_in),
		db_test(erasure_leaves_no_trace_of_the_browser),
		db_test(who_may_not_come_in_is_told_why),
		db_test(single_logout_ends_what_it_names),
		db_test(signing_in_again_ends_the_session_before),
		db_test(a_deleted_connection_ends_its_sessions),
		db_test(lists_show_the_living),
		cmocka_unit_test(return_targets),
		db_test(settings_are_checked),
		db_test(local_accounts_count_attempts),
		db_test(links_work_once),
		db_test(passwords_that_everybody_tries),
	};

	return load_test_key() || run_on_each_database(tests);
}
