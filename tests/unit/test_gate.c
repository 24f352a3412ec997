/* test_gate.c - which route a path leads to, and how many wrong tries an address has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/app/routes.h"
#include "http/tries.h"

static void paths_lead_to_routes(void **state)
{
	/* clang-format off */
	static const struct {
		enum http_method method;
		const char *path, *route; /* NULL: none */
		enum need need;           /* of the route, else of the door */
		int allow;                /* 0: the method fits */
	} table[] = {
		{ GET,    "/healthz",                  "/healthz",                NEED_NOBODY,     0 },
		{ GET,    "/healthz/",                 "/healthz",                NEED_NOBODY,     0 },
		{ GET,    "/",                         NULL,                      NEED_NOBODY,     0 },
		{ GET,    "/nothing",                  NULL,                      NEED_NOBODY,     0 },
		{ GET,    "/scimitar",                 NULL,                      NEED_NOBODY,     0 },
		{ GET,    "/scim/v2/Users",            "/scim/v2/Users",          NEED_SCIM_TOKEN, 0 },
		{ GET,    "//scim/v2//Users/",         "/scim/v2/Users",          NEED_SCIM_TOKEN, 0 },
		{ GET,    "/scim/Users/7",             "/scim/v2/Users/{}",       NEED_SCIM_TOKEN, 0 },
		{ GET,    "/scim/v2/Users/.search",    "/scim/v2/Users/{}",       NEED_SCIM_TOKEN, 0 },
		{ POST,   "/scim/v2/Users/.search",    "/scim/v2/Users/.search",  NEED_SCIM_TOKEN, 0 },
		{ GET,    "/scim/v2",                  "/scim/v2",                NEED_SCIM_TOKEN, 0 },
		{ GET,    "/scim/",                    "/scim/v2",                NEED_SCIM_TOKEN, 0 },
		{ GET,    "/scim/v2/Schemas",          "/scim/v2/Schemas",        NEED_NOBODY,     0 },
		{ GET,    "/scim/v3/Users",            NULL,                      NEED_SCIM_TOKEN, 0 },
		{ GET,    "/scim/v2/Users/7/x",        NULL,                      NEED_SCIM_TOKEN, 0 },
		{ GET,    "/api",                      NULL,                      NEED_ADMIN_TOKEN, 0 },
		{ GET,    "/api/v2/users",             NULL,                      NEED_ADMIN_TOKEN, 0 },
		{ DELETE, "/scim/v2/Users",            "/scim/v2/Users",          NEED_SCIM_TOKEN, GET | POST },
		{ POST,   "/scim/v2/Groups/7",         "/scim/v2/Groups/{}",      NEED_SCIM_TOKEN,
							GET | PUT | PATCH | DELETE },
		{ 0,      "/healthz",                  "/healthz",                NEED_NOBODY,     GET },
	};
	/* clang-format on */
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct http_req q = { .method = table[i].method, .path = table[i].path };
		struct found f;

		routes_find(&a, &q, &f);
		print_message("%s\n", table[i].path);
		assert_int_equal(f.route ? f.route->need : f.door->need, table[i].need);
		if (!table[i].route) {
			assert_null(f.route);
			assert_null(q.route);
			continue;
		}
		assert_string_equal(q.route, table[i].route);
		if (table[i].allow)
			assert_int_equal(f.allow, table[i].allow);
		else
			assert_true(f.route->methods & (int)q.method);
	}
	arena_free(&a);
}

static void parameters_are_those_of_the_route(void **state)
{
	struct arena a = { 0 };
	struct http_req q = { .method = PATCH, .path = "/scim/v2/Users/a%20b" };
	struct found f;

	(void)state;
	routes_find(&a, &q, &f);
	assert_string_equal(q.param[0], "a b");
	assert_null(q.param[1]);
	arena_free(&a);
}

static bool allowed(const char *address, const char *org, int64_t now)
{
	struct ctx c = { 0 };
	bool yes = tries_allow(&c, address, org, now);

	assert_int_equal(c.err.kind, yes ? ERR_NONE : ERR_BUSY);
	return yes;
}

static void a_neighbour_with_a_wrong_token_locks_out_only_his_own(void **state)
{
	(void)state;
	for (int i = 0; i < TRIES_PER_ORG; i++) {
		assert_true(allowed("192.0.2.1", "acme", 1000));
		tries_failed("192.0.2.1", "acme", 1000);
	}
	assert_false(allowed("192.0.2.1", "acme", 1000));
	assert_true(allowed("192.0.2.1", "other", 1000));
	assert_true(allowed("192.0.2.2", "acme", 1000));
}

static void the_count_ends_with_the_minute(void **state)
{
	int64_t start = 10 * TRIES_WINDOW_MS;

	(void)state;
	for (int i = 0; i < TRIES_PER_ORG; i++)
		tries_failed("192.0.2.3", "", start + i);
	assert_false(allowed("192.0.2.3", "", start + TRIES_WINDOW_MS - 1));
	assert_true(allowed("192.0.2.3", "", start + TRIES_WINDOW_MS));
}

static void an_address_that_tries_many_organizations_is_stopped(void **state)
{
	struct arena a = { 0 };
	int64_t now = 20 * TRIES_WINDOW_MS;

	(void)state;
	for (int i = 0; i < TRIES_PER_ADDRESS; i++)
		tries_failed("192.0.2.4", arena_printf(&a, "org%d", i), now);
	assert_false(allowed("192.0.2.4", "never seen", now));
	assert_true(allowed("192.0.2.5", "never seen", now));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_lead_to_routes),
		cmocka_unit_test(parameters_are_those_of_the_route),
		cmocka_unit_test(a_neighbour_with_a_wrong_token_locks_out_only_his_own),
		cmocka_unit_test(the_count_ends_with_the_minute),
		cmocka_unit_test(an_address_that_tries_many_organizations_is_stopped),
	};

	routes_prepare();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
