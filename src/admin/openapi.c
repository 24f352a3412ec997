/* openapi.c - /openapi.json: the table of routes as OpenAPI 3.1. */
#include "admin.h"

#include <stdlib.h>
#include <string.h>

#include "schemas.h"

static const struct {
	enum http_method method;
	const char *name;
} methods[] = {
	{ GET, "get" }, { POST, "post" }, { PUT, "put" }, { PATCH, "patch" }, { DELETE, "delete" },
};

static const char *method_name(enum http_method m)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (methods[i].method == m)
			return methods[i].name;
	abort(); /* a route with a method that is not in the table */
}

/* A text of ours that must be JSON. */
static json_t *literal(const char *text)
{
	json_t *j = json_loads(text, JSON_DECODE_ANY, NULL);

	if (!j)
		abort();
	return j;
}

/* "list:User" is a page of them. */
static json_t *schema_of(struct ctx *c, const char *name)
{
	json_t *j, *members, *items;

	if (strncmp(name, "list:", 5) != 0)
		return schema_of_type(c, name);
	items = json_object();
	json_put_text(items, "type", "array");
	json_put(items, "items", schema_of_type(c, name + 5));
	members = json_object();
	json_put(members, "items", items);
	json_put(members, "next", literal("{\"type\":[\"string\",\"null\"]}"));
	json_put(members, "total", literal("{\"type\":\"integer\"}"));
	j = json_object();
	json_put_text(j, "type", "object");
	json_put(j, "properties", members);
	return j;
}

static json_t *content(const char *type, json_t *schema)
{
	json_t *inner = json_object(), *outer = json_object();

	json_put(inner, "schema", schema);
	json_put(outer, type, inner);
	return outer;
}

static json_t *answer_of(struct ctx *c, const struct admin_route *r, const char *status)
{
	json_t *j = json_object();

	if (*status != '2') {
		json_put_text(j, "description", "A problem, told by title and detail");
		json_put(j, "content",
			 content("application/problem+json", schema_of_type(c, "Problem")));
		return j;
	}
	json_put_text(j, "description", "Done");
	if (!r->response || strcmp(status, "204") == 0)
		return j;
	if (strcmp(r->response, "text:") == 0)
		json_put(j, "content",
			 content("application/x-ndjson", literal("{\"type\":\"string\"}")));
	else
		json_put(j, "content", content("application/json", schema_of(c, r->response)));
	if (r->query && strstr(r->query, "format"))
		json_object_update_new(json_object_get(j, "content"),
				       content("text/csv", literal("{\"type\":\"string\"}")));
	return j;
}

static void put_statuses(struct ctx *c, json_t *responses, const struct admin_route *r,
			 const char *statuses)
{
	char status[4] = { 0 };

	for (const char *p = statuses; strlen(p) >= 3; p += p[3] ? 4 : 3) {
		memcpy(status, p, 3);
		json_put(responses, status, answer_of(c, r, status));
	}
}

/* Of a path's parameters, in their order: something, and something of it. */
static const char *const holes[] = { "id", "item" };
enum { HOLES = sizeof(holes) / sizeof(holes[0]) };

static json_t *path_parameter(const char *name)
{
	json_t *j = literal("{\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"string\"}}");

	json_put_text(j, "name", name);
	return j;
}

/* "name", or "name:type" where the type is another one here. */
static void put_parameter(struct ctx *c, json_t *list, const char *name, size_t whole)
{
	const struct parameter *found = admin_parameters;
	size_t n = strcspn(name, ": ");
	const char *type;
	json_t *j;

	while (found->name && (strlen(found->name) != n || strncmp(found->name, name, n) != 0))
		found++;
	if (!found->name)
		abort(); /* a route with a parameter that is not in the table */
	j = json_object();
	json_put_text(j, "name", found->name);
	json_put_text(j, "in", "query");
	type = n < whole ? arena_strndup(c->arena, name + n + 1, whole - n - 1) : found->type;
	json_put_text(j, "description", found->description);
	json_put(j, "schema", schema_of_type(c, type));
	json_append(list, j);
}

static json_t *parameters_of(struct ctx *c, const struct admin_route *r)
{
	json_t *list = json_array();
	const char *hole = r->pattern;

	for (int i = 0; i < HOLES && (hole = strstr(hole, "{}")); i++, hole += 2)
		json_append(list, path_parameter(holes[i]));
	for (const char *p = r->query; p && *p; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		put_parameter(c, list, p, n);
		p += n;
	}
	return list;
}

static json_t *operation_of(struct ctx *c, const struct admin_route *r)
{
	static const char *const sessions[] = {
		[ADMIN_ONLY] = "Administrator",
		[PLATFORM_TOO] = "Administrator",
		[MANAGER_TOO] = "Administrator, Manager",
		[ADMIN_FRESH] = "Administrator, just signed in",
	};
	json_t *j = json_object(), *responses = json_object(), *body;

	json_put_text(j, "operationId", r->operation);
	json_put_text(j, "summary", r->summary);
	json_put_text(j, "x-token",
		      r->need == PLATFORM_TOO || r->need == MANAGER_TOO ? "admin or platform"
									: "admin");
	json_put_text(j, "x-session", sessions[r->need]);
	json_put(j, "parameters", parameters_of(c, r));
	if (r->request) {
		body = json_object();
		json_put_bool(body, "required", true);
		json_put(body, "content",
			 content("application/json", schema_of_type(c, r->request)));
		json_put(j, "requestBody", body);
	}
	put_statuses(c, responses, r, r->statuses);
	put_statuses(c, responses, r, "400 401 403 429 500 503");
	if (r->request)
		put_statuses(c, responses, r, "413 415 507");
	json_put(j, "responses", responses);
	return j;
}

/* The pattern with its parameters named. */
static const char *path_of(struct ctx *c, const char *pattern)
{
	struct buf b = buf_in(c->arena, 1024);
	const char *hole;

	for (int i = 0; i < HOLES && (hole = strstr(pattern, "{}")); i++, pattern = hole + 2)
		buf_printf(&b, "%.*s{%s}", (int)(hole - pattern), pattern, holes[i]);
	buf_puts(&b, pattern);
	return b.p;
}

static json_t *paths(struct ctx *c)
{
	json_t *all = json_object(), *path;

	for (const struct admin_route *r = admin_routes; r->pattern; r++) {
		const char *name = path_of(c, r->pattern);

		path = json_object_get(all, name);
		if (!path) {
			path = json_object();
			json_put(all, name, path);
		}
		json_put(path, method_name(r->method), operation_of(c, r));
	}
	return all;
}

static json_t *components(struct ctx *c)
{
	json_t *j = json_object(), *list = json_object();

	for (const struct shape *s = admin_shapes; s->name; s++)
		json_put(list, s->name, schema_of_shape(c, s));
	json_put(j, "schemas", list);
	json_put(j, "securitySchemes",
		 literal("{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"}}"));
	return j;
}

bool admin_openapi_read(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	json_t *j = json_object(), *server = json_object(), *servers = json_array();

	(void)q;
	json_put_text(j, "openapi", "3.1.0");
	json_put(j, "info",
		 literal("{\"title\":\"rosterd admin API\",\"version\":\"1\",\"description\":"
			 "\"Who may come in, with which role, on which seat.\"}"));
	json_put_text(server, "url", c->base_url);
	json_append(servers, server);
	json_put(j, "servers", servers);
	json_put(j, "security", literal("[{\"token\":[]}]"));
	json_put(j, "paths", paths(c));
	json_put(j, "components", components(c));
	json_respond(c, p, 200, j);
	return true;
}
