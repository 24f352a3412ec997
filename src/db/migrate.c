/* migrate.c - brings a database to the schema this program knows. */
#include "db/migrate.h"

#include <string.h>

#include "base/text.h"
#include "driver.h"

bool db_schema_version(struct ctx *c, int *out)
{
	struct rows rows;

	*out = 0;
	if (!db_run(c, &rows, c->db->driver->table_count, DB_ARGS(db_text("schema_version"))))
		return false;
	if (row_int(&rows, 0, 0) == 0)
		return true;
	if (!db_run(c, &rows, "SELECT n FROM schema_version", DB_NONE))
		return false;
	*out = rows.count ? (int)row_int(&rows, 0, 0) : 0;
	return true;
}

/* A statement that makes columns, with the engine's own word for TEXT. */
static const char *in_its_words(struct ctx *c, const char *sql)
{
	struct buf b = buf_in(c->arena, 64 * 1024);
	const char *at;

	if (strncmp(sql, "CREATE TABLE ", 13) != 0 && strncmp(sql, "ALTER TABLE ", 12) != 0)
		return sql;
	for (; (at = strstr(sql, " TEXT")); sql = at + 5) {
		buf_put(&b, sql, (size_t)(at + 1 - sql));
		buf_puts(&b, c->db->driver->text_type);
	}
	buf_puts(&b, sql);
	return b.p;
}

static bool run_list(struct ctx *c, const char *const *sql)
{
	for (; *sql; sql++)
		if (!db_run(c, NULL, in_its_words(c, *sql), DB_NONE))
			return false;
	return true;
}

static const char *put_in(struct arena *a, const char *pattern, const char *table)
{
	const char *at = strstr(pattern, "%s");

	return arena_printf(a, "%.*s%s%s", (int)(at - pattern), pattern, table, at + 2);
}

/* What only one engine knows, to each of some tables. */
static bool treat(struct ctx *c, const char *const *tables, const char *const *patterns)
{
	for (; tables && *tables; tables++)
		for (const char *const *step = patterns; *step; step++)
			if (!db_run(c, NULL, put_in(c->arena, *step, *tables), DB_NONE))
				return false;
	return true;
}

static bool set_version(struct ctx *c, int n)
{
	if (n == 1 && !db_run(c, NULL, "CREATE TABLE schema_version (n BIGINT)", DB_NONE))
		return false;
	if (n == 1)
		return db_run(c, NULL, "INSERT INTO schema_version (n) VALUES ($1)",
			      DB_ARGS(db_int(n)));
	return db_run(c, NULL, "UPDATE schema_version SET n = $1", DB_ARGS(db_int(n)));
}

/* One migration, unless another process has meanwhile made it. */
static bool step(struct ctx *c, const struct migration *list, int n, int *version)
{
	SCOPED_TX tx = { 0 };

	if (!tx_begin(c, &tx) || !run_list(c, c->db->driver->migration_start) ||
	    !db_schema_version(c, version))
		return false;
	if (*version < n) {
		const struct migration *next = &list[*version];

		if (!run_list(c, next->sql) ||
		    !treat(c, next->org_tables, c->db->driver->org_table) ||
		    !treat(c, next->unkeyed, c->db->driver->unkey) || !set_version(c, *version + 1))
			return false;
		++*version;
	}
	return tx_commit(&tx);
}

bool db_migrate(struct ctx *c, const struct migration *list, int n)
{
	int version;

	if (!db_enter_org(c, NULL) || !db_schema_version(c, &version))
		return false;
	while (version < n)
		if (!step(c, list, n, &version))
			return false;
	if (version > n)
		return error(c, ERR_VALUE,
			     "this database has schema %d, this rosterd knows %d: "
			     "start a newer rosterd",
			     version, n);
	return true;
}
