/* policy.h - what a connection demands of messages, and its keys.  Private to src/saml. */
#pragma once

#include "saml/connection.h"

struct demands {
	struct saml_policy policy;
	struct saml_keys keys;
};

/* As the settings say; what is about one message (request, artifact) is the caller's.
 * decrypt: with our private keys. */
bool demands_of(struct ctx *c, const struct saml_connection *s, bool decrypt,
		struct demands *out) MUST;
