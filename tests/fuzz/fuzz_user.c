/* fuzz_user.c - a body as a User and as a Group; what we show of it must read back the same. */
#include <stddef.h>
#include <stdint.h>

#include "../../src/scim/person.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct scim_settings set = { .empty_is_unset = n % 2 };
	struct arena a = { 0 };
	struct ctx c = { .arena = &a };
	struct http_req q = { .body = { (const char *)data, n } };
	struct user u = { 0 }, again = { 0 };
	struct group_body g;
	bool given;
	json_t *j;

	if (json_body(&c, &q, &j)) {
		if (!group_from_json(&c, &set, j, &g) && !err_take(&c.err, ERR_VALUE))
			__builtin_trap();
		if (user_from_json(&c, &set, j, &u, &given)) {
			const char *shown = arena_printf(&a, "%s}", user_render(&c, &u));

			q.body = (struct slice){ shown, __builtin_strlen(shown) };
			if (!json_body(&c, &q, &j) ||
			    !user_from_json(&c, &set, j, &again, &given) ||
			    __builtin_strcmp(user_render(&c, &u), user_render(&c, &again)) != 0)
				__builtin_trap();
		} else if (c.err.kind != ERR_VALUE) {
			__builtin_trap();
		}
	}
	arena_free(&a);
	return 0;
}
