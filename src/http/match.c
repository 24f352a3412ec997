/* match.c - path patterns and the one percent-decoder. */
#include <string.h>

#include "http/http.h"

static int hex(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	if (ch >= 'A' && ch <= 'F')
		return ch - 'A' + 10;
	return -1;
}

/* The byte that %XX at s stands for; -1 if it is broken or NUL. */
static int escaped(const char *s, size_t n)
{
	int high = n < 3 ? -1 : hex(s[1]), low = n < 3 ? -1 : hex(s[2]);

	if (high < 0 || low < 0 || (high == 0 && low == 0))
		return -1;
	return high * 16 + low;
}

static const char *decode(struct arena *a, struct slice s, bool plus_is_space)
{
	char *out = arena_alloc(a, s.n + 1), *o = out;
	int byte;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\0')
			return NULL;
		if (s.p[i] != '%') {
			*o++ = plus_is_space && s.p[i] == '+' ? ' ' : s.p[i];
			continue;
		}
		byte = escaped(s.p + i, s.n - i);
		if (byte < 0)
			return NULL;
		*o++ = (char)byte;
		i += 2;
	}
	return text_is_utf8(out) ? out : NULL;
}

const char *http_decode(struct arena *a, struct slice s)
{
	return decode(a, s, false);
}

const char *http_decode_query(struct arena *a, struct slice s)
{
	return decode(a, s, true);
}

/* Past this slash and those doubled behind it. */
static const char *past_slashes(const char *s)
{
	while (*s == '/')
		s++;
	return s;
}

/* The rest of the path, its slashes at the end left out. */
static const char *rest_of(struct arena *a, const char *path)
{
	size_t n = strlen(path);

	while (n && path[n - 1] == '/')
		n--;
	return http_decode(a, (struct slice){ path, n });
}

/* Segment by segment: both stand behind a slash. */
bool http_match(struct arena *a, const char *pattern, const char *path,
		const char *param[HTTP_PARAMS_MAX])
{
	int n = 0;

	if (*path != '/')
		return false;
	for (;;) {
		size_t want, got;
		bool cut;

		pattern = past_slashes(pattern);
		path = past_slashes(path);
		want = strcspn(pattern, "/");
		got = strcspn(path, "/");
		cut = strncmp(pattern, "{}", 2) == 0;
		if (strcmp(pattern, "{*}") == 0)
			return n < HTTP_PARAMS_MAX && (param[n] = rest_of(a, path));
		if (want == 0 || got == 0)
			return want == got;
		if (cut ? n == HTTP_PARAMS_MAX : want != got || memcmp(pattern, path, got) != 0)
			return false;
		if (cut && !(param[n++] = http_decode(a, (struct slice){ path, got })))
			return false;
		pattern += want;
		path += got;
	}
}
