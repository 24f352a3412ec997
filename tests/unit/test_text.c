/* test_text.c - UTF-8, folding, hashes, numbers, text under construction. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static void utf8_is_told_from_other_bytes(void **state)
{
	static const struct {
		const char *bytes;
		bool good;
	} cases[] = {
		{ "", true },
		{ "plain", true },
		{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", true },
		{ "\xf4\x8f\xbf\xbf", true },
		{ "\xef\xbf\xbf", true },
		{ "\xc0\xaf", false },         /* overlong         */
		{ "\xe0\x80\xaf", false },     /* overlong         */
		{ "\xf0\x80\x80\xaf", false }, /* overlong         */
		{ "\xed\xa0\x80", false },     /* surrogate        */
		{ "\xf4\x90\x80\x80", false }, /* over U+10FFFF    */
		{ "\x80", false },             /* lone continuation */
		{ "\xc3", false },             /* cut off          */
		{ "\xe2\x82", false },
		{ "a\xff", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (text_is_utf8(cases[i].bytes) != cases[i].good)
			fail_msg("case %zu", i);
}

static void folding_follows_unicode(void **state)
{
	static const struct {
		const char *text, *folded;
	} cases[] = {
		{ "Ada@Example.ORG", "ada@example.org" },
		{ "", "" },
		{ "STRASSE", "strasse" },
		{ "Stra\xc3\x9f"
		  "e",
		  "strasse" },                                              /* sharp s          */
		{ "\xc3\x89tienne", "\xc3\xa9tienne" },                     /* E acute          */
		{ "E\xcc\x81tienne", "\xc3\xa9tienne" },                    /* E, then an acute */
		{ "\xef\xbc\xa1\xef\xbc\xa2", "ab" },                       /* full-width AB    */
		{ "\xef\xac\x81n", "fin" },                                 /* ligature fi      */
		{ "\xce\xa3\xce\xaf\xcf\x82", "\xcf\x83\xce\xaf\xcf\x83" }, /* final sigma */
		{ "\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd", "\xd0\xb8\xd0\xb2\xd0\xb0\xd0\xbd" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *folded = text_fold(&a, cases[i].text);

		assert_string_equal(folded, cases[i].folded);
		assert_string_equal(text_fold(&a, folded), cases[i].folded);
		assert_true(text_same(cases[i].text, cases[i].folded));
	}
	assert_false(text_same("ada", "adb"));
	assert_false(text_same("ada", "ad\xc3\xa1"));
	arena_free(&a);
}

/* These numbers are in databases. */
static void hashes_never_change(void **state)
{
	(void)state;
	assert_true(text_hash("") == INT64_C(5397116935000276288));
	assert_true(text_hash("ada@example.org") == INT64_C(5405182259284189108));
	assert_true(text_hash("a") != text_hash("b"));
}

static void booleans_as_providers_send_them(void **state)
{
	bool b = false;

	(void)state;
	assert_true(text_bool("True", &b) && b);
	assert_true(text_bool("FALSE", &b) && !b);
	assert_true(text_bool("true", &b) && b);
	assert_false(text_bool("yes", &b));
	assert_false(text_bool("", &b));
	assert_false(text_bool("true ", &b));
}

static void numbers_are_whole_and_within_bounds(void **state)
{
	static const struct {
		const char *text;
		bool good;
		int64_t n;
	} cases[] = {
		{ "0", true, 0 },    { "-5", true, -5 },
		{ "007", true, 7 },  { "100", true, 100 },
		{ "101", false, 0 }, { "-6", false, 0 },
		{ "", false, 0 },    { " 1", false, 0 },
		{ "+1", false, 0 },  { "1 ", false, 0 },
		{ "1x", false, 0 },  { "-", false, 0 },
		{ "0x1", false, 0 }, { "99999999999999999999", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t n = 0;

		if (text_int(cases[i].text, -5, 100, &n) != cases[i].good || n != cases[i].n)
			fail_msg("\"%s\"", cases[i].text);
	}
}

static void json_strings_are_escaped(void **state)
{
	static const struct {
		const char *text, *json;
	} cases[] = {
		{ NULL, "null" },
		{ "", "\"\"" },
		{ "plain", "\"plain\"" },
		{ "say \"hi\" \\ bye", "\"say \\\"hi\\\" \\\\ bye\"" },
		{ "a\nb\tc\rd\be\ff", "\"a\\nb\\tc\\rd\\be\\ff\"" },
		{ "\x01\x1f", "\"\\u0001\\u001f\"" },
		{ "\xc3\xa9/", "\"\xc3\xa9/\"" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = buf_in(&a, 100);

		buf_json(&b, cases[i].text);
		assert_string_equal(b.p, cases[i].json);
	}
	arena_free(&a);
}

static void a_long_text_is_built_whole(void **state)
{
	struct arena a = { 0 };
	struct buf b = buf_in(&a, 8 << 20);

	(void)state;
	for (int i = 0; i < 200000; i++) {
		buf_printf(&b, "%07d ", i);
		if (i % 1000 == 0)
			arena_alloc(&a, 100);
	}
	assert_false(b.over);
	assert_int_equal(b.n, 1600000);
	for (int i = 0; i < 200000; i++)
		assert_int_equal(strtol(b.p + (size_t)i * 8, NULL, 10), i);
	arena_free(&a);
}

static void a_full_buffer_keeps_refusing(void **state)
{
	struct arena a = { 0 };
	struct buf b = buf_in(&a, 5);

	(void)state;
	buf_puts(&b, "12345");
	assert_false(b.over);
	buf_put(&b, "6", 1);
	assert_true(b.over);
	buf_put(&b, "", 0);
	buf_printf(&b, "%s", "");
	assert_true(b.over);
	assert_string_equal(b.p, "12345");
	arena_free(&a);
}

static void slices_compare_without_case(void **state)
{
	(void)state;
	assert_true(slice_is((struct slice){ "UserName x", 8 }, "userName"));
	assert_false(slice_is((struct slice){ "UserName x", 8 }, "userNam"));
	assert_false(slice_is((struct slice){ "UserName x", 7 }, "userName"));
}

static void terminals_get_what_can_be_seen(void **state)
{
	static const struct {
		const char *text, *seen;
		int columns;
	} rows[] = {
		{ "plain", "plain", 5 },
		{ "\u5c71\u7530", "\u5c71\u7530", 4 },
		{ "Zoe\u0308", "Zoe\u0308", 3 },
		{ "a\033[2Jb\tc\x7f", "a?[2Jb?c?", 9 },
		{ "a\xc2\x9b"
		  "2Jb",
		  "a?2Jb", 5 },
		{ "a\u202egpj", "a?gpj", 5 },
		{ "cut\xc3", "cut?", 4 },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_string_equal(text_visible(&a, rows[i].text), rows[i].seen);
		assert_int_equal(text_width(rows[i].seen), rows[i].columns);
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_is_told_from_other_bytes),
		cmocka_unit_test(folding_follows_unicode),
		cmocka_unit_test(hashes_never_change),
		cmocka_unit_test(booleans_as_providers_send_them),
		cmocka_unit_test(numbers_are_whole_and_within_bounds),
		cmocka_unit_test(json_strings_are_escaped),
		cmocka_unit_test(a_long_text_is_built_whole),
		cmocka_unit_test(a_full_buffer_keeps_refusing),
		cmocka_unit_test(slices_compare_without_case),
		cmocka_unit_test(terminals_get_what_can_be_seen),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
