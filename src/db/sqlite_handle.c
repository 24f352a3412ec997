/* sqlite_handle.c - one connection to a SQLite file: WAL, durable, statements kept. */
#include "sqlite_handle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

static bool failed(struct ctx *c, const struct handle *t, const char *sql)
{
	return error(c, kind_of(sqlite3_extended_errcode(t->h)), "%s in: %.120s",
		     sqlite3_errmsg(t->h), sql);
}

static void forget(struct cached *s)
{
	sqlite3_finalize(s->st);
	free(s->line.sql);
	*s = (struct cached){ .line.used = s->line.used };
}

/* $7 is a name to SQLite, looked for among all the names before it; ?7 is a number.
 * Outside of quotes they are told by the digit. */
static char *numbered(const char *sql)
{
	char *out = strdup(sql);
	bool quoted = false;

	if (!out)
		abort();
	for (char *p = out; *p; p++) {
		quoted ^= *p == '\'';
		if (!quoted && *p == '$' && p[1] >= '0' && p[1] <= '9')
			*p = '?';
	}
	return out;
}

static struct cached *prepare(struct ctx *c, struct handle *t, const char *sql)
{
	bool hit;
	char *text;
	int code;
	struct cached *s = cache_entry(t->cache, sizeof(*s), HANDLE_STATEMENTS, sql, &hit);

	if (hit)
		return s;
	forget(s);
	text = numbered(sql);
	code = sqlite3_prepare_v3(t->h, text, -1, SQLITE_PREPARE_PERSISTENT, &s->st, NULL);
	free(text);
	if (code) {
		IGNORE(failed(c, t, sql)); /* NULL says it */
		return NULL;
	}
	s->line.sql = strdup(sql);
	if (!s->line.sql)
		abort();
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

static bool bind_all(struct ctx *c, struct handle *t, const struct cached *s, struct db_args args)
{
	int n = sqlite3_bind_parameter_count(s->st);

	if (n > args.n)
		return error(c, ERR_INTERNAL, "no argument for $%d in: %.120s", n, s->line.sql);
	for (int i = 1; i <= n; i++)
		if (bind(s->st, i, &args.v[i - 1]) != SQLITE_OK)
			return failed(c, t, s->line.sql);
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
static bool step_all(struct ctx *c, struct handle *t, const struct cached *s, struct rows *rows)
{
	sqlite3_int64 before = sqlite3_total_changes64(t->h);
	size_t room = 0;
	int rc;

	if (rows)
		*rows = (struct rows){ .cols = sqlite3_column_count(s->st) };
	while ((rc = sqlite3_step(s->st)) == SQLITE_ROW)
		if (rows)
			keep_row(c->arena, rows, s->st, &room);
	if (rc != SQLITE_DONE)
		return failed(c, t, s->line.sql);
	/* the count of the last change stays until the next one */
	if (rows && sqlite3_total_changes64(t->h) != before)
		rows->changed = sqlite3_changes64(t->h);
	return true;
}

bool handle_run(struct ctx *c, struct handle *t, const struct db_stmt *stmt)
{
	struct cached *s = prepare(c, t, stmt->sql);
	bool done;

	if (!s)
		return false;
	done = bind_all(c, t, s, stmt->args) && step_all(c, t, s, stmt->rows);
	sqlite3_reset(s->st);
	sqlite3_clear_bindings(s->st);
	return done;
}

bool handle_control(struct ctx *c, struct handle *t, const char *sql)
{
	if (sqlite3_exec(t->h, sql, NULL, NULL, NULL) != SQLITE_OK)
		return failed(c, t, sql);
	return true;
}

bool handle_writes(struct ctx *c, struct handle *t, const char *sql)
{
	struct err before = c->err;
	struct cached *s = prepare(c, t, sql);

	c->err = before;
	return s && !sqlite3_stmt_readonly(s->st);
}

/* What PostgreSQL calls COLLATE "C": text in the order of its bytes. */
static int by_bytes(void *unused, int m, const void *a, int n, const void *b)
{
	int order = memcmp(a, b, (size_t)(m < n ? m : n));

	(void)unused;
	return order ? order : m - n;
}

static const char settings[] = "PRAGMA busy_timeout = 5000;"
			       "PRAGMA journal_mode = WAL;"
			       "PRAGMA synchronous = FULL;"
			       "PRAGMA foreign_keys = ON;"
			       "PRAGMA temp_store = MEMORY;"
			       "PRAGMA wal_autocheckpoint = 8000;"
			       "PRAGMA journal_size_limit = 67108864;";

/* Several may open a new file at once, and the change to WAL does not wait for
 * whoever is just making it: that has to be done here. */
static bool set_up(sqlite3 *h)
{
	const struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };
	int rc = sqlite3_exec(h, settings, NULL, NULL, NULL);

	for (int i = 0; i < 500 && (rc & 0xff) == SQLITE_BUSY; i++) {
		nanosleep(&pause, NULL);
		rc = sqlite3_exec(h, settings, NULL, NULL, NULL);
	}
	return rc == SQLITE_OK;
}

bool handle_open(struct handle *t, const char *path, int cache_kb, struct err *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
		    SQLITE_OPEN_EXRESCODE;
	char cache[64];

	snprintf(cache, sizeof(cache), "PRAGMA cache_size = -%d;", cache_kb);
	if (sqlite3_open_v2(path, &t->h, flags, NULL) == SQLITE_OK &&
	    sqlite3_create_collation(t->h, "C", SQLITE_UTF8, NULL, by_bytes) == SQLITE_OK &&
	    set_up(t->h) && sqlite3_exec(t->h, cache, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	err_set(err, __FILE__, __LINE__,
		kind_of(sqlite3_extended_errcode(t->h)) == ERR_FULL ? ERR_FULL : ERR_UNAVAILABLE,
		"cannot open the database file %s: %s", path, sqlite3_errmsg(t->h));
	handle_close(t);
	return false;
}

void handle_close(struct handle *t)
{
	for (int i = 0; i < HANDLE_STATEMENTS; i++)
		forget(&t->cache[i]);
	sqlite3_close(t->h);
	t->h = NULL;
}
