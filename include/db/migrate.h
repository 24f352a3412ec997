/*
 * migrate.h - brings a database to the schema this program knows.
 *
 * Migrations are an append-only list; each runs once, in a transaction of its
 * own together with the version number.  Several processes may start at once.
 */
#pragma once

#include "base/ctx.h"

/* One migration: statements that both databases understand, then, for
 * PostgreSQL alone, the tables that get row level security on org_id, and those
 * that give up their foreign key to users.  Lists are NULL-terminated; but for
 * the first they may be NULL. */
struct migration {
	const char *const *sql;
	const char *const *org_tables;
	const char *const *unkeyed;
};

/* Fails with ERR_VALUE if the database is newer than the n migrations known. */
bool db_migrate(struct ctx *c, const struct migration *list, int n) MUST;

/* Schema version of an opened database; 0 if it has none yet. */
bool db_schema_version(struct ctx *c, int *out) MUST;
