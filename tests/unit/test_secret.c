/* test_secret.c - tokens, digests, comparison. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/secret.h"

#define ORG "0190a0b0-1234-7000-8000-0123456789ab"

static void a_token_tells_kind_and_organization(void **state)
{
	static const char *const all[] = { "scim", "admin", "platform" };
	struct arena a = { 0 };
	const char *kind, *org;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char *token = token_new(&a, all[i], ORG);

		assert_int_equal(strlen(token), 4 + strlen(all[i]) + 1 + 32 + 1 + 43 + 6);
		assert_true(token_parse(&a, token, &kind, &org));
		assert_string_equal(kind, all[i]);
		assert_string_equal(org, ORG);
	}
	assert_string_not_equal(token_new(&a, "scim", ORG), token_new(&a, "scim", ORG));
	arena_free(&a);
}

static void any_changed_character_is_noticed(void **state)
{
	struct arena a = { 0 };
	char *token = token_new(&a, "scim", ORG);
	const char *kind, *org;

	(void)state;
	for (size_t i = 0; token[i]; i++) {
		char *other = arena_strdup(&a, token);

		other[i] = other[i] == '7' ? '8' : '7';
		if (token_parse(&a, other, &kind, &org))
			fail_msg("changed at %zu: %s", i, other);
	}
	arena_free(&a);
}

static void what_is_no_token_is_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"rst-",
		"rst-scim",
		"rst-scim_",
		"rst-other_0190",
		"Bearer x",
		"rst-scim_0190a0b012347000800001234567890b",
		"rst-scim_0190a0b012347000800001234567890b_",
	};
	struct arena a = { 0 };
	char *token = token_new(&a, "admin", ORG);
	const char *kind, *org;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_false(token_parse(&a, cases[i], &kind, &org));
	assert_false(token_parse(&a, arena_printf(&a, "%sx", token), &kind, &org));
	assert_false(token_parse(&a, arena_printf(&a, " %s", token), &kind, &org));
	token[strlen(token) - 1] = '\0';
	assert_false(token_parse(&a, token, &kind, &org));
	arena_free(&a);
}

static void digests_are_sha256(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_string_equal(secret_digest(&a, "abc"),
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	arena_free(&a);
}

static void sameness_is_of_the_whole(void **state)
{
	(void)state;
	assert_true(secret_same("abc", "abc"));
	assert_true(secret_same("", ""));
	assert_false(secret_same("abc", "abd"));
	assert_false(secret_same("abc", "ab"));
	assert_false(secret_same("ab", "abc"));
}

static void random_text_differs(void **state)
{
	struct arena a = { 0 };
	char *one = secret_random(&a, 32), *two = secret_random(&a, 32);

	(void)state;
	assert_int_equal(strlen(one), 43);
	assert_int_equal(strspn(one,
				"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
			 43);
	assert_string_not_equal(one, two);
	secret_wipe(one, 43);
	for (int i = 0; i < 43; i++)
		assert_int_equal(one[i], 0);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_tells_kind_and_organization),
		cmocka_unit_test(any_changed_character_is_noticed),
		cmocka_unit_test(what_is_no_token_is_refused),
		cmocka_unit_test(digests_are_sha256),
		cmocka_unit_test(sameness_is_of_the_whole),
		cmocka_unit_test(random_text_differs),
	};

	return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
