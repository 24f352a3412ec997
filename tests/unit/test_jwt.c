/* test_jwt.c - signing keys follow the calendar, and what they sign stays verifiable. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/platform/jwt.h"
#include "http/json.h"
#include "key_harness.h"

#define START (INT64_C(700) * JWT_KEY_MS)

static json_t *keys_at(struct ctx *c, int64_t now)
{
	json_t *set;

	c->now = now;
	assert_true(jwt_keys(c, &set));
	return json_object_get(json_own(c, set), "keys");
}

static const char *name_at(struct ctx *c, int64_t now, size_t i)
{
	return json_string_value(json_object_get(json_array_get(keys_at(c, now), i), "kid"));
}

static void a_period_has_one_key(void **state)
{
	static const int64_t same[] = { 0, 1, 29, 30, 1000, JWT_KEY_MS / 2, JWT_KEY_MS - 1 };
	struct arena a = { 0 };
	struct ctx c = { .arena = &a };

	(void)state;
	assert_int_equal(json_array_size(keys_at(&c, START)), 3);
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		assert_true(json_equal(keys_at(&c, START), keys_at(&c, START + same[i])));
	assert_string_equal(name_at(&c, START, 1), name_at(&c, START + JWT_KEY_MS, 0));
	assert_string_equal(name_at(&c, START, 2), name_at(&c, START + JWT_KEY_MS, 1));
	assert_string_not_equal(name_at(&c, START, 1), name_at(&c, START + JWT_KEY_MS, 1));
	assert_string_not_equal(name_at(&c, START, 0), name_at(&c, START, 2));
	arena_free(&a);
}

/* The kid in a token's header. */
static const char *signer_at(struct ctx *c, int64_t now)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	struct buf b = buf_in(c->arena, 1024);
	json_t *claims = json_own(c, json_pack("{s:s}", "sub", "x"));
	unsigned bits = 0;
	const char *token;
	int n = 0;

	c->now = now;
	assert_true(jwt_sign(c, claims, &token));
	for (; *token != '.'; token++) {
		bits = bits << 6 | (unsigned)(strchr(digits, *token) - digits);
		n += 6;
		if (n >= 8)
			buf_put(&b, &(char){ (char)(bits >> (n -= 8) & 0xff) }, 1);
	}
	return json_string_value(json_object_get(json_own(c, json_loads(b.p, 0, NULL)), "kid"));
}

static void a_set_fetched_a_period_ago_has_the_signer(void **state)
{
	struct arena a = { 0 };
	struct ctx c = { .arena = &a };

	(void)state;
	for (int64_t late = -JWT_KEY_MS; late <= JWT_KEY_MS; late += JWT_KEY_MS / 4) {
		const char *signer = signer_at(&c, START + 12345);
		bool found = false;

		for (size_t i = 0; i < 3; i++)
			found = found || strcmp(name_at(&c, START + 12345 + late, i), signer) == 0;
		assert_true(found);
		assert_string_equal(signer, name_at(&c, START, 1));
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_period_has_one_key),
		cmocka_unit_test(a_set_fetched_a_period_ago_has_the_signer),
	};

	return load_test_key() || cmocka_run_group_tests(tests, NULL, NULL);
}
