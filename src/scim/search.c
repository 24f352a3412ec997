/* search.c - parameters of lists and searches (RFC 7644, sections 3.4.2 and 3.4.3). */
#include "search.h"

#include <string.h>
#include <strings.h>

#include "http/json.h"
#include "respond.h"

static const int64_t START_MAX = (int64_t)1 << 40;

enum { TEXT_BYTES_MAX = 64 * 1024 };

static bool check(struct ctx *c, struct search *s, const char *order)
{
	if (s->filter && strlen(s->filter) > FILTER_BYTES_MAX)
		return error(c, ERR_FILTER, "the filter is longer than %d bytes", FILTER_BYTES_MAX);
	if (order && strcasecmp(order, "ascending") != 0 && strcasecmp(order, "descending") != 0)
		return error(c, ERR_VALUE, "sortOrder must be \"ascending\" or \"descending\"");
	s->descending = order && strcasecmp(order, "descending") == 0;
	return true;
}

bool search_from_query(struct ctx *c, const struct http_req *q, struct search *out)
{
	const char *order;

	*out = (struct search){ 0 };
	return http_query(c, q, "filter", &out->filter) &&
	       http_query(c, q, "sortBy", &out->sort_by) && http_query(c, q, "sortOrder", &order) &&
	       http_query_int(c, q, "startIndex", 1, 1, START_MAX, &out->start) &&
	       http_query_int(c, q, "count", PAGE_DEFAULT, 0, PAGE_MAX, &out->count) &&
	       projection_read(c, q, &out->want) && check(c, out, order);
}

static bool body_int(struct ctx *c, const json_t *body, const char *name, int64_t unset,
		     int64_t min, int64_t max, int64_t *out)
{
	const json_t *j = json_find(body, name);
	int64_t n = unset;

	if (j && !json_is_null(j)) {
		if (!json_is_integer(j))
			return error(c, ERR_VALUE, "%s must be a whole number", name);
		n = json_integer_value(j);
	}
	*out = n < min ? min : n > max ? max : n;
	return true;
}

/* An array of names, or one string of them; *out has commas between them. */
static bool body_names(struct ctx *c, const json_t *body, const char *name, const char **out)
{
	const json_t *j = json_find(body, name);
	struct buf b = buf_in(c->arena, TEXT_BYTES_MAX);

	if (!json_is_array(j))
		return json_text(c, body, name, TEXT_BYTES_MAX, out);
	for (size_t i = 0; i < json_array_size(j); i++) {
		const char *text = json_string_value(json_array_get(j, i));

		if (!text)
			return error(c, ERR_VALUE, "%s must be an array of strings", name);
		buf_puts(&b, i ? "," : "");
		buf_puts(&b, text);
	}
	*out = b.n ? b.p : NULL;
	return !b.over || error(c, ERR_VALUE, "%s is too long", name);
}

static bool has_schema(const json_t *body)
{
	const json_t *schemas = json_find(body, "schemas");

	for (size_t i = 0; i < json_array_size(schemas); i++) {
		const char *s = json_string_value(json_array_get(schemas, i));

		if (s && strcasecmp(s, SCIM_MSG "SearchRequest") == 0)
			return true;
	}
	return false;
}

bool search_from_body(struct ctx *c, const struct http_req *q, struct search *out)
{
	const char *order = NULL, *attributes = NULL, *excluded = NULL;
	json_t *body;

	*out = (struct search){ 0 };
	if (!json_body(c, q, &body))
		return false;
	if (!has_schema(body))
		return error(c, ERR_SYNTAX, "schemas must name " SCIM_MSG "SearchRequest");
	return json_text(c, body, "filter", TEXT_BYTES_MAX, &out->filter) &&
	       json_text(c, body, "sortBy", TEXT_BYTES_MAX, &out->sort_by) &&
	       json_text(c, body, "sortOrder", TEXT_BYTES_MAX, &order) &&
	       body_int(c, body, "startIndex", 1, 1, START_MAX, &out->start) &&
	       body_int(c, body, "count", PAGE_DEFAULT, 0, PAGE_MAX, &out->count) &&
	       body_names(c, body, "attributes", &attributes) &&
	       body_names(c, body, "excludedAttributes", &excluded) &&
	       projection_parse(c, attributes, excluded, &out->want) && check(c, out, order);
}

static bool group_has(const struct filter *f)
{
	static const char *const names[] = { "id",      "externalId",  "meta",
					     "schemas", "displayName", "members" };

	if (f->schema && strcasecmp(f->schema, SCHEMA_GROUP) != 0)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_is(f->name, names[i]))
			return true;
	return false;
}

static bool user_has(const struct filter *f)
{
	if (f->schema && strcasecmp(f->schema, SCHEMA_GROUP) == 0)
		return false;
	return slice_is(f->name, "schemas") ||
	       attr_find(f->schema, f->name, (struct slice){ "", 0 });
}

/* "id" compared so that it always holds, or never does: no id is empty. */
static void settle(struct filter *f, bool holds)
{
	*f = (struct filter){ .op = holds ? OP_NE : OP_EQ,
			      .name = { "id", 2 },
			      .value = db_text("") };
}

struct filter *filter_for(struct ctx *c, enum filter_of of, const struct filter *f)
{
	struct filter *copy;

	if (!f)
		return NULL;
	copy = arena_new(c->arena, struct filter);
	*copy = *f;
	if (f->op == OP_AND || f->op == OP_OR || f->op == OP_NOT) {
		copy->left = filter_for(c, of, f->left);
		copy->right = filter_for(c, of, f->right);
	} else if (of == FILTER_USERS ? !user_has(f) && group_has(f)
				      : !group_has(f) && user_has(f)) {
		settle(copy, f->op == OP_NE ? f->value.type != DB_NULL
					    : f->op == OP_EQ && f->value.type == DB_NULL);
	}
	return copy;
}
