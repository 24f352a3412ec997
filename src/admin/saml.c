/* saml.c - /connections/saml: identity providers through whom people sign in. */
#include "saml_show.h"

#include <string.h>

#include "change/change.h"
#include "preset.h"
#include "roster/domain.h"
#include "roster/org.h"
#include "roster/session.h"

enum { NAME_BYTES_MAX = 200, ENTITY_ID_MAX = 256, URL_MAX = 2000 };

static const char own_members[] = "name preset idp_metadata_xml idp_metadata_url entity_id "
				  "replace_idp";

/* ---- bodies ---- */

/* A body as it was understood. */
struct wish {
	const char *name, *preset, *entity_id;
	const char *xml, *url; /* "" takes the URL away */
	bool replace_idp;
	json_t *settings; /* members that are settings */
	const json_t *domains;
};

static bool is_own(const char *key)
{
	const char *p = strstr(own_members, key);
	size_t n = strlen(key);

	return p && (p == own_members || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0');
}

static bool read_wish(struct ctx *c, const struct http_req *q, struct wish *w)
{
	json_t *j, *value;
	const char *key;

	if (!json_body(c, q, &j))
		return false;
	w->settings = json_own(c, json_object());
	json_object_foreach(j, key, value)
	{
		if (!is_own(key))
			json_object_set(w->settings, key, value);
	}
	w->domains = json_object_get(j, "domains");
	return body_text(c, j, "name", NAME_BYTES_MAX, &w->name) &&
	       body_text(c, j, "preset", NAME_BYTES_MAX, &w->preset) &&
	       body_text(c, j, "entity_id", ENTITY_ID_MAX, &w->entity_id) &&
	       body_text(c, j, "idp_metadata_xml", SAML_METADATA_MAX, &w->xml) &&
	       body_text(c, j, "idp_metadata_url", URL_MAX, &w->url) &&
	       body_bool(c, j, "replace_idp", &w->replace_idp);
}

/* Metadata as it was given, or fetched from where the body says.  Outside the change: a
 * slow server must not hold a lock.  xml->p NULL: the body has none. */
static bool obtain(struct ctx *c, const struct wish *w, struct slice *xml, struct saml_idp *idp)
{
	*xml = (struct slice){ 0 };
	if (w->xml && *w->xml)
		*xml = (struct slice){ w->xml, strlen(w->xml) };
	else if (w->url && *w->url && !saml_fetch(c, w->url, xml))
		return false;
	return !xml->p || saml_metadata_read(c, *xml, NULL, idp);
}

bool saml_get(struct ctx *c, const char *id, struct saml_connection **out)
{
	if (!saml_connection_find(c, id, out))
		return false;
	return *out || error(c, ERR_NOT_FOUND, "there is no SAML connection %.100s", id);
}

static const char *shown_line(struct ctx *c, const struct saml_connection *s)
{
	return json_line(c, json_own(c, saml_show(c, s)));
}

void saml_note(struct ctx *c, const char *action, const char *id, const char *before,
	       const char *after)
{
	audit_note(c, (struct audit_note){ .action = action,
					   .target_kind = "connection",
					   .target_id = id,
					   .before = before,
					   .after = after });
}

/* What lets weaker messages in stands out in the audit trail, beside the change itself. */
static void note_weaker(struct ctx *c, const struct saml_settings *was,
			const struct saml_connection *s)
{
	const struct {
		bool before, now;
		const char *reason;
	} all[] = {
		{ was && was->allow_sha1, s->settings.allow_sha1, "SHA-1 signatures are accepted" },
		{ was && was->allow_cbc, s->settings.allow_cbc, "AES-CBC is accepted" },
		{ was && was->allow_inclusive_c14n, s->settings.allow_inclusive_c14n,
		  "inclusive canonicalization is accepted" },
		{ was && was->allow_idp_initiated, s->settings.allow_idp_initiated,
		  "the identity provider may begin a sign-in" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].now && !all[i].before)
			audit_note(c, (struct audit_note){ .action = "connection.weakened",
							   .target_kind = "connection",
							   .target_id = s->source->id,
							   .reason = all[i].reason });
}

bool admin_saml_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct saml_connection *s;
	struct source *sources;
	struct page page;
	json_t *items;
	int n, i = 0, shown = 0;

	if (!page_read(c, q, &page) || !source_list(c, "saml", &sources, &n))
		return false;
	items = json_own(c, json_array());
	while (i < n && strcmp(sources[i].id, page.after) <= 0)
		i++;
	for (; i < n && shown < page.limit; i++, shown++) {
		if (!saml_get(c, sources[i].id, &s))
			return false;
		json_append(items, saml_show(c, s));
	}
	page_respond(c, p, json_incref(items), shown && i < n ? sources[i - 1].id : NULL, n);
	return true;
}

bool admin_saml_read(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct saml_connection *s;

	if (!saml_get(c, q->param[0], &s))
		return false;
	json_respond(c, p, 200, saml_show(c, s));
	return true;
}

/* ---- making and changing ---- */

/* Domains that the body names become domains of the organization.  Where there is only
 * one organization, its administrator is who runs the server, and they need no proof. */
static bool list_domains(struct ctx *c, const json_t *names)
{
	struct domain *d;
	struct org *orgs;
	const json_t *one;
	size_t i;
	int n;

	if (!names || json_array_size(names) == 0)
		return true;
	if (!org_list(c, &orgs, &n))
		return false;
	json_array_foreach((json_t *)(uintptr_t)names, i, one)
	{
		if (!domain_add(c, json_string_value(one), &d))
			return false;
		if (n == 1 && !domain_owned(d) && !domain_set_state(c, d, DOMAIN_OPERATOR))
			return false;
	}
	return true;
}

static bool check_entity_id(struct ctx *c, const char *id)
{
	return !id || strchr(id, ':') ||
	       error(c, ERR_VALUE,
		     "entity_id must be an absolute URI, as the identity provider "
		     "knows us");
}

/* What takes time, made before the change begins: a lock must not wait for it. */
struct prepared {
	struct saml_idp idp;
	struct slice xml;
	struct saml_key key;
};

static bool make(struct ctx *c, const struct wish *w, struct prepared *made, const char **id)
{
	json_t *settings = json_own(c, json_object());
	const json_t *preset;
	struct source s = { .kind = "saml", .name = w->name, .preset = w->preset };
	struct saml_row row = { .entity_id = w->entity_id,
				.idp_url = w->url && *w->url ? w->url : NULL };
	bool changed;

	if (!preset_settings(c, "saml", w->preset, &preset) ||
	    (preset && !saml_settings_merge(c, preset, settings)) ||
	    !saml_settings_merge(c, w->settings, settings))
		return false;
	s.settings = json_line(c, settings);
	if (!source_create(c, &s) || !signpost_put(c, "saml", s.id))
		return false;
	row.source_id = *id = s.id;
	if (made->xml.p)
		saml_row_apply(c, &row, &made->idp, made->xml, &changed);
	made->key.source_id = s.id;
	made->key.state = "current";
	return saml_row_insert(c, &row) && saml_key_insert(c, &made->key) &&
	       list_domains(c, w->domains);
}

bool admin_saml_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct prepared *made = arena_new(c->arena, struct prepared);
	struct wish w = { 0 };
	struct saml_connection *s;
	const char *id;
	SCOPED_CHANGE ch = { 0 };

	if (!read_wish(c, q, &w) || !check_entity_id(c, w.entity_id))
		return false;
	if (!w.name || !*w.name)
		return error(c, ERR_VALUE, "name is missing");
	if (!obtain(c, &w, &made->xml, &made->idp) || !saml_key_make(c, &made->key) ||
	    !change_begin(c, &ch) || !make(c, &w, made, &id) || !saml_get(c, id, &s))
		return false;
	saml_note(c, "connection.created", id, NULL, shown_line(c, s));
	note_weaker(c, NULL, s);
	if (!change_commit(&ch))
		return false;
	json_respond(c, p, 201, saml_show(c, s));
	http_add_header(p, "Location",
			arena_printf(c->arena, "%s/api/v1/connections/saml/%s", c->base_url, id));
	return true;
}

/* Another entityID is another identity provider: whoever it says somebody is, would be. */
static bool same_idp(struct ctx *c, const struct wish *w, const struct saml_connection *s,
		     const struct saml_idp *idp)
{
	if (!s->idp.entity_id || w->replace_idp || strcmp(s->idp.entity_id, idp->entity_id) == 0)
		return true;
	return error(c, ERR_CONFLICT,
		     "the metadata is of \"%.80s\", the connection is to \"%.80s\"; say "
		     "replace_idp "
		     "true if that one has been replaced",
		     idp->entity_id, s->idp.entity_id);
}

static bool change_rows(struct ctx *c, const struct wish *w, struct saml_connection *s,
			const struct saml_idp *idp, struct slice xml)
{
	json_t *settings = json_own(c, json_parsed(s->source->settings));
	bool changed = false;

	if (!saml_settings_merge(c, w->settings, settings))
		return false;
	s->source->settings = json_line(c, settings);
	s->source->name = w->name ? w->name : s->source->name;
	if (w->entity_id)
		s->row->entity_id = *w->entity_id ? w->entity_id : NULL;
	if (w->url)
		s->row->idp_url = *w->url ? w->url : NULL;
	if (!s->row->idp_url)
		s->row->again = 0;
	if (xml.p && !same_idp(c, w, s, idp))
		return false;
	if (xml.p)
		saml_row_apply(c, s->row, idp, xml, &changed);
	if (changed)
		saml_note(c, "connection.keys_changed", s->source->id, NULL, NULL);
	return source_save(c, s->source) && saml_row_save(c, s->row) && list_domains(c, w->domains);
}

bool admin_saml_patch(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct wish w = { 0 };
	struct saml_idp *idp = arena_new(c->arena, struct saml_idp);
	struct saml_connection *s;
	struct slice xml;
	struct saml_settings before;
	const char *was;
	SCOPED_CHANGE ch = { 0 };

	if (!read_wish(c, q, &w) || !saml_get(c, q->param[0], &s) ||
	    !check_entity_id(c, w.entity_id))
		return false;
	if (w.preset)
		return error(c, ERR_VALUE, "the preset of a connection does not change");
	if (!obtain(c, &w, &xml, idp) || !change_begin(c, &ch) || !saml_get(c, q->param[0], &s))
		return false;
	was = shown_line(c, s);
	before = s->settings;
	if (!change_rows(c, &w, s, idp, xml) || !saml_get(c, q->param[0], &s))
		return false;
	saml_note(c, "connection.updated", s->source->id, was, shown_line(c, s));
	note_weaker(c, &before, s);
	if (!change_commit(&ch))
		return false;
	json_respond(c, p, 200, saml_show(c, s));
	return true;
}

bool admin_saml_drop(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct source_contents n;
	struct saml_connection *s;
	bool preview;

	if (!query_bool(c, q, "preview", &preview) || !saml_get(c, q->param[0], &s) ||
	    !count_source(c, s->source->id, &n))
		return false;
	if (preview) {
		json_respond(c, p, 200, show_contents(&n));
		return true;
	}
	saml_note(c, "connection.deleted", s->source->id, shown_line(c, s),
		  json_line(c, json_own(c, show_contents(&n))));
	if (!session_end_source(c, s->source->id, "connection deleted") ||
	    !source_delete(c, s->source))
		return false;
	p->status = 204;
	return true;
}
