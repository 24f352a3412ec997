/* request.h - what we send to identity providers.  Private to src/saml. */
#pragma once

#include "saml/connection.h"

/* A message on its way through the browser. */
struct outgoing {
	const char *id; /* of the message, "_" and 32 hex digits */
	const char *url;
	const char *body; /* POST: base64 of the message; NULL: all is in the URL */
};

/* An AuthnRequest as the connection's settings want it. */
bool request_authn(struct ctx *c, const struct saml_connection *s, bool force,
		   struct outgoing *out) MUST;

/* Sends the browser there; field is "SAMLRequest" or "SAMLResponse". */
bool request_send(struct ctx *c, struct http_resp *p, const struct outgoing *o, const char *field,
		  const char *relay) MUST;

/* "_" and 128 random bits in hex (SAML Core, 1.3.4). */
const char *message_id(struct ctx *c);

/* Our metadata for this connection, all of it. */
const char *sp_metadata(struct ctx *c, const struct saml_connection *s);
/* The parts lasso needs to build messages: no keys, because each certificate would cost
 * it the reading of the whole system's. */
const char *sp_metadata_plain(struct ctx *c, const struct saml_connection *s);
const char *idp_metadata_plain(struct ctx *c, const struct saml_connection *s);
