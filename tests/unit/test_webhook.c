/* test_webhook.c - endpoints, turns and deliveries. */
#include "roster_harness.h"

#include "base/net.h"
#include "base/secret.h"
#include "base/text.h"
#include "record/history.h"
#include "record/webhook.h"

static bool note_events(struct ctx *c, const char *const *users, int n)
{
	for (int i = 0; i < n; i++)
		event_note(c, (struct event_note){ .type = "user.updated",
						   .user_id = users[i],
						   .payload = "{}" });
	return true;
}

static void happens(struct ctx *c, const char *const *users, int n)
{
	int64_t ordered;

	in_change(c, note_events(c, users, n));
	ok(c, event_order(c, EVENT_ORDER_BATCH, &ordered));
	assert_int_equal(ordered, n);
}

static struct webhook *endpoint(struct ctx *c)
{
	struct webhook *w = arena_new(c->arena, struct webhook);

	*w = (struct webhook){
		.name = "", .url = "https://x.example/", .events = "*", .secret = "sealed"
	};
	ok(c, webhook_create(c, w));
	return w;
}

static bool takes(struct ctx *c, const char *owner, struct turn *t)
{
	bool got;

	ok(c, turn_take(c, owner, t, &got));
	return got;
}

static bool ends(struct ctx *c, const struct turn *t, int64_t due)
{
	SCOPED_TX tx = { 0 };

	return tx_begin(c, &tx) && turn_end(c, t, due, 0) && tx_commit(&tx);
}

/* ---- turns ---- */

static void one_works_on_an_endpoint_at_a_time(void **state)
{
	struct ctx *c = *state;
	struct turn first, second;

	endpoint(c);
	assert_true(takes(c, "first", &first));
	assert_false(takes(c, "second", &second));
	ok(c, ends(c, &first, 0));
	assert_true(takes(c, "second", &second));
	assert_string_equal(second.org_id, c->org->id);
}

static void a_lease_that_is_over_is_anothers_and_the_late_one_learns_it(void **state)
{
	struct ctx *c = *state;
	struct turn dead, next;

	endpoint(c);
	assert_true(takes(c, "dead", &dead));
	c->now += TURN_LEASE_MS;
	assert_false(takes(c, "next", &next));
	c->now += 1;
	assert_true(takes(c, "next", &next));
	fails(c, ends(c, &dead, 0), ERR_CONFLICT);
	ok(c, ends(c, &next, 0));
}

static void what_is_not_due_has_no_turn_until_something_happens(void **state)
{
	static const char *const users[] = { "u" };
	struct ctx *c = *state;
	struct turn t;

	endpoint(c);
	assert_true(takes(c, "a", &t));
	ok(c, ends(c, &t, INT64_MAX));
	assert_false(takes(c, "a", &t));
	happens(c, users, 1);
	assert_true(takes(c, "a", &t));
	/* news while it is being worked on count as well */
	happens(c, users, 1);
	ok(c, ends(c, &t, INT64_MAX));
	assert_true(takes(c, "a", &t));
}

/* What happens meanwhile does not shorten the rest of an endpoint that is ill; an
 * administrator does. */
static void a_rest_is_kept_whatever_happens(void **state)
{
	static const char *const users[] = { "u" };
	struct ctx *c = *state;
	struct webhook *w = endpoint(c);
	int64_t until = c->now + 5000;
	SCOPED_TX tx = { 0 };
	struct turn t;

	assert_true(takes(c, "a", &t));
	happens(c, users, 1);
	ok(c, tx_begin(c, &tx) && turn_end(c, &t, 0, until) && tx_commit(&tx));
	happens(c, users, 1);
	assert_false(takes(c, "a", &t));
	ok(c, webhook_save(c, w));
	assert_true(takes(c, "a", &t));
	ok(c, tx_begin(c, &tx) && turn_end(c, &t, 0, until) && tx_commit(&tx));
	c->now = until;
	assert_true(takes(c, "a", &t));
}

/* ---- deliveries ---- */

static int due(struct ctx *c, const struct webhook *w, struct delivery **d)
{
	int n;

	ok(c, delivery_due(c, w, 100, d, &n));
	return n;
}

static void save(struct ctx *c, const struct webhook *w, const struct delivery *d, int n)
{
	SCOPED_TX tx = { 0 };

	ok(c, tx_begin(c, &tx) && delivery_save(c, w, d, n) && tx_commit(&tx));
}

static void later_news_of_one_person_wait_behind_the_first(void **state)
{
	static const char *const users[] = { "a", "b", "a", NULL };
	struct ctx *c = *state;
	struct webhook *w = endpoint(c);
	struct delivery *d;
	int64_t next;

	happens(c, users, 4);
	assert_int_equal(due(c, w, &d), 4);
	assert_string_equal(d[0].event.user_id, "a");
	d[0].fate = FATE_FAILED;
	d[0].tries = 1;
	d[0].next_at = c->now + 5000;
	d[1].fate = FATE_TAKEN;
	d[2].fate = FATE_BEHIND;
	d[3].fate = FATE_TAKEN;
	w->place = d[3].event.seq;
	save(c, w, d, 4);
	assert_int_equal(due(c, w, &d), 0);
	ok(c, delivery_next(c, w->id, &next));
	assert_int_equal(next, c->now + 5000);

	happens(c, users, 2); /* a, who waits, and b */
	assert_int_equal(due(c, w, &d), 2);
	assert_true(d[0].behind);
	assert_false(d[1].behind);

	c->now += 5000;
	assert_int_equal(due(c, w, &d), 1); /* the first of a alone, before what is new */
	assert_int_equal(d[0].tries, 1);
	d[0].fate = FATE_TAKEN;
	save(c, w, d, 1);
	assert_int_equal(due(c, w, &d), 1);
	assert_int_equal(d[0].tries, 0);
}

static void the_dead_are_in_nobodys_way_and_live_again(void **state)
{
	static const char *const users[] = { "a", "a" };
	struct ctx *c = *state;
	struct webhook *w = endpoint(c);
	struct delivery *d;
	int64_t n, total;
	int count;

	happens(c, users, 2);
	assert_int_equal(due(c, w, &d), 2);
	d[0].fate = FATE_DEAD;
	d[0].status = 422;
	d[1].fate = FATE_TAKEN;
	w->place = d[1].event.seq;
	save(c, w, d, 2);
	assert_int_equal(due(c, w, &d), 0);
	ok(c, delivery_list(c, w->id, "dead", 0, 10, &d, &count, &total));
	assert_int_equal(count + total, 2);
	assert_int_equal(d[0].status, 422);
	ok(c, delivery_again(c, w->id, NULL, &n));
	assert_int_equal(n, 1);
	assert_int_equal(due(c, w, &d), 1);
	fails(c, delivery_again(c, w->id, "nothing", &n), ERR_NOT_FOUND);
}

/* ---- what is kept ---- */

static int64_t pruned(struct ctx *c)
{
	int64_t n;

	ok(c, event_prune(c, c->now + 1, 100, &n));
	return n;
}

static void events_stay_until_every_endpoint_has_had_them(void **state)
{
	static const char *const users[] = { "a", "b", "c", "d", "e" };
	struct ctx *c = *state;
	struct webhook *w, *slow;
	struct delivery *d;

	happens(c, users, 2);
	w = endpoint(c);
	slow = endpoint(c);
	happens(c, users, 5);
	assert_int_equal(pruned(c), 2);
	assert_int_equal(due(c, w, &d), 5);
	w->place = 7;
	save(c, w, d, 0);
	slow->place = 4;
	slow->paused = "paused";
	save(c, slow, d, 0);
	assert_int_equal(pruned(c), 2);
	ok(c, webhook_delete(c, slow->id));
	assert_int_equal(pruned(c), 2);
	assert_int_equal(pruned(c), 0);
}

static void what_waits_is_kept_and_dead_letters_go_with_their_events(void **state)
{
	static const char *const users[] = { "a", "b", "c", "d", "e" };
	struct ctx *c = *state;
	struct webhook *w = endpoint(c);
	struct delivery *d;
	int64_t total;
	int count;

	happens(c, users, 5);
	assert_int_equal(due(c, w, &d), 5);
	d[0].fate = d[3].fate = FATE_DEAD;
	d[1].fate = FATE_TAKEN;
	d[2].fate = FATE_FAILED;
	w->place = 5;
	save(c, w, d, 5);
	assert_int_equal(pruned(c), 2);
	ok(c, delivery_list(c, w->id, NULL, 0, 10, &d, &count, &total));
	assert_int_equal(count + total, 4);
	assert_string_equal(d[0].state, "waiting");
	assert_string_equal(d[1].state, "dead");
	d[0].fate = FATE_TAKEN;
	save(c, w, d, 1);
	assert_int_equal(pruned(c), 2);
	ok(c, delivery_list(c, w->id, NULL, 0, 10, &d, &count, &total));
	assert_int_equal(count + total, 0);
}

/* ---- what it asked for ---- */

static void filters(void **state)
{
	static const struct {
		const char *events, *type;
		bool wants;
	} cases[] = {
		{ "*", "user.created", true },
		{ "user.*", "user.created", true },
		{ "user.*", "users.created", false },
		{ "user.created", "user.created", true },
		{ "user.created", "user.created2", false },
		{ "user.create", "user.created", false },
		{ "seat.* role.changed", "role.changed", true },
		{ "seat.* role.changed", "user.created", false },
		{ "*", "webhook.test", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct webhook w = { .id = "me", .events = cases[i].events };
		const struct event e = { .type = cases[i].type,
					 .payload = "{\"webhook\":\"you\"}" };

		assert_int_equal(webhook_wants(&w, &e), cases[i].wants);
	}
	assert_true(webhook_wants(&(struct webhook){ .id = "me", .events = "seat.*" },
				  &(struct event){ .type = "webhook.test",
						   .payload = "{\"webhook\":\"me\"}" }));
}

static void bad_filters(void **state)
{
	static const char *const bad[] = {
		"", " ", "us*r", "User.*", "user.* ;", "*.created", "u*"
	};
	struct ctx *c = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		fails(c, webhook_events_check(c, bad[i]), ERR_VALUE);
	ok(c, webhook_events_check(c, "user.* seat.taken *"));
}

/* RFC 4231, test case 1. */
static void macs(void **state)
{
	/* the key is 0x0b 20 times and padded to 32 bytes with zeros: HMAC pads so itself */
	static const char secret[] = "whsec_CwsLCwsLCwsLCwsLCwsLCwsLCwsAAAAAAAAAAAAAAAA=";
	struct ctx *c = *state;
	const char *mac;

	ok(c, signing_mac(c, secret, "Hi There", &mac));
	assert_string_equal(mac, "sDRMYdjbOFNcqK/OrwvxK4gdwgDJgz2nJuk3bC4yz/c=");
	assert_string_not_equal(signing_secret_new(c->arena), signing_secret_new(c->arena));
	ok(c, signing_mac(c, signing_secret_new(c->arena), "Hi There", &mac));
	fails(c, signing_mac(c, "whsec_AAAA", "x", &mac), ERR_INTERNAL);
	fails(c, signing_mac(c, "secret", "x", &mac), ERR_INTERNAL);
}

static void urls(void **state)
{
	static const struct {
		const char *url;
		bool plain_too, good;
	} cases[] = {
		{ "https://hooks.example.org/x?y=z", false, true },
		{ "http://hooks.example.org/", false, false },
		{ "http://hooks.example.org/", true, true },
		{ "http://127.0.0.1:9/", false, true },
		{ "http://localhost", false, true },
		{ "http://[::1]:9/", false, true },
		{ "http://127.0.0.1.example.org/", false, false },
		{ "http://localhost@example.org/", false, false },
		{ "http://localhost@example.org/", true, false },
		{ "https://user@example.org/", false, false },
		{ "https://", false, false },
		{ "https:///x", false, false },
		{ "https://:443/", false, false },
		{ "https://a b/", false, false },
		{ "https://a\r\nb/", false, false },
		{ "ftp://example.org/", true, false },
		{ "", true, false },
	};
	struct ctx *c = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		net_allow(false, cases[i].plain_too);
		if (cases[i].good)
			ok(c, net_url_check(c, "url", cases[i].url));
		else
			fails(c, net_url_check(c, "url", cases[i].url), ERR_VALUE);
	}
	net_allow(false, false);
}

static void cells(void **state)
{
	static const struct {
		const char *text, *cell;
	} cases[] = {
		{ NULL, "\"\"" },
		{ "", "\"\"" },
		{ "plain", "\"plain\"" },
		{ "a,b", "\"a,b\"" },
		{ "a\"b\"", "\"a\"\"b\"\"\"" },
		{ "=1+1", "\"'=1+1\"" },
		{ "+1", "\"'+1\"" },
		{ "-1", "\"'-1\"" },
		{ "@x", "\"'@x\"" },
		{ "\tx", "\"'\tx\"" },
		{ "\nx", "\"'\nx\"" },
		{ "\"=x", "\"\"\"=x\"" },
	};
	struct ctx *c = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = buf_in(c->arena, 100);

		buf_csv(&b, cases[i].text);
		assert_string_equal(b.p, cases[i].cell);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		db_test(one_works_on_an_endpoint_at_a_time),
		db_test(a_lease_that_is_over_is_anothers_and_the_late_one_learns_it),
		db_test(what_is_not_due_has_no_turn_until_something_happens),
		db_test(a_rest_is_kept_whatever_happens),
		db_test(later_news_of_one_person_wait_behind_the_first),
		db_test(the_dead_are_in_nobodys_way_and_live_again),
		db_test(events_stay_until_every_endpoint_has_had_them),
		db_test(what_waits_is_kept_and_dead_letters_go_with_their_events),
		db_test(filters),
		db_test(bad_filters),
		db_test(macs),
		db_test(urls),
		db_test(cells),
	};

	return run_on_each_database(tests);
}
