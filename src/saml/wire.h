/*
 * wire.h - a job and its answer as bytes, between the server and a child.
 *
 * One function per type lists its fields once and both writes and reads them, by
 * the direction of the wire.  Reading trusts nothing: neither side believes the
 * other.
 */
#pragma once

#include "saml/verify.h"

enum { WIRE_MAX = 2 * 1024 * 1024 };

struct wire {
	struct arena *arena;
	struct buf out;  /* writing */
	struct slice in; /* reading: what is left */
	bool writing, bad;
};

/* One message to verify; strings and slices read point into the bytes. */
struct wire_job {
	bool logout;
	struct saml_input input;
	struct saml_policy policy;
	struct saml_keys keys;
};

struct wire wire_to(struct arena *a);
struct wire wire_from(struct arena *a, struct slice bytes);

void wire_job(struct wire *w, struct wire_job *job);
void wire_assertion(struct wire *w, enum saml_refusal *r, struct saml_assertion *out);
void wire_logout(struct wire *w, enum saml_refusal *r, struct saml_logout *out);
