/*
 * ctx.h - what one piece of work carries from the edge to the database.
 *
 * An edge makes one ctx per request, per sync page, per test, and hands it
 * down as the first argument of everything that can fail.  It belongs to one
 * thread and dies with its arena.
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct db;
struct db_loan;
struct org;
struct source;
struct change;
struct touched;
struct history;

/* Who asks.  kind is "scim", "admin", "platform", "user", "cli" or "system". */
struct actor {
	const char *kind;
	const char *name;            /* "token:018f...", "user:018f...", "rosterctl" */
	const struct source *source; /* the connection it speaks for; NULL if none   */
	const char *address;         /* peer's IP address; NULL if not from the net  */
	const char *sees_as;         /* a Manager's user id: sees people and places of his
				      * own workspaces only; NULL: no such limit      */
};

struct ctx {
	struct arena *arena;       /* everything made during this work              */
	struct db *db;             /* borrowed: this thread's connection            */
	struct db_loan *loan;      /* borrowed: what db came with, see db/pool.h; or NULL */
	const struct org *org;     /* borrowed: set by the gate, else NULL          */
	const struct actor *actor; /* borrowed: set by the gate, else NULL          */
	const char *trace;         /* request id, in every log line and audit record */
	const char *base_url;      /* public_url, no slash at the end               */
	int64_t now;               /* ms since 1970-01-01 UTC, read once            */
	bool alone;                /* the open or coming change excludes all others
				    * of its organization; see change.h             */
	bool brief;                /* on a thread that others wait for              */
	bool lane;                 /* it wants one that may wait; see http/lane.h   */
	bool bulk;                 /* much is written at once: SQLite gives it transactions
				    * of its own                                    */
	bool left_work;            /* for threads that work by themselves: they are called
				    * when it is committed                          */
	bool rollout;              /* everybody is recomputed after this work; see
				    * change/rollout.h                              */
	struct touched *touched;   /* roster: people whose facts changed; NULL when
				    * nothing is being changed                      */
	struct history *history;   /* record: audit and events to be written; same  */
	struct change *change;     /* the open change; NULL while reading           */
	struct recall *recall;     /* roster: what was taken from memory and has to
				    * be confirmed; NULL if nothing was             */
	struct err err;            /* set by error(), answered by the edge          */
};
