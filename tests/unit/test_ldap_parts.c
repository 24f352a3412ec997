/* test_ldap_parts.c - names, ids, times, marks, settings and states of directories. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/ldapsync/filter.h"
#include "../../src/ldapsync/map.h"
#include "../../src/ldapsync/mark.h"
#include "../../src/ldapsync/parts.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static struct slice text(const char *s)
{
	return (struct slice){ s, strlen(s) };
}

/* ---- names ---- */

static void spellings_of_a_dn_are_one(void **state)
{
	static const struct {
		const char *dn, *canonical; /* NULL: no DN */
	} cases[] = {
		{ "", "" },
		{ "uid=a,dc=ex", "uid=a,dc=ex" },
		{ "UID=A , DC=Ex", "uid=a,dc=ex" },
		{ "uid =  a,  dc=ex  ", "uid=a,dc=ex" },
		{ "cn=Doe\\, Jane,dc=ex", "cn=doe\\2c jane,dc=ex" },
		{ "cn=Doe\\2C Jane,dc=ex", "cn=doe\\2c jane,dc=ex" },
		{ "cn=a  b\\20\\20,dc=ex", "cn=a b,dc=ex" },
		{ "2.5.4.3=a,0.9.2342.19200300.100.1.25=ex", "cn=a,dc=ex" },
		{ "ou=x+cn=y,dc=ex", "cn=y+ou=x,dc=ex" },
		{ "cn=y+ou=x,dc=ex", "cn=y+ou=x,dc=ex" },
		{ "cn=ab+cn=a,dc=ex", "cn=a+cn=ab,dc=ex" },
		{ "cn=M\xc3\x9cLLER,dc=ex", "cn=m\xc3\xbcller,dc=ex" },
		{ "cn=M\\C3\\9CLLER,dc=ex", "cn=m\xc3\xbcller,dc=ex" },
		{ "cn=#0402AB,dc=ex", "cn=#0402ab,dc=ex" },
		{ "cn=a\\00b,dc=ex", "cn=#610062,dc=ex" },
		{ "cn=\\ff,dc=ex", "cn=#ff,dc=ex" },
		{ "cn=tomb\\0ADEL:1,dc=ex", "cn=tomb\\0adel:1,dc=ex" },
		{ "cn=,dc=ex", "cn=,dc=ex" },
		{ "cn=a,", NULL },
		{ ",cn=a", NULL },
		{ "cn", NULL },
		{ "=a", NULL },
		{ "cn=\"a\",dc=ex", NULL },
		{ "cn=a;dc=ex", NULL },
		{ "cn=a\\", NULL },
		{ "cn=a\\q", NULL },
		{ "cn=#0,dc=ex", NULL },
		{ "<GUID=00112233>", NULL },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *got = dn_canonical(&a, text(cases[i].dn));
		unsigned char key[DIR_KEY_BYTES];

		if (!cases[i].canonical) {
			assert_null(got);
			assert_false(dn_key(&a, text(cases[i].dn), key));
			continue;
		}
		assert_non_null(got);
		assert_string_equal(got, cases[i].canonical);
		assert_true(dn_key(&a, text(cases[i].dn), key));
	}
	arena_free(&a);
}

static void a_dn_begins_with_a_name(void **state)
{
	static const struct {
		const char *dn, *value; /* NULL: none */
	} cases[] = {
		{ "cn=Annotators,ou=groups,dc=ex", "Annotators" },
		{ " CN = Two  Words , dc=ex", "Two  Words" },
		{ "cn=Doe\\, Jane,dc=ex", "Doe, Jane" },
		{ "cn=M\\C3\\9Cller,dc=ex", "M\xc3\x9cller" },
		{ "ou=x+cn=y,dc=ex", "x" },
		{ "cn=alone", "alone" },
		{ "cn=,dc=ex", "" },
		{ "", "" },
		{ "cn=#0402AB,dc=ex", NULL },
		{ "cn=\\ff,dc=ex", NULL },
		{ "cn=a\\00b,dc=ex", NULL },
		{ "cn=\"a\",dc=ex", NULL },
		{ "cn", NULL },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *got = dn_first_value(&a, text(cases[i].dn));

		if (cases[i].value)
			assert_string_equal(got, cases[i].value);
		else
			assert_null(got);
	}
	arena_free(&a);
}

static void a_listing_reaches_as_far_as_its_scope(void **state)
{
	static const struct {
		const char *dn, *base;
		bool subtree, one, itself;
	} cases[] = {
		{ "cn=a,ou=g,dc=ex", "OU=g, DC=ex", true, true, false },
		{ "cn=a\\,b,ou=g,dc=ex", "ou=g,dc=ex", true, true, false },
		{ "cn=a,ou=b,ou=g,dc=ex", "ou=g,dc=ex", true, false, false },
		{ "ou=g,dc=ex", "ou=g,dc=ex", true, false, true },
		{ "cn=a,xou=g,dc=ex", "ou=g,dc=ex", false, false, false },
		{ "dc=ex", "ou=g,dc=ex", false, false, false },
		{ "cn=a,dc=ex", "", true, false, false },
		{ "dc=ex", "", true, true, false },
		{ "no dn", "dc=ex", false, false, false },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *const bases[] = { "ou=elsewhere,dc=example", cases[i].base, NULL };
		struct dir_query q = { .bases = bases };

		q.scope = DIR_SUBTREE;
		assert_int_equal(dn_in_scope(&a, cases[i].dn, &q), cases[i].subtree);
		q.scope = DIR_ONE;
		assert_int_equal(dn_in_scope(&a, cases[i].dn, &q), cases[i].one);
		q.scope = DIR_BASE;
		assert_int_equal(dn_in_scope(&a, cases[i].dn, &q), cases[i].itself);
	}
	arena_free(&a);
}

/* Short ones and long ones are worked on in different places. */
static void long_dns_have_keys_too(void **state)
{
	struct arena a = { 0 };
	char *lower = arena_alloc(&a, DN_BYTES_MAX + 2), *upper = arena_alloc(&a, DN_BYTES_MAX + 2);
	unsigned char x[DIR_KEY_BYTES], y[DIR_KEY_BYTES];

	(void)state;
	memset(lower, 'a', 2000);
	memset(upper, 'A', 2000);
	memcpy(lower, "cn=", 3);
	memcpy(upper, "CN=", 3);
	assert_true(dn_key(&a, text(lower), x) && dn_key(&a, text(upper), y));
	assert_memory_equal(x, y, sizeof(x));
	upper[1999] = 'b';
	assert_true(dn_key(&a, text(upper), y));
	assert_memory_not_equal(x, y, sizeof(x));
	memset(lower + 3, 'a', DN_BYTES_MAX - 2);
	assert_false(dn_key(&a, text(lower), x));
	arena_free(&a);
}

static void uid_behind_a_name_is_not_part_of_it(void **state)
{
	static const char *const cases[][2] = {
		{ "cn=a,dc=ex#'0101'B", "cn=a,dc=ex" },
		{ "cn=a,dc=ex#''B", "cn=a,dc=ex" },
		{ "cn=a,dc=ex", "cn=a,dc=ex" },
		{ "cn='B", "cn='B" },
		{ "#'2'B", "#'2'B" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice got = dn_without_uid(text(cases[i][0]));

		assert_int_equal(got.n, strlen(cases[i][1]));
		assert_memory_equal(got.p, cases[i][1], got.n);
	}
}

/* ---- ids ---- */

static void ids_come_in_three_forms(void **state)
{
	static const struct {
		enum dir_id_form form;
		const char *in, *out; /* out NULL: none */
		size_t n;
	} cases[] = {
		{ DIR_ID_UUID, "1F59A246-e578-11f1-a041-dea09daa89df",
		  "1f59a246-e578-11f1-a041-dea09daa89df", 36 },
		{ DIR_ID_UUID, "{1f59a246-e578-11f1-a041-dea09daa89df}",
		  "1f59a246-e578-11f1-a041-dea09daa89df", 38 },
		{ DIR_ID_UUID, "1f59a246e57811f1a041dea09daa89df",
		  "1f59a246-e578-11f1-a041-dea09daa89df", 32 },
		{ DIR_ID_NSUID, "1f59a246-e57811f1-a041dea0-9daa89df",
		  "1f59a246-e57811f1-a041dea0-9daa89df", 35 },
		{ DIR_ID_GUID, "\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff",
		  "00112233-4455-6677-8899-aabbccddeeff", 16 },
		{ DIR_ID_UUID, "1f59a246-e57811f1-a041dea0-9daa89df", NULL, 35 },
		{ DIR_ID_NSUID, "1f59a246-e578-11f1-a041-dea09daa89df", NULL, 36 },
		{ DIR_ID_UUID, "1f59a246-e578-11f1-a041-dea09daa89d", NULL, 35 },
		{ DIR_ID_UUID, "1f59a246-e578-11f1-a041-dea09daa89dfa", NULL, 37 },
		{ DIR_ID_UUID, "1f59a246--e578-11f1-a041-dea09daa89df", NULL, 37 },
		{ DIR_ID_UUID, "00000000-0000-0000-0000-000000000000", NULL, 36 },
		{ DIR_ID_UUID, "", NULL, 0 },
		{ DIR_ID_GUID, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", NULL, 16 },
		{ DIR_ID_GUID, "0011223344556677", "31313030-3232-3333-3434-353536363737", 16 },
		{ DIR_ID_GUID, "001122334455667", NULL, 15 },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		unsigned char id[DIR_ID_BYTES];
		bool good = id_parse(cases[i].form, (struct slice){ cases[i].in, cases[i].n }, id);

		assert_int_equal(good, cases[i].out != NULL);
		if (good)
			assert_string_equal(id_text(&a, cases[i].form, id), cases[i].out);
	}
	arena_free(&a);
}

static void filters_hold_any_byte(void **state)
{
	static const unsigned char id[DIR_ID_BYTES] = { 0, 0xff, '*', '(' };
	struct arena a = { 0 };
	struct buf b = buf_in(&a, 200);

	(void)state;
	assert_string_equal(dir_filter_text(&a, "a*)(uid=*\\"), "a\\2a\\29\\28uid=\\2a\\5c");
	assert_string_equal(dir_filter_text(&a, ""), "");
	assert_string_equal(dir_filter_text(&a, "\xc3\xbc\x01"), "\\c3\\bc\\01");
	id_filter(&b, "objectGUID", DIR_ID_GUID, id);
	assert_string_equal(b.p, "(objectGUID=\\00\\ff\\2a\\28\\00\\00\\00\\00\\00\\00\\00\\00\\00"
				 "\\00\\00\\00)");
	arena_free(&a);
}

static void sids_and_primary_groups(void **state)
{
	static const char user[] = "\x01\x05\0\0\0\0\0\x05\x15\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0"
				   "\x58\x04\0\0";
	static const char group[] = "\x01\x05\0\0\0\0\0\x05\x15\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0"
				    "\x01\x02\0\0";
	struct slice u = { user, 28 }, g = { group, 28 };
	unsigned char x[DIR_KEY_BYTES], y[DIR_KEY_BYTES];
	struct arena a = { 0 };

	(void)state;
	assert_string_equal(sid_text(&a, u), "S-1-5-21-1-2-3-1112");
	assert_null(sid_text(&a, (struct slice){ user, 27 }));
	assert_true(sid_key(u, 513, x) && sid_key(g, -1, y));
	assert_memory_equal(x, y, sizeof(x));
	assert_true(sid_key(u, -1, x));
	assert_memory_not_equal(x, y, sizeof(x));
	assert_false(sid_key(u, INT64_C(1) << 32, x));
	assert_false(sid_key((struct slice){ "\x01\0\0\0\0\0\0\x05", 8 }, 1, x));
	arena_free(&a);
}

/* ---- times ---- */

static void times_of_directories(void **state)
{
	static const struct {
		bool file;
		const char *in;
		int64_t out; /* -1: no time */
	} cases[] = {
		{ true, "0", LDAP_NEVER },
		{ true, "9223372036854775807", LDAP_NEVER },
		{ true, "116444736000000000", 0 },
		{ true, "133485408000000000", 1704067200000 },
		{ true, "-1", -1 },
		{ true, "", -1 },
		{ true, "1x", -1 },
		{ false, "20240101000000Z", 1704067200000 },
		{ false, "20240101000000.5Z", 1704067200500 },
		{ false, "202401010000Z", 1704067200000 },
		{ false, "2024010100Z", 1704067200000 },
		{ false, "2024010100.5Z", 1704069000000 },
		{ false, "20240101010000+0100", 1704067200000 },
		{ false, "20240101000000+00", 1704067200000 },
		{ false, "20240101000000", -1 },
		{ false, "20241301000000Z", -1 },
		{ false, "20240101250000Z", -1 },
		{ false, "2024", -1 },
		{ false, "", -1 },
		{ false, "20240101000000Zx", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t ms = 0;
		bool good = cases[i].file ? filetime_parse(cases[i].in, &ms)
					  : gentime_parse(cases[i].in, &ms);

		assert_int_equal(good, cases[i].out != -1);
		if (good)
			assert_int_equal(ms, cases[i].out);
	}
}

/* ---- settings ---- */

static struct ctx test_ctx(struct arena *a)
{
	return (struct ctx){ .arena = a, .now = 1704067200000 };
}

static json_t *merged(struct ctx *c, const char *given, bool *good)
{
	json_t *settings = json_object(), *j = json_loads(given, 0, NULL);

	assert_non_null(j);
	*good = ldap_settings_merge(c, j, settings) && ldap_settings_check(c, settings);
	json_decref(j);
	return settings;
}

#define SOUND "\"uris\": [\"ldaps://dc1.acme.example\"], \"users\": {\"base\": \"dc=acme\"}"

#define FIVE "\"a=1\", \"a=2\", \"a=3\", \"a=4\", \"a=5\""

static void settings_are_checked_as_a_whole(void **state)
{
	static const struct {
		const char *given, *why; /* why NULL: sound */
	} cases[] = {
		{ "{" SOUND "}", NULL },
		{ "{" SOUND ", \"tls\": {\"mode\": \"none\"}}", "needs tls.mode" },
		{ "{\"uris\": [\"ldap://dc1.acme.example\"], \"users\": {\"base\": \"x\"}}",
		  "not ldaps" },
		{ "{\"uris\": [\"ldap://dc1.acme.example\"], \"tls\": {\"mode\": \"starttls\"}, "
		  "\"users\": {\"base\": \"dc=x\"}}",
		  NULL },
		{ "{\"uris\": [\"ldap://dc1.acme.example\"], \"tls\": {\"mode\": \"none\"}, "
		  "\"users\": {\"base\": \"dc=x\"}}",
		  "without TLS" },
		{ "{\"uris\": [\"ldap://127.evil.example\"], \"tls\": {\"mode\": \"none\"}, "
		  "\"users\": {\"base\": \"dc=x\"}}",
		  "without TLS" },
		{ "{\"uris\": [\"ldap://127.0.0.1:389\"], \"tls\": {\"mode\": \"none\"}, "
		  "\"users\": {\"base\": \"dc=x\"}}",
		  NULL },
		{ "{\"uris\": [\"ldapi://%2frun%2fldapi\"], \"users\": {\"base\": \"dc=x\"}}",
		  "must begin" },
		{ "{\"uris\": [\"ldaps://a/dc=x??sub\"], \"users\": {\"base\": \"dc=x\"}}",
		  "host and port" },
		{ "{\"uris\": [], \"users\": {\"base\": \"dc=x\"}}", "at least one" },
		{ "{\"uris\": [\"ldaps://a\"]}", "users.base" },
		{ "{" SOUND ", \"colour\": 1}", "unknown setting \"colour\"" },
		{ "{" SOUND ", \"tls\": {\"verify\": false}}", "unknown setting \"tls.verify\"" },
		{ "{" SOUND ", \"tls\": {\"mode\": \"maybe\"}}", "one of: ldaps starttls none" },
		{ "{" SOUND ", \"tls\": {\"ca_pem\": \"hello\"}}", "certificates in PEM" },
		{ "{" SOUND ", \"tls\": {\"pin\": \"00\"}}", "64 hexadecimal" },
		{ "{" SOUND ", \"bind\": {\"method\": \"external\"}}", "client_cert_pem" },
		{ "{" SOUND ", \"groups\": {\"filter\": \"(a=b))(c=d\"}}", "groups.filter" },
		{ "{" SOUND ", \"groups\": {\"filter\": \"(a=b)(c=d)\"}}", "groups.filter" },
		{ "{" SOUND ", \"groups\": {\"filter\": \"objectClass=group\"}}", NULL },
		{ "{" SOUND ", \"signin\": {\"filter\": \"(uid=x)\"}}", "{login}" },
		{ "{" SOUND ", \"attributes\": {\"email\": [\"userPassword\"]}}",
		  "attributes.email" },
		{ "{" SOUND ", \"attributes\": {\"email\": [\"mail)(x\"]}}", "attributes.email" },
		{ "{" SOUND ", \"groups\": {\"member_of\": \"memberOf\"}}", NULL },
		{ "{" SOUND ", \"groups\": {\"member_of\": \"member of\"}}", "groups.member_of" },
		{ "{" SOUND ", \"groups\": {\"member_of\": \"MAIL\"}}", "another setting" },
		{ "{" SOUND ", \"groups\": {\"member_of\": [\"memberOf\"]}}", "groups.member_of" },
		{ "{" SOUND ", \"state\": {\"attributes\": [\"mood\"]}}", "state.attributes" },
		{ "{" SOUND ", \"page_size\": -1}", "page_size" },
		{ "{" SOUND ", \"id\": {\"attribute\": \"\"}}", "id.attribute" },
		{ "{" SOUND ", \"users\": {\"base\": [\"ou=a,dc=x\", \"ou=b,dc=x\"]}}", NULL },
		{ "{" SOUND ", \"users\": {\"base\": []}}", "users.base must say" },
		{ "{" SOUND ", \"users\": {\"base\": [\"ou=a,dc=x\", \"\"]}}",
		  "list of at most 16" },
		{ "{" SOUND ", \"users\": {\"base\": [\"ou=a,dc=x\", 1]}}", "list of at most 16" },
		{ "{" SOUND ", \"users\": {\"base\": [" FIVE ", " FIVE ", " FIVE
		  ", \"a=b\", \"a=c\"]}}",
		  "list of at most 16" },
		{ "{" SOUND ", \"users\": {\"base\": [\"ou=a,dc=x\", \"OU=A, DC=X\"]}}",
		  "overlap" },
		{ "{" SOUND ", \"users\": {\"base\": [\"ou=a,ou=b,dc=x\", \"OU=B,dc=x\"]}}",
		  "overlap" },
		{ "{" SOUND ", \"users\": {\"base\": [\"ou=b,dc=x\", \"ou=a,ou=b,dc=x\"], "
		  "\"scope\": \"one\"}}",
		  NULL },
		{ "{" SOUND ", \"users\": {\"base\": [\"ou=ab,dc=x\", \"ou=b,dc=x\"]}}", NULL },
		{ "{" SOUND ", \"users\": {\"base\": [\"ou=a\\\\,ou=b,dc=x\", \"ou=b,dc=x\"]}}",
		  NULL },
		{ "{" SOUND ", \"groups\": {\"base\": [\"ou=a,dc=x\", \"dc=x\"]}}",
		  "groups.base: \"ou=a,dc=x\" and \"dc=x\" overlap" },
		{ "{" SOUND ", \"groups\": {\"base\": [\"ou=a,dc=x\", \"nowhere\"]}}",
		  "not a distinguished name" },
		{ "{" SOUND ", \"groups\": {\"base\": [\"ou=a,dc=x\", \"ou=b,dc=x\"]}, "
		  "\"strategy\": \"syncrepl\"}",
		  "follows one base" },
		{ "{" SOUND ", \"users\": {\"base\": [\"ou=a,dc=x\", \"ou=b,dc=x\"]}, "
		  "\"strategy\": \"dirsync\"}",
		  "follows one base" },
		{ "{" SOUND ", \"users\": {\"base\": [\"dc=x\"]}, \"strategy\": \"syncrepl\"}",
		  NULL },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ctx c = test_ctx(&a);
		bool good;

		json_decref(merged(&c, cases[i].given, &good));
		assert_int_equal(good, cases[i].why == NULL);
		if (cases[i].why && !strstr(c.err.msg, cases[i].why))
			fail_msg("%s: %s", cases[i].given, c.err.msg);
	}
	arena_free(&a);
}

static void sound_settings(struct ctx *c, const char *more, struct ldap_settings *out)
{
	bool good;
	json_t *j = merged(c, arena_printf(c->arena, "{" SOUND "%s}", more), &good);
	char *text_ = json_dumps(j, 0);

	assert_true(good);
	assert_true(ldap_settings_read(c, text_, out));
	free(text_);
	json_decref(j);
}

static void passwords_stay_with_their_servers(void **state)
{
	static const struct {
		const char *more;
		bool moves;
	} cases[] = {
		{ "", false },
		{ ", \"page_size\": 5", false },
		{ ", \"uris\": [\"ldaps://evil.example\"]", true },
		{ ", \"uris\": [\"ldaps://dc1.acme.example\", \"ldaps://evil.example\"]", true },
		{ ", \"uris\": [\"ldaps://dc1.acme.example:3636\"]", true },
		{ ", \"tls\": {\"pin\": "
		  "\"0000000000000000000000000000000000000000000000000000000000000000\"}",
		  true },
	};
	struct arena a = { 0 };
	struct ctx c = test_ctx(&a);
	struct ldap_settings before, after;

	(void)state;
	sound_settings(&c, "", &before);
	for (size_t i = 0; i < COUNT(cases); i++) {
		sound_settings(&c, cases[i].more, &after);
		assert_int_equal(ldap_settings_move(&before, &after), cases[i].moves);
	}
	arena_free(&a);
}

static void names_in_filters_mean_nothing(void **state)
{
	struct arena a = { 0 };
	struct ctx c = test_ctx(&a);
	struct ldap_settings s;

	(void)state;
	sound_settings(&c, ", \"signin\": {\"filter\": \"(|(uid={login})(mail={login}))\"}", &s);
	assert_string_equal(signin_filter(&a, &s, "*)(uid=*"),
			    "(&(objectClass=inetOrgPerson)(|(uid=\\2a\\29\\28uid=\\2a)"
			    "(mail=\\2a\\29\\28uid=\\2a)))");
	arena_free(&a);
}

/* ---- people ---- */

static void set_value(struct arena *a, const struct dir_query *q, struct dir_attr *attr,
		      const char *name, const char *value)
{
	struct slice *v = arena_new(a, struct slice);
	int i = want_of(q, name);

	assert_true(i >= 0);
	*v = text(value);
	attr[i] = (struct dir_attr){ .value = v, .n = 1 };
}

static void accounts_have_states(void **state)
{
	static const struct {
		const char *attr, *value;
		enum ldap_state state;
		bool active, skip;
	} cases[] = {
		{ "sn", "nothing of it", LDAP_ACTIVE, true, false },
		{ "userAccountControl", "512", LDAP_ACTIVE, true, false },
		{ "userAccountControl", "514", LDAP_DISABLED, false, false },
		{ "userAccountControl", "66050", LDAP_DISABLED, false, false },
		{ "userAccountControl", "-2147483134", LDAP_DISABLED, false, false },
		{ "userAccountControl", "528", LDAP_ACTIVE, true, false },
		{ "userAccountControl", "4096", LDAP_ACTIVE, true, true },
		{ "userAccountControl", "garbage", LDAP_ACTIVE, true, false },
		{ "isCriticalSystemObject", "TRUE", LDAP_ACTIVE, true, true },
		{ "accountExpires", "0", LDAP_ACTIVE, true, false },
		{ "accountExpires", "9223372036854775807", LDAP_ACTIVE, true, false },
		{ "accountExpires", "116444736000000000", LDAP_EXPIRED, false, false },
		{ "accountExpires", "200000000000000000", LDAP_ACTIVE, true, false },
		{ "nsAccountLock", "true", LDAP_DISABLED, false, false },
		{ "nsAccountLock", "FALSE", LDAP_ACTIVE, true, false },
		{ "loginDisabled", "TRUE", LDAP_DISABLED, false, false },
		{ "krbPrincipalExpiration", "20200101000000Z", LDAP_EXPIRED, false, false },
		{ "pwdAccountLockedTime", "000001010000Z", LDAP_LOCKED, true, false },
		{ "pwdAccountLockedTime", "20231231235900Z", LDAP_ACTIVE, true, false },
		{ "shadowExpire", "1", LDAP_EXPIRED, false, false },
		{ "shadowExpire", "-1", LDAP_ACTIVE, true, false },
	};
	struct arena a = { 0 };
	struct ctx c = test_ctx(&a);
	struct ldap_settings s;
	struct dir_query q;

	(void)state;
	sound_settings(&c, "", &s);
	ldap_users_query(&c, &s, &q);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct dir_attr *attr = arena_array(&a, struct dir_attr, DIR_WANTS_MAX);
		struct dir_entry e = { .attr = attr };
		struct ldap_person p;

		set_value(&a, &q, attr, "mail", "ada@acme.example");
		set_value(&a, &q, attr, cases[i].attr, cases[i].value);
		ldap_map_person(&a, &s, &q, &e, c.now, &p);
		assert_null(p.bad);
		assert_string_equal(p.user_name, "ada@acme.example");
		if (p.state != cases[i].state || p.active != cases[i].active ||
		    p.skip != cases[i].skip)
			fail_msg("%s: %s", cases[i].attr, cases[i].value);
	}
	arena_free(&a);
}

static void a_time_to_come_is_told(void **state)
{
	struct arena a = { 0 };
	struct ctx c = test_ctx(&a);
	struct dir_attr *attr = arena_array(&a, struct dir_attr, DIR_WANTS_MAX);
	struct dir_entry e = { .attr = attr };
	struct ldap_settings s;
	struct ldap_person p;
	struct dir_query q;

	(void)state;
	sound_settings(&c, "", &s);
	ldap_users_query(&c, &s, &q);
	ldap_map_person(&a, &s, &q, &e, c.now, &p);
	assert_non_null(p.bad);
	assert_false(p.state_seen);
	set_value(&a, &q, attr, "uid", "  ada ");
	set_value(&a, &q, attr, "mail", "not an address");
	set_value(&a, &q, attr, "krbPrincipalExpiration", "20240102000000Z");
	ldap_map_person(&a, &s, &q, &e, c.now, &p);
	assert_string_equal(p.login, "ada");
	assert_null(p.mail);
	assert_true(p.active && p.state_seen);
	assert_int_equal(p.expires, 1704153600000);
	ldap_map_person(&a, &s, &q, &e, p.expires, &p);
	assert_false(p.active);
	arena_free(&a);
}

static void groups_are_named_apart_from_the_person(void **state)
{
	struct arena a = { 0 };
	struct ctx c = test_ctx(&a);
	struct dir_attr *attr = arena_array(&a, struct dir_attr, DIR_WANTS_MAX);
	struct dir_entry e = { .attr = attr };
	struct ldap_settings s;
	struct ldap_person p;
	struct dir_query q;

	(void)state;
	sound_settings(&c, "", &s);
	ldap_users_query(&c, &s, &q);
	assert_int_equal(q.apart, 0);
	ldap_map_person(&a, &s, &q, &e, c.now, &p);
	assert_null(p.member_of);
	sound_settings(&c, ", \"groups\": {\"member_of\": \"memberOf\"}", &s);
	ldap_users_query(&c, &s, &q);
	assert_int_equal(q.apart, 1);
	assert_string_equal(q.want[0].name, "memberOf");
	assert_int_equal(q.want[0].kind, DIR_DN);
	ldap_map_person(&a, &s, &q, &e, c.now, &p);
	assert_int_equal(p.member_of->n, 0);
	set_value(&a, &q, attr, "memberOf", "cn=a,dc=ex");
	ldap_map_person(&a, &s, &q, &e, c.now, &p);
	assert_int_equal(p.member_of->n, 1);
	arena_free(&a);
}

static void members_have_keys_whatever_else_names_them(void **state)
{
	struct arena a = { 0 };
	struct ctx c = test_ctx(&a);
	struct ldap_settings s;
	struct dir_query q;

	(void)state;
	sound_settings(&c,
		       ", \"groups\": {\"name\": [\"member\"], \"member_uids\": [\"member\"],"
		       " \"members\": [\"MEMBER\"]}",
		       &s);
	ldap_groups_query(&c, &s, &q);
	assert_int_equal(q.want[want_of(&q, "member")].kind, DIR_DN);
	arena_free(&a);
}

/* ---- marks ---- */

static void marks_are_good_where_they_were_made(void **state)
{
	struct arena a = { 0 };
	struct dir_want want[] = { { "uid", DIR_TEXT } };
	const char *const bases[] = { "dc=ex", NULL }, *const more[] = { "dc=ex", "dc=org", NULL };
	struct dir_query q = { .bases = bases,
			       .filter = "(a=b)",
			       .id_attr = "entryUUID",
			       .want = want,
			       .wants = 1 },
			 r;
	struct dir_config f = { .dn = "cn=svc" }, g = { .dn = "cn=other" };
	struct dir_identity i = { .service = "s", .invocation = "i", .base_id = { { 1 } } }, j;
	struct mark m = { .how = DIR_USN, .since = { "4\0002", 3 } }, got;
	const char *why, *made = mark_write(&a, &m, &q, &f, &i);
	char *bent;

	(void)state;
	assert_true(mark_read(&a, made, &q, &f, &i, &got, &why));
	assert_int_equal(got.how, DIR_USN);
	assert_int_equal(got.since.n, 3);
	assert_memory_equal(got.since.p, "4\0002", 3);
	r = q;
	r.filter = "(a=c)";
	assert_false(mark_read(&a, made, &r, &f, &i, &got, &why));
	assert_non_null(strstr(why, "filters"));
	r = q;
	r.bases = more;
	assert_false(mark_read(&a, made, &r, &f, &i, &got, &why));
	assert_non_null(strstr(why, "bases"));
	assert_false(mark_read(&a, made, &q, &g, &i, &got, &why));
	j = i;
	j.invocation = "another life";
	assert_false(mark_read(&a, made, &q, &f, &j, &got, &why));
	assert_non_null(strstr(why, "another server"));
	for (size_t k = 0; k < strlen(made); k++) {
		bent = arena_strdup(&a, made);
		bent[k] = bent[k] == 'a' ? 'b' : 'a';
		assert_false(mark_read(&a, bent, &q, &f, &i, &got, &why));
		bent[k] = '\0';
		assert_false(mark_read(&a, bent, &q, &f, &i, &got, &why));
	}
	arena_free(&a);
}

static void bases_are_in_the_longest_context(void **state)
{
	static const char *const contexts[] = { "DC=ex", "dc=sub,dc=ex", "dc=other", NULL };
	static const struct dir_identity i = { .contexts = contexts };
	struct arena a = { 0 };

	(void)state;
	assert_string_equal(context_of(&a, &i, "ou=p, DC=EX"), "DC=ex");
	assert_string_equal(context_of(&a, &i, "ou=p,dc=sub,dc=ex"), "dc=sub,dc=ex");
	assert_string_equal(context_of(&a, &i, "dc=other"), "dc=other");
	assert_null(context_of(&a, &i, "dc=another"));
	assert_null(context_of(&a, &i, "not a dn"));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spellings_of_a_dn_are_one),
		cmocka_unit_test(a_dn_begins_with_a_name),
		cmocka_unit_test(a_listing_reaches_as_far_as_its_scope),
		cmocka_unit_test(long_dns_have_keys_too),
		cmocka_unit_test(uid_behind_a_name_is_not_part_of_it),
		cmocka_unit_test(ids_come_in_three_forms),
		cmocka_unit_test(filters_hold_any_byte),
		cmocka_unit_test(sids_and_primary_groups),
		cmocka_unit_test(times_of_directories),
		cmocka_unit_test(settings_are_checked_as_a_whole),
		cmocka_unit_test(passwords_stay_with_their_servers),
		cmocka_unit_test(names_in_filters_mean_nothing),
		cmocka_unit_test(accounts_have_states),
		cmocka_unit_test(a_time_to_come_is_told),
		cmocka_unit_test(groups_are_named_apart_from_the_person),
		cmocka_unit_test(members_have_keys_whatever_else_names_them),
		cmocka_unit_test(marks_are_good_where_they_were_made),
		cmocka_unit_test(bases_are_in_the_longest_context),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
