/* fuzz_query.c - whatever a client may send as a path, a query value or X-Forwarded-For. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../../src/http/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_text(const char *text, size_t most)
{
	if (text && (strlen(text) > most || !text_is_utf8(text)))
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const patterns[] = { "/",         "/a",     "/a/{}", "/{}/{}/{}/{}",
						"/{}/b/{*}", "/a/{*}", "/{*}" };
	struct arena a = { 0 };
	const char *text = arena_strndup(&a, (const char *)data, n), *bad;
	const char *param[HTTP_PARAMS_MAX] = { NULL };
	struct proxies proxies;

	check_text(http_decode(&a, (struct slice){ (const char *)data, n }), n);
	check_text(http_decode_query(&a, (struct slice){ (const char *)data, n }), n);
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (http_match(&a, patterns[i], text, param))
			for (int k = 0; k < HTTP_PARAMS_MAX; k++)
				check_text(param[k], n);
	if (!proxies_parse(&a, "::1,192.0.2.1", &proxies, &bad))
		__builtin_trap();
	check_text(address_behind(&a, &proxies, "::1", text), ADDRESS_MAX);
	arena_free(&a);
	return 0;
}
