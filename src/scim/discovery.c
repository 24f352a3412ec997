/* discovery.c - /ServiceProviderConfig, /ResourceTypes, /Schemas (RFC 7644, section 4). */
#include "scim/scim.h"

#include <string.h>
#include <strings.h>

#include "respond.h"
#include "roster/attr.h"

static const char *const type_words[] = {
	[ATTR_STRING] = "string",       [ATTR_BOOLEAN] = "boolean",   [ATTR_DECIMAL] = "decimal",
	[ATTR_INTEGER] = "integer",     [ATTR_DATETIME] = "dateTime", [ATTR_BINARY] = "binary",
	[ATTR_REFERENCE] = "reference", [ATTR_COMPLEX] = "complex",
};
static const char *const mutability_words[] = {
	[ATTR_READ_WRITE] = "readWrite",
	[ATTR_READ_ONLY] = "readOnly",
	[ATTR_IMMUTABLE] = "immutable",
	[ATTR_WRITE_ONLY] = "writeOnly",
};
static const char *const returned_words[] = {
	[ATTR_DEFAULT] = "default",
	[ATTR_ALWAYS] = "always",
	[ATTR_NEVER] = "never",
	[ATTR_REQUEST] = "request",
};
static const char *const uniqueness_words[] = {
	[ATTR_UNIQUE_NONE] = "none",
	[ATTR_UNIQUE_SERVER] = "server",
	[ATTR_UNIQUE_GLOBAL] = "global",
};

/* clang-format off */
static const struct attr group_attrs[] = {
	{ SCHEMA_GROUP, "displayName", "", NULL,
	  ATTR_STRING, false, false, true, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_SERVER,
	  NULL, NULL, "Name of the group, unique without regard to case." },
	{ SCHEMA_GROUP, "members", "", NULL,
	  ATTR_COMPLEX, true, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Who is in the group." },
	{ SCHEMA_GROUP, "members", "value", NULL,
	  ATTR_STRING, false, true, false, ATTR_IMMUTABLE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Id of the member." },
	{ SCHEMA_GROUP, "members", "$ref", NULL,
	  ATTR_REFERENCE, false, true, false, ATTR_IMMUTABLE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, "User", "URI of the member." },
	{ SCHEMA_GROUP, "members", "display", NULL,
	  ATTR_STRING, false, false, false, ATTR_READ_ONLY, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Name to show for the member." },
	{ SCHEMA_GROUP, "members", "type", NULL,
	  ATTR_STRING, false, false, false, ATTR_IMMUTABLE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  "User", NULL, "What the member is." },
};

static const struct schema {
	const char *id, *name, *about;
} schemas[] = {
	{ SCHEMA_USER,       "User",           "An account of a person." },
	{ SCHEMA_GROUP,      "Group",          "A group of people." },
	{ SCHEMA_ENTERPRISE, "EnterpriseUser", "What an employer knows about a person." },
};

static const struct type {
	const char *name, *endpoint, *about, *schema, *extension;
} types[] = {
	{ "User",  "/Users",  "Accounts of people.", SCHEMA_USER,  SCHEMA_ENTERPRISE },
	{ "Group", "/Groups", "Groups of people.",   SCHEMA_GROUP, NULL },
};
/* clang-format on */

enum {
	GROUP_ATTRS = sizeof(group_attrs) / sizeof(group_attrs[0]),
	SCHEMAS = sizeof(schemas) / sizeof(schemas[0]),
	TYPES = sizeof(types) / sizeof(types[0])
};

/* "a b c" as ,"key":["a","b","c"]; nothing at all if there are no words. */
static void put_words(struct buf *b, const char *key, const char *words)
{
	if (!words)
		return;
	buf_printf(b, ",\"%s\":[", key);
	for (const char *s = words; *s;) {
		size_t n = strcspn(s, " ");

		buf_printf(b, "%s\"%.*s\"", s == words ? "" : ",", (int)n, s);
		s += n + (s[n] == ' ');
	}
	buf_puts(b, "]");
}

/* Without its closing brace. */
static void put_attr(struct buf *b, const struct attr *a)
{
	buf_printf(b, "{\"name\":\"%s\",\"type\":\"%s\",\"multiValued\":%s,\"description\":",
		   *a->sub ? a->sub : a->name, type_words[a->type],
		   a->multi && !*a->sub ? "true" : "false");
	buf_json(b, a->about);
	buf_printf(b,
		   ",\"required\":%s,\"caseExact\":%s,\"mutability\":\"%s\",\"returned\":\"%s\","
		   "\"uniqueness\":\"%s\"",
		   a->required ? "true" : "false", a->exact ? "true" : "false",
		   mutability_words[a->mutability], returned_words[a->returned],
		   uniqueness_words[a->uniqueness]);
	put_words(b, "canonicalValues", a->canonical);
	put_words(b, "referenceTypes", a->references);
}

/* A line and the lines of its sub-attributes; returns how many. */
static int put_whole(struct buf *b, const struct attr *a, int count)
{
	int n = 1;

	put_attr(b, a);
	for (; n < count && *a[n].sub; n++) {
		buf_puts(b, n == 1 ? ",\"subAttributes\":[" : ",");
		put_attr(b, &a[n]);
		buf_puts(b, "}");
	}
	buf_puts(b, n > 1 ? "]}" : "}");
	return n;
}

/* A password is taken but never kept, so it is not announced. */
static bool is_listed(const struct attr *a, const char *schema)
{
	return a->schema && strcmp(a->schema, schema) == 0 && a->mutability != ATTR_WRITE_ONLY;
}

static void put_schema(struct ctx *c, struct buf *b, const struct schema *s)
{
	bool group = strcmp(s->id, SCHEMA_GROUP) == 0;
	const struct attr *a = group ? group_attrs : user_attrs;
	int count = group ? GROUP_ATTRS : user_attr_count, done = 0;

	buf_printf(b,
		   "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Schema\"],\"id\":\"%s\","
		   "\"name\":\"%s\",\"description\":\"%s\",\"attributes\":[",
		   s->id, s->name, s->about);
	for (int i = 0; i < count;) {
		if (!is_listed(&a[i], s->id)) {
			i++;
			continue;
		}
		buf_puts(b, done++ ? "," : "");
		i += put_whole(b, &a[i], count - i);
	}
	buf_printf(b,
		   "],\"meta\":{\"resourceType\":\"Schema\",\"location\":"
		   "\"%s/scim/v2/Schemas/%s\"}}",
		   c->base_url, s->id);
}

static void put_type(struct ctx *c, struct buf *b, const struct type *t)
{
	buf_printf(b,
		   "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:ResourceType\"],"
		   "\"id\":\"%s\",\"name\":\"%s\",\"endpoint\":\"%s\",\"description\":\"%s\","
		   "\"schema\":\"%s\",\"schemaExtensions\":[",
		   t->name, t->name, t->endpoint, t->about, t->schema);
	if (t->extension)
		buf_printf(b, "{\"schema\":\"%s\",\"required\":false}", t->extension);
	buf_printf(b,
		   "],\"meta\":{\"resourceType\":\"ResourceType\",\"location\":"
		   "\"%s/scim/v2/ResourceTypes/%s\"}}",
		   c->base_url, t->name);
}

static void put_config(struct ctx *c, struct buf *b)
{
	buf_puts(b,
		 "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig\"]");
	buf_printf(b, ",\"documentationUri\":\"%s/console/\"", c->base_url);
	buf_puts(b, ",\"patch\":{\"supported\":true},\"bulk\":{\"supported\":false,"
		    "\"maxOperations\":0,\"maxPayloadSize\":0}");
	buf_printf(b, ",\"filter\":{\"supported\":true,\"maxResults\":%d}", PAGE_MAX);
	buf_puts(b, ",\"changePassword\":{\"supported\":false},\"sort\":{\"supported\":true},"
		    "\"etag\":{\"supported\":true},\"authenticationSchemes\":["
		    "{\"type\":\"oauthbearertoken\",\"name\":\"Bearer token\","
		    "\"description\":\"Authorization: Bearer and the token of the connection.\","
		    "\"specUri\":\"https://www.rfc-editor.org/info/rfc6750\",\"primary\":true},"
		    "{\"type\":\"httpbasic\",\"name\":\"HTTP Basic\","
		    "\"description\":\"Any user name, and the token as the password.\","
		    "\"specUri\":\"https://www.rfc-editor.org/info/rfc7617\",\"primary\":false}]");
	buf_printf(b,
		   ",\"meta\":{\"resourceType\":\"ServiceProviderConfig\",\"location\":"
		   "\"%s/scim/v2/ServiceProviderConfig\"}}",
		   c->base_url);
}

/* RFC 7644, section 4: sorting and paging are ignored here, a filter is refused. */
static bool refuse_filter(struct ctx *c, const struct http_req *q)
{
	const char *filter;

	if (!http_query(c, q, "filter", &filter))
		return false;
	return !filter || error(c, ERR_FORBIDDEN, "%s cannot be filtered", q->path);
}

static bool respond(struct http_resp *p, const struct buf *b)
{
	scim_respond(p, 200, (struct slice){ b->p, b->n });
	return true;
}

static void open_list(struct buf *b, int n)
{
	buf_printf(b,
		   "{\"schemas\":[\"" SCIM_MSG "ListResponse\"],\"totalResults\":%d,"
		   "\"startIndex\":1,\"itemsPerPage\":%d,\"Resources\":[",
		   n, n);
}

bool scim_config(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct buf b = scim_buf(c);

	if (!refuse_filter(c, q))
		return false;
	put_config(c, &b);
	return respond(p, &b);
}

bool scim_types(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct buf b = scim_buf(c);

	if (!refuse_filter(c, q))
		return false;
	open_list(&b, TYPES);
	for (int i = 0; i < TYPES; i++) {
		buf_puts(&b, i ? "," : "");
		put_type(c, &b, &types[i]);
	}
	buf_puts(&b, "]}");
	return respond(p, &b);
}

bool scim_type(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct buf b = scim_buf(c);

	for (int i = 0; i < TYPES; i++) {
		if (strcasecmp(q->param[0], types[i].name) == 0) {
			put_type(c, &b, &types[i]);
			return respond(p, &b);
		}
	}
	return error(c, ERR_NOT_FOUND, "there is no such resource type; there are User and Group");
}

bool scim_schemas(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct buf b = scim_buf(c);

	if (!refuse_filter(c, q))
		return false;
	open_list(&b, SCHEMAS);
	for (int i = 0; i < SCHEMAS; i++) {
		buf_puts(&b, i ? "," : "");
		put_schema(c, &b, &schemas[i]);
	}
	buf_puts(&b, "]}");
	return respond(p, &b);
}

bool scim_schema(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct buf b = scim_buf(c);

	for (int i = 0; i < SCHEMAS; i++) {
		if (strcasecmp(q->param[0], schemas[i].id) == 0) {
			put_schema(c, &b, &schemas[i]);
			return respond(p, &b);
		}
	}
	return error(c, ERR_NOT_FOUND, "there is no such schema; /Schemas lists them");
}
