/* select.c - value paths of PATCH: which elements a filter means, and what to do with them. */

#include <stdlib.h>
#include <string.h>

#include "patch.h"

static const struct attr *sub_of(const struct attr *whole, struct slice name)
{
	return attr_find(whole->schema, (struct slice){ whole->name, strlen(whole->name) }, name);
}

static bool refuse(struct ctx *c, const struct filter *f, const char *why)
{
	return error(c, ERR_FILTER, "\"%.*s\" in the filter of the path %s", (int)f->name.n,
		     f->name.p, why);
}

/* ---- what may stand in the brackets ---- */

static bool check_value(struct ctx *c, const struct attr *a, const struct filter *f)
{
	bool order = f->op >= OP_GT && f->op <= OP_LE, inside = f->op >= OP_CO && f->op <= OP_EW;
	bool b;

	if (f->value.type == DB_NULL)
		return f->op == OP_PR || f->op == OP_EQ || f->op == OP_NE ||
		       refuse(c, f, "can only be eq or ne null");
	if (a->type == ATTR_BOOLEAN) {
		if (order || inside)
			return refuse(c, f, "is a boolean and has no order and no parts");
		return f->value.type == DB_BOOL || text_bool(f->value.text, &b) ||
		       refuse(c, f, "is compared with true or false");
	}
	if (f->value.type == DB_BOOL)
		return refuse(c, f, "is text and is compared with \"text\"");
	return !order || a->type != ATTR_BINARY || refuse(c, f, "is binary and has no order");
}

static bool check(struct ctx *c, const struct attr *whole, const struct filter *f)
{
	const struct attr *a;

	if (f->op == OP_NOT)
		return check(c, whole, f->left);
	if (f->op == OP_AND || f->op == OP_OR)
		return check(c, whole, f->left) && check(c, whole, f->right);
	a = sub_of(whole, f->name);
	if (!a || !a->path)
		return refuse(c, f, "is no sub-attribute that can be compared");
	return check_value(c, a, f);
}

/* ---- whether element n fulfils it ---- */

static bool matches_value(struct ctx *c, const struct attr *a, const struct filter *f,
			  const char *have)
{
	const char *want = f->value.text;
	bool b = f->value.num != 0;

	if (f->op == OP_PR || f->value.type == DB_NULL)
		return (have && *have) == (f->op != OP_EQ);
	if (a->type == ATTR_BOOLEAN) {
		if (f->value.type == DB_TEXT && !text_bool(want, &b))
			return false;
		return filter_compare(f->op, have ? have : "false", b ? "true" : "false");
	}
	if (!have)
		return f->op == OP_NE;
	if (a->exact)
		return filter_compare(f->op, have, want);
	return filter_compare(f->op, text_fold(c->arena, have), text_fold(c->arena, want));
}

static bool matches(struct ctx *c, const struct user *u, const struct attr *whole, int n,
		    const struct filter *f)
{
	const struct attr *a;

	if (f->op == OP_NOT)
		return !matches(c, u, whole, n, f->left);
	if (f->op == OP_AND)
		return matches(c, u, whole, n, f->left) && matches(c, u, whole, n, f->right);
	if (f->op == OP_OR)
		return matches(c, u, whole, n, f->left) || matches(c, u, whole, n, f->right);
	a = sub_of(whole, f->name);
	return a && matches_value(c, a, f, values_text(&u->values, a, n));
}

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

bool select_elements(struct ctx *c, const struct user *u, const struct path *p, int **out,
		     int *count)
{
	int *n = arena_array(c->arena, int, (size_t)u->values.count + 1), all = 0, kept = 0;

	*out = n;
	*count = 0;
	if (!check(c, p->whole, p->filter))
		return false;
	for (int i = 0; i < u->values.count; i++)
		if (attr_whole(u->values.v[i].attr) == p->whole)
			n[all++] = u->values.v[i].n;
	qsort(n, (size_t)all, sizeof(*n), by_number);
	for (int i = 0; i < all; i++)
		if ((kept == 0 || n[kept - 1] != n[i]) && matches(c, u, p->whole, n[i], p->filter))
			n[kept++] = n[i];
	*count = kept;
	return true;
}

/* ---- add and replace ---- */

/* The "eq" terms of a filter made of nothing else, put into element n. */
static bool put_terms(struct assign *s, const struct attr *whole, int n, const struct filter *f)
{
	json_t *v;

	if (f->op == OP_AND)
		return put_terms(s, whole, n, f->left) && put_terms(s, whole, n, f->right);
	v = f->value.type == DB_BOOL ? json_boolean(f->value.num) : json_string(f->value.text);
	return assign_sub(s, sub_of(whole, f->name), n, json_own(s->c, v));
}

static bool only_terms(const struct filter *f)
{
	if (f->op == OP_AND)
		return only_terms(f->left) && only_terms(f->right);
	return f->op == OP_EQ && f->value.type != DB_NULL;
}

static bool create(struct assign *s, const struct path *p, int *n)
{
	if (!s->set->create_on_no_match || !only_terms(p->filter))
		return error(s->c, ERR_NO_TARGET, "no value of %s matches the filter of the path",
			     p->whole->name);
	*n = p->whole->multi ? assign_next(s->u, p->whole) : 0;
	return put_terms(s, p->whole, *n, p->filter);
}

static bool is_unset(const json_t *v)
{
	return !v || json_is_null(v) || (json_is_array(v) && json_array_size(v) == 0);
}

static bool is_empty_text(const json_t *v)
{
	return json_is_string(v) && json_string_length(v) == 0;
}

/* The element itself: replaced, or with "add" taking what the value has. */
static bool put_element(struct assign *s, const struct path *p, int n, json_t *v)
{
	const struct attr *value;

	if (json_is_array(v) && json_array_size(v) == 1)
		v = json_array_get(v, 0);
	if (s->replace && json_is_object(v))
		values_drop(&s->u->values, p->whole, n);
	if (json_is_object(v))
		return assign_subs(s, p->whole, n, v);
	value = sub_of(p->whole, (struct slice){ "value", 5 });
	if (!value || json_is_array(v))
		return error(s->c, ERR_VALUE, "a value of %s must be an object", p->whole->name);
	return assign_sub(s, value, n, v);
}

/* Unsetting a sub-attribute may leave nothing but labels, and these are no value. */
void drop_hollow(struct user *u, const struct attr *whole, int n)
{
	for (int i = 0; i < u->values.count; i++) {
		const struct attr *a = u->values.v[i].attr;

		if (attr_whole(a) == whole && u->values.v[i].n == n &&
		    strcmp(a->sub, "type") != 0 && strcmp(a->sub, "primary") != 0 &&
		    strcmp(a->sub, "display") != 0)
			return;
	}
	values_drop(&u->values, whole, n);
}

static bool put_selected(struct assign *s, const struct path *p, const int *n, int count, json_t *v)
{
	const char *text;

	for (int i = 0; i < count; i++) {
		if (p->attr == p->whole) {
			if (!put_element(s, p, n[i], v))
				return false;
			continue;
		}
		if (!assign_sub(s, p->attr, n[i], v) || !json_to_text(s, p->attr, v, &text))
			return false;
		if (!text)
			drop_hollow(s->u, p->whole, n[i]);
	}
	return true;
}

bool assign_selected(struct assign *s, const struct path *p, json_t *v)
{
	int *n = NULL, count = 0, made = 0;

	if (p->whole->mutability == ATTR_READ_ONLY)
		return s->quiet || error(s->c, ERR_MUTABILITY, "%s is read-only", p->whole->name);
	if (p->whole->type != ATTR_COMPLEX)
		return error(s->c, ERR_PATH, "%s has no sub-attributes to filter by",
			     p->whole->name);
	if (!select_elements(s->c, s->u, p, &n, &count))
		return false;
	if (is_unset(v) || (p->attr == p->whole && is_empty_text(v))) {
		for (int i = 0; i < count; i++)
			remove_element(s->u, p, n[i]);
		return true;
	}
	if (count)
		return put_selected(s, p, n, count, v);
	if (!create(s, p, &made))
		return false;
	/* what the filter says is part of the new element, so it is added to */
	struct assign add = *s;
	add.replace = false;
	return put_selected(&add, p, &made, 1, v);
}

void remove_element(struct user *u, const struct path *p, int n)
{
	if (p->attr == p->whole) {
		values_drop(&u->values, p->whole, n);
		return;
	}
	for (int i = 0; i < u->values.count; i++)
		if (u->values.v[i].attr == p->attr && u->values.v[i].n == n) {
			u->values.v[i] = u->values.v[--u->values.count];
			drop_hollow(u, p->whole, n);
			return;
		}
}
