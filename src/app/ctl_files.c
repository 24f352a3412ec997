/* ctl_files.c - files that rosterctl reads: documents, exports, tokens. */
#include "ctl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "http/json.h"

static void close_file(void *f)
{
	if (f != stdin)
		fclose(f);
}

bool ctl_read(struct ctl *k, const char *path, size_t max, struct slice *out)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	struct buf b = buf_in(k->c->arena, max);
	char piece[8192];
	size_t n;

	if (!f)
		return error(k->c, ERR_VALUE, "%s cannot be read: %s", path, strerror(errno));
	arena_defer(k->c->arena, close_file, f);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_put(&b, piece, n);
	if (ferror(f))
		return error(k->c, ERR_VALUE, "%s cannot be read: %s", path, strerror(errno));
	if (b.over)
		return error(k->c, ERR_TOO_LARGE, "%s is larger than %zu MB", path, max >> 20);
	*out = (struct slice){ b.p ? b.p : "", b.n };
	return true;
}

bool ctl_read_json(struct ctl *k, const char *path, json_t **out)
{
	json_error_t why;
	struct slice text = { 0 };
	json_t *j;

	if (!ctl_read(k, path, (size_t)64 << 20, &text))
		return false;
	j = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &why);
	if (!j)
		return error(k->c, ERR_SYNTAX, "%s is not JSON: line %d, column %d: %s", path,
			     why.line, why.column, why.text);
	*out = json_own(k->c, j);
	return true;
}
