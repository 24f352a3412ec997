/* lasso.h - lasso's objects for one message.  Private to src/saml. */
#pragma once

#include <lasso/lasso.h>
#include <lasso/xml/saml-2.0/samlp2_authn_request.h>
#include <lasso/xml/saml-2.0/samlp2_name_id_policy.h>
#include <lasso/xml/saml-2.0/samlp2_requested_authn_context.h>
#include <lasso/xml/saml-2.0/saml2_strings.h>

#include "saml/connection.h"

/* A server with our key and the one identity provider of this connection, for one
 * message; ends with the arena.  It only ever builds: see verify.h for the other way. */
bool lasso_side(struct ctx *c, const struct saml_connection *s, LassoServer **out) MUST;
/* Ties an object to the arena. */
void lasso_own(struct ctx *c, void *object);
