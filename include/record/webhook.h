/*
 * webhook.h - where events go by themselves: endpoints, what they have not taken yet, and
 * whose turn it is.
 *
 * An endpoint has a place in the feed (outbox.h).  What it takes moves the place; what it
 * does not take is put aside as a delivery, and everything later about the same person
 * behind it, so that each person's events arrive in order while others go on.  A delivery
 * that was tried too often is dead: it stays listed until somebody has it sent again.
 *
 * One thread of one process works on an endpoint at a time: it takes a turn, which is a
 * lease, and nothing of what it did counts once the lease is another's.
 */
#pragma once

#include "db/db.h"
#include "record/outbox.h"

enum {
	WEBHOOKS_MAX = 20,                        /* of an organization                 */
	WEBHOOK_OVERLAP_MS = 24 * 60 * 60 * 1000, /* the former secret signs as well    */
};

struct webhook {
	const char *id, *name, *url;
	const char *events;              /* "user.* seat.taken": what it gets, by blanks */
	const char *secret, *old_secret; /* sealed; old_secret NULL if there is none    */
	const char *paused;              /* why nothing is sent; NULL: it is            */
	const char *last_error;          /* NULL if the last attempt was good           */
	int64_t old_until, place, failures, failing_since, delivered, created, changed;
	int64_t waiting, dead; /* deliveries; when listed */
};

/* Purpose its secrets are sealed for. */
#define WEBHOOK_PURPOSE "webhook"

/* Fills in id and times; from now on it gets what happens. */
bool webhook_create(struct ctx *c, struct webhook *w) MUST;
bool webhook_list(struct ctx *c, struct webhook **out, int *count) MUST;
bool webhook_get(struct ctx *c, const char *id, struct webhook **out) MUST; /* ERR_NOT_FOUND */
/* What administrators set, and paused; one that is not paused (any more) is tried at once. */
bool webhook_save(struct ctx *c, const struct webhook *w) MUST;
bool webhook_delete(struct ctx *c, const char *id) MUST;

/* True if events names the type, or "*", or "user.*" for "user.created"; a test goes only
 * to the endpoint that it is for. */
bool webhook_wants(const struct webhook *w, const struct event *e);
/* ERR_VALUE if events is not such a list, or empty. */
bool webhook_events_check(struct ctx *c, const char *events) MUST;

/* ---- turns ---- */

struct turn {
	const char *org_id, *webhook_id, *owner;
	int64_t calls;
};
enum { TURN_LEASE_MS = 60 * 1000 };
/* The endpoint longest due in any organization that nobody works on; *got is false if
 * there is none.  c->now decides. */
bool turn_take(struct ctx *c, const char *owner, struct turn *out, bool *got) MUST;
/* Gives it back, due again at a time or when something new happens, but not before rest is
 * over (0: none); in the open transaction.  ERR_CONFLICT if it is another's by now. */
bool turn_end(struct ctx *c, const struct turn *t, int64_t due, int64_t rest) MUST;

/* ---- deliveries ---- */

enum delivery_fate { FATE_NONE, FATE_TAKEN, FATE_FAILED, FATE_DEAD, FATE_BEHIND };

struct delivery {
	const char *id; /* NULL: it comes from the feed and was never put aside */
	struct event event;
	int64_t tries, next_at;
	bool behind;       /* an earlier one about the same person is put aside */
	const char *state; /* "waiting", "dead"; when listed               */
	/* what became of it; changed when listed */
	enum delivery_fate fate;
	int64_t status, changed; /* status: HTTP; 0: no answer */
	const char *error;
};

/* What is to be sent now: deliveries put aside whose time has come, the first of each
 * person; or else events after the endpoint's place, all of them, wanted or not. */
bool delivery_due(struct ctx *c, const struct webhook *w, int64_t limit, struct delivery **out,
		  int *count) MUST;
/* When the next one put aside is due; INT64_MAX: none is. */
bool delivery_next(struct ctx *c, const char *webhook_id, int64_t *at) MUST;
/* Writes what became of them, and how the endpoint is: place, failures, failing_since,
 * delivered, last_error, paused.  In the open transaction. */
bool delivery_save(struct ctx *c, const struct webhook *w, const struct delivery *d, int n) MUST;

/* Of one endpoint, after a seq, in order; state NULL: all. */
bool delivery_list(struct ctx *c, const char *webhook_id, const char *state, int64_t after,
		   int64_t limit, struct delivery **out, int *count, int64_t *total) MUST;
/* Dead ones live again: one, or all (id NULL).  *n counts. */
bool delivery_again(struct ctx *c, const char *webhook_id, const char *id, int64_t *n) MUST;
