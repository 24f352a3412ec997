/* test_seal.c - sealing, MACs and derived keys, passwords, one-time codes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include <cmocka.h>

#include "base/org.h"
#include "base/secret.h"
#include "base/totp.h"

static const struct org acme = { .id = "0190a0b0-0000-7000-8000-000000000001" };
static const struct org other = { .id = "0190a0b0-0000-7000-8000-000000000002" };

static char folder[] = "/tmp/rosterd-seal-XXXXXX";

static const char *path_of(struct arena *a, const char *name)
{
	return arena_printf(a, "%s/%s", folder, name);
}

static void use_key(struct ctx *c, const char *name)
{
	bool made;

	assert_true(secret_key_load(c, path_of(c->arena, name), true, &made));
}

static void sealed_text_opens_where_it_belongs_only(void **state)
{
	struct arena a = { 0 };
	struct ctx c = { .arena = &a, .org = &acme };
	const char *sealed, *again, *plain;

	(void)state;
	use_key(&c, "one");
	assert_true(secret_seal(&c, "totp", "secret text", &sealed));
	assert_true(secret_seal(&c, "totp", "secret text", &again));
	assert_int_equal(strncmp(sealed, "s1:", 3), 0);
	assert_string_not_equal(sealed, again);
	assert_null(strstr(sealed, "secret"));
	assert_true(secret_unseal(&c, "totp", sealed, &plain));
	assert_string_equal(plain, "secret text");

	assert_false(secret_unseal(&c, "session", sealed, &plain));
	assert_true(err_take(&c.err, ERR_INTERNAL));
	c.org = &other;
	assert_false(secret_unseal(&c, "totp", sealed, &plain));
	assert_true(err_take(&c.err, ERR_INTERNAL));
	arena_free(&a);
}

static void every_changed_character_is_noticed(void **state)
{
	struct arena a = { 0 };
	struct ctx c = { .arena = &a, .org = &acme };
	const char *sealed, *plain;
	char *copy;

	(void)state;
	use_key(&c, "one");
	assert_true(secret_seal(&c, "totp", "x", &sealed));
	for (size_t i = 0; sealed[i]; i++) {
		copy = arena_strdup(&a, sealed);
		copy[i] = copy[i] == 'A' ? 'B' : 'A';
		/* the last character of base64 has bits to spare */
		if (!sealed[i + 1] || strcmp(copy, sealed) == 0)
			continue;
		assert_false(secret_unseal(&c, "totp", copy, &plain));
		c.err = (struct err){ 0 };
	}
	assert_false(secret_unseal(&c, "totp", "", &plain));
	arena_free(&a);
}

static void another_key_is_named(void **state)
{
	struct arena a = { 0 };
	struct ctx c = { .arena = &a, .org = &acme };
	const char *sealed, *plain;

	(void)state;
	use_key(&c, "one");
	assert_true(secret_seal(&c, "totp", "x", &sealed));
	use_key(&c, "two");
	assert_false(secret_unseal(&c, "totp", sealed, &plain));
	assert_non_null(strstr(c.err.msg, "secret_key_file"));
	assert_true(err_take(&c.err, ERR_UNAVAILABLE));
	use_key(&c, "one");
	assert_true(secret_unseal(&c, "totp", sealed, &plain));
	arena_free(&a);
}

static void a_key_file_is_made_once_for_the_owner_alone(void **state)
{
	struct arena a = { 0 };
	struct ctx c = { .arena = &a };
	struct stat st;
	bool made;
	FILE *f;

	(void)state;
	assert_false(secret_key_load(&c, path_of(&a, "new"), false, &made));
	assert_true(err_take(&c.err, ERR_UNAVAILABLE));
	assert_true(secret_key_load(&c, path_of(&a, "new"), true, &made));
	assert_true(made);
	assert_int_equal(stat(path_of(&a, "new"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(secret_key_load(&c, path_of(&a, "new"), true, &made));
	assert_false(made);
	f = fopen(path_of(&a, "short"), "w");
	fputs("too short", f);
	fclose(f);
	assert_false(secret_key_load(&c, path_of(&a, "short"), true, &made));
	assert_true(err_take(&c.err, ERR_VALUE));
	assert_false(secret_key_load(&c, path_of(&a, "no/such/folder"), true, &made));
	assert_true(err_take(&c.err, ERR_UNAVAILABLE));
	arena_free(&a);
}

static void macs_and_subkeys_differ_by_purpose(void **state)
{
	struct arena a = { 0 };
	struct ctx c = { .arena = &a };
	const char *one, *same, *purpose, *text, *moved;
	unsigned char k[3][SECRET_KEY_BYTES];

	(void)state;
	use_key(&c, "one");
	assert_true(secret_mac(&c, "form", "text", &one) && secret_mac(&c, "form", "text", &same) &&
		    secret_mac(&c, "csrf", "text", &purpose) &&
		    secret_mac(&c, "form", "texT", &text) &&
		    secret_mac(&c, "formt", "ext", &moved));
	assert_string_equal(one, same);
	assert_string_not_equal(one, purpose);
	assert_string_not_equal(one, text);
	assert_string_not_equal(one, moved);
	assert_true(secret_subkey(&c, "rst-jwts", 1, k[0]) &&
		    secret_subkey(&c, "rst-jwts", 2, k[1]) &&
		    secret_subkey(&c, "rst-macs", 1, k[2]));
	assert_memory_not_equal(k[0], k[1], SECRET_KEY_BYTES);
	assert_memory_not_equal(k[0], k[2], SECRET_KEY_BYTES);
	arena_free(&a);
}

static void passwords_are_argon2id(void **state)
{
	struct arena a = { 0 };
	struct ctx c = { .arena = &a };
	const char *hash, *again;
	bool same;

	(void)state;
	assert_true(password_hash(&c, "correct horse", &hash) &&
		    password_hash(&c, "correct horse", &again));
	assert_int_equal(strncmp(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31), 0);
	assert_string_not_equal(hash, again);
	assert_true(password_same(&c, hash, "correct horse", &same) && same);
	assert_true(password_same(&c, hash, "correct horsf", &same) && !same);
	assert_true(password_same(&c, NULL, "correct horse", &same) && !same);
	arena_free(&a);
}

/* RFC 6238, appendix B (SHA-1), the last six of its eight digits. */
static void codes_are_those_of_the_rfc(void **state)
{
	static const char secret[] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
	static const struct {
		int64_t seconds;
		const char *code;
	} table[] = {
		{ 59, "287082" },         { 1111111109, "081804" }, { 1111111111, "050471" },
		{ 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" },
	};
	int64_t step;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		int64_t ms = table[i].seconds * 1000;

		assert_true(totp_check(secret, table[i].code, ms, &step));
		assert_int_equal(step, table[i].seconds / 30);
		assert_true(totp_check(secret, table[i].code, ms + 30000, &step));
		assert_true(totp_check(secret, table[i].code, ms - 30000, &step));
		assert_int_equal(step, table[i].seconds / 30);
		assert_false(totp_check(secret, table[i].code, ms + 60000, &step));
		if (table[i].seconds > 90)
			assert_false(totp_check(secret, table[i].code, ms - 60000, &step));
	}
	assert_false(totp_check(secret, "", 59000, &step));
	assert_false(totp_check(secret, "28708", 59000, &step));
	assert_false(totp_check(secret, "2870820", 59000, &step));
}

static void a_new_code_secret_is_base32(void **state)
{
	struct arena a = { 0 };
	const char *secret = totp_secret(&a);

	(void)state;
	assert_int_equal(strlen(secret), 32);
	assert_int_equal(strspn(secret, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), 32);
	assert_string_not_equal(secret, totp_secret(&a));
	assert_string_equal(totp_uri(&a, "A & B", "x@y", "ABC"),
			    "otpauth://totp/A%20%26%20B:x%40y?secret=ABC&issuer=A%20%26%20B");
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sealed_text_opens_where_it_belongs_only),
		cmocka_unit_test(every_changed_character_is_noticed),
		cmocka_unit_test(another_key_is_named),
		cmocka_unit_test(a_key_file_is_made_once_for_the_owner_alone),
		cmocka_unit_test(macs_and_subkeys_differ_by_purpose),
		cmocka_unit_test(passwords_are_argon2id),
		cmocka_unit_test(codes_are_those_of_the_rfc),
		cmocka_unit_test(a_new_code_secret_is_base32),
	};
	struct arena a = { 0 };
	int failed;

	if (!mkdtemp(folder))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path_of(&a, "one"));
	unlink(path_of(&a, "two"));
	unlink(path_of(&a, "new"));
	unlink(path_of(&a, "short"));
	rmdir(folder);
	arena_free(&a);
	return failed;
}
