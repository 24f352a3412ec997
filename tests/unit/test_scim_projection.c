/* test_scim_projection.c - what attributes and excludedAttributes leave of a resource. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/scim/projection.h"

#define CORE   "urn:ietf:params:scim:schemas:core:2.0:User"
#define ENTER  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define SCHEMA "\"schemas\":[\"" CORE "\",\"" ENTER "\"],\"id\":\"1\""
#define EMAILS "\"emails\":[{\"value\":\"a@x\",\"type\":\"work\"},{\"value\":\"b@x\"}]"
#define NAME   "\"name\":{\"givenName\":\"A\",\"familyName\":\"B\"}"
#define MORE   "\"" ENTER "\":{\"department\":\"D\",\"manager\":{\"value\":\"9\"}}"
#define META   "\"meta\":{\"resourceType\":\"User\",\"version\":\"W/1\"}"

static const char resource[] =
	"{" SCHEMA ",\"userName\":\"u\"," NAME "," EMAILS "," MORE ",\"active\":true," META "}";

static void cuts(void **state)
{
	/* clang-format off */
	static const struct {
		const char *attributes, *excluded;
		const char *left;
	} table[] = {
		{ NULL, NULL, resource },
		{ "userName", NULL, "{" SCHEMA ",\"userName\":\"u\"}" },
		{ "USERNAME , name", NULL, "{" SCHEMA ",\"userName\":\"u\"," NAME "}" },
		{ "id", NULL, "{" SCHEMA "}" },
		{ ",.,.a, ," CORE ":.a", NULL, "{" SCHEMA "}" },
		{ "nothing,urn:x:y:userName", NULL, "{" SCHEMA "}" },
		{ "name.givenName", NULL, "{" SCHEMA ",\"name\":{\"givenName\":\"A\"}}" },
		{ "emails.type", NULL, "{" SCHEMA ",\"emails\":[{\"type\":\"work\"}]}" },
		{ "emails.type,emails.value", NULL, "{" SCHEMA "," EMAILS "}" },
		{ "emails.type,emails", NULL, "{" SCHEMA "," EMAILS "}" },
		{ CORE ":userName", NULL, "{" SCHEMA ",\"userName\":\"u\"}" },
		{ ENTER, NULL, "{" SCHEMA "," MORE "}" },
		{ ENTER ":department", NULL, "{" SCHEMA ",\"" ENTER "\":{\"department\":\"D\"}}" },
		{ "URN:IETF:PARAMS:SCIM:SCHEMAS:EXTENSION:ENTERPRISE:2.0:USER:MANAGER.VALUE", NULL,
		  "{" SCHEMA ",\"" ENTER "\":{\"manager\":{\"value\":\"9\"}}}" },
		{ "department", NULL, "{" SCHEMA ",\"" ENTER "\":{\"department\":\"D\"}}" },
		{ "meta.version", NULL, "{" SCHEMA ",\"meta\":{\"version\":\"W/1\"}}" },
		{ "userName.x", NULL, "{" SCHEMA "}" },
		{ "userName", "userName", "{" SCHEMA ",\"userName\":\"u\"}" },
		{ NULL, "id,schemas,nothing", resource },
		{ NULL, "userName.x", resource },
		{ NULL, "name,emails,active,meta," ENTER, "{" SCHEMA ",\"userName\":\"u\"}" },
		{ NULL, CORE, "{" SCHEMA "," MORE "}" },
		{ NULL, "Name.GivenName,emails,userName,meta,active," ENTER ":manager",
		  "{" SCHEMA ",\"name\":{\"familyName\":\"B\"},\"" ENTER "\":{\"department\":\"D\"}}" },
		{ NULL, "name.givenName,name.familyName,emails.value,userName,meta,active," ENTER,
		  "{" SCHEMA ",\"emails\":[{\"type\":\"work\"}]}" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct arena a = { 0 };
		struct ctx c = { .arena = &a };
		struct buf out = buf_in(&a, 4096);
		struct projection p;

		assert_true(projection_parse(&c, table[i].attributes, table[i].excluded, &p));
		assert_true(
			projection_put(&c, &p, (struct slice){ resource, strlen(resource) }, &out));
		if (strcmp(out.p, table[i].left) != 0)
			fail_msg("line %zu: %s", i, out.p);
		arena_free(&a);
	}
}

static void members_are_decided_before_the_read(void **state)
{
	/* clang-format off */
	static const struct {
		const char *attributes, *excluded;
		bool wants, cuts, bare;
	} table[] = {
		{ NULL,               NULL,               true,  false, false },
		{ NULL,               "members",          false, false, false },
		{ NULL,               "MEMBERS",          false, false, false },
		{ NULL,               "members.display",  true,  true,  false },
		{ NULL,               "members,meta",     false, true,  false },
		{ NULL,               "urn:ietf:params:scim:schemas:core:2.0:Group:members",
		  false, false, false },
		{ "displayName",      NULL,               false, true,  false },
		{ "members",          NULL,               true,  true,  false },
		{ "members.value",    NULL,               true,  true,  false },
		{ "id",               NULL,               false, true,  true  },
		{ "nothing",          NULL,               false, true,  false },
		{ "urn:x:y:z",        NULL,               false, true,  true  },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct arena a = { 0 };
		struct ctx c = { .arena = &a };
		struct projection p;

		assert_true(projection_parse(&c, table[i].attributes, table[i].excluded, &p));
		if (projection_wants(&p, "members") != table[i].wants ||
		    projection_cuts(&p) != table[i].cuts || projection_is_bare(&p) != table[i].bare)
			fail_msg("line %zu", i);
		arena_free(&a);
	}
}

static void too_many_names(void **state)
{
	struct arena a = { 0 };
	struct ctx c = { .arena = &a };
	struct projection p;
	char list[2 * PROJECTION_PATHS_MAX + 2];

	(void)state;
	memset(list, 'a', sizeof(list));
	for (size_t i = 1; i < sizeof(list); i += 2)
		list[i] = ',';
	list[sizeof(list) - 1] = '\0';
	assert_false(projection_parse(&c, list, NULL, &p));
	assert_int_equal(c.err.kind, ERR_VALUE);
	c.err = (struct err){ 0 };
	list[2 * PROJECTION_PATHS_MAX - 1] = '\0';
	assert_true(projection_parse(&c, list, NULL, &p));
	assert_int_equal(p.count, PROJECTION_PATHS_MAX);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts),
		cmocka_unit_test(members_are_decided_before_the_read),
		cmocka_unit_test(too_many_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
