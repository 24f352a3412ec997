/* ldap.c - /connections/ldap: directories that are mirrored. */
#include "ldap_show.h"

#include <string.h>

#include "change/change.h"
#include "preset.h"
#include "roster/ldap_entry.h"
#include "roster/session.h"

enum { NAME_BYTES_MAX = 200 };

/* ---- reading ---- */

bool ldap_get(struct ctx *c, const char *id, struct ldap_connection **out)
{
	if (!ldap_connection_find(c, id, out))
		return false;
	return *out || error(c, ERR_NOT_FOUND, "there is no LDAP connection %.100s", id);
}

bool admin_ldap_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct ldap_connection *l;
	struct source *sources;
	struct page page;
	json_t *items, *one;
	int n, i = 0, shown = 0;

	if (!page_read(c, q, &page) || !source_list(c, "ldap", &sources, &n))
		return false;
	items = json_own(c, json_array());
	while (i < n && strcmp(sources[i].id, page.after) <= 0)
		i++;
	for (; i < n && shown < page.limit; i++, shown++) {
		if (!ldap_get(c, sources[i].id, &l) || !ldap_show(c, l, &one))
			return false;
		json_append(items, json_incref(one));
	}
	page_respond(c, p, json_incref(items), shown && i < n ? sources[i - 1].id : NULL, n);
	return true;
}

static bool respond(struct ctx *c, struct http_resp *p, int status, const char *id)
{
	struct ldap_connection *l;
	json_t *j;

	if (!ldap_get(c, id, &l) || !ldap_show(c, l, &j))
		return false;
	json_respond(c, p, status, json_incref(j));
	return true;
}

bool admin_ldap_read(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	return respond(c, p, 200, q->param[0]);
}

/* ---- making and changing ---- */

/* The settings among the members of a body; name, preset and the like are not. */
static json_t *settings_of(struct ctx *c, json_t *body)
{
	static const char *const own[] = { "name", "preset", "accept_directory" };
	json_t *given = json_own(c, json_deep_copy(body));

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		json_object_del(given, own[i]);
	return given;
}

static bool note(struct ctx *c, const char *action, const char *id, const char *before)
{
	struct ldap_connection *l;
	json_t *j;

	if (!ldap_get(c, id, &l) || !ldap_show(c, l, &j))
		return false;
	audit_note(c, (struct audit_note){ .action = action,
					   .target_kind = "connection",
					   .target_id = id,
					   .before = before,
					   .after = json_line(c, j) });
	return true;
}

bool admin_ldap_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct ldap_connection *l;
	struct source s = { 0 };
	const json_t *preset;
	json_t *body;

	if (!json_body(c, q, &body) || !body_text(c, body, "name", NAME_BYTES_MAX, &s.name) ||
	    !body_text(c, body, "preset", NAME_BYTES_MAX, &s.preset))
		return false;
	if (!s.name || !*s.name)
		return error(c, ERR_VALUE, "name is missing");
	if (!preset_settings(c, "ldap", s.preset, &preset) ||
	    !ldap_connection_make(c, &s, preset, settings_of(c, body), &l) ||
	    !note(c, "connection.created", s.id, NULL) || !respond(c, p, 201, s.id))
		return false;
	http_add_header(p, "Location",
			arena_printf(c->arena, "%s/api/v1/connections/ldap/%s", c->base_url, s.id));
	return true;
}

bool admin_ldap_patch(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct ldap_connection *l;
	json_t *body, *was;
	const char *name = NULL, *preset = NULL;
	bool accept = false;

	if (!json_body(c, q, &body) || !body_text(c, body, "name", NAME_BYTES_MAX, &name) ||
	    !body_text(c, body, "preset", NAME_BYTES_MAX, &preset) ||
	    !body_bool(c, body, "accept_directory", &accept) || !ldap_get(c, q->param[0], &l) ||
	    !ldap_show(c, l, &was))
		return false;
	if (preset)
		return error(c, ERR_VALUE, "the preset of a connection does not change");
	if (name)
		l->source->name = name;
	return ldap_connection_change(c, l, settings_of(c, body)) &&
	       (!accept || ldap_connection_accept(c, l)) &&
	       note(c, "connection.updated", l->source->id, json_line(c, was)) &&
	       respond(c, p, 200, l->source->id);
}

bool admin_ldap_drop(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct source_contents n;
	struct ldap_connection *l;
	json_t *was;
	bool preview;

	if (!query_bool(c, q, "preview", &preview) || !ldap_get(c, q->param[0], &l) ||
	    !count_source(c, l->source->id, &n) || !ldap_show(c, l, &was))
		return false;
	if (preview) {
		json_respond(c, p, 200, show_contents(&n));
		return true;
	}
	audit_note(c, (struct audit_note){ .action = "connection.deleted",
					   .target_kind = "connection",
					   .target_id = l->source->id,
					   .before = json_line(c, was),
					   .after = json_line(c, json_own(c, show_contents(&n))) });
	if (!session_end_source(c, l->source->id, "connection deleted") ||
	    !source_delete(c, l->source))
		return false;
	p->status = 204;
	return true;
}
