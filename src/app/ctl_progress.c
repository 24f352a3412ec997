/* ctl_progress.c - how far long work is: one line on the terminal that is written over. */
#include "ctl.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/time.h"

enum { EVERY_MS = 100, BAR_MAX = 40, BAR_MIN = 8, LINE_MAX = 256 };

static int columns(void)
{
	struct winsize w = { 0 };

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col ? w.ws_col : 80;
}

/* "[###   ] " for at least BAR_MAX + 4 bytes, or nothing if there is no room. */
static void put_bar(char *line, int room, int64_t done, int64_t total)
{
	int wide = room > BAR_MAX ? BAR_MAX : room, full;

	*line = '\0';
	if (total <= 0 || wide < BAR_MIN)
		return;
	full = (int)(done * wide / total);
	memset(line, ' ', (size_t)wide + 3);
	memset(line + 1, '#', (size_t)full);
	line[0] = '[';
	line[wide + 1] = ']';
	line[wide + 3] = '\0';
}

void ctl_progress(struct progress *p, const char *what, int64_t done, int64_t total)
{
	int64_t now = time_monotonic();
	char bar[BAR_MAX + 4], numbers[LINE_MAX];
	int wide;

	if (!isatty(STDERR_FILENO) || (p->drawn && now - p->drawn < EVERY_MS))
		return;
	p->drawn = now;
	if (done > total && total)
		total = done;
	if (total > 0)
		snprintf(numbers, sizeof(numbers), "%lld of %lld %s", (long long)done,
			 (long long)total, what);
	else
		snprintf(numbers, sizeof(numbers), "%lld %s", (long long)done, what);
	wide = columns() - 1;
	put_bar(bar, wide - (int)strlen(numbers) - 3, done, total);
	fprintf(stderr, "\r%s%.*s\033[K", bar, wide - (int)strlen(bar), numbers);
	fflush(stderr);
}

void ctl_progress_end(struct progress *p)
{
	if (p->drawn)
		fputs("\r\033[K", stderr);
	p->drawn = 0;
}
