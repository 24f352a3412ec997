/*
 * sqlite_handle.h - one connection to a SQLite file with its prepared statements;
 * private to src/db.
 */
#pragma once

#include <sqlite3.h>

#include "cache.h"
#include "db/db.h"

enum { HANDLE_STATEMENTS = 256 };

/* A prepared statement, found again by its text. */
struct cached {
	struct cache_line line;
	sqlite3_stmt *st;
};

struct handle {
	sqlite3 *h; /* NULL: not open */
	struct cached cache[HANDLE_STATEMENTS];
};

/* cache_kb: pages kept in memory. */
bool handle_open(struct handle *t, const char *path, int cache_kb, struct err *err) MUST;
void handle_close(struct handle *t);

/* Runs one statement to its end; rows may be NULL. */
bool handle_run(struct ctx *c, struct handle *t, const struct db_stmt *stmt) MUST;
/* BEGIN and the like, which leave nothing behind. */
bool handle_control(struct ctx *c, struct handle *t, const char *sql) MUST;
/* False as well if it does not prepare: running it says why. */
bool handle_writes(struct ctx *c, struct handle *t, const char *sql);
