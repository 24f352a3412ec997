/* source.h - where people and groups come from: a SCIM, SAML or LDAP connection, or the
 * administrators by hand ("manual", made with the organization). */
#pragma once

#include "db/db.h"

struct source {
	const char *id, *kind, *name; /* kind: "scim", "saml", "ldap", "manual"     */
	const char *preset;           /* "okta"; NULL if none                       */
	const char *settings;         /* JSON object, read by the edge of this kind */
	int64_t created, changed;
};

/* Rank of a kind as managing source: scim > ldap > saml > manual. */
int source_rank(const char *kind);

/* ERR_UNIQUE if the name is taken in the organization. */
bool source_create(struct ctx *c, struct source *s) MUST;
bool source_save(struct ctx *c, const struct source *s) MUST; /* name, preset, settings */
bool source_find(struct ctx *c, const char *id, struct source **out) MUST;
bool source_get(struct ctx *c, const char *id, struct source **out) MUST; /* ERR_NOT_FOUND */
bool source_find_by_name(struct ctx *c, const char *name, struct source **out) MUST;
/* kind NULL: all of them; oldest first. */
bool source_list(struct ctx *c, const char *kind, struct source **out, int *count) MUST;
bool source_manual(struct ctx *c, struct source **out) MUST;

/* Removes the connection and what came from it: its groups with their
 * memberships, its tokens; its people stay, managed by hand from now on.
 * Needs the gate alone. */
bool source_delete(struct ctx *c, const struct source *s) MUST;
