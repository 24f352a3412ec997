/* render.c - a User as SCIM JSON text (RFC 7643, sections 3 and 4). */

#include "roster/user.h"

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

/* ---- the end, written anew for every answer: a list has a hundred of them ---- */

#define PUT(b, literal) buf_put(b, literal, sizeof(literal) - 1)

static void put_digits(char *at, int width, int64_t n)
{
	for (int i = width - 1; i >= 0; i--, n /= 10)
		at[i] = (char)('0' + n % 10);
}

/* What time_text() writes, several times as fast.  The year begins in March
 * here, so that the leap day is its last; 719468 days are from 0000-03-01 to
 * 1970-01-01, 146097 are in 400 years. */
static void put_time(struct ctx *c, struct buf *b, int64_t ms)
{
	char text[] = "0000-00-00T00:00:00.000Z";
	int64_t day = ms / 86400000 + 719468, of_era = day % 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153, second = ms / 1000 % 86400;

	year += day / 146097 * 400 + (month >= 10);
	if (ms < 0 || year > 9999) {
		buf_puts(b, time_text(c->arena, ms));
		return;
	}
	put_digits(text, 4, year);
	put_digits(text + 5, 2, month < 10 ? month + 3 : month - 9);
	put_digits(text + 8, 2, of_year - (153 * month + 2) / 5 + 1);
	put_digits(text + 11, 2, second / 3600);
	put_digits(text + 14, 2, second / 60 % 60);
	put_digits(text + 17, 2, second % 60);
	put_digits(text + 20, 3, ms % 1000);
	PUT(b, text);
}

static void put_groups(struct buf *b, const struct user_group *g, int count)
{
	PUT(b, ",\"groups\":[");
	for (int i = 0; i < count; i++) {
		size_t n = strlen(g[i].group_id);

		if (i)
			PUT(b, ",");
		PUT(b, "{\"value\":\"");
		buf_put(b, g[i].group_id, n);
		PUT(b, "\",\"$ref\":\"../Groups/");
		buf_put(b, g[i].group_id, n);
		PUT(b, "\",\"display\":");
		buf_json(b, g[i].display);
		PUT(b, ",\"type\":\"direct\"}");
	}
	PUT(b, "]");
}

void user_finish(struct ctx *c, struct buf *out, const struct user *u,
		 const struct user_group *groups, int count)
{
	char version[20] = { 0 };
	size_t at = sizeof(version);

	for (int64_t n = u->version; n > 0; n /= 10)
		version[--at] = (char)('0' + n % 10);
	buf_puts(out, u->body);
	if (u->shown_active)
		PUT(out, ",\"active\":true");
	else
		PUT(out, ",\"active\":false");
	put_groups(out, groups, count);
	PUT(out, ",\"meta\":{\"resourceType\":\"User\",\"created\":\"");
	put_time(c, out, u->created);
	PUT(out, "\",\"lastModified\":\"");
	put_time(c, out, u->changed);
	PUT(out, "\",\"location\":\"");
	buf_puts(out, c->base_url);
	PUT(out, "/scim/v2/Users/");
	buf_puts(out, u->id);
	PUT(out, "\",\"version\":\"W/\\\"");
	buf_put(out, version + at, sizeof(version) - at);
	PUT(out, "\\\"\"}}");
}
