/* template.c - titles of workspaces that are named after groups. */
#include <string.h>

#include "base/text.h"
#include "pattern.h"
#include "rule_json.h"

enum { TITLE_MAX = 200 };

/* Length of the placeholder at s: "{group}" (*n 0) or "{1}" to "{9}"; 0 if there is none. */
static size_t placeholder(const char *s, int *n)
{
	*n = 0;
	if (strncmp(s, "{group}", 7) == 0)
		return 7;
	if (s[0] == '{' && s[1] >= '1' && s[1] <= '9' && s[2] == '}') {
		*n = s[1] - '0';
		return 3;
	}
	return 0;
}

bool rule_title_check(struct ctx *c, const struct rule *r)
{
	size_t skip;
	int n;

	for (const char *s = r->title; *s; s += skip) {
		skip = placeholder(s, &n);
		if (!skip && (*s == '{' || *s == '}'))
			return error(c, ERR_VALUE,
				     "rule \"%.60s\": a title knows {group}, and {1} to {9} for "
				     "what"
				     " the regex caught",
				     r->id);
		if (n && r->by != BY_REGEX)
			return error(c, ERR_VALUE,
				     "rule \"%.60s\": {%d} in a title needs a match by regex",
				     r->id, n);
		skip = skip ? skip : 1;
	}
	return true;
}

/* No control characters, and something to read. */
static bool presentable(const char *title)
{
	bool visible = false;

	for (const char *p = title; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
		visible = visible || *p != ' ';
	}
	return visible;
}

const char *rule_title(struct arena *a, const struct rule *r, const struct rule_group *g)
{
	struct buf b = buf_in(a, TITLE_MAX);
	const char *part;
	size_t skip;
	int n;

	for (const char *s = r->title; *s; s += skip) {
		skip = placeholder(s, &n);
		part = n ? regex_capture(a, r->pattern, g->name, n) : g->name;
		if (!skip)
			buf_put(&b, s, 1);
		else if (part)
			buf_puts(&b, part);
		skip = skip ? skip : 1;
	}
	return !b.over && b.p && presentable(b.p) ? b.p : NULL;
}

const char *rule_target(const struct rule *r, const struct rule_group *g)
{
	if (!r->title)
		return r->target;
	for (int i = 0; i < g->places; i++)
		if (strcmp(g->place[i].rule_id, r->id) == 0)
			return g->place[i].workspace_id;
	return NULL;
}
