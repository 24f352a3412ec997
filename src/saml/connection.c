/* connection.c - a connection as a whole: its rows, its settings, its addresses, its keys. */
#include "saml/connection.h"

#include <string.h>

#include "base/org.h"
#include "base/secret.h"
#include "keys.h"

/* What the private keys are sealed for. */
#define KEY_PURPOSE "saml-key"

static void name_addresses(struct ctx *c, struct saml_connection *s)
{
	const char *base = arena_printf(c->arena, "%s/saml/%s", c->base_url, s->source->id);

	s->metadata_url = arena_printf(c->arena, "%s/metadata", base);
	s->login_url = arena_printf(c->arena, "%s/login", base);
	s->acs_url = arena_printf(c->arena, "%s/acs", base);
	s->slo_url = arena_printf(c->arena, "%s/slo", base);
	s->entity_id = s->row->entity_id ? s->row->entity_id : s->metadata_url;
}

bool saml_connection_find(struct ctx *c, const char *id, struct saml_connection **out)
{
	struct saml_connection *s = arena_new(c->arena, struct saml_connection);

	*out = NULL;
	if (!saml_source_find(c, id, &s->source, &s->row, &s->key, &s->keys))
		return false;
	if (!s->source || strcmp(s->source->kind, "saml") != 0 || !s->row)
		return true;
	if (!saml_settings_read(c, s->source->settings, &s->settings) ||
	    (s->row->idp && !saml_idp_read(c, s->row->idp, &s->idp)))
		return false;
	name_addresses(c, s);
	*out = s;
	return true;
}

bool saml_key_make(struct ctx *c, struct saml_key *out)
{
	const char *pem, *name = strstr(c->base_url, "://");
	char *host = arena_strdup(c->arena, name ? name + 3 : "rosterd");

	host[strcspn(host, ":/")] = '\0';
	if (strlen(host) > 60)
		host[60] = '\0';
	*out = (struct saml_key){ 0 };
	return key_pair_make(c, *host ? host : "rosterd", &pem, &out->certificate) &&
	       secret_seal(c, KEY_PURPOSE, pem, &out->sealed);
}

bool saml_keys_open(struct ctx *c, const struct saml_connection *s, struct slice **out, int *n)
{
	const char *pem;

	*out = arena_array(c->arena, struct slice, (size_t)s->keys);
	*n = s->keys;
	for (int i = 0; i < s->keys; i++) {
		if (!secret_unseal(c, KEY_PURPOSE, s->key[i].sealed, &pem))
			return false;
		(*out)[i] = (struct slice){ pem, strlen(pem) };
	}
	return true;
}
