/* test_match.c - path patterns, the percent-decoder, and addresses behind proxies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/http/address.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void same_text(const char *what, const char *got, const char *want)
{
	if (!got != !want || (got && strcmp(got, want) != 0))
		fail_msg("%s: got %s, not %s", what, got ? got : "NULL", want ? want : "NULL");
}

static void patterns(void **state)
{
	/* clang-format off */
	static const struct {
		const char *pattern, *path;
		bool fits;
		const char *param[HTTP_PARAMS_MAX];
	} table[] = {
		{ "/",                   "/",                       true,  { NULL } },
		{ "/",                   "//",                      true,  { NULL } },
		{ "/",                   "",                        false, { NULL } },
		{ "/",                   "/a",                      false, { NULL } },
		{ "/scim/v2/Users",      "/scim/v2/Users",          true,  { NULL } },
		{ "/scim/v2/Users",      "/scim/v2/Users/",         true,  { NULL } },
		{ "/scim/v2/Users",      "//scim///v2/Users//",     true,  { NULL } },
		{ "/scim/v2/Users",      "/scim/v2/User",           false, { NULL } },
		{ "/scim/v2/Users",      "/scim/v2/Userss",         false, { NULL } },
		{ "/scim/v2/Users",      "/scim/v2/users",          false, { NULL } },
		{ "/scim/v2/Users",      "scim/v2/Users",           false, { NULL } },
		{ "/scim/v2/Users",      "/scim/v2/Users/1",        false, { NULL } },
		{ "/scim/v2/Users/{}",   "/scim/v2/Users",          false, { NULL } },
		{ "/scim/v2/Users/{}",   "/scim/v2/Users/",         false, { NULL } },
		{ "/scim/v2/Users/{}",   "/scim/v2/Users/1",        true,  { "1" } },
		{ "/scim/v2/Users/{}",   "/scim/v2//Users//1/",     true,  { "1" } },
		{ "/scim/v2/Users/{}",   "/scim/v2/Users/a%2Fb",    true,  { "a/b" } },
		{ "/scim/v2/Users/{}",   "/scim/v2/Users/a%252Fb",  true,  { "a%2Fb" } },
		{ "/scim/v2/Users/{}",   "/scim/v2/Users/a+b",      true,  { "a+b" } },
		{ "/scim/v2/Users/{}",   "/scim/v2/Users/%00",      false, { NULL } },
		{ "/scim/v2/Users/{}",   "/scim/v2/Users/%ff",      false, { NULL } },
		{ "/scim/v2/Users/{}",   "/scim/v2/Users/%4",       false, { NULL } },
		{ "/a/{}/b/{}",          "/a/1/b/2",                true,  { "1", "2" } },
		{ "/a/{}/b/{}",          "/a/1/c/2",                false, { NULL } },
		{ "/{}/{}/{}/{}",        "/1/2/3/4",                true,  { "1", "2", "3", "4" } },
		{ "/{}/{}/{}/{}/{}",     "/1/2/3/4/5",              false, { NULL } },
		{ "/console/{*}",        "/console/a/b.js",         true,  { "a/b.js" } },
		{ "/console/{*}",        "/console/",               true,  { "" } },
		{ "/console/{*}",        "/console",                true,  { "" } },
		{ "/console/{*}",        "/console//a%20b/",        true,  { "a b" } },
		{ "/console/{*}",        "/consoles",               false, { NULL } },
		{ "/console/{*}",        "/console/%zz",            false, { NULL } },
		{ "/a/{}/{*}",           "/a/1/2/3",                true,  { "1", "2/3" } },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct arena a = { 0 };
		const char *param[HTTP_PARAMS_MAX] = { NULL };

		if (http_match(&a, table[i].pattern, table[i].path, param) != table[i].fits)
			fail_msg("%s against %s", table[i].path, table[i].pattern);
		for (int n = 0; table[i].fits && n < HTTP_PARAMS_MAX; n++)
			same_text(table[i].path, param[n], table[i].param[n]);
		arena_free(&a);
	}
}

static void decoding(void **state)
{
	static const struct {
		const char *in, *path, *query;
	} table[] = {
		{ "", "", "" },
		{ "a", "a", "a" },
		{ "a+b", "a+b", "a b" },
		{ "a%2Bb", "a+b", "a+b" },
		{ "%41%6a%6A", "Ajj", "Ajj" },
		{ "%C3%A9", "\xc3\xa9", "\xc3\xa9" },
		{ "\xc3\xa9", "\xc3\xa9", "\xc3\xa9" },
		{ "userName eq \"a\"", "userName eq \"a\"", "userName eq \"a\"" },
		{ "%2525", "%25", "%25" },
		{ "%", NULL, NULL },
		{ "a%4", NULL, NULL },
		{ "%4g", NULL, NULL },
		{ "%g4", NULL, NULL },
		{ "%-1", NULL, NULL },
		{ "%00", NULL, NULL },
		{ "%C3", NULL, NULL },
		{ "%C0%80", NULL, NULL },
		{ "%ED%A0%80", NULL, NULL },
		{ "\xff", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct arena a = { 0 };
		struct slice s = { table[i].in, strlen(table[i].in) };

		same_text(table[i].in, http_decode(&a, s), table[i].path);
		same_text(table[i].in, http_decode_query(&a, s), table[i].query);
		arena_free(&a);
	}
}

static void decoding_stops_at_the_slice(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_null(http_decode(&a, (struct slice){ "a%41", 3 }));
	assert_string_equal(http_decode(&a, (struct slice){ "ab%", 2 }), "ab");
	assert_null(http_decode(&a, (struct slice){ "a\0b", 3 }));
	arena_free(&a);
}

static void believed_address(void **state)
{
	static const struct {
		const char *proxies, *peer, *forwarded, *want;
	} table[] = {
		{ NULL, "192.0.2.1", "198.51.100.1", "192.0.2.1" },
		{ "", "192.0.2.1", "198.51.100.1", "192.0.2.1" },
		{ "192.0.2.2", "192.0.2.1", "198.51.100.1", "192.0.2.1" },
		{ "192.0.2.1", "192.0.2.1", NULL, "192.0.2.1" },
		{ "192.0.2.1", "192.0.2.1", "", "192.0.2.1" },
		{ "192.0.2.1", "192.0.2.1", "198.51.100.1", "198.51.100.1" },
		{ "192.0.2.1", "192.0.2.1", "203.0.113.9, 198.51.100.1", "198.51.100.1" },
		{ "192.0.2.1,192.0.2.2", "192.0.2.1", "6.6.6.6,198.51.100.1, 192.0.2.2",
		  "198.51.100.1" },
		{ "192.0.2.1", "192.0.2.1", "192.0.2.1,192.0.2.1", "192.0.2.1" },
		{ "192.0.2.1", "192.0.2.1", "198.51.100.1:4711", "198.51.100.1" },
		{ "192.0.2.1", "192.0.2.1", "[2001:DB8::1]:80", "2001:db8::1" },
		{ "192.0.2.1", "192.0.2.1", "2001:db8:0::1", "2001:db8::1" },
		{ "192.0.2.1", "192.0.2.1", "198.51.100.1, unknown", "192.0.2.1" },
		{ "192.0.2.1", "192.0.2.1", "198.51.100.1,", "192.0.2.1" },
		{ " ::1 , 0:0::2", "::2", "198.51.100.1", "198.51.100.1" },
		{ "::ffff:192.0.2.1", "192.0.2.1", "::ffff:198.51.100.1", "198.51.100.1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct arena a = { 0 };
		struct proxies p;
		const char *bad = NULL;

		assert_true(proxies_parse(&a, table[i].proxies, &p, &bad));
		same_text(table[i].forwarded ? table[i].forwarded : "no header",
			  address_behind(&a, &p, table[i].peer, table[i].forwarded), table[i].want);
		arena_free(&a);
	}
}

static void a_proxy_must_be_an_address(void **state)
{
	static const char *const table[] = { "proxy", "192.0.2.1,localhost", "192.0.2.256",
					     "10.0.0.0/8", "[::1" };

	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		struct arena a = { 0 };
		struct proxies p;
		const char *bad = NULL;

		if (proxies_parse(&a, table[i], &p, &bad) || !bad)
			fail_msg("%s was taken", table[i]);
		arena_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns),
		cmocka_unit_test(decoding),
		cmocka_unit_test(decoding_stops_at_the_slice),
		cmocka_unit_test(believed_address),
		cmocka_unit_test(a_proxy_must_be_an_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
