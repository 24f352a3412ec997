/* members.c - displayName, externalId and members of a Group, from JSON. */

#include "members.h"

#include <stdint.h>
#include <string.h>

bool group_text(struct assign *s, const char *name, json_t *v, const char **out)
{
	/* a Group's own attributes read like the same ones of a User */
	const struct attr *a = attr_find(SCHEMA_USER, (struct slice){ name, strlen(name) },
					 (struct slice){ "", 0 });
	size_t max = strcmp(name, "displayName") == 0 ? (size_t)DISPLAY_NAME_MAX
						      : (size_t)EXTERNAL_ID_MAX;

	if (!json_to_text(s, a, v, out))
		return false;
	if (*out && strlen(*out) > max)
		return error(s->c, ERR_VALUE, "%s is longer than %zu bytes", name, max);
	if (*out && (*out)[strspn(*out, " \t")] == '\0')
		*out = NULL;
	return true;
}

static bool read_member(struct ctx *c, json_t *v, const char **out)
{
	json_t *value = json_is_object(v) ? json_find(v, "value") : v;

	if (!json_is_string(value) || json_string_length(value) == 0)
		return error(c, ERR_VALUE,
			     "each member must be an object whose \"value\" is the id of a user");
	*out = json_string_value(value);
	if (json_string_length(value) > USER_NAME_MAX)
		return error(c, ERR_VALUE, "the value of a member is longer than %d bytes",
			     USER_NAME_MAX);
	return true;
}

bool members_read(struct ctx *c, json_t *v, const char ***refs, int *n)
{
	bool many = json_is_array(v);
	size_t count = many ? json_array_size(v) : 1;

	*n = 0;
	*refs = NULL;
	if (!v || json_is_null(v) || (json_is_string(v) && json_string_length(v) == 0))
		return true;
	*refs = arena_array(c->arena, const char *, count + 1);
	for (size_t i = 0; i < count; i++)
		if (!read_member(c, many ? json_array_get(v, i) : v, &(*refs)[(*n)++]))
			return false;
	members_unique(c->arena, *refs, n);
	return true;
}

void members_unique(struct arena *a, const char **refs, int *n)
{
	size_t slots = 16, h;
	int *slot, kept = 0;

	while (slots < (size_t)*n * 2)
		slots *= 2;
	slot = arena_array(a, int, slots); /* index + 1 of what is kept */
	for (int i = 0; i < *n; i++) {
		h = (size_t)text_hash(refs[i]) & (slots - 1);
		while (slot[h] && strcmp(refs[slot[h] - 1], refs[i]) != 0)
			h = (h + 1) & (slots - 1);
		if (slot[h])
			continue;
		refs[kept++] = refs[i];
		slot[h] = kept;
	}
	*n = kept;
}
