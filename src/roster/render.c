/* render.c - a User as SCIM JSON text (RFC 7643, sections 3 and 4). */

#include "roster/user.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"

/* A person's values are bounded where they come in, so this is never reached. */
enum { BODY_MAX = 1 << 30 };

static void put_member(struct buf *b, const char *name, const char *text)
{
	if (!text)
		return;
	buf_puts(b, ",\"");
	buf_puts(b, name);
	buf_puts(b, "\":");
	buf_json(b, text);
}

static void put_value(struct buf *b, const struct value *v)
{
	const enum attr_type type = v->attr->type;

	if (type == ATTR_BOOLEAN || type == ATTR_INTEGER || type == ATTR_DECIMAL)
		buf_puts(b, v->text);
	else
		buf_json(b, v->text);
}

/* The values from v on that are of its element, without braces; returns how many. */
static int put_element(struct buf *b, const struct value *v, int count)
{
	const struct attr *whole = attr_whole(v->attr);
	int i;

	for (i = 0; i < count && v[i].n == v->n && attr_whole(v[i].attr) == whole; i++) {
		buf_puts(b, i ? ",\"" : "\"");
		buf_puts(b, v[i].attr->sub);
		buf_puts(b, "\":");
		put_value(b, &v[i]);
		if (strcmp(whole->name, "manager") == 0) {
			buf_puts(b, ",\"$ref\":");
			buf_json(b, arena_printf(b->arena, "../Users/%s", v[i].text));
		}
	}
	return i;
}

/* One whole attribute, from its name on; returns how many values it had. */
static int put_attribute(struct buf *b, const struct value *v, int count)
{
	const struct attr *whole = attr_whole(v->attr);
	int done = 0;

	buf_puts(b, "\"");
	buf_puts(b, whole->name);
	buf_puts(b, "\":");
	if (whole->type != ATTR_COMPLEX) {
		put_value(b, v);
		return 1;
	}
	buf_puts(b, whole->multi ? "[" : "");
	while (done < count && attr_whole(v[done].attr) == whole) {
		buf_puts(b, done ? ",{" : "{");
		done += put_element(b, v + done, count - done);
		buf_puts(b, "}");
	}
	buf_puts(b, whole->multi ? "]" : "");
	return done;
}

/* All attributes of one schema; v is sorted. */
static void put_schema(struct buf *b, const struct value *v, int count)
{
	for (int done = 0; done < count;) {
		buf_puts(b, done ? "," : "");
		done += put_attribute(b, v + done, count - done);
	}
}

static bool is_extension(const struct value *v)
{
	return v->attr->schema && strcmp(v->attr->schema, SCHEMA_ENTERPRISE) == 0;
}

const char *user_render(struct ctx *c, const struct user *u)
{
	struct buf b = buf_in(c->arena, BODY_MAX);
	struct values vs = values_copy(c->arena, &u->values);
	int core = 0;

	values_sort(&vs);
	while (core < vs.count && !is_extension(&vs.v[core]))
		core++;
	buf_puts(&b, "{\"schemas\":[\"" SCHEMA_USER "\"");
	buf_puts(&b, core < vs.count ? ",\"" SCHEMA_ENTERPRISE "\"]" : "]");
	put_member(&b, "id", u->id);
	put_member(&b, "externalId", u->external_id);
	put_member(&b, "userName", u->user_name);
	put_member(&b, "displayName", u->display_name);
	if (core) {
		buf_puts(&b, ",");
		put_schema(&b, vs.v, core);
	}
	if (core < vs.count) {
		buf_puts(&b, ",\"" SCHEMA_ENTERPRISE "\":{");
		put_schema(&b, vs.v + core, vs.count - core);
		buf_puts(&b, "}");
	}
	return b.p;
}

static void put_groups(struct buf *b, const struct user_group *g, int count)
{
	buf_puts(b, ",\"groups\":[");
	for (int i = 0; i < count; i++) {
		buf_puts(b, i ? ",{\"value\":\"" : "{\"value\":\"");
		buf_puts(b, g[i].group_id);
		buf_puts(b, "\",\"$ref\":\"../Groups/");
		buf_puts(b, g[i].group_id);
		buf_puts(b, "\",\"display\":");
		buf_json(b, g[i].display);
		buf_puts(b, ",\"type\":\"direct\"}");
	}
	buf_puts(b, "]");
}

void user_finish(struct ctx *c, struct buf *out, const struct user *u,
		 const struct user_group *groups, int count)
{
	char version[32];

	snprintf(version, sizeof(version), "%" PRId64, u->version);
	buf_puts(out, u->body);
	buf_puts(out, u->shown_active ? ",\"active\":true" : ",\"active\":false");
	put_groups(out, groups, count);
	buf_puts(out, ",\"meta\":{\"resourceType\":\"User\",\"created\":\"");
	buf_puts(out, time_text(c->arena, u->created));
	buf_puts(out, "\",\"lastModified\":\"");
	buf_puts(out, time_text(c->arena, u->changed));
	buf_puts(out, "\",\"location\":\"");
	buf_puts(out, c->base_url);
	buf_puts(out, "/scim/v2/Users/");
	buf_puts(out, u->id);
	buf_puts(out, "\",\"version\":\"W/\\\"");
	buf_puts(out, version);
	buf_puts(out, "\\\"\"}}");
}
