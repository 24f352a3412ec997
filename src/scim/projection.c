/* projection.c - which attributes an answer holds: the lists read, resources cut by them. */
#include "projection.h"

#include <string.h>
#include <strings.h>

#include "http/json.h"
#include "roster/attr.h"

static const char *const schemas[] = { SCHEMA_ENTERPRISE, SCHEMA_USER, SCHEMA_GROUP };

enum { SCHEMAS = sizeof(schemas) / sizeof(schemas[0]) };

static struct slice trim(struct slice s)
{
	while (s.n && strchr(" \t", *s.p))
		s.p++, s.n--;
	while (s.n && strchr(" \t", s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Takes a known URN off the front of s; false if it has another one. */
static bool take_schema(struct slice *s, const char **schema)
{
	if (s->n < 4 || strncasecmp(s->p, "urn:", 4) != 0)
		return true;
	for (int i = 0; i < SCHEMAS; i++) {
		size_t n = strlen(schemas[i]);

		if (s->n < n || strncasecmp(s->p, schemas[i], n) != 0 ||
		    (s->n > n && s->p[n] != ':' && s->p[n] != '.'))
			continue;
		n += s->n > n;
		*schema = schemas[i];
		*s = (struct slice){ s->p + n, s->n - n };
		return true;
	}
	return false;
}

static void add_path(struct projection *p, struct slice s)
{
	struct projected path = { 0 };
	const char *dot;

	if (s.n == 0 || !take_schema(&s, &path.schema))
		return;
	dot = s.n ? memchr(s.p, '.', s.n) : NULL;
	path.name = dot ? (struct slice){ s.p, (size_t)(dot - s.p) } : s;
	if (dot)
		path.sub = (struct slice){ dot + 1, (size_t)(s.p + s.n - dot - 1) };
	/* all of a schema is asked for by its URN alone */
	if (path.name.n || (path.schema && !dot))
		p->path[p->count++] = path;
}

bool projection_parse(struct ctx *c, const char *attributes, const char *excluded,
		      struct projection *out)
{
	const char *s = attributes ? attributes : excluded;
	int n = 1;

	*out = (struct projection){ .only = attributes };
	if (!s)
		return true;
	for (const char *p = s; *p; p++)
		n += *p == ',';
	if (n > PROJECTION_PATHS_MAX)
		return error(c, ERR_VALUE, "more than %d attributes are named in the request",
			     PROJECTION_PATHS_MAX);
	out->path = arena_array(c->arena, struct projected, (size_t)n);
	while (*s) {
		size_t len = strcspn(s, ",");

		add_path(out, trim((struct slice){ s, len }));
		s += len + (s[len] == ',');
	}
	return true;
}

bool projection_read(struct ctx *c, const struct http_req *q, struct projection *out)
{
	const char *attributes, *excluded;

	if (!http_query(c, q, "attributes", &attributes) ||
	    !http_query(c, q, "excludedAttributes", &excluded))
		return false;
	/* "attributes=" names nothing, so it asks for nothing */
	if (attributes && !*attributes)
		attributes = NULL;
	return projection_parse(c, attributes, excluded, out);
}

/* Does the path speak of attribute name of schema (NULL: core and common)?  An
 * unqualified name is looked for in the extension as well. */
static bool is_about(const struct projected *path, const char *schema, const char *name)
{
	bool extension = path->schema && strcmp(path->schema, SCHEMA_ENTERPRISE) == 0;

	if (path->schema && extension != (schema != NULL))
		return false;
	return path->name.n == 0 || slice_is(path->name, name);
}

bool projection_wants(const struct projection *p, const char *name)
{
	for (int i = 0; i < p->count; i++)
		if (is_about(&p->path[i], NULL, name) && (p->only || p->path[i].sub.n == 0))
			return p->only;
	return !p->only;
}

bool projection_is_bare(const struct projection *p)
{
	for (int i = 0; i < p->count; i++)
		if (!slice_is(p->path[i].name, "id") && !slice_is(p->path[i].name, "schemas"))
			return false;
	return p->only;
}

bool projection_cuts(const struct projection *p)
{
	for (int i = 0; i < p->count; i++)
		if (!slice_is(p->path[i].name, "members") || p->path[i].sub.n)
			return true;
	return p->only;
}

/* What is to become of one attribute. */
enum fate { KEPT, CUT, DROPPED };

static enum fate fate_of(const struct projection *p, const char *schema, const char *name)
{
	enum fate partly = p->only ? DROPPED : KEPT;

	for (int i = 0; i < p->count; i++) {
		if (!is_about(&p->path[i], schema, name))
			continue;
		if (p->path[i].sub.n == 0)
			return p->only ? KEPT : DROPPED;
		partly = CUT;
	}
	return partly;
}

static bool keeps_sub(const struct projection *p, const char *schema, const char *name,
		      const char *sub)
{
	for (int i = 0; i < p->count; i++)
		if (is_about(&p->path[i], schema, name) && slice_is(p->path[i].sub, sub))
			return p->only;
	return !p->only;
}

static void cut_element(const struct projection *p, const char *schema, const char *name,
			json_t *element)
{
	const char *sub;
	json_t *value;
	void *next;

	json_object_foreach_safe(element, next, sub, value) if (!keeps_sub(p, schema, name, sub))
		json_object_del(element, sub);
}

/* True if something is left. */
static bool cut_value(const struct projection *p, const char *schema, const char *name,
		      json_t *value)
{
	if (json_is_object(value)) {
		cut_element(p, schema, name, value);
		return json_object_size(value) > 0;
	}
	for (size_t i = json_array_size(value); i-- > 0;) {
		json_t *element = json_array_get(value, i);

		cut_element(p, schema, name, element);
		if (json_is_object(element) && json_object_size(element) == 0)
			json_array_remove(value, i);
	}
	/* simple attributes have no parts: naming one keeps nothing, and takes nothing away */
	return json_is_array(value) ? json_array_size(value) > 0 : !p->only;
}

/* Cuts the attributes in an object: those of the core schema, or of an extension. */
static void cut(const struct projection *p, const char *schema, json_t *object)
{
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(object, next, key, value)
	{
		enum fate fate;

		if (!schema && (strcmp(key, "id") == 0 || strcmp(key, "schemas") == 0))
			continue;
		if (!schema && strchr(key, ':')) {
			cut(p, SCHEMA_ENTERPRISE, value);
			fate = json_object_size(value) ? KEPT : DROPPED;
		} else {
			fate = fate_of(p, schema, key);
		}
		if (fate == DROPPED || (fate == CUT && !cut_value(p, schema, key, value)))
			json_object_del(object, key);
	}
}

static int put(const char *text, size_t n, void *buf)
{
	buf_put(buf, text, n);
	return 0;
}

bool projection_put(struct ctx *c, const struct projection *p, struct slice resource,
		    struct buf *out)
{
	json_error_t why;
	json_t *j = json_loadb(resource.p, resource.n, 0, &why);

	if (!j)
		return error(c, ERR_INTERNAL, "a stored resource is no JSON: line %d, column %d",
			     why.line, why.column);
	json_own(c, j);
	cut(p, NULL, j);
	if (json_dump_callback(j, put, out, JSON_COMPACT) != 0)
		return error(c, ERR_INTERNAL, "a resource could not be written as JSON");
	return true;
}
