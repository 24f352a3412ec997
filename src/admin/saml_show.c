/* saml_show.c - a SAML connection as the API shows it, with what is worth a warning. */
#include "saml_show.h"

static json_t *show_idp(struct ctx *c, const struct saml_connection *s)
{
	json_t *j = json_object(), *keys = json_array();

	json_put_null(j, "entity_id", s->idp.entity_id);
	json_put_null(j, "metadata_url", s->row->idp_url);
	json_put_time(c, j, "fetched", s->row->fetched);
	json_put_time(c, j, "valid_until", s->row->valid_until);
	json_put_time(c, j, "next_fetch", s->row->again);
	json_put_null(j, "error", s->row->idp_error);
	for (int i = 0; i < s->idp.n_keys; i++)
		json_append(keys, saml_key_show(c, s->idp.key[i]));
	json_put(j, "keys", keys);
	return j;
}

static json_t *show_warnings(const struct saml_connection *s)
{
	const struct {
		bool on;
		const char *text;
	} all[] = {
		{ s->settings.allow_sha1,
		  "SHA-1 signatures are accepted: anybody with means can "
		  "forge them; let the identity provider sign with SHA-256" },
		{ s->settings.allow_cbc, "AES-CBC is accepted inside signed responses; prefer "
					 "AES-GCM in the identity provider" },
		{ s->settings.allow_idp_initiated,
		  "the identity provider may begin a sign-in: in a browser where nobody is signed "
		  "in, somebody can be signed in to another's account without noticing" },
		{ !s->idp.entity_id, "there is no metadata of the identity provider yet" },
		{ s->row->tested == 0, "no test sign-in has succeeded yet" },
	};
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].on)
			json_append(list, json_string(all[i].text));
	return list;
}

json_t *saml_show(struct ctx *c, const struct saml_connection *s)
{
	json_t *j = json_object(), *set = saml_settings_default(c);
	json_t *stored = json_own(c, json_parsed(s->source->settings));
	json_t *names = json_object_get(set, "attributes"), *value;
	const char *key;

	json_object_update(names, json_object_get(stored, "attributes"));
	json_object_del(stored, "attributes");
	json_object_update(set, stored);
	json_put_text(j, "id", s->source->id);
	json_put_text(j, "name", s->source->name);
	json_put_null(j, "preset", s->source->preset);
	json_put_text(j, "entity_id", s->entity_id);
	json_put_text(j, "acs_url", s->acs_url);
	json_put_text(j, "login_url", s->login_url);
	json_put_text(j, "slo_url", s->slo_url);
	json_put_text(j, "metadata_url", s->metadata_url);
	json_object_foreach(set, key, value)
	{
		json_object_set(j, key, value);
	}
	json_put(j, "idp", show_idp(c, s));
	json_put(j, "warnings", show_warnings(s));
	json_put_time(c, j, "tested", s->row->tested);
	json_put_time(c, j, "created", s->source->created);
	json_put_time(c, j, "changed", s->source->changed);
	return j;
}
