/* wire.h - a job and its answer as bytes, between the server and a child. */
#pragma once

#include "base/wire.h"
#include "saml/verify.h"

enum { WIRE_MAX = 2 * 1024 * 1024 };

/* One message to verify; strings and slices read point into the bytes. */
struct wire_job {
	bool logout;
	struct saml_input input;
	struct saml_policy policy;
	struct saml_keys keys;
};

void wire_job(struct wire *w, struct wire_job *job);
void wire_assertion(struct wire *w, enum saml_refusal *r, struct saml_assertion *out);
void wire_logout(struct wire *w, enum saml_refusal *r, struct saml_logout *out);
