/*
 * connection.h - LDAP connections as administrators make and change them.
 *
 * Settings are JSON as the API takes it; passwords and private keys never come back out.
 */
#pragma once

#include <jansson.h>

#include "roster/ldap_store.h"
#include "roster/source.h"

struct ldap_connection {
	struct source *source;
	struct ldap_row *row;
};

bool ldap_connection_find(struct ctx *c, const char *id, struct ldap_connection **out) MUST;

/* Inside a change.  given: members as in the API, bind.password and tls.client_key_pem too
 * (taken out of it); preset: settings beneath them, may be NULL. */
bool ldap_connection_make(struct ctx *c, struct source *s, const json_t *preset, json_t *given,
			  struct ldap_connection **out) MUST;
/* Other servers, or less protection on the way, take the stored password away unless it is
 * given again, and forget which directory it was. */
bool ldap_connection_change(struct ctx *c, struct ldap_connection *l, json_t *given) MUST;
/* The next run takes whatever directory answers for the right one. */
bool ldap_connection_accept(struct ctx *c, struct ldap_connection *l) MUST;

/* All settings with what counts where nothing is said; a new reference. */
json_t *ldap_connection_settings(struct ctx *c, const struct ldap_connection *l);
