/* patch.c - PATCH of a User (RFC 7644, section 3.5.2), as strict as clients allow. */

#include "patch.h"

#include <stdint.h>
#include <string.h>

static const char *const op_names[] = {
	[PATCH_ADD] = "add",
	[PATCH_REMOVE] = "remove",
	[PATCH_REPLACE] = "replace",
};

static bool read_op(struct ctx *c, const json_t *j, int number, struct operation *out)
{
	json_t *op = json_find(j, "op");
	struct slice s = { json_string_value(op), json_string_length(op) };

	for (int i = 0; s.p && i < (int)(sizeof(op_names) / sizeof(op_names[0])); i++)
		if (slice_is(s, op_names[i])) {
			out->op = (enum patch_op)i;
			return true;
		}
	return error(c, ERR_SYNTAX, "operation %d: op must be add, remove or replace", number);
}

static bool read_operation(struct ctx *c, const json_t *j, int number, struct operation *out)
{
	json_t *path = json_find(j, "path");

	if (!json_is_object(j))
		return error(c, ERR_SYNTAX, "operation %d is not an object", number);
	if (!read_op(c, j, number, out))
		return false;
	if (path && !json_is_null(path) && !json_is_string(path))
		return error(c, ERR_PATH, "operation %d: path must be a string", number);
	if (json_string_length(path) > 0)
		out->path = json_string_value(path);
	out->value = json_find(j, "value");
	if (out->op == PATCH_REMOVE && !out->path)
		return error(c, ERR_NO_TARGET, "operation %d: remove needs a path", number);
	if (out->op == PATCH_ADD && !out->value)
		return error(c, ERR_VALUE, "operation %d: add needs a value", number);
	if (!out->path && !json_is_object(out->value))
		return error(c, ERR_VALUE,
			     "operation %d: without a path the value must be an object", number);
	return true;
}

bool patch_operations(struct ctx *c, const json_t *body, struct operation **out, int *count)
{
	json_t *list = json_find(body, "Operations");
	size_t n = json_array_size(list);

	*count = 0;
	if (json_is_object(list))
		n = 1;
	else if (!json_is_array(list))
		return error(c, ERR_SYNTAX, "the body has no array \"Operations\"");
	if (n > PATCH_OPERATIONS_MAX)
		return error(c, ERR_TOO_LARGE, "a PATCH can have %d operations at most",
			     PATCH_OPERATIONS_MAX);
	*out = arena_array(c->arena, struct operation, n + 1);
	for (; *count < (int)n; (*count)++) {
		const json_t *j =
			json_is_object(list) ? list : json_array_get(list, (size_t)*count);

		if (!read_operation(c, j, *count + 1, &(*out)[*count]))
			return false;
	}
	return true;
}

/* ---- remove ---- */

static bool is_column(const struct attr *a)
{
	return !a->path && a->type != ATTR_COMPLEX;
}

static bool remove_column(struct assign *s, const struct attr *a)
{
	json_t *null = json_null();

	if (a->required)
		return error(s->c, ERR_MUTABILITY, "%s is required and cannot be removed", a->name);
	return assign_attr(s, a, null);
}

/* Whether element n has what the value of a remove named. */
static bool has_all(const struct user *u, int n, const struct values *want, bool by_value)
{
	for (int i = 0; i < want->count; i++) {
		const struct attr *a = want->v[i].attr;
		const char *have = values_text(&u->values, a, n);

		if (by_value && strcmp(a->sub, "value") != 0 && strcmp(a->sub, "type") != 0)
			continue;
		if (!have || (strcmp(have, want->v[i].text) != 0 &&
			      (a->exact || !text_same(have, want->v[i].text))))
			return false;
	}
	return want->count > 0;
}

/* Removes the elements like v: an object, or the "value" alone. */
static bool remove_named(struct assign *s, const struct attr *whole, json_t *v)
{
	static const struct slice name = { "value", 5 };
	const struct attr *value =
		attr_find(whole->schema, (struct slice){ whole->name, strlen(whole->name) }, name);
	struct values *vs = &s->u->values;
	struct user one = { 0 };
	struct assign into = *s;

	into.u = &one;
	into.quiet = true;
	if (json_is_object(v) ? !assign_subs(&into, whole, 0, v)
			      : value && !assign_sub(&into, value, 0, v))
		return false;
	value = value && values_text(&one.values, value, 0) ? value : NULL;
	for (int i = 0; one.values.count && i < vs->count; i++)
		if (vs->v[i].attr == (value ? value : one.values.v[0].attr) &&
		    has_all(s->u, vs->v[i].n, &one.values, value)) {
			values_drop(vs, whole, vs->v[i].n);
			i = -1; /* the list has closed up */
		}
	return true;
}

/* remove with a value removes just these; without one, all there is. */
static bool remove_whole(struct assign *s, const struct path *p, json_t *v)
{
	if (!p->whole->multi || p->attr != p->whole || !v || json_is_null(v) ||
	    (json_is_array(v) && json_array_size(v) == 0)) {
		int end = assign_next(s->u, p->whole);

		for (int n = 0; n < end; n++)
			remove_element(s->u, p, n);
		return true;
	}
	if (!json_is_array(v))
		return remove_named(s, p->whole, v);
	for (size_t i = 0; i < json_array_size(v); i++)
		if (!remove_named(s, p->whole, json_array_get(v, i)))
			return false;
	return true;
}

static bool remove_path(struct assign *s, const struct path *p, json_t *v)
{
	int *n = NULL, count = 0;

	if (p->attr->mutability == ATTR_READ_ONLY || p->whole->mutability == ATTR_READ_ONLY)
		return error(s->c, ERR_MUTABILITY, "%s is read-only", p->whole->name);
	if (is_column(p->attr))
		return remove_column(s, p->attr);
	if (!p->filter)
		return remove_whole(s, p, v);
	if (!select_elements(s->c, s->u, p, &n, &count))
		return false;
	for (int i = 0; i < count; i++)
		remove_element(s->u, p, n[i]);
	return true;
}

/* ---- one operation ---- */

/* The path is the URN of a schema alone. */
static bool apply_schema(struct assign *s, const struct operation *o, const char *schema)
{
	json_t *wrapped = json_own(s->c, json_object());

	if (json_object_set(wrapped, schema, o->op == PATCH_REMOVE ? json_null() : o->value) != 0)
		return error(s->c, ERR_PATH, "path \"%.100s\" is malformed", o->path);
	return assign_object(s, NULL, wrapped);
}

static bool apply(struct assign *s, const struct operation *o)
{
	struct path p;

	s->replace = o->op == PATCH_REPLACE;
	s->quiet = false;
	if (!o->path)
		return assign_object(s, NULL, o->value);
	if (!path_parse(s->c, o->path, &p))
		return false;
	if (p.n.name.n == 0)
		return apply_schema(s, o, p.n.schema);
	if (slice_is(p.n.name, "schemas"))
		return true; /* follows from the data */
	if (!p.attr)
		return assign_unknown(s, o->path, strlen(o->path));
	if (o->op == PATCH_REMOVE)
		return remove_path(s, &p, o->value);
	if (p.filter)
		return assign_selected(s, &p, o->value);
	return assign_attr(s, p.attr, o->value);
}

bool user_patch(struct ctx *c, const struct scim_settings *set, const json_t *body, struct user *u)
{
	struct assign s = { .c = c, .set = set, .u = u, .patch = true };
	struct operation *ops;
	int count;

	if (!patch_operations(c, body, &ops, &count))
		return false;
	for (int i = 0; i < count; i++)
		if (!apply(&s, &ops[i]))
			return false;
	return person_check(c, u);
}
