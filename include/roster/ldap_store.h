/*
 * ldap_store.h - what is kept about LDAP connections: where they stand, when they have
 * something to do, and their runs.
 *
 * A connection is a source of kind "ldap" (source.h) with a row of its own here.
 */
#pragma once

#include "db/db.h"

struct ldap_row {
	const char *source_id;
	const char *password, *client_key; /* sealed (secret_seal); NULL: none            */
	const char *directory; /* JSON: which one answered; NULL: none has so far        */
	const char *feed;      /* where its changes were last read; NULL: nowhere        */
	int64_t full_at;       /* the last complete listing that was applied; 0: none    */
};

bool ldap_row_insert(struct ctx *c, const struct ldap_row *r) MUST;
bool ldap_row_save(struct ctx *c, const struct ldap_row *r) MUST;
bool ldap_row_find(struct ctx *c, const char *source_id, struct ldap_row **out) MUST;

/* ---- when, and by whom: of all organizations ---- */

struct ldap_due {
	const char *org_id, *source_id;
};
/* Connections with something to do by now that nobody works on. */
bool ldap_due_list(struct ctx *c, int64_t limit, struct ldap_due **out, int *count) MUST;
/* Brings the time forward if it is later than due. */
bool ldap_due_put(struct ctx *c, const char *source_id, int64_t due) MUST;

enum { LDAP_LEASE_MS = 60 * 1000 };
/* Takes or renews the lease; *mine is false if another process has it.  Inside the
 * transaction of what it protects. */
bool ldap_lease(struct ctx *c, const char *source_id, const char *owner, bool *mine) MUST;
struct ldap_holder {
	const char *org_id, *source_id, *owner;
};
/* Leases that have not run out. */
bool ldap_lease_list(struct ctx *c, struct ldap_holder **out, int *count) MUST;
/* Gives it up; the connection is due again at that time.  Runs asked for meanwhile are to
 * be looked for afterwards, in the same transaction. */
bool ldap_lease_end(struct ctx *c, const char *source_id, const char *owner, int64_t due) MUST;

/* ---- runs ---- */

struct ldap_run {
	const char *id, *source_id;
	const char *state; /* "queued", "reading", "comparing", "held", "applying", "done",
			    * "failed"                                                      */
	const char *kind;  /* "full", "delta"; NULL: not known yet                       */
	bool dry_run;
	bool whole; /* a full listing was asked for                                      */
	const char *asked_by;
	int64_t created, started, ended;
	int64_t read, compared, changed, total; /* entries; total: expected, or staged     */
	int64_t phase;     /* of applying: where it stands in ldap_staged                */
	const char *place; /* "" or the last entry id applied                            */
	int64_t applied;
	const char *hold_id, *error;
	const char *detail; /* JSON: counts, seats, warnings; NULL                        */
	const char *feed;   /* to be stored when all is applied; NULL                     */
};

bool ldap_run_insert(struct ctx *c, struct ldap_run *r) MUST;
bool ldap_run_save(struct ctx *c, const struct ldap_run *r) MUST;
bool ldap_run_get(struct ctx *c, const char *source_id, const char *id,
		  struct ldap_run **out) MUST; /* ERR_NOT_FOUND */
/* The oldest that is not ended and not held; NULL if there is none. */
bool ldap_run_open(struct ctx *c, const char *source_id, struct ldap_run **out) MUST;
/* One like this that has not begun; NULL if there is none. */
bool ldap_run_queued(struct ctx *c, const char *source_id, bool dry_run, bool whole,
		     struct ldap_run **out) MUST;
/* One that waits for a decision; NULL if there is none. */
bool ldap_run_held(struct ctx *c, const char *source_id, struct ldap_run **out) MUST;
/* The latest that was held, decided or not; NULL if there is none. */
bool ldap_run_braked(struct ctx *c, const char *source_id, struct ldap_run **out) MUST;
/* Newest first; before NULL: from the start. */
bool ldap_run_list(struct ctx *c, const char *source_id, const char *before, int64_t limit,
		   struct ldap_run **out, int *count, int64_t *total) MUST;
/* Ended ones beyond the newest go, with what they staged. */
bool ldap_run_sweep(struct ctx *c, const char *source_id, int64_t keep) MUST;
