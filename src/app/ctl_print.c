/* ctl_print.c - what rosterctl shows: tables for people, JSON for programs. */
#include "ctl.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS_MAX = 16 };

void ctl_print_json(json_t *j)
{
	json_dumpf(j, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY);
	putchar('\n');
}

/* Member "a.b" of an object; NULL if there is none. */
static const json_t *member(const json_t *object, const char *key)
{
	const char *dot = strchr(key, '.');
	char first[64];

	if (!dot)
		return json_object_get(object, key);
	snprintf(first, sizeof(first), "%.*s", (int)(dot - key), key);
	return member(json_object_get(object, first), dot + 1);
}

static const char *cell(struct arena *a, const json_t *v);

/* An object as the word that names it, a title, a name or an id, with its role. */
static const char *object_cell(struct arena *a, const json_t *v)
{
	static const char *const names[] = { "display",  "displayName", "title", "name",
					     "userName", "id",          NULL };

	const json_t *role = json_object_get(v, "role");
	const char *name = "{...}";

	for (int i = 0; names[i]; i++)
		if (json_is_string(json_object_get(v, names[i]))) {
			name = cell(a, json_object_get(v, names[i]));
			break;
		}
	return role ? arena_printf(a, "%s (%s)", name, cell(a, role)) : name;
}

static const char *array_cell(struct arena *a, const json_t *v)
{
	struct buf b = buf_in(a, 4096);

	for (size_t i = 0; i < json_array_size(v); i++)
		buf_printf(&b, "%s%s", i ? ", " : "", cell(a, json_array_get(v, i)));
	return b.p ? b.p : "-";
}

static const char *cell(struct arena *a, const json_t *v)
{
	switch (v ? json_typeof(v) : JSON_NULL) {
	case JSON_STRING:
		return text_visible(a, json_string_value(v));
	case JSON_INTEGER:
		return arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	case JSON_REAL:
		return arena_printf(a, "%g", json_real_value(v));
	case JSON_TRUE:
		return "yes";
	case JSON_FALSE:
		return "no";
	case JSON_ARRAY:
		return array_cell(a, v);
	case JSON_OBJECT:
		return object_cell(a, v);
	case JSON_NULL:
		break;
	}
	return "-";
}

static void put_padded(const char *s, int to, bool last)
{
	printf("%s%*s", s, last ? 0 : to - text_width(s) + 2, "");
}

static void print_table(struct arena *a, json_t *items, const struct column *columns)
{
	size_t n = json_array_size(items);
	int wide[COLUMNS_MAX] = { 0 }, count = 0;

	for (; count < COLUMNS_MAX && columns[count].title; count++) {
		wide[count] = text_width(columns[count].title);
		for (size_t i = 0; i < n; i++) {
			int w = text_width(
				cell(a, member(json_array_get(items, i), columns[count].key)));

			wide[count] = w > wide[count] ? w : wide[count];
		}
	}
	for (int i = 0; i < count; i++)
		put_padded(columns[i].title, wide[i], i == count - 1);
	putchar('\n');
	for (size_t r = 0; r < n; r++) {
		for (int i = 0; i < count; i++)
			put_padded(cell(a, member(json_array_get(items, r), columns[i].key)),
				   wide[i], i == count - 1);
		putchar('\n');
	}
}

void ctl_print_items(struct ctl *k, json_t *items, const struct column *columns)
{
	if (k->json)
		ctl_print_json(items);
	else
		print_table(k->c->arena, items, columns);
}

void ctl_print_fields(struct ctl *k, json_t *object, const struct column *columns)
{
	int wide = 0;

	if (k->json) {
		ctl_print_json(object);
		return;
	}
	for (int i = 0; columns[i].title; i++)
		wide = text_width(columns[i].title) > wide ? text_width(columns[i].title) : wide;
	for (int i = 0; columns[i].title; i++) {
		put_padded(columns[i].title, wide, false);
		printf("%s\n", cell(k->c->arena, member(object, columns[i].key)));
	}
}

void ctl_print_word(struct ctl *k, json_t *object, const char *key)
{
	if (k->json)
		ctl_print_json(object);
	else
		printf("%s\n", cell(k->c->arena, member(object, key)));
}

void ctl_print_done(struct ctl *k, json_t *object, const char *fmt, ...)
{
	va_list ap;

	if (k->json) {
		if (object)
			ctl_print_json(object);
		else
			puts("{}");
		return;
	}
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}
