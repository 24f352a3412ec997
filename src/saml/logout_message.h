/* logout_message.h - what we say about signing out.  Private to src/saml. */
#pragma once

#include "request.h"
#include "saml/verify.h"

/* To an endpoint, about a session; name_id is XML as it was kept, index may be NULL. */
bool logout_request(struct ctx *c, const struct saml_connection *s, const struct saml_endpoint *to,
		    const char *name_id, const char *index, struct outgoing *out) MUST;
/* The answer to a verified request, by the binding it came by. */
bool logout_response(struct ctx *c, const struct saml_connection *s, const struct saml_logout *l,
		     enum saml_binding binding, struct outgoing *out) MUST;
