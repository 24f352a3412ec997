/* regex.c - PCRE2 with limits: a pattern an administrator typed cannot stop the server. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "pattern.h"

enum { MATCH_LIMIT = 20000, DEPTH_LIMIT = 500, HEAP_LIMIT_KB = 256 };

static void free_code(void *code)
{
	pcre2_code_free(code);
}

bool regex_compile(struct ctx *c, const char *rule_id, const char *pattern, void **out)
{
	char reason[128] = "";
	PCRE2_SIZE at;
	int code;

	*out = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
			     PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED | PCRE2_ENDANCHORED |
				     PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_DOTSTAR_ANCHOR,
			     &code, &at, NULL);
	if (!*out) {
		pcre2_get_error_message(code, (PCRE2_UCHAR *)reason, sizeof(reason));
		return error(c, ERR_VALUE,
			     "rule \"%.60s\": the pattern breaks at character %zu: %s", rule_id,
			     (size_t)at + 1, reason);
	}
	arena_defer(c->arena, free_code, *out);
	return true;
}

static int match(const void *compiled, const char *text, pcre2_match_data *data)
{
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	int n;

	if (!limits || !data)
		abort();
	pcre2_set_match_limit(limits, MATCH_LIMIT);
	pcre2_set_depth_limit(limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(limits, HEAP_LIMIT_KB);
	n = pcre2_match(compiled, (PCRE2_SPTR)text, strlen(text), 0, 0, data, limits);
	pcre2_match_context_free(limits);
	return n;
}

bool regex_matches(const void *compiled, const char *text)
{
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	int n = match(compiled, text, data);

	pcre2_match_data_free(data);
	return n >= 0;
}

const char *regex_capture(struct arena *a, const void *compiled, const char *text, int n)
{
	pcre2_match_data *data = pcre2_match_data_create_from_pattern(compiled, NULL);
	const char *out = NULL;
	PCRE2_SIZE *at;

	if (match(compiled, text, data) > n) {
		at = pcre2_get_ovector_pointer(data);
		if (at[2 * n] != PCRE2_UNSET)
			out = arena_strndup(a, text + at[2 * n], at[2 * n + 1] - at[2 * n]);
	}
	pcre2_match_data_free(data);
	return out;
}
