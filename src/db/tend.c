/* tend.c - statistics for the engine's planner, kept true while tables grow. */
#include "driver.h"

bool db_tend(struct ctx *c)
{
	const struct db_driver *d = c->db->driver;
	struct rows tables;

	if (!d->stale_tables)
		return true;
	if (!db_run(c, &tables, d->stale_tables, DB_NONE))
		return false;
	for (int i = 0; i < tables.count; i++)
		if (!db_run(c, NULL, arena_printf(c->arena, "ANALYZE %s", row_text(&tables, i, 0)),
			    DB_NONE))
			return false;
	return true;
}

bool db_grown(struct ctx *c, const char *table, int64_t rows)
{
	struct rows r;

	if (!c->db->driver->stale_tables)
		return true;
	if (!db_run(c, &r,
		    "SELECT 1 FROM pg_class WHERE oid = to_regclass($1)"
		    " AND reltuples < CAST($2 AS BIGINT)",
		    DB_ARGS(db_text(table), db_int(rows / 2))))
		return false;
	if (!r.count)
		return true;
	return db_run(c, NULL, arena_printf(c->arena, "ANALYZE %s", table), DB_NONE);
}
