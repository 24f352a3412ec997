/* fuzz_patch.c - a PatchOp applied to a User and to a Group: never two primary values,
 * and always something that can be shown. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../../src/scim/person.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char before[] = "{\"userName\":\"a\",\"title\":\"t\",\"emails\":[{\"value\":\"1\","
			     "\"type\":\"work\",\"primary\":true},{\"value\":\"2\"}],"
			     "\"name\":{\"givenName\":\"G\"}}";

static void check(struct ctx *c, struct user *u)
{
	struct values *vs = &u->values;
	struct http_req q = { 0 };
	json_t *j;

	for (int i = 0; i < vs->count; i++)
		for (int k = 0; k < i; k++)
			if (vs->v[i].attr == vs->v[k].attr &&
			    (vs->v[i].n == vs->v[k].n ||
			     (strcmp(vs->v[i].attr->sub, "primary") == 0 &&
			      strcmp(vs->v[i].text, "true") == 0 &&
			      strcmp(vs->v[k].text, "true") == 0)))
				__builtin_trap();
	q.body.p = arena_printf(c->arena, "%s}", user_render(c, u));
	q.body.n = strlen(q.body.p);
	if (!json_body(c, &q, &j))
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct scim_settings set = { .create_on_no_match = n % 4 > 0,
					   .empty_is_unset = n % 2 };
	struct arena a = { 0 };
	struct ctx c = { .arena = &a };
	struct http_req q = { .body = { before, sizeof(before) - 1 } };
	struct user u = { 0 };
	struct group_ops ops;
	bool given;
	json_t *j;

	if (!json_body(&c, &q, &j) || !user_from_json(&c, &set, j, &u, &given))
		__builtin_trap();
	q.body = (struct slice){ (const char *)data, n };
	if (json_body(&c, &q, &j)) {
		if (user_patch(&c, &set, j, &u))
			check(&c, &u);
		c.err = (struct err){ 0 };
		if (!group_patch(&c, &set, j, &ops) && c.err.kind >= ERR_RETRY)
			__builtin_trap();
	}
	arena_free(&a);
	return 0;
}
