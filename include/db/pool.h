/* pool.h - a bounded set of open connections, lent out one per piece of work. */
#pragma once

#include "db/db.h"

struct db_pool;

/* max connections at most; each is opened when first needed. */
struct db_pool *db_pool_new(const char *url, int max);
void db_pool_free(struct db_pool *pool); /* every loan must have ended */

/* How many connections are open, and how many of them lent. */
void db_pool_count(struct db_pool *pool, int *open, int *lent);

/* Ends with its scope, not with the arena: the arena outlives the sending of
 * the response, and a slow reader must not hold a connection.  A db_broken()
 * connection is closed on return. */
struct db_loan {
	struct db_pool *pool; /* NULL when nothing is lent */
	struct db *db;
	struct db_pool *left; /* by db_put_down(); else NULL */
};

#define SCOPED_LOAN __attribute__((cleanup(db_loan_end))) struct db_loan

/* Sets c->db.  Waits up to five seconds, then ERR_UNAVAILABLE. */
bool db_lend(struct db_pool *pool, struct ctx *c, struct db_loan *loan) MUST;
void db_loan_end(struct db_loan *loan);

/*
 * While its holder waits for another machine, the connection is for others: between these
 * two there is none.  Nothing may be outstanding on it.  Inside a transaction, or without a
 * loan, both do nothing.  c->err outlives a db_pick_up() that works; one that does
 * not is an error of its own.
 */
void db_put_down(struct ctx *c);
bool db_pick_up(struct ctx *c) MUST;
