/*
 * connection.h - SAML connections as the admin API makes and shows them: settings by one
 * table, an identity provider's metadata by our own gate, our keys.
 */
#pragma once

#include <jansson.h>

#include "http/http.h"
#include "roster/saml_store.h"
#include "roster/source.h"
#include "saml/verify.h"

/* ---- settings: one table (settings.c) reads, checks, shows and describes them ---- */

enum saml_binding { SAML_REDIRECT, SAML_POST, SAML_ARTIFACT, SAML_SOAP_BINDING, SAML_BINDINGS };
/* "redirect", "post", "artifact", "soap". */
extern const char *const saml_binding_names[SAML_BINDINGS];

struct saml_settings {
	/* attribute names, first match wins; NULL-terminated */
	const char *const *mail, *const *first_name, *const *last_name, *const *display_name;
	const char *const *groups, *const *id;

	bool enabled, jit, link, update_profile, create_groups, groups_by_id;
	bool allow_idp_initiated, sign_requests, force_authn, want_encrypted;
	bool allow_sha1, allow_cbc, allow_inclusive_c14n;
	int64_t want;             /* enum saml_want                              */
	int64_t request_binding;  /* SAML_REDIRECT, SAML_POST                    */
	int64_t response_binding; /* SAML_POST, SAML_ARTIFACT                    */
	int64_t clock_skew_s;
	const char *name_id_format;        /* "": none is asked for              */
	const char *group_separator;       /* "": one group per value            */
	const char *const *authn_contexts; /* demanded and asked for; empty: any */
	const char *const *relay_targets;  /* IdP-initiated: where it may lead   */
	const char *const *domains;        /* whose people are sent here         */
};

/* Checks what is given against the table (ERR_VALUE names what is wrong) and puts it into
 * settings; attributes are merged one by one. */
bool saml_settings_merge(struct ctx *c, const json_t *given, json_t *settings) MUST;
/* All settings with what counts where nothing was said. */
json_t *saml_settings_default(struct ctx *c);
/* From stored JSON, which was checked before. */
bool saml_settings_read(struct ctx *c, const char *text, struct saml_settings *out) MUST;
/* "name kind ..." of the i-th; false behind the last: what a body may have. */
bool saml_setting_name(int i, const char **out);

/* ---- the identity provider's side ---- */

enum { SAML_ENDPOINTS_MAX = 16, SAML_KEYS_MAX = 16, SAML_METADATA_MAX = 2 * 1024 * 1024 };

struct saml_endpoint {
	enum saml_binding binding;
	int index; /* of an artifact resolution service */
	const char *location;
	const char *response_location; /* of logout; NULL: the same */
};

struct saml_idp {
	const char *entity_id;
	struct saml_endpoint sso[SAML_ENDPOINTS_MAX], slo[SAML_ENDPOINTS_MAX],
		artifact[SAML_ENDPOINTS_MAX];
	int n_sso, n_slo, n_artifact;
	const char *key[SAML_KEYS_MAX]; /* certificates or public keys, PEM */
	int n_keys;
	bool want_signed;    /* WantAuthnRequestsSigned                          */
	int64_t valid_until; /* 0: unlimited; cacheDuration is in here as well   */
	int64_t cache_ms;    /* cacheDuration; 0: not said                       */
};

/* Reads metadata; entity_id NULL: the only identity provider in it.  ERR_VALUE says what
 * is wrong with it. */
bool saml_metadata_read(struct ctx *c, struct slice xml, const char *entity_id,
			struct saml_idp *out) MUST;
/* As it is stored, and back. */
const char *saml_idp_text(struct ctx *c, const struct saml_idp *idp);
bool saml_idp_read(struct ctx *c, const char *text, struct saml_idp *out) MUST;
/* NULL if it has none of this binding. */
const struct saml_endpoint *saml_endpoint_find(const struct saml_endpoint *list, int n,
					       enum saml_binding binding);
/* One key as administrators see it: subject, until when, fingerprint.  A new reference. */
json_t *saml_key_show(struct ctx *c, const char *pem);

/* Fetches a URL: https, public addresses, SAML_METADATA_MAX bytes, ten seconds, redirects
 * by the same rules.  In the waiting lane (http/lane.h), with the database connection
 * put down meanwhile: outside any transaction. */
bool saml_fetch(struct ctx *c, const char *url, struct slice *out) MUST;
/* True if nothing is said against this URL as such (scheme, form). */
bool saml_url_check(struct ctx *c, const char *what, const char *url) MUST;

/* When metadata fetched now is fetched again. */
int64_t saml_again(const struct ctx *c, const struct saml_idp *idp);

/* ---- a connection as a whole ---- */

struct saml_connection {
	struct source *source;
	struct saml_row *row;
	struct saml_settings settings;
	struct saml_idp idp; /* entity_id NULL: no metadata yet */
	struct saml_key *key;
	int keys;
	const char *entity_id, *metadata_url, *login_url, *acs_url, *slo_url; /* ours */
};

/* Of c->org; NULL if there is none.  Keys stay sealed. */
bool saml_connection_find(struct ctx *c, const char *id, struct saml_connection **out) MUST;

/* A new key pair, sealed, for saml_key_insert().  Takes most of a second: outside any
 * transaction. */
bool saml_key_make(struct ctx *c, struct saml_key *out) MUST;
/* The private keys, unsealed: current first.  What for is the caller's. */
bool saml_keys_open(struct ctx *c, const struct saml_connection *s, struct slice **out,
		    int *n) MUST;

/* Address that begins a test sign-in, good for ten minutes.  Inside a transaction. */
bool saml_test_url(struct ctx *c, const struct saml_connection *s, const char **url) MUST;

/* Puts metadata that was read into the row.  *changed: the signing keys are others. */
void saml_row_apply(struct ctx *c, struct saml_row *row, const struct saml_idp *idp,
		    struct slice xml, bool *changed);
