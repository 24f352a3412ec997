/* assign.c - attributes of a struct user set from JSON, in place. */

#include "assign.h"

#include <limits.h>
#include <string.h>

static const struct slice none = { "", 0 };

static struct slice of_text(const char *s)
{
	return (struct slice){ s, strlen(s) };
}

static const struct attr *sub_of(const struct attr *whole, const char *name)
{
	return attr_find(whole->schema, of_text(whole->name), of_text(name));
}

void values_put(struct arena *a, struct values *vs, const struct attr *attr, int n,
		const char *text)
{
	for (int i = 0; i < vs->count; i++) {
		if (vs->v[i].attr != attr || vs->v[i].n != n)
			continue;
		if (text)
			vs->v[i].text = text;
		else
			vs->v[i] = vs->v[--vs->count];
		return;
	}
	if (text)
		values_add(a, vs, attr, n, text);
}

void values_drop(struct values *vs, const struct attr *whole, int n)
{
	int kept = 0;

	for (int i = 0; i < vs->count; i++)
		if (attr_whole(vs->v[i].attr) != whole || (n >= 0 && vs->v[i].n != n))
			vs->v[kept++] = vs->v[i];
	vs->count = kept;
}

int assign_next(const struct user *u, const struct attr *whole)
{
	int n = 0;

	for (int i = 0; i < u->values.count; i++)
		if (attr_whole(u->values.v[i].attr) == whole && u->values.v[i].n >= n)
			n = u->values.v[i].n + 1;
	return n;
}

bool assign_unknown(struct assign *s, const char *name, size_t n)
{
	if (!s->set->refuse_unknown_attributes)
		return true;
	return error(s->c, s->quiet ? ERR_VALUE : ERR_PATH,
		     "attribute \"%.*s\" is unknown; see /Schemas", (int)(n > 100 ? 100 : n), name);
}

void assign_primary(struct assign *s, const struct attr *whole, int n)
{
	const struct attr *mark = sub_of(whole, "primary");

	for (int i = 0; i < s->u->values.count; i++) {
		struct value *v = &s->u->values.v[i];

		if (v->attr == mark && v->n != n)
			v->text = "false";
	}
}

/* ---- what is a column ---- */

static bool assign_active(struct assign *s, const char *text)
{
	if (!text)
		return s->quiet ||
		       error(s->c, ERR_VALUE, "active must be true or false; it cannot be unset");
	s->u->active = strcmp(text, "true") == 0;
	s->active_given = true;
	return true;
}

static bool assign_column(struct assign *s, const struct attr *a, const char *text)
{
	if (strcmp(a->name, "userName") == 0)
		s->u->user_name = text;
	else if (strcmp(a->name, "externalId") == 0)
		s->u->external_id = text;
	else if (strcmp(a->name, "displayName") == 0)
		s->u->display_name = text;
	else if (strcmp(a->name, "active") == 0)
		return assign_active(s, text);
	return true; /* password: accepted and dropped */
}

/* There is room for a value of a in element n, or it is there already. */
static bool has_room(struct assign *s, const struct attr *a, int n)
{
	if (s->u->values.count < VALUES_MAX || values_text(&s->u->values, a, n))
		return true;
	return error(s->c, ERR_VALUE, "a user can have %d values at most", VALUES_MAX);
}

bool assign_sub(struct assign *s, const struct attr *a, int n, json_t *v)
{
	const char *text;

	if (a->mutability == ATTR_READ_ONLY)
		return s->quiet || error(s->c, ERR_MUTABILITY, "%s%s%s is read-only", a->name,
					 *a->sub ? "." : "", a->sub);
	if (!json_to_text(s, a, v, &text))
		return false;
	if (!a->path)
		return assign_column(s, a, text);
	if (text && !has_room(s, a, n))
		return false;
	values_put(s->c->arena, &s->u->values, a, n, text);
	if (text && strcmp(a->sub, "primary") == 0 && strcmp(text, "true") == 0)
		assign_primary(s, attr_whole(a), n);
	return true;
}

/* ---- complex attributes ---- */

static const struct attr *sub_named(const struct attr *whole, const char *key)
{
	const struct attr *a = sub_of(whole, key);

	if (!a && strcmp(whole->name, "manager") == 0 && slice_is(of_text(key), "managerId"))
		a = sub_of(whole, "value"); /* its name in SCIM 1.1 */
	return a;
}

bool assign_subs(struct assign *s, const struct attr *whole, int n, json_t *object)
{
	struct assign inner = *s;
	const char *key;
	json_t *v;

	inner.quiet = true;
	json_object_foreach(object, key, v)
	{
		const struct attr *a = *key ? sub_named(whole, key) : NULL;

		if (a ? !assign_sub(&inner, a, n, v) : !assign_unknown(&inner, key, strlen(key)))
			return false;
	}
	return true;
}

static bool is_empty(const json_t *v)
{
	return !v || json_is_null(v) || (json_is_array(v) && json_array_size(v) == 0) ||
	       (json_is_string(v) && json_string_length(v) == 0);
}

static bool assign_complex(struct assign *s, const struct attr *whole, json_t *v)
{
	const struct attr *value = sub_of(whole, "value");

	if (json_is_array(v) && json_array_size(v) == 1)
		v = json_array_get(v, 0);
	if (is_empty(v)) {
		values_drop(&s->u->values, whole, -1);
		return true;
	}
	if (json_is_object(v))
		return assign_subs(s, whole, 0, v);
	if (value && (json_is_string(v) || json_is_number(v)))
		return assign_sub(s, value, 0, v);
	return error(s->c, ERR_VALUE, "%s must be an object with sub-attributes", whole->name);
}

/* ---- multi-valued attributes ---- */

/* Whether element n holds all of el, or the same value under the same type. */
static bool same_element(struct assign *s, const struct attr *whole, int n, const struct values *el)
{
	const struct attr *value = sub_of(whole, "value"), *type = sub_of(whole, "type");
	const struct values *vs = &s->u->values;
	const char *mine = value ? values_text(el, value, 0) : NULL, *old;

	for (int i = 0; i < el->count; i++) {
		const struct value *v = &el->v[i];

		if (mine && v->attr != value && v->attr != type)
			continue;
		old = values_text(vs, v->attr, n);
		if (!old || strcmp(old, v->text) != 0)
			return false;
	}
	return !mine || !values_text(vs, type, n) || values_text(el, type, 0);
}

static int find_same(struct assign *s, const struct attr *whole, const struct values *el)
{
	const struct attr *value = sub_of(whole, "value");
	const char *mine = value ? values_text(el, value, 0) : NULL;
	int tried = -1;

	for (int i = 0; i < s->u->values.count; i++) {
		const struct value *v = &s->u->values.v[i];

		if (attr_whole(v->attr) != whole || v->n == tried ||
		    (mine && (v->attr != value || strcmp(v->text, mine) != 0)))
			continue;
		tried = v->n;
		if (same_element(s, whole, tried, el))
			return tried;
	}
	return -1;
}

/* The values of one element as it came, with n 0; none if it says nothing. */
static bool read_element(struct assign *s, const struct attr *whole, json_t *v, struct values *out)
{
	const struct attr *value = sub_of(whole, "value");
	struct user one = { 0 };
	struct assign into = *s;
	bool ok;

	into.u = &one;
	into.quiet = true;
	if (json_is_object(v))
		ok = assign_subs(&into, whole, 0, v);
	else if (is_empty(v))
		ok = true;
	else if (value && !json_is_array(v))
		ok = assign_sub(&into, value, 0, v);
	else
		ok = error(s->c, ERR_VALUE, "elements of %s must be objects", whole->name);
	*out = one.values;
	if (ok && value && !values_text(out, value, 0))
		out->count = 0; /* an address without an address helps nobody */
	return ok;
}

/* Puts one element; one like it takes what is new in it.  *primary: the first
 * element of this request that is marked so. */
static bool add_element(struct assign *s, const struct attr *whole, json_t *v, int *primary)
{
	const struct attr *mark = sub_of(whole, "primary");
	struct values el;
	const char *text;
	int n;

	if (!read_element(s, whole, v, &el))
		return false;
	if (el.count == 0)
		return true;
	text = values_text(&el, mark, 0);
	if (text && strcmp(text, "true") == 0 && *primary >= 0)
		values_put(s->c->arena, &el, mark, 0, "false");
	n = find_same(s, whole, &el);
	if (n < 0)
		n = assign_next(s->u, whole);
	for (int i = 0; i < el.count; i++) {
		if (el.v[i].attr == mark && n == *primary)
			continue;
		if (!has_room(s, el.v[i].attr, n))
			return false;
		values_put(s->c->arena, &s->u->values, el.v[i].attr, n, el.v[i].text);
	}
	if (text && strcmp(text, "true") == 0 && *primary < 0) {
		*primary = n;
		assign_primary(s, whole, n);
	}
	return true;
}

static bool assign_multi(struct assign *s, const struct attr *whole, json_t *v)
{
	int primary = -1;

	if (s->replace)
		values_drop(&s->u->values, whole, -1);
	if (is_empty(v))
		return true;
	if (!json_is_array(v))
		return add_element(s, whole, v, &primary);
	for (size_t i = 0; i < json_array_size(v); i++)
		if (!add_element(s, whole, json_array_get(v, i), &primary))
			return false;
	return true;
}

/* The element a dotted name of a multi-valued attribute means. */
static int meant(const struct user *u, const struct attr *whole)
{
	const struct attr *mark = sub_of(whole, "primary");
	int first = INT_MAX;

	for (int i = 0; i < u->values.count; i++) {
		const struct value *v = &u->values.v[i];

		if (v->attr == mark && strcmp(v->text, "true") == 0)
			return v->n;
		if (attr_whole(v->attr) == whole && v->n < first)
			first = v->n;
	}
	return first == INT_MAX ? 0 : first;
}

bool assign_attr(struct assign *s, const struct attr *a, json_t *v)
{
	const struct attr *whole = attr_whole(a);

	if (whole->mutability == ATTR_READ_ONLY)
		return s->quiet || error(s->c, ERR_MUTABILITY, "%s is read-only", whole->name);
	if (a != whole)
		return assign_sub(s, a, whole->multi ? meant(s->u, whole) : 0, v);
	if (whole->multi)
		return assign_multi(s, whole, v);
	if (whole->type == ATTR_COMPLEX)
		return assign_complex(s, whole, v);
	return assign_sub(s, a, 0, v);
}

/* ---- objects ---- */

/* The value under a schema's URN. */
static bool assign_schema(struct assign *s, const char *schema, json_t *v)
{
	if (json_is_array(v) && json_array_size(v) == 1)
		v = json_array_get(v, 0);
	if (json_is_object(v))
		return assign_object(s, schema, v);
	if (!is_empty(v))
		return error(s->c, ERR_VALUE, "\"%s\" must be an object", schema);
	if (s->patch && strcmp(schema, SCHEMA_ENTERPRISE) == 0)
		for (int i = 0; i < user_attr_count; i++)
			if (user_attrs[i].schema && strcmp(user_attrs[i].schema, schema) == 0)
				values_drop(&s->u->values, &user_attrs[i], -1);
	return true;
}

static bool is_ours(const char *schema)
{
	return strcmp(schema, SCHEMA_ENTERPRISE) == 0 || strcmp(schema, SCHEMA_USER) == 0;
}

static bool assign_key(struct assign *s, const char *schema, const char *key, json_t *v)
{
	struct slice text = of_text(key);
	struct scim_name name;
	struct path p;
	const struct attr *a;

	if (slice_is(text, "schemas"))
		return true;
	if (s->patch && strchr(key, '[')) {
		if (!path_parse(s->c, key, &p))
			return false;
		return p.attr ? assign_selected(s, &p, v) : assign_unknown(s, key, text.n);
	}
	if (!name_split(s->c->arena, text, &name))
		return assign_unknown(s, key, text.n);
	if (name.name.n == 0)
		return is_ours(name.schema) ? assign_schema(s, name.schema, v)
					    : assign_unknown(s, key, text.n);
	a = attr_find(name.schema ? name.schema : schema, name.name, name.sub.n ? name.sub : none);
	return a ? assign_attr(s, a, v) : assign_unknown(s, key, text.n);
}

bool assign_object(struct assign *s, const char *schema, json_t *object)
{
	struct assign inner = *s;
	const char *key;
	json_t *v;

	inner.quiet = true;
	json_object_foreach(object, key, v) if (!assign_key(&inner, schema, key, v)) return false;
	s->active_given = inner.active_given;
	return true;
}

bool person_check(struct ctx *c, const struct user *u)
{
	if (!u->user_name || u->user_name[strspn(u->user_name, " \t")] == '\0')
		return error(c, ERR_VALUE, "userName is required");
	if (strlen(u->user_name) > USER_NAME_MAX)
		return error(c, ERR_VALUE, "userName is longer than %d bytes", USER_NAME_MAX);
	if (u->external_id && strlen(u->external_id) > EXTERNAL_ID_MAX)
		return error(c, ERR_VALUE, "externalId is longer than %d bytes", EXTERNAL_ID_MAX);
	if (u->display_name && strlen(u->display_name) > DISPLAY_NAME_MAX)
		return error(c, ERR_VALUE, "displayName is longer than %d bytes", DISPLAY_NAME_MAX);
	return true;
}
