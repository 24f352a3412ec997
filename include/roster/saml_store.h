/*
 * saml_store.h - what is kept about SAML connections: the identity provider and our keys
 * for it, requests under way, and the ids that were used up.
 *
 * A connection is a source of kind "saml" (source.h) with a row of its own here.
 */
#pragma once

#include "db/db.h"

struct saml_row {
	const char *source_id;
	const char *entity_id;               /* ours, if not the usual one; NULL            */
	const char *idp_entity_id;           /* NULL: no metadata yet                       */
	const char *idp;                     /* JSON: keys and endpoints, as checked        */
	const char *idp_xml, *idp_url;       /* as uploaded or fetched; where from, or NULL */
	const char *idp_error;               /* what went wrong last time; NULL             */
	int64_t fetched, valid_until, again; /* 0: never, unlimited, not by itself          */
	int64_t tested;                      /* last successful test sign-in; 0: none, or of
					      * an identity provider before this one  */
};

bool saml_row_insert(struct ctx *c, const struct saml_row *s) MUST;
bool saml_row_save(struct ctx *c, const struct saml_row *s) MUST;
bool saml_row_find(struct ctx *c, const char *source_id, struct saml_row **out) MUST;
/* A test sign-in went well. */
bool saml_row_tested(struct ctx *c, const char *source_id) MUST;

/* One of all organizations whose metadata is to be fetched again by now. */
struct saml_due {
	const char *org_id, *source_id;
};
bool saml_rows_due(struct ctx *c, int64_t limit, struct saml_due **out, int *count) MUST;

/* ---- our keys: the newest "next" becomes "current" when it is activated ---- */

struct saml_key {
	const char *id, *source_id;
	const char *state;       /* "current", "next", "previous"         */
	const char *certificate; /* PEM                                   */
	const char *sealed;      /* private key in PEM, see secret_seal() */
	int64_t created;
};
bool saml_key_insert(struct ctx *c, struct saml_key *k) MUST;
/* Current, next, previous; newest first within each. */
bool saml_key_list(struct ctx *c, const char *source_id, struct saml_key **out, int *count) MUST;
/* All of a connection in one round trip; *source and *row are NULL if there is none. */
bool saml_source_find(struct ctx *c, const char *id, struct source **source, struct saml_row **row,
		      struct saml_key **key, int *keys) MUST;
bool saml_key_set_state(struct ctx *c, const struct saml_key *k, const char *state) MUST;
bool saml_key_delete(struct ctx *c, const struct saml_key *k) MUST;

/* ---- requests that wait for their answer ---- */

struct saml_pending {
	const char *digest; /* secret_digest() of the message id         */
	const char *source_id;
	const char *kind;      /* "login", "test", "logout"                 */
	const char *browser;   /* digest of the cookie it is bound to; NULL */
	const char *return_to; /* where to go afterwards; NULL              */
	int64_t created, expires;
};
bool saml_pending_put(struct ctx *c, const struct saml_pending *p) MUST;
/* Looks without taking; NULL as below. */
bool saml_pending_find(struct ctx *c, const char *source_id, const char *digest,
		       struct saml_pending **out) MUST;
/* Takes it out: once, whoever else tries at the same time.  NULL if it is not there, is
 * of another connection or is over. */
bool saml_pending_take(struct ctx *c, const char *source_id, const char *digest,
		       struct saml_pending **out) MUST;

/* Uses an id up until it could not be accepted any more.  Asked as by db_ask(): then
 * used->count is 1 for the first and 0 for all others. */
bool saml_use_once(struct ctx *c, const char *source_id, const char *id, int64_t expires,
		   struct rows *used) MUST;

/* Removes what is over, of c->org. */
bool saml_sweep(struct ctx *c) MUST;
