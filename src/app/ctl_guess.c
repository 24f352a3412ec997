/* ctl_guess.c - what a word that is unknown was meant to be. */
#include "ctl.h"

#include <string.h>

enum { WORD_MAX = 32, FAR = 99 };

static int least(int a, int b, int c)
{
	int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Letters put in, left out or changed on the way from a to b (Levenshtein). */
static int distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	int row[WORD_MAX + 1], corner, above;

	if (n > WORD_MAX || m > WORD_MAX)
		return FAR;
	for (size_t j = 0; j <= m; j++)
		row[j] = (int)j;
	for (size_t i = 1; i <= n; i++) {
		corner = row[0];
		row[0] = (int)i;
		for (size_t j = 1; j <= m; j++) {
			above = row[j];
			row[j] = least(row[j] + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1]));
			corner = above;
		}
	}
	return row[m];
}

void ctl_guess(struct guess *g, const char *candidate)
{
	int far = distance(g->word, candidate);

	if (far > 2 || far * 2 > (int)strlen(g->word) || (g->best && far >= g->far))
		return;
	g->best = candidate;
	g->far = far;
}

const char *ctl_guessed(const struct ctl *k, const struct guess *g, const char *before)
{
	return g->best ? arena_printf(k->c->arena, "did you mean %s%s? ", before, g->best) : "";
}
