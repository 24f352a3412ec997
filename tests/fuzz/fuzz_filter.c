/* fuzz_filter.c - a filter and a sortBy, as whatever a client may write. */
#include <stddef.h>
#include <stdint.h>

#include "../../src/scim/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a = { 0 };
	struct ctx c = { .arena = &a, .base_url = "https://id.example.test" };
	const char *text = arena_strndup(&a, (const char *)data, n), *sql;
	struct filter *f;
	struct db_args args;

	for (enum filter_of of = FILTER_USERS; of <= FILTER_GROUPS; of++) {
		if ((!filter_parse(&c, text, &f) || !filter_sql(&c, of, f, &sql, &args)) &&
		    !err_take(&c.err, ERR_FILTER))
			__builtin_trap();
		if (!sort_sql(&c, of, text, true, &sql, &args) && !err_take(&c.err, ERR_VALUE))
			__builtin_trap();
	}
	arena_free(&a);
	return 0;
}
