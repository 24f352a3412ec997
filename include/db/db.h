/*
 * db.h - the whole database interface.
 *
 * One SQL text serves SQLite and PostgreSQL.  It is written in what both
 * understand: $1, $2 ... for parameters, TEXT BIGINT BOOLEAN for types, times
 * as BIGINT milliseconds, documents as TEXT, ON CONFLICT and RETURNING.
 * Not in it: ILIKE, now(), SERIAL, FOR UPDATE, JSON operators, collations.
 * Give a bare parameter a type where nothing else does: CAST($2 AS TEXT).
 *
 * A query returns all its rows at once, copied into the ctx's arena, so there
 * is no cursor to close and no row that goes stale.  Callers page with LIMIT.
 *
 * $1 is the organization in every statement about a tenant's data.
 */
#pragma once

#include <stdint.h>

#include "base/ctx.h"

struct db;

enum db_type { DB_NULL, DB_TEXT, DB_INT, DB_BOOL };

struct db_val {
	enum db_type type;
	const char *text;
	int64_t num;
};

/* NULL is SQL's NULL */
static inline struct db_val db_text(const char *s)
{
	return (struct db_val){ .type = s ? DB_TEXT : DB_NULL, .text = s };
}

#define db_int(n)  ((struct db_val){ .type = DB_INT, .num = (n) })
#define db_bool(b) ((struct db_val){ .type = DB_BOOL, .num = (b) })
#define db_null()  ((struct db_val){ .type = DB_NULL })

/* The arguments $1, $2 ... of one statement, in order. */
struct db_args {
	const struct db_val *v;
	int n;
};

#define DB_ARGS(...)                                                                               \
	((struct db_args){                                                                         \
		(const struct db_val[]){ __VA_ARGS__ },                                            \
		(int)(sizeof((const struct db_val[]){ __VA_ARGS__ }) / sizeof(struct db_val)) })

#define DB_NONE ((struct db_args){ 0 })

struct rows {
	int count, cols;
	int64_t changed;   /* rows an INSERT, UPDATE or DELETE touched */
	const char **cell; /* count * cols, NULL where SQL says NULL   */
};

/* url is "sqlite:/path/file.db", "sqlite::memory:" or a libpq URI. */
struct db *db_open(const char *url, struct err *err) MUST;
void db_close(struct db *db);

/* The connection is of no more use: close it, do not lend it again. */
bool db_broken(const struct db *db);

/* Runs one statement.  rows may be NULL.
 * Fails with ERR_UNIQUE, ERR_RETRY, ERR_UNAVAILABLE, ERR_FULL or ERR_INTERNAL.
 * A connection lost before the commit was sent is ERR_RETRY and db_broken();
 * lost during the commit it is ERR_UNAVAILABLE, for nobody knows the outcome. */
bool db_run(struct ctx *c, struct rows *rows, const char *sql, struct db_args args) MUST;

/*
 * Runs a statement whose result nobody waits for.  PostgreSQL gets it together
 * with the next db_run(), db_run_all() or tx_commit(), in one round trip, and a
 * failure shows there; args are copied.  Only inside a transaction.
 */
bool db_push(struct ctx *c, const char *sql, struct db_args args) MUST;

/*
 * Like db_push, but also outside a transaction, and with an answer: *rows, which
 * lives as long as the arena, is filled in by the next db_run(), db_run_all() or
 * tx_commit(); until then its cols are 0.  One of these must follow.
 */
bool db_ask(struct ctx *c, struct rows *rows, const char *sql, struct db_args args) MUST;
/* Fetches what is outstanding, if anything is. */
bool db_fetch(struct ctx *c) MUST;

/* Several statements in one round trip, in order; each with rows of its own
 * (NULL: not wanted).  Stops at the first that fails. */
struct db_stmt {
	const char *sql;
	struct db_args args;
	struct rows *rows;
};
bool db_run_all(struct ctx *c, const struct db_stmt *stmts, int n) MUST;

const char *row_text(const struct rows *r, int row, int col);
int64_t row_int(const struct rows *r, int row, int col);
bool row_bool(const struct rows *r, int row, int col);

/*
 * Names the organization whose rows this connection may see from here on:
 * PostgreSQL's row level security is the second wall behind org_id = $1.
 * Costs nothing when it is the same as before.  NULL: none.
 */
bool db_enter_org(struct ctx *c, const char *org_id) MUST;

/*
 * A transaction that cannot be left open:
 *
 *	SCOPED_TX tx = { 0 };
 *
 *	if (!tx_begin(c, &tx) || !a(c) || !b(c))
 *		return false;			rolled back on the way out
 *	return tx_commit(&tx);
 */
struct tx {
	struct ctx *c; /* NULL when nothing is open */
};

#define SCOPED_TX __attribute__((cleanup(tx_end))) struct tx

bool tx_begin(struct ctx *c, struct tx *tx) MUST;      /* to write: SQLite takes its lock here */
bool tx_begin_read(struct ctx *c, struct tx *tx) MUST; /* one snapshot for several reads  */
bool tx_commit(struct tx *tx) MUST;
void tx_end(struct tx *tx);

/*
 * Takes the organization's gate until the transaction ends: many may share it,
 * one may have it alone.  Waiting is fair.  SQLite, where a writer is always
 * alone, does nothing.
 */
bool db_gate(struct ctx *c, const char *org_id, bool alone) MUST;

/*
 * Gives the engine's planner statistics of tables that have doubled since it last
 * had some: its own housekeeping comes minutes later, and a first import of a
 * directory is over by then.  To be called every few seconds by one thread.
 */
bool db_tend(struct ctx *c) MUST;
/* The same for one table that this very transaction has filled: nobody else can see how
 * large it is by now, and statements planned for an empty table would read all of it.
 * rows: about how many there are; where so many are known of, nothing is to be done. */
bool db_grown(struct ctx *c, const char *table, int64_t rows) MUST;

/* Which of some equal slots this connection should prefer, 0 .. n-1: two
 * connections of one process get different ones as far as n goes. */
int db_slot(const struct db *db, int n);

/* " FOR UPDATE" where the engine has row locks, else "": to end a SELECT with. */
const char *db_for_update(const struct db *db);
/* The same, passing over rows that others have locked. */
const char *db_for_update_skip(const struct db *db);

/* True if this transaction has the gate alone.  Else asks for it: sets c->alone
 * and fails with ERR_RETRY, so that the work is done again, alone. */
bool db_alone(struct ctx *c) MUST;
