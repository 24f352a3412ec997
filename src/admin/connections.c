/* connections.c - /connections/scim and /presets: which identity provider may push. */
#include "admin.h"

#include <string.h>

#include "admin/presets.h"
#include "change/change.h"
#include "preset.h"
#include "roster/source.h"

enum { NAME_BYTES_MAX = 200 };

static bool refuse_setting(struct ctx *c, const json_t *known, const char *name)
{
	struct buf b = buf_in(c->arena, 2048);
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)known, key, value)
	{
		buf_printf(&b, "%s%s", b.n ? ", " : "", key);
	}
	return error(c, ERR_VALUE, "unknown setting \"%.60s\"; known are: %s", name,
		     b.p ? b.p : "none");
}

/* Each must be one that the generic preset names, and true or false. */
static bool merge_settings(struct ctx *c, const json_t *given, json_t *into)
{
	const json_t *known;
	const char *key;
	json_t *value;

	if (!given)
		return true;
	if (!preset_settings(c, "scim", "generic", &known))
		return false;
	if (!json_is_object(given))
		return error(c, ERR_VALUE, "settings must be an object");
	json_object_foreach((json_t *)(uintptr_t)given, key, value)
	{
		if (!json_object_get(known, key))
			return refuse_setting(c, known, key);
		if (!json_is_boolean(value))
			return error(c, ERR_VALUE, "the setting %.60s must be true or false", key);
		json_put(into, key, json_incref(value));
	}
	return true;
}

static json_t *show(struct ctx *c, const struct source *s)
{
	json_t *j = json_object();

	json_put_text(j, "id", s->id);
	json_put_text(j, "name", s->name);
	json_put_null(j, "preset", s->preset);
	json_put(j, "settings", json_parsed(s->settings ? s->settings : "{}"));
	json_put_text(j, "base_url", arena_printf(c->arena, "%s/scim/v2", c->base_url));
	json_put_time(c, j, "created", s->created);
	json_put_time(c, j, "changed", s->changed);
	return j;
}

static bool get(struct ctx *c, const char *id, struct source **out)
{
	if (!source_find(c, id, out))
		return false;
	return (*out && strcmp((*out)->kind, "scim") == 0) ||
	       error(c, ERR_NOT_FOUND, "there is no SCIM connection %.100s", id);
}

static void note(struct ctx *c, const char *action, const struct source *s, const char *before,
		 const char *after)
{
	audit_note(c, (struct audit_note){ .action = action,
					   .target_kind = "connection",
					   .target_id = s->id,
					   .before = before,
					   .after = after });
}

static const char *shown_line(struct ctx *c, const struct source *s)
{
	return json_line(c, json_own(c, show(c, s)));
}

bool admin_connections_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct source *s;
	struct page page;
	json_t *items;
	int n, i = 0, shown = 0;

	if (!page_read(c, q, &page) || !source_list(c, "scim", &s, &n))
		return false;
	items = json_array();
	while (i < n && strcmp(s[i].id, page.after) <= 0)
		i++;
	for (; i < n && shown < page.limit; i++, shown++)
		json_append(items, show(c, &s[i]));
	page_respond(c, p, items, shown && i < n ? s[i - 1].id : NULL, n);
	return true;
}

bool admin_connection_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct source s = { .kind = "scim", .preset = "generic" };
	json_t *j, *settings = json_own(c, json_object());
	const json_t *defaults;

	if (!body_read(c, q, "name preset settings", &j) || !body_needs(c, j, "name") ||
	    !body_text(c, j, "name", NAME_BYTES_MAX, &s.name) ||
	    !body_text(c, j, "preset", NAME_BYTES_MAX, &s.preset))
		return false;
	if (!preset_settings(c, "scim", s.preset, &defaults) ||
	    !merge_settings(c, defaults, settings) ||
	    !merge_settings(c, json_object_get(j, "settings"), settings))
		return false;
	s.settings = json_line(c, settings);
	if (!source_create(c, &s))
		return false;
	note(c, "connection.created", &s, NULL, shown_line(c, &s));
	json_respond(c, p, 201, show(c, &s));
	http_add_header(p, "Location",
			arena_printf(c->arena, "%s/api/v1/connections/scim/%s", c->base_url, s.id));
	return true;
}

bool admin_connection_read(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct source *s;

	if (!get(c, q->param[0], &s))
		return false;
	json_respond(c, p, 200, show(c, s));
	return true;
}

bool admin_connection_patch(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct source *s;
	const char *was;
	json_t *j, *settings;

	if (!body_read(c, q, "name settings", &j) || !get(c, q->param[0], &s))
		return false;
	was = shown_line(c, s);
	settings = json_own(c, json_parsed(s->settings ? s->settings : "{}"));
	if (!body_text(c, j, "name", NAME_BYTES_MAX, &s->name) ||
	    !merge_settings(c, json_object_get(j, "settings"), settings))
		return false;
	s->settings = json_line(c, settings);
	if (strcmp(was, shown_line(c, s)) != 0) {
		if (!source_save(c, s))
			return false;
		s->changed = c->now;
		note(c, "connection.updated", s, was, shown_line(c, s));
	}
	json_respond(c, p, 200, show(c, s));
	return true;
}

/* ?preview=true tells what would go: groups, memberships, tokens; the users stay,
 * managed by hand. */
bool admin_connection_drop(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct source_contents n;
	struct source *s;
	bool preview;

	if (!query_bool(c, q, "preview", &preview) || !get(c, q->param[0], &s) ||
	    !count_source(c, s->id, &n))
		return false;
	if (preview) {
		json_respond(c, p, 200, show_contents(&n));
		return true;
	}
	if (!source_delete(c, s))
		return false;
	note(c, "connection.deleted", s, shown_line(c, s),
	     json_line(c, json_own(c, show_contents(&n))));
	p->status = 204;
	return true;
}

/* Each as its file says, and the name it goes by. */
bool admin_presets_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	json_t *items = json_array(), *j;
	const char *slash;

	(void)q;
	for (int i = 0; i < preset_file_count; i++) {
		slash = strchr(preset_files[i].name, '/');
		j = json_object();
		json_put_text(j, "preset",
			      arena_strndup(c->arena, preset_files[i].name,
					    slash ? (size_t)(slash - preset_files[i].name)
						  : strlen(preset_files[i].name)));
		json_put_text(j, "kind", slash ? slash + 1 : "");
		json_put(j, "document", json_parsed(preset_files[i].text));
		json_append(items, j);
	}
	page_respond(c, p, items, NULL, preset_file_count);
	return true;
}
