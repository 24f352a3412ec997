/* fuzz_json.c - whatever a client may send as a JSON body. */
#include <stddef.h>
#include <stdint.h>

#include "http/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a = { 0 };
	struct ctx c = { .arena = &a };
	struct http_req q = { .body = { (const char *)data, n } };
	struct http_resp p = { 0 };
	const char *text;
	json_t *j, *again;

	if (!json_body_any(&c, &q, &j)) {
		if (c.err.kind != ERR_SYNTAX || !text_is_utf8(c.err.msg))
			__builtin_trap(); /* not for a reason we can tell a client */
	} else {
		if (!json_text(&c, j, "a", 3, &text) && !err_take(&c.err, ERR_VALUE))
			__builtin_trap();
		json_respond(&c, &p, 200, json_incref(j));
		q.body = p.body;
		if (!json_body_any(&c, &q, &again) || !json_equal(j, again))
			__builtin_trap(); /* what we write does not read back */
	}
	arena_free(&a);
	return 0;
}
