/* sqlite.c - the embedded driver: one file in WAL mode, one connection per thread. */

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cache.h"
#include "driver.h"

enum { CACHE_SLOTS = 256, WAIT_SECONDS = 5 };

/* A prepared statement, found again by its text. */
struct cached {
	struct cache_line line;
	sqlite3_stmt *st;
	int *number; /* parameter i is $number[i - 1]; NULL when that is i */
};

struct sqlite_db {
	struct db base;
	sqlite3 *h;
	bool writing; /* holds the lock of writers */
	struct cached cache[CACHE_SLOTS];
};

/*
 * SQLite has one writer at a time and lets others poll.  Inside one process
 * they queue here instead, and are woken; other processes meet the busy timeout.
 */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t left;
	bool taken;
} writer = { .lock = PTHREAD_MUTEX_INITIALIZER };

static const struct {
	int code;
	enum err_kind kind;
} kinds[] = {
	{ SQLITE_CONSTRAINT_UNIQUE, ERR_UNIQUE },
	{ SQLITE_CONSTRAINT_PRIMARYKEY, ERR_UNIQUE },
	{ SQLITE_CONSTRAINT_ROWID, ERR_UNIQUE },
	/* from here on the low byte decides */
	{ SQLITE_BUSY, ERR_RETRY },
	{ SQLITE_LOCKED, ERR_RETRY },
	{ SQLITE_FULL, ERR_FULL },
	{ SQLITE_CANTOPEN, ERR_UNAVAILABLE },
	{ SQLITE_IOERR, ERR_UNAVAILABLE },
	{ SQLITE_READONLY, ERR_UNAVAILABLE },
};

static enum err_kind kind_of(int rc)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (rc == kinds[i].code || (rc & 0xff) == kinds[i].code)
			return kinds[i].kind;
	return ERR_INTERNAL;
}

static struct sqlite_db *of(const struct ctx *c)
{
	return (struct sqlite_db *)c->db;
}

static bool failed(struct ctx *c, const char *sql)
{
	sqlite3 *h = of(c)->h;

	return error(c, kind_of(sqlite3_extended_errcode(h)), "%s in: %.120s", sqlite3_errmsg(h),
		     sql);
}

static bool lock_writer(struct ctx *c)
{
	struct timespec until;
	bool mine;
	int late = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += WAIT_SECONDS;
	pthread_mutex_lock(&writer.lock);
	while (writer.taken && !late)
		late = pthread_cond_timedwait(&writer.left, &writer.lock, &until);
	mine = !writer.taken;
	writer.taken = true;
	pthread_mutex_unlock(&writer.lock);
	return mine || error(c, ERR_RETRY, "the database is busy: other writers took over %d s",
			     WAIT_SECONDS);
}

static void unlock_writer(void)
{
	pthread_mutex_lock(&writer.lock);
	writer.taken = false;
	pthread_cond_signal(&writer.left);
	pthread_mutex_unlock(&writer.lock);
}

static void forget(struct cached *s)
{
	sqlite3_finalize(s->st);
	free(s->line.sql);
	free(s->number);
	*s = (struct cached){ .line.used = s->line.used };
}

/* $7 is a name to SQLite, numbered by first appearance. */
static void note_numbers(struct cached *s)
{
	int n = sqlite3_bind_parameter_count(s->st);
	bool in_order = true;

	s->number = calloc((size_t)n + 1, sizeof(int));
	if (!s->number)
		abort();
	for (int i = 0; i < n; i++) {
		const char *name = sqlite3_bind_parameter_name(s->st, i + 1);

		s->number[i] = name ? (int)strtol(name + 1, NULL, 10) : 0;
		in_order = in_order && s->number[i] == i + 1;
	}
	if (!in_order)
		return;
	free(s->number);
	s->number = NULL;
}

static struct cached *prepare(struct ctx *c, const char *sql)
{
	bool hit;
	struct cached *s = cache_entry(of(c)->cache, sizeof(*s), CACHE_SLOTS, sql, &hit);

	if (hit)
		return s;
	forget(s);
	if (sqlite3_prepare_v3(of(c)->h, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->st, NULL)) {
		IGNORE(failed(c, sql)); /* NULL says it */
		return NULL;
	}
	s->line.sql = strdup(sql);
	if (!s->line.sql)
		abort();
	note_numbers(s);
	return s;
}

static int bind(sqlite3_stmt *st, int i, const struct db_val *v)
{
	switch (v->type) {
	case DB_TEXT:
		return sqlite3_bind_text(st, i, v->text, -1, SQLITE_STATIC);
	case DB_INT:
	case DB_BOOL:
		return sqlite3_bind_int64(st, i, v->num);
	case DB_NULL:
		break;
	}
	return sqlite3_bind_null(st, i);
}

static bool bind_all(struct ctx *c, const struct cached *s, struct db_args args)
{
	int n = sqlite3_bind_parameter_count(s->st);

	for (int i = 1; i <= n; i++) {
		int number = s->number ? s->number[i - 1] : i;

		if (number < 1 || number > args.n)
			return error(c, ERR_INTERNAL, "no argument for $%d in: %.120s", number,
				     s->line.sql);
		if (bind(s->st, i, &args.v[number - 1]) != SQLITE_OK)
			return failed(c, s->line.sql);
	}
	return true;
}

static void keep_row(struct arena *a, struct rows *r, sqlite3_stmt *st, size_t *room)
{
	size_t cols = (size_t)r->cols, at = (size_t)r->count * cols;
	size_t bytes = cols * sizeof(*r->cell);

	if ((size_t)r->count == *room) {
		size_t more = *room ? *room * 2 : 1;

		r->cell = arena_grow(a, r->cell, *room * bytes, more * bytes);
		*room = more;
	}
	for (int col = 0; col < r->cols; col++) {
		const char *text = (const char *)sqlite3_column_text(st, col);
		int n = sqlite3_column_bytes(st, col);

		r->cell[at + (size_t)col] = text ? arena_strndup(a, text, (size_t)n) : NULL;
	}
	r->count++;
}

/* Steps to the end.  rows may be NULL. */
static bool step_all(struct ctx *c, const struct cached *s, struct rows *rows)
{
	sqlite3 *h = of(c)->h;
	sqlite3_int64 before = sqlite3_total_changes64(h);
	size_t room = 0;
	int rc;

	if (rows)
		*rows = (struct rows){ .cols = sqlite3_column_count(s->st) };
	while ((rc = sqlite3_step(s->st)) == SQLITE_ROW)
		if (rows)
			keep_row(c->arena, rows, s->st, &room);
	if (rc != SQLITE_DONE)
		return failed(c, s->line.sql);
	/* the count of the last change stays until the next one */
	if (rows && sqlite3_total_changes64(h) != before)
		rows->changed = sqlite3_changes64(h);
	return true;
}

static bool run_one(struct ctx *c, const struct db_stmt *stmt)
{
	struct cached *s = prepare(c, stmt->sql);
	bool alone, done;

	if (!s)
		return false;
	/* a write outside a transaction is one of its own */
	alone = !c->db->in_tx && !sqlite3_stmt_readonly(s->st) && sqlite3_get_autocommit(of(c)->h);
	if (alone && !lock_writer(c))
		return false;
	done = bind_all(c, s, stmt->args) && step_all(c, s, stmt->rows);
	sqlite3_reset(s->st);
	sqlite3_clear_bindings(s->st);
	if (alone)
		unlock_writer();
	return done;
}

static bool run(struct ctx *c, const struct db_stmt *stmts, int n)
{
	for (int i = 0; i < n; i++)
		if (!run_one(c, &stmts[i]))
			return false;
	return true;
}

static bool push(struct ctx *c, const char *sql, struct db_args args)
{
	return run_one(c, &(struct db_stmt){ .sql = sql, .args = args });
}

/* BEGIN, COMMIT and ROLLBACK; none of them is to take the writer's lock. */
static bool control(struct ctx *c, const char *sql)
{
	if (sqlite3_exec(of(c)->h, sql, NULL, NULL, NULL) != SQLITE_OK)
		return failed(c, sql);
	return true;
}

static bool begin(struct ctx *c, bool to_write)
{
	if (!to_write)
		return control(c, "BEGIN");
	if (!lock_writer(c))
		return false;
	of(c)->writing = true;
	if (control(c, "BEGIN IMMEDIATE"))
		return true;
	of(c)->writing = false;
	unlock_writer();
	return false;
}

static void end(struct ctx *c)
{
	if (of(c)->writing)
		unlock_writer();
	of(c)->writing = false;
}

static bool commit(struct ctx *c)
{
	if (!control(c, "COMMIT"))
		return false;
	end(c);
	return true;
}

static void rollback(struct ctx *c)
{
	/* a full disk, among others, has already rolled back by itself */
	if (!sqlite3_get_autocommit(of(c)->h) && !control(c, "ROLLBACK"))
		c->db->broken = true;
	end(c);
}

static void close_db(struct db *base)
{
	struct sqlite_db *db = (struct sqlite_db *)base;

	for (int i = 0; i < CACHE_SLOTS; i++)
		forget(&db->cache[i]);
	sqlite3_close(db->h);
	free(db);
}

static bool alive(struct db *db)
{
	return !db->broken;
}

/* Once per process, before the first database is opened. */
static void configure(void)
{
	pthread_condattr_t attr;

	/* a counter that every allocation of every thread would wait for */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&writer.left, &attr);
	pthread_condattr_destroy(&attr);
}

static const char settings[] = "PRAGMA busy_timeout = 5000;"
			       "PRAGMA journal_mode = WAL;"
			       "PRAGMA synchronous = FULL;"
			       "PRAGMA foreign_keys = ON;"
			       "PRAGMA cache_size = -4000;"
			       "PRAGMA temp_store = MEMORY;"
			       "PRAGMA wal_autocheckpoint = 4000;"
			       "PRAGMA journal_size_limit = 67108864;";

/* What PostgreSQL calls COLLATE "C": text in the order of its bytes. */
static int by_bytes(void *unused, int m, const void *a, int n, const void *b)
{
	int order = memcmp(a, b, (size_t)(m < n ? m : n));

	(void)unused;
	return order ? order : m - n;
}

static struct db *open_db(const char *url, struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct sqlite_db *db = calloc(1, sizeof(*db));
	const char *path = strchr(url, ':') + 1;
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
		    SQLITE_OPEN_EXRESCODE;

	if (!db)
		abort();
	pthread_once(&once, configure);
	if (sqlite3_open_v2(path, &db->h, flags, NULL) == SQLITE_OK &&
	    sqlite3_create_collation(db->h, "C", SQLITE_UTF8, NULL, by_bytes) == SQLITE_OK &&
	    sqlite3_exec(db->h, settings, NULL, NULL, NULL) == SQLITE_OK)
		return &db->base;
	err_set(err, __FILE__, __LINE__,
		kind_of(sqlite3_extended_errcode(db->h)) == ERR_FULL ? ERR_FULL : ERR_UNAVAILABLE,
		"cannot open the database file %s: %s", path, sqlite3_errmsg(db->h));
	close_db(&db->base);
	return NULL;
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
	.migration_start = nothing,
	.org_table = nothing,
};
