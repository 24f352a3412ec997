/* owner.c - which process holds a lease, and whether that process has ended. */
#include "owner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 1024, START_FIELD = 22, PLACE = 200 };

static bool read_line(const char *path, char out[static LINE])
{
	FILE *f = fopen(path, "re");
	bool good = f && fgets(out, LINE, f);

	if (f)
		fclose(f);
	out[good ? strcspn(out, "\n") : 0] = '\0';
	return good;
}

/* When a process began, so that another one with its number is told apart; "": no such. */
static const char *start_of(struct arena *a, const char *pid)
{
	char line[LINE], *p;

	if (!read_line(arena_printf(a, "/proc/%s/stat", pid), line) || !(p = strrchr(line, ')')))
		return "";
	for (int field = 2; p && field < START_FIELD; field++)
		p = strchr(p + 1, ' ');
	return p ? arena_strndup(a, p + 1, strcspn(p + 1, " ")) : "";
}

/* This boot of this machine, and the numbers of processes that we can see. */
static const char *place(struct arena *a)
{
	char boot[LINE], space[PLACE] = "";

	if (!read_line("/proc/sys/kernel/random/boot_id", boot) ||
	    readlink("/proc/self/ns/pid", space, sizeof(space) - 1) <= 0)
		return NULL;
	return arena_printf(a, "%s/%s", boot, space);
}

const char *owner_name(struct arena *a, const char *trace)
{
	const char *pid = arena_printf(a, "%ld", (long)getpid()), *where = place(a);

	return arena_printf(a, "%s/%s/%s/%s", trace, pid, start_of(a, pid), where ? where : "");
}

bool owner_has_ended(struct arena *a, const char *owner)
{
	const char *where = place(a), *part[3];
	char *text = arena_strdup(a, owner), *rest = text;

	for (int i = 0; i < 3; i++) {
		part[i] = strsep(&rest, "/");
		if (!part[i] || !rest)
			return false;
	}
	return where && strcmp(rest, where) == 0 && strcmp(start_of(a, part[1]), part[2]) != 0;
}
