/* ctl_reports.c - reports: tables for people, CSV for spreadsheets. */
#include "ctl.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Behind the line of names, which every page of CSV has. */
static struct slice without_names(struct slice page)
{
	const char *end = memchr(page.p, '\n', page.n);
	size_t n = end ? (size_t)(end - page.p) + 1 : page.n;

	return (struct slice){ page.p + n, page.n - n };
}

static int64_t count_lines(struct slice page)
{
	int64_t n = 0;

	for (size_t i = 0; i < page.n; i++)
		n += page.p[i] == '\n';
	return n;
}

bool ctl_export(struct ctl *k, const char *first, bool csv)
{
	const char *next = first;
	struct arena *outer = k->c->arena;
	bool names_too = true, ok = true;
	struct progress p = { 0 };
	struct slice page = { 0 };
	int64_t lines = 0;

	while (ok && next) {
		struct arena inner = { 0 };

		k->c->arena = &inner;
		ok = api_text(k, next, &page, &next);
		if (ok && !names_too && csv)
			page = without_names(page);
		ok = ok && fwrite(page.p, 1, page.n, stdout) == page.n;
		names_too = false;
		lines += count_lines(page);
		if (ok && next && !isatty(STDOUT_FILENO))
			ctl_progress(&p, "lines", lines, 0);
		next = ok ? arena_strdup(outer, next) : NULL;
		k->c->arena = outer;
		arena_free(&inner);
	}
	ctl_progress_end(&p);
	return ok || error(k->c, ERR_FULL, "the output could not be written");
}

/* The page size is ours to choose; --limit is that of people who look at a list. */
static bool report(struct ctl *k, const char *path, const struct column *columns)
{
	const char *format = ctl_option(k, "format");
	json_t *items;

	if (format && strcmp(format, "csv") == 0)
		return ctl_export(k,
				  arena_printf(k->c->arena, "%s%climit=1000", path,
					       strchr(path, '?') ? '&' : '?'),
				  true);
	if (!api_list(k, path, &items))
		return false;
	ctl_print_items(k, items, columns);
	return true;
}

bool ctl_report_seats(struct ctl *k)
{
	static const struct column columns[] = {
		{ "PERIOD", "period" }, { "USED", "used" },   { "PEAK", "peak" },
		{ "TAKEN", "taken" },   { "FREED", "freed" }, { NULL, NULL },
	};
	const char *path = api_query(k, "/reports/seats", "from until by format");
	json_t *body;

	if (strstr(path, "format=csv"))
		return ctl_export(k, path, true);
	if (!api_call(k, "GET", path, NULL, &body))
		return false;
	ctl_print_items(k, json_object_get(body, "items"), columns);
	return true;
}

bool ctl_report_leavers(struct ctl *k)
{
	static const struct column columns[] = {
		{ "USER", "userName" },
		{ "STATE", "state" },
		{ "LEFT", "left" },
		{ "RETURNED", "returned" },
		{ "ANNOTATIONS", "annotations" },
		{ "PROJECTS", "projects" },
		{ "LAST", "last_annotation" },
		{ NULL, NULL },
	};

	return report(k, api_query(k, "/reports/leavers", "from until format"), columns);
}

bool ctl_report_idle(struct ctl *k)
{
	static const struct column columns[] = {
		{ "USER", "userName" },
		{ "ROLE", "role" },
		{ "SEAT", "seat" },
		{ "LAST SIGN-IN", "last_signin" },
		{ "LAST ANNOTATION", "last_annotation" },
		{ NULL, NULL },
	};

	return report(k, api_query(k, "/reports/idle", "days format"), columns);
}

bool ctl_report_access(struct ctl *k)
{
	static const struct column columns[] = {
		{ "USER", "userName" }, { "STATE", "state" },
		{ "ROLE", "role" },     { "SCOPE", "scope" },
		{ "TITLE", "title" },   { "GIVEN", "given" },
		{ "RULE", "rule" },     { "GROUP", "group_name" },
		{ "BY", "by" },         { "SINCE", "since" },
		{ NULL, NULL },
	};

	return report(k, api_query(k, "/reports/access", "format"), columns);
}
