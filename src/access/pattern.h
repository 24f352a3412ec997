/* pattern.h - how names of groups are matched by pattern; private to src/access. */
#pragma once

#include "base/ctx.h"

/* Both sides folded. */
bool glob_matches(const char *pattern, const char *text);

/* Compiles, anchored at both ends; lives as long as the arena.  ERR_VALUE with
 * PCRE2's reason and position. */
bool regex_compile(struct ctx *c, const char *rule_id, const char *pattern, void **out) MUST;
/* False as well when a match limit stops it: a runaway pattern gives nothing. */
bool regex_matches(const void *compiled, const char *text);
/* What the n-th group of the pattern caught; NULL if it caught nothing. */
const char *regex_capture(struct arena *a, const void *compiled, const char *text, int n);
