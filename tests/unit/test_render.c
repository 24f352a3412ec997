/* test_render.c - a User as JSON text, byte by byte. */
#include "person_harness.h"

#include "base/time.h"

#define CORE "urn:ietf:params:scim:schemas:core:2.0:User"
#define ENT  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

static void put(struct bench *b, struct user *u, const char *path, int n, const char *text)
{
	const struct attr *a = attr_by_path(path);

	assert_non_null(a);
	values_add(&b->arena, &u->values, a, n, text);
}

static void order_of_the_table(void **state)
{
	struct user u = {
		.id = "u1", .user_name = "a\"b", .external_id = "e", .display_name = "D"
	};
	struct bench b;

	(void)state;
	bench_open(&b);
	put(&b, &u, "enterprise.manager.value", 0, "m");
	put(&b, &u, "emails.primary", 1, "true");
	put(&b, &u, "emails.value", 1, "2");
	put(&b, &u, "emails.type", 0, "work");
	put(&b, &u, "emails.value", 0, "1");
	put(&b, &u, "title", 0, "\xc3\xa9\n");
	put(&b, &u, "name.givenName", 0, "G");
	put(&b, &u, "enterprise.department", 0, "D");
	put(&b, &u, "name.familyName", 0, "F");
	assert_string_equal(user_render(&b.c, &u),
			    "{\"schemas\":[\"" CORE "\",\"" ENT
			    "\"],\"id\":\"u1\",\"externalId\":\"e\","
			    "\"userName\":\"a\\\"b\",\"displayName\":\"D\","
			    "\"name\":{\"familyName\":\"F\",\"givenName\":\"G\"},\"title\":"
			    "\"\xc3\xa9\\n\","
			    "\"emails\":[{\"value\":\"1\",\"type\":\"work\"},{\"value\":\"2\","
			    "\"primary\":true}],"
			    "\"" ENT "\":{\"department\":\"D\",\"manager\":{\"value\":\"m\","
			    "\"$ref\":\"../Users/m\"}}");
	assert_string_equal(u.values.v[0].attr->sub, "value"); /* the caller's list stays */
	assert_string_equal(u.values.v[0].attr->name, "manager");
	arena_free(&b.arena);
}

static void the_end(void **state)
{
	static const struct user_group groups[] = {
		{ "u1", "g1", "G \"1\"" },
		{ "u1", "g2", "G2" },
	};
	struct user u = { .id = "u1",
			  .body = "{\"id\":\"u1\"",
			  .version = 7,
			  .active = true,
			  .created = 1767225600000,
			  .changed = 1767225601234 };
	struct bench b;
	struct buf out;

	(void)state;
	bench_open(&b);
	out = buf_in(&b.arena, 65536);
	user_finish(&b.c, &out, &u, groups, 2);
	assert_string_equal(
		out.p,
		"{\"id\":\"u1\",\"active\":false,\"groups\":["
		"{\"value\":\"g1\",\"$ref\":\"../Groups/g1\",\"display\":\"G \\\"1\\\"\","
		"\"type\":\"direct\"},"
		"{\"value\":\"g2\",\"$ref\":\"../Groups/"
		"g2\",\"display\":\"G2\",\"type\":\"direct\"}],"
		"\"meta\":{\"resourceType\":\"User\",\"created\":\"2026-01-01T00:00:00.000Z\","
		"\"lastModified\":\"2026-01-01T00:00:01.234Z\","
		"\"location\":\"https://id.example.test/scim/v2/Users/u1\","
		"\"version\":\"W/\\\"7\\\"\"}}");
	out = buf_in(&b.arena, 65536);
	u.shown_active = true;
	user_finish(&b.c, &out, &u, NULL, 0);
	assert_non_null(strstr(out.p, "\"active\":true,\"groups\":[],\"meta\":{"));
	arena_free(&b.arena);
}

/* The times in a User are those of time_text(), leap days and ends of centuries included. */
static void times(void **state)
{
	static const int64_t at[] = { 0,
				      1,
				      951782400000,
				      951868799999,
				      951868800000,
				      1709164800000,
				      1735689599999,
				      1767225600000,
				      4107542399999,
				      4107542400000,
				      253402300799999,
				      253402300800000,
				      -1,
				      -62135596800000 };

	(void)state;
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]) + 1000; i++) {
		size_t known = sizeof(at) / sizeof(at[0]);
		struct user u = { .id = "u", .body = "{}", .version = 1 };
		struct bench b;
		struct buf out;

		bench_open(&b);
		u.created = i < known ? at[i] : (int64_t)(i - known) * 86399999 * 137;
		out = buf_in(&b.arena, 65536);
		user_finish(&b.c, &out, &u, NULL, 0);
		if (!strstr(out.p, arena_printf(&b.arena, "\"created\":\"%s\"",
						time_text(&b.arena, u.created))))
			fail_msg("%s: %s", time_text(&b.arena, u.created), out.p);
		arena_free(&b.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_of_the_table),
		cmocka_unit_test(the_end),
		cmocka_unit_test(times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
