/* sqlite.c - the embedded driver: a connection per thread to read, one to write. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"
#include "sqlite_writer.h"

enum { READ_CACHE_KB = 2000 };

struct sqlite_db {
	struct db base;
	struct handle own;     /* to read                                            */
	struct handle *now;    /* own, or the writer's while a transaction writes    */
	struct writer *writer; /* NULL for a database in memory: own does it all   */
};

static struct sqlite_db *of(const struct ctx *c)
{
	return (struct sqlite_db *)c->db;
}

static bool begin(struct ctx *c, bool to_write)
{
	struct sqlite_db *db = of(c);

	if (to_write && db->writer)
		return writer_begin(c, db->writer, &db->now);
	return handle_control(c, db->now, to_write ? "BEGIN IMMEDIATE" : "BEGIN");
}

static bool writing(const struct sqlite_db *db)
{
	return db->now != &db->own;
}

static bool commit(struct ctx *c)
{
	struct sqlite_db *db = of(c);

	if (!writing(db))
		return handle_control(c, db->now, "COMMIT");
	db->now = &db->own;
	return writer_commit(c, db->writer);
}

static void rollback(struct ctx *c)
{
	struct sqlite_db *db = of(c);

	if (writing(db)) {
		db->now = &db->own;
		writer_rollback(c, db->writer);
	} else if (!sqlite3_get_autocommit(db->now->h) && !handle_control(c, db->now, "ROLLBACK"))
		c->db->broken = true;
}

/* A write outside a transaction is one of its own. */
static bool run_alone(struct ctx *c, const struct db_stmt *stmt)
{
	if (!begin(c, true))
		return false;
	if (handle_run(c, of(c)->now, stmt) && commit(c))
		return true;
	rollback(c);
	return false;
}

static bool run_one(struct ctx *c, const struct db_stmt *stmt)
{
	struct sqlite_db *db = of(c);

	if (!c->db->in_tx && db->writer && handle_writes(c, db->now, stmt->sql))
		return run_alone(c, stmt);
	return handle_run(c, db->now, stmt);
}

static bool run(struct ctx *c, const struct db_stmt *stmts, int n)
{
	for (int i = 0; i < n; i++)
		if (!run_one(c, &stmts[i]))
			return false;
	return true;
}

static bool push(struct ctx *c, const struct db_stmt *stmt)
{
	return run_one(c, stmt);
}

static void close_db(struct db *base)
{
	struct sqlite_db *db = (struct sqlite_db *)base;

	handle_close(&db->own);
	writer_leave(db->writer);
	free(db);
}

static bool alive(struct db *db)
{
	return !db->broken;
}

/* A counter that every allocation of every thread would wait for. */
static void count_no_memory(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static struct db *open_db(const char *url, struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct sqlite_db *db = calloc(1, sizeof(*db));
	const char *path = strchr(url, ':') + 1;

	if (!db)
		abort();
	pthread_once(&once, count_no_memory);
	db->now = &db->own;
	if (!handle_open(&db->own, path, READ_CACHE_KB, err)) {
		free(db);
		return NULL;
	}
	if (strcmp(path, ":memory:") != 0)
		db->writer = writer_join(path);
	return &db->base;
}

static const char *const nothing[] = { NULL };

const struct db_driver db_sqlite = {
	.open = open_db,
	.close = close_db,
	.alive = alive,
	.run = run,
	.push = push,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.for_update = "",
	.for_update_skip = "",
	.table_count = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1",
	.text_type = "TEXT",
	.migration_start = nothing,
	.org_table = nothing,
	.unkey = nothing,
};
