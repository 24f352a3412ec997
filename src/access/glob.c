/* glob.c - "*" and "?" over folded text, in time that a pattern cannot blow up. */
#include "pattern.h"

#include <string.h>

/* Bytes of the UTF-8 character at s. */
static size_t step(const char *s)
{
	size_t n = 1;

	while (((unsigned char)s[n] & 0xc0) == 0x80)
		n++;
	return n;
}

bool glob_matches(const char *pattern, const char *text)
{
	const char *star = NULL, *mark = NULL; /* where to go back to */

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			mark = text;
		} else if (*pattern == '?') {
			pattern++;
			text += step(text);
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			mark += step(mark);
			text = mark;
			pattern = star;
		} else {
			return false;
		}
	}
	return pattern[strspn(pattern, "*")] == '\0';
}
