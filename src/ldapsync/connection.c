/* connection.c - LDAP connections made and changed: settings checked, secrets sealed. */
#include "ldapsync/connection.h"

#include <string.h>

#include "base/org.h"
#include "base/secret.h"
#include "http/json.h"
#include "bases.h"

enum { PASSWORD_MAX = 1024, KEY_MAX = 64 * 1024 };

bool ldap_connection_find(struct ctx *c, const char *id, struct ldap_connection **out)
{
	struct source *s;
	struct ldap_row *row;

	*out = NULL;
	if (!source_find(c, id, &s) || !ldap_row_find(c, id, &row))
		return false;
	if (!s || !row)
		return true;
	*out = arena_new(c->arena, struct ldap_connection);
	**out = (struct ldap_connection){ s, row };
	return true;
}

/* A secret member of an object in given: sealed, and gone from there.  Absent: *sealed
 * stays; null or "": none. */
static bool take_secret(struct ctx *c, json_t *given, const char *object, const char *member,
			size_t max, const char *purpose, const char **sealed)
{
	json_t *in = json_object_get(given, object), *value = json_object_get(in, member);
	const char *text = json_string_value(value);

	if (!value)
		return true;
	if (!text && !json_is_null(value))
		return error(c, ERR_VALUE, "%s.%s must be a string", object, member);
	if (text && strlen(text) > max)
		return error(c, ERR_VALUE, "%s.%s is longer than %zu bytes", object, member, max);
	text = arena_strdup(c->arena, text);
	json_object_del(in, member);
	*sealed = NULL;
	return !text || !*text || secret_seal(c, purpose, text, sealed);
}

static bool take_secrets(struct ctx *c, json_t *given, struct ldap_row *row)
{
	return take_secret(c, given, "bind", "password", PASSWORD_MAX, "ldap-bind",
			   &row->password) &&
	       take_secret(c, given, "tls", "client_key_pem", KEY_MAX, "ldap-key",
			   &row->client_key);
}

static const char *text_of(struct ctx *c, const json_t *j)
{
	return arena_adopt(c->arena, json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS));
}

static bool has_uris(struct ctx *c, const json_t *settings)
{
	return json_array_size(json_object_get(settings, "uris")) > 0 ||
	       error(c, ERR_VALUE, "uris is missing: [\"ldaps://dc1.acme.example\"]");
}

bool ldap_connection_make(struct ctx *c, struct source *s, const json_t *preset, json_t *given,
			  struct ldap_connection **out)
{
	json_t *settings = json_own(c, json_object());
	struct ldap_row row = { 0 };

	if (!take_secrets(c, given, &row) ||
	    (preset && !ldap_settings_merge(c, preset, settings)) ||
	    !ldap_settings_merge(c, given, settings) || !has_uris(c, settings) ||
	    !ldap_settings_check(c, settings))
		return false;
	s->kind = "ldap";
	s->settings = text_of(c, settings);
	if (!source_create(c, s))
		return false;
	row.source_id = s->id;
	return ldap_row_insert(c, &row) && ldap_due_put(c, s->id, 0) &&
	       ldap_connection_find(c, s->id, out);
}

bool ldap_connection_change(struct ctx *c, struct ldap_connection *l, json_t *given)
{
	json_t *settings = json_own(c, json_loads(l->source->settings, 0, NULL));
	struct ldap_settings before, after;
	struct ldap_row row = *l->row;

	if (!ldap_settings_read(c, l->source->settings, &before) ||
	    !take_secrets(c, given, l->row) || !ldap_settings_merge(c, given, settings) ||
	    !has_uris(c, settings) || !ldap_settings_check(c, settings))
		return false;
	l->source->settings = text_of(c, settings);
	if (!ldap_settings_read(c, l->source->settings, &after))
		return false;
	if (ldap_settings_move(&before, &after)) {
		/* one that was given just now is for where it goes to */
		if (l->row->password == row.password)
			l->row->password = NULL;
		if (l->row->client_key == row.client_key)
			l->row->client_key = NULL;
		l->row->feed = NULL;
	}
	if (!bases_are_same(before.users_bases, after.users_bases))
		l->row->directory = NULL;
	/* whatever else is different, a complete listing settles it */
	l->row->feed = NULL;
	return source_save(c, l->source) && ldap_row_save(c, l->row) &&
	       ldap_due_put(c, l->source->id, 0);
}

bool ldap_connection_accept(struct ctx *c, struct ldap_connection *l)
{
	l->row->directory = NULL;
	l->row->feed = NULL;
	return ldap_row_save(c, l->row);
}

json_t *ldap_connection_settings(struct ctx *c, const struct ldap_connection *l)
{
	json_t *all = ldap_settings_default(c), *value, *group;
	json_t *stored = json_own(c, json_loads(l->source->settings, 0, NULL));
	const char *key;

	json_object_foreach(stored, key, value)
	{
		group = json_object_get(all, key);
		if (json_is_object(group) && json_is_object(value))
			json_object_update(group, value);
		else
			json_object_set(all, key, value);
	}
	json_object_set_new(json_object_get(all, "bind"), "password_set",
			    json_boolean(l->row->password != NULL));
	json_object_set_new(json_object_get(all, "tls"), "client_key_set",
			    json_boolean(l->row->client_key != NULL));
	return json_incref(all);
}
