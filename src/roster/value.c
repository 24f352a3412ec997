/* value.c - lists of a person's values. */

#include "roster/value.h"

#include <stdlib.h>
#include <string.h>

void values_add(struct arena *a, struct values *vs, const struct attr *attr, int n,
		const char *text)
{
	if (vs->count == vs->room) {
		struct value *old = vs->v;

		vs->room = vs->room ? vs->room * 2 : 16;
		vs->v = arena_array(a, struct value, (size_t)vs->room);
		if (vs->count)
			memcpy(vs->v, old, (size_t)vs->count * sizeof(*old));
	}
	vs->v[vs->count++] = (struct value){ attr, n, text };
}

const char *values_text(const struct values *vs, const struct attr *attr, int n)
{
	for (int i = 0; i < vs->count; i++)
		if (vs->v[i].attr == attr && vs->v[i].n == n)
			return vs->v[i].text;
	return NULL;
}

/* The lowest element of attr that has this text (NULL: any). */
static const struct value *lowest(const struct values *vs, const struct attr *attr,
				  const char *text)
{
	const struct value *found = NULL;

	for (int i = 0; i < vs->count; i++) {
		const struct value *v = &vs->v[i];

		if (v->attr == attr && (!found || v->n < found->n) &&
		    (!text || strcmp(v->text, text) == 0))
			found = v;
	}
	return found;
}

const char *values_first(const struct values *vs, const char *path)
{
	const struct attr *a = attr_by_path(path);
	const struct value *v = a ? lowest(vs, a, NULL) : NULL;

	return v ? v->text : NULL;
}

const char *values_primary(const struct values *vs, const char *path)
{
	const struct attr *a = attr_by_path(path);
	const struct attr *mark =
		a ? attr_find(a->schema, (struct slice){ a->name, strlen(a->name) },
			      (struct slice){ "primary", 7 })
		  : NULL;
	const struct value *primary = mark ? lowest(vs, mark, "true") : NULL;
	const char *text = primary ? values_text(vs, a, primary->n) : NULL;

	return text ? text : values_first(vs, path);
}

struct values values_copy(struct arena *a, const struct values *vs)
{
	struct values copy = { .count = vs->count, .room = vs->count };

	if (vs->count) {
		copy.v = arena_array(a, struct value, (size_t)vs->count);
		memcpy(copy.v, vs->v, (size_t)vs->count * sizeof(*vs->v));
	}
	return copy;
}

/* Whole attribute, then element, then sub-attribute; equal lines stay as they are. */
static int by_place(const void *left, const void *right)
{
	const struct value *a = left, *b = right;
	const struct attr *whole_a = attr_whole(a->attr), *whole_b = attr_whole(b->attr);

	if (whole_a != whole_b)
		return whole_a < whole_b ? -1 : 1;
	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	return (a->attr > b->attr) - (a->attr < b->attr);
}

void values_sort(struct values *vs)
{
	for (int i = 1; i < vs->count; i++)
		if (by_place(&vs->v[i - 1], &vs->v[i]) > 0) {
			qsort(vs->v, (size_t)vs->count, sizeof(*vs->v), by_place);
			return;
		}
}
