/*
 * worker.h - runs of LDAP connections, as threads of the server work through them.
 *
 * One run at a time for a connection, whichever server process has it: a lease in the
 * database says whose it is.  A process that ends in the midst of a run leaves it to the next
 * that finds the lease over.
 */
#pragma once

#include "db/pool.h"

/* Works through what is due, one connection after the other; true if there may be more.
 * c has no connection of its own yet. */
bool ldap_round(struct ctx *c, struct db_pool *pool);

/* Runs that are under way stop at their next step, and no more begin. */
void ldap_worker_stop(void);

/* Asks for a run, inside a change.  An equal one that has not begun yet is that one. */
struct ldap_wish {
	bool dry_run, whole;
};
bool ldap_ask(struct ctx *c, const char *source_id, const struct ldap_wish *wish,
	      const char **run_id) MUST;
