/* test_page.c - forms read strictly, pages written safely, cookies by their address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "http/cookie.h"
#include "http/form.h"
#include "http/page.h"

static void forms(void **state)
{
	static const struct {
		const char *body, *a, *b; /* a NULL: refused */
	} table[] = {
		{ "a=1&b=2", "1", "2" },     { "a=x+y&b=%C3%A4%26", "x y", "\xc3\xa4&" },
		{ "a=&b", "", "" },          { "&&a=1&&b=2&", "1", "2" },
		{ "a=1=2&b==", "1=2", "=" }, { "a=1&b=2&a=3", NULL, NULL },
		{ "a=1&%61=3", NULL, NULL }, { "a=%", NULL, NULL },
		{ "a=%zz", NULL, NULL },     { "a=%00", NULL, NULL },
		{ "a=%ff", NULL, NULL },     { "a=\xff", NULL, NULL },
	};
	struct arena a = { 0 };
	struct form f;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct ctx c = { .arena = &a };
		struct http_req q = { .body = { table[i].body, strlen(table[i].body) } };

		print_message("%zu\n", i);
		assert_int_equal(form_body(&c, &q, &f), table[i].a != NULL);
		if (!table[i].a) {
			assert_int_equal(c.err.kind, ERR_SYNTAX);
			continue;
		}
		assert_string_equal(form_value(&f, "a"), table[i].a);
		assert_string_equal(form_value(&f, "b"), table[i].b);
		assert_null(form_value(&f, "c"));
	}
	arena_free(&a);
}

static void too_many_fields(void **state)
{
	struct arena a = { 0 };
	struct ctx c = { .arena = &a };
	struct buf b = buf_in(&a, 4096);
	struct http_req q = { 0 };
	struct form f;

	(void)state;
	for (int i = 0; i < FORM_FIELDS_MAX; i++)
		buf_printf(&b, "f%d=1&", i);
	q.body = (struct slice){ b.p, b.n };
	assert_true(form_body(&c, &q, &f));
	buf_puts(&b, "more=1");
	q.body = (struct slice){ b.p, b.n };
	assert_false(form_body(&c, &q, &f));
	arena_free(&a);
}

static const char *header(const struct http_resp *p, const char *name)
{
	for (int i = 0; i < p->headers; i++)
		if (strcmp(p->header[i].name, name) == 0)
			return p->header[i].value;
	return NULL;
}

static void nothing_escapes_from_a_text(void **state)
{
	static const char evil[] = "\"'><script>alert(1)</script>&amp;<!--";
	struct arena a = { 0 };
	struct ctx c = { .arena = &a, .trace = evil, .base_url = "https://id.example" };
	struct http_resp p = { 0 };
	struct page g = page_begin(&c, "sign_in");

	(void)state;
	page_text(&g, evil);
	page_alert(&g, evil);
	page_code(&g, evil, evil);
	page_link(&g, evil, evil);
	page_row_begin(&g);
	page_row(&g, evil, evil);
	page_row_end(&g);
	page_form(&g, evil);
	page_hidden(&g, evil, evil);
	page_input(&g, evil, evil, "text", "off", evil);
	page_button(&g, evil);
	assert_true(page_end(&g, &p, 200));
	assert_null(strstr(p.body.p, "<script"));
	assert_null(strstr(p.body.p, "<!--"));
	assert_null(strstr(p.body.p, "\"'"));
	assert_null(strstr(p.body.p, "'>"));
	assert_non_null(strstr(p.body.p, "&#60;script&#62;"));
	assert_non_null(strstr(p.body.p, "<html lang=\"en\">"));
	assert_non_null(strstr(p.body.p, "<title>Sign in</title>"));
	assert_non_null(strstr(p.body.p, "<h1>Sign in</h1>"));
	assert_null(strstr(p.body.p, "style=\""));
	assert_null(strstr(header(&p, "Content-Security-Policy"), "unsafe"));
	assert_non_null(strstr(header(&p, "Content-Security-Policy"), "default-src 'none'"));

	p = (struct http_resp){ 0 };
	assert_true(page_say(&c, &p, 403, "waiting"));
	assert_int_equal(p.status, 403);
	assert_null(strstr(p.body.p, "<script"));
	c.err = (struct err){ .kind = ERR_INTERNAL, .msg = "secret of ours" };
	p = (struct http_resp){ 0 };
	page_error(&c, &p);
	assert_int_equal(p.status, 500);
	assert_null(strstr(p.body.p, "secret of ours"));
	arena_free(&a);
}

static void cookies_follow_the_address(void **state)
{
	static const struct {
		const char *base;
		bool possible;
		const char *set;
	} table[] = {
		{ "https://id.example", true,
		  "__Host-rosterd=v; Path=/; HttpOnly; SameSite=Lax; Secure" },
		{ "http://127.0.0.1:8080", true, "rosterd=v; Path=/; HttpOnly; SameSite=Lax" },
		{ "http://localhost:8080", true, "rosterd=v; Path=/; HttpOnly; SameSite=Lax" },
		{ "http://[::1]:8080", true, "rosterd=v; Path=/; HttpOnly; SameSite=Lax" },
		{ "http://id.example", false, NULL },
		{ "http://127.0.0.1.evil.example", false, NULL },
		{ "http://127.evil.example", false, NULL },
		{ "http://localhost.evil.example", false, NULL },
		{ "http://10.0.0.1", false, NULL },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct ctx c = { .arena = &a, .base_url = table[i].base };
		struct http_resp p = { 0 };

		print_message("%s\n", table[i].base);
		assert_int_equal(cookie_possible(&c), table[i].possible);
		if (!table[i].possible)
			continue;
		cookie_set(&c, &p, COOKIE_SESSION, "v");
		assert_string_equal(header(&p, "Set-Cookie"), table[i].set);
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),
		cmocka_unit_test(too_many_fields),
		cmocka_unit_test(nothing_escapes_from_a_text),
		cmocka_unit_test(cookies_follow_the_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
