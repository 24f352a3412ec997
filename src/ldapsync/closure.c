/* closure.c - members through nested groups, by walking from each group once. */
#include "closure.h"

#include <string.h>

void numbers_add(struct arena *a, struct numbers *list, int x)
{
	if (list->n == list->room) {
		size_t was = (size_t)list->room * sizeof(int);

		list->room = list->room ? list->room * 2 : 16;
		list->v = arena_grow(a, list->v, was, (size_t)list->room * sizeof(int));
	}
	list->v[list->n++] = x;
}

/* Marks of the walk that is under way. */
struct walk {
	const struct closure *in;
	int *person, *group; /* the walk that came by last */
	int round;
	struct numbers queue;
	int64_t total;
};

static bool take_people(struct arena *a, struct walk *w, int g, struct numbers *out)
{
	const struct numbers *people = &w->in->people[g];

	for (int i = 0; i < people->n; i++) {
		int p = people->v[i];

		if (w->person[p] == w->round)
			continue;
		w->person[p] = w->round;
		if (++w->total > CLOSURE_MAX)
			return false;
		numbers_add(a, out, p);
	}
	return true;
}

static bool walk_from(struct arena *a, struct walk *w, int start, bool nested, struct numbers *out,
		      int *cycle)
{
	w->round++;
	w->queue.n = 0;
	numbers_add(a, &w->queue, start);
	w->group[start] = w->round;
	for (int i = 0; i < w->queue.n; i++) {
		int g = w->queue.v[i];
		const struct numbers *in = &w->in->groups[g];

		if (!take_people(a, w, g, out))
			return false;
		for (int j = 0; nested && j < in->n; j++) {
			if (in->v[j] == start && *cycle < 0)
				*cycle = start;
			if (w->group[in->v[j]] == w->round)
				continue;
			w->group[in->v[j]] = w->round;
			numbers_add(a, &w->queue, in->v[j]);
		}
	}
	return true;
}

bool closure_run(struct arena *a, const struct closure *in, bool nested, struct numbers *out,
		 bool *nest, int *cycle)
{
	struct walk w = { .in = in,
			  .person = arena_array(a, int, (size_t)in->persons + 1),
			  .group = arena_array(a, int, (size_t)in->count + 1) };

	*cycle = -1;
	memset(nest, 0, (size_t)in->count * sizeof(*nest));
	for (int g = 0; nested && g < in->count; g++)
		for (int i = 0; i < in->groups[g].n; i++)
			nest[g] = nest[in->groups[g].v[i]] = true;
	for (int g = 0; g < in->count; g++)
		if (!walk_from(a, &w, g, nested, &out[g], cycle))
			return false;
	return true;
}
