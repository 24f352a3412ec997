/* test_ldap_engine.c - entries in memory, members through groups, staged pages: pure parts. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#include "../../src/ldapsync/closure.h"
#include "../../src/ldapsync/owner.h"
#include "../../src/ldapsync/table.h"

/* An id that is all one byte, but for its end. */
static void id_of(unsigned char out[static TABLE_ID], int n)
{
	memset(out, 0xff, TABLE_ID);
	out[0] = 0;
	out[TABLE_ID - 1] = (unsigned char)n;
	out[TABLE_ID - 2] = (unsigned char)(n >> 8);
}

static void test_entries_are_found_by_id_and_dn(void **state)
{
	struct arena a = { 0 };
	struct table t = { .arena = &a };
	unsigned char id[TABLE_ID];

	(void)state;
	for (int n = 0; n < 3000; n++) {
		struct table_entry *e;

		id_of(id, n);
		e = table_add(&t, id);
		e->seen = n % 2 == 0;
		e->login = n + 1;
		id_of(e->key, n + 10000);
	}
	table_index(&t);
	assert_int_equal(t.count, 3000);
	for (int n = 0; n < 3000; n++) {
		id_of(id, n);
		assert_int_equal(table_find(&t, id), n);
		id_of(id, n + 10000);
		/* who is not there has no DN: another may have it now */
		assert_int_equal(table_by_key(&t, id), n % 2 ? -1 : n);
		assert_int_equal(table_by_login(&t, n + 1), n % 2 ? -1 : n);
	}
	id_of(id, 5000);
	assert_int_equal(table_find(&t, id), -1);
	arena_free(&a);
}

static void test_hex(void **state)
{
	static const struct {
		const char *text;
		int good;
	} cases[] = {
		{ "00ff00ff00ff00ff00ff00ff00ff00ff", 1 },
		{ "0198a1b2-0000-7000-8000-0000000000ff", 1 },
		{ "00ff00ff00ff00ff00ff00ff00ff00f", 0 },
		{ "00ff00ff00ff00ff00ff00ff00ff00ff0", 0 },
		{ "00FF00ff00ff00ff00ff00ff00ff00ff", 0 },
		{ "", 0 },
		{ NULL, 0 },
	};
	unsigned char b[TABLE_ID];
	char hex[TABLE_HEX], uuid[37];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(table_unhex(cases[i].text, b), cases[i].good);
	assert_true(table_unhex(cases[1].text, b));
	table_hex(b, hex);
	assert_string_equal(hex, "0198a1b20000700080000000000000ff");
	table_uuid(b, uuid);
	assert_string_equal(uuid, cases[1].text);
}

static void test_a_digest_knows_no_order(void **state)
{
	struct table_digest one = { 0 }, two = { 0 }, other = { 0 };
	char a[TABLE_HEX], b[TABLE_HEX], c[TABLE_HEX];
	unsigned char id[TABLE_ID];

	(void)state;
	for (int n = 0; n < 100; n++) {
		id_of(id, n);
		table_digest_add(&one, id);
		id_of(id, 99 - n);
		table_digest_add(&two, id);
		id_of(id, n == 50 ? 200 : n);
		table_digest_add(&other, id);
	}
	table_digest_hex(&one, a);
	table_digest_hex(&two, b);
	table_digest_hex(&other, c);
	assert_string_equal(a, b);
	assert_string_not_equal(a, c);
}

/* Groups 0 > 1 > 2 > 0 in a ring, 3 on its own; person g is named by group g. */
static void test_members_through_a_ring_of_groups(void **state)
{
	struct arena a = { 0 };
	struct numbers people[4] = { 0 }, groups[4] = { 0 }, out[4] = { 0 };
	const struct closure in = { people, groups, 4, 4 };
	bool nest[4];
	int cycle;

	(void)state;
	for (int g = 0; g < 4; g++) {
		numbers_add(&a, &people[g], g);
		numbers_add(&a, &people[g], g);
		if (g < 3)
			numbers_add(&a, &groups[g], (g + 1) % 3);
	}
	assert_true(closure_run(&a, &in, true, out, nest, &cycle));
	assert_true(cycle >= 0);
	for (int g = 0; g < 3; g++) {
		assert_int_equal(out[g].n, 3);
		assert_true(nest[g]);
	}
	assert_int_equal(out[3].n, 1);
	assert_false(nest[3]);
	memset(out, 0, sizeof(out));
	assert_true(closure_run(&a, &in, false, out, nest, &cycle));
	for (int g = 0; g < 4; g++)
		assert_int_equal(out[g].n, 1);
	assert_int_equal(cycle, -1);
	arena_free(&a);
}

static void test_who_has_ended(void **state)
{
	struct arena a = { 0 };
	const char *me = owner_name(&a, "trace");
	char *other = arena_strdup(&a, me), *start = strchr(strchr(other, '/') + 1, '/') + 1;

	(void)state;
	assert_false(owner_has_ended(&a, me));
	assert_false(owner_has_ended(&a, "trace/1/2/another machine"));
	assert_false(owner_has_ended(&a, "trace"));
	/* the same number, begun at another time: another process */
	*start = *start == '1' ? '2' : '1';
	assert_true(owner_has_ended(&a, other));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries_are_found_by_id_and_dn),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_a_digest_knows_no_order),
		cmocka_unit_test(test_members_through_a_ring_of_groups),
		cmocka_unit_test(test_who_has_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
