/* artifact.h - responses by reference.  Private to src/saml. */
#pragma once

#include "saml/connection.h"

/* Asks the identity provider for the message behind an artifact; *soap is its answer as
 * it came, *request_id what it must answer.  False with ERR_VALUE if it gives none. */
bool artifact_resolve(struct ctx *c, const struct saml_connection *s, const char *artifact,
		      struct slice *soap, const char **request_id) MUST;
