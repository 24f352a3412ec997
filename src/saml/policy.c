/* policy.c - a connection's settings and keys in the words of verify.h. */
#include "policy.h"

#include <string.h>

bool demands_of(struct ctx *c, const struct saml_connection *s, bool decrypt, struct demands *out)
{
	struct slice *signing = arena_array(c->arena, struct slice, (size_t)s->idp.n_keys);
	const struct saml_settings *set = &s->settings;
	struct slice *ours = NULL;
	int n = 0;

	if (decrypt && !saml_keys_open(c, s, &ours, &n))
		return false;
	for (int i = 0; i < s->idp.n_keys; i++)
		signing[i] = (struct slice){ s->idp.key[i], strlen(s->idp.key[i]) };
	*out = (struct demands){
		.policy = { .entity_id = s->entity_id,
			    .acs_url = s->acs_url,
			    .slo_url = s->slo_url,
			    .idp_entity_id = s->idp.entity_id,
			    .want = (enum saml_want)set->want,
			    .want_encrypted = set->want_encrypted,
			    .allow_sha1 = set->allow_sha1,
			    .allow_cbc = set->allow_cbc,
			    .allow_inclusive_c14n = set->allow_inclusive_c14n,
			    .skew_ms = set->clock_skew_s ? set->clock_skew_s * 1000 : 1,
			    .authn_contexts = set->authn_contexts },
		.keys = { .signing = signing,
			  .n_signing = s->idp.n_keys,
			  .decryption = ours,
			  .n_decryption = n },
	};
	return true;
}
