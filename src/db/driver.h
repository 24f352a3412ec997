/*
 * driver.h - what a database driver is.  Private to src/db.
 *
 * Everything that is the same for all (choosing by URL, transactions as
 * scopes, reading cells, migrations, lending) is written once above this.
 * A call that returns bool has recorded the error in c->err when it fails.
 */
#pragma once

#include "db/db.h"

struct db_driver {
	struct db *(*open)(const char *url, struct err *err);
	void (*close)(struct db *db);
	/* Still connected, as far as can be told without a round trip? */
	bool (*alive)(struct db *db);

	bool (*run)(struct ctx *c, const struct db_stmt *stmts, int n);
	bool (*push)(struct ctx *c, const struct db_stmt *stmt);

	bool (*begin)(struct ctx *c, bool to_write);
	bool (*commit)(struct ctx *c);
	void (*rollback)(struct ctx *c);

	/* NULL where the engine has no such thing. */
	void (*enter_org)(struct db *db, const char *org_id);
	bool (*gate)(struct ctx *c, const char *org_id, bool alone);

	const char *for_update, *for_update_skip; /* behind a SELECT         */
	const char *table_count;                  /* how many tables named $1 */
	const char *text_type;                    /* what TEXT of a new table becomes   */
	const char *stale_tables;                 /* whose statistics are old; NULL: needs none */
	const char *const *migration_start;       /* SQL; NULL-terminated     */
	/* SQL with %s for a table; NULL-terminated */
	const char *const *org_table; /* row level security             */
	const char *const *unkey;     /* no foreign key to users        */
};

/* First member of every driver's connection. */
struct db {
	const struct db_driver *driver;
	int number; /* the smallest no other open connection had */
	bool broken;
	bool in_tx;
};

extern const struct db_driver db_sqlite, db_pgsql;
