/* test_attr.c - the table of attributes, its lookups, and lists of values. */
#include "person_harness.h"

#include "roster/attr.h"

static struct slice text(const char *s)
{
	return (struct slice){ s, strlen(s) };
}

/* What holds for every line. */
static void table(void **state)
{
	const struct attr *whole = NULL;

	(void)state;
	for (int i = 0; i < user_attr_count; i++) {
		const struct attr *a = &user_attrs[i];

		if (*a->sub == '\0')
			whole = a;
		assert_ptr_equal(attr_whole(a), whole);
		assert_string_equal(a->name, whole->name);
		assert_ptr_equal(attr_find(a->schema, text(a->name), text(a->sub)), a);
		assert_ptr_equal(attr_find(NULL, text(a->name), text(a->sub)), a);
		if (a->path)
			assert_ptr_equal(attr_by_path(a->path), a);
		assert_true(a->type != ATTR_COMPLEX || !a->path);
		assert_true(*a->sub == '\0' || (whole->type == ATTR_COMPLEX && !a->multi));
		assert_true(a->type != ATTR_REFERENCE || a->references);
		assert_true(a->about && strchr(a->about, '.'));
	}
}

static void lookups(void **state)
{
	static const struct {
		const char *schema, *name, *sub, *path; /* path NULL: not found */
	} rows[] = {
		{ NULL, "EMAILS", "Value", "emails.value" },
		{ SCHEMA_USER, "emails", "value", "emails.value" },
		{ "URN:IETF:params:scim:schemas:core:2.0:user", "title", "", "title" },
		{ NULL, "department", "", "enterprise.department" },
		{ NULL, "manager", "value", "enterprise.manager.value" },
		{ SCHEMA_ENTERPRISE, "department", "", "enterprise.department" },
		{ SCHEMA_USER, "department", "", NULL },
		{ SCHEMA_ENTERPRISE, "title", "", NULL },
		{ SCHEMA_GROUP, "title", "", NULL },
		{ "urn:x", "title", "", NULL },
		{ NULL, "emails", "locality", NULL },
		{ NULL, "", "", NULL },
		{ NULL, "nope", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct attr *a =
			attr_find(rows[i].schema, text(rows[i].name), text(rows[i].sub));

		if (rows[i].path)
			assert_string_equal(a ? a->path : "none", rows[i].path);
		else
			assert_null(a);
	}
	assert_non_null(attr_find(SCHEMA_USER, text("externalId"), (struct slice){ 0 }));
	assert_null(attr_by_path("Title"));
	assert_null(attr_by_path("enterprise.manager"));
}

static void values(void **state)
{
	const struct attr *value = attr_by_path("emails.value");
	const struct attr *mark = attr_by_path("emails.primary");
	struct arena arena = { 0 };
	struct values vs = { 0 }, copy;

	(void)state;
	assert_null(values_first(&vs, "emails.value"));
	values_add(&arena, &vs, mark, 5, "true");
	values_add(&arena, &vs, value, 5, "five");
	values_add(&arena, &vs, value, 2, "two");
	values_add(&arena, &vs, attr_by_path("title"), 0, "t");
	assert_string_equal(values_text(&vs, value, 5), "five");
	assert_null(values_text(&vs, value, 0));
	assert_string_equal(values_first(&vs, "emails.value"), "two");
	assert_string_equal(values_primary(&vs, "emails.value"), "five");
	assert_string_equal(values_primary(&vs, "title"), "t");
	assert_null(values_primary(&vs, "no.such"));
	copy = values_copy(&arena, &vs);
	values_sort(&copy);
	assert_string_equal(copy.v[0].text, "t");
	assert_string_equal(copy.v[1].text, "two");
	assert_string_equal(copy.v[2].text, "five");
	assert_ptr_equal(copy.v[3].attr, mark);
	assert_ptr_equal(vs.v[0].attr, mark);
	for (int i = 0; i < 100; i++)
		values_add(&arena, &copy, value, i + 10, "more");
	assert_int_equal(copy.count, 104);
	assert_string_equal(copy.v[0].text, "t");
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(lookups),
		cmocka_unit_test(values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
