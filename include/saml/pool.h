/*
 * pool.h - verification in child processes that can do nothing else.
 *
 * Three C libraries read what strangers send.  They do it in children without
 * network, files, database or secrets of ours, with little memory and time; a
 * child that crashes or hangs costs that one message and is replaced.
 *
 * Private keys (saml_keys.decryption) go to a child with each message of their
 * connection.  The bytes are wiped after it; the parsed key stays in that child,
 * as parsed public keys do, until the child is replaced after a thousand messages.
 */
#pragma once

#include "saml/verify.h"

struct saml_pool;

/* Starts n children (at most 8) by way of a small parent of theirs, which starts new ones
 * later without forking this process again.  Call it before any thread exists
 * and before secrets are read.  Everything of the pool is in a.  NULL with the
 * reason in e if children cannot be started. */
struct saml_pool *saml_pool_new(struct arena *a, int n, struct err *e);
/* Ends the children. */
void saml_pool_free(struct saml_pool *p);

/* As saml_verify() and saml_verify_logout(), from any thread; waits for a free
 * child at most two seconds and as long for its answer. */
enum saml_refusal saml_pool_verify(struct saml_pool *p, struct arena *a,
				   const struct saml_input *in, struct saml_assertion *out) MUST;
enum saml_refusal saml_pool_verify_logout(struct saml_pool *p, struct arena *a,
					  const struct saml_input *in,
					  struct saml_logout *out) MUST;
