/* ldap_show.h - what the files about LDAP connections share.  Private to src/admin. */
#pragma once

#include "admin.h"
#include "ldapsync/connection.h"

/* ERR_NOT_FOUND */
bool ldap_get(struct ctx *c, const char *id, struct ldap_connection **out) MUST;
/* Borrowed: it goes with the ctx. */
bool ldap_show(struct ctx *c, const struct ldap_connection *l, json_t **out) MUST;
json_t *ldap_show_run(struct ctx *c, const struct ldap_run *r);
