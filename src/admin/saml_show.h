/* saml_show.h - what the files about SAML connections share.  Private to src/admin. */
#pragma once

#include "admin.h"
#include "saml/connection.h"

/* ERR_NOT_FOUND */
bool saml_get(struct ctx *c, const char *id, struct saml_connection **out) MUST;
/* A new reference. */
json_t *saml_show(struct ctx *c, const struct saml_connection *s);
/* For the audit trail of the open change; before and after may be NULL. */
void saml_note(struct ctx *c, const char *action, const char *id, const char *before,
	       const char *after);
