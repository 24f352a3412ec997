/*
 * pgsql.h - what the three files of the PostgreSQL driver share.
 *
 * pgsql_open.c connects; pgsql.c sends, without waiting; pgsql_answer.c waits
 * and judges what comes back.
 */
#pragma once

#include <libpq-fe.h>

#include "cache.h"
#include "driver.h"

enum {
	CACHE_SLOTS = 1024,
	CACHE_TEXT_MAX = 16 * 1024, /* longer statements are not prepared   */
	QUEUE_SYNC = 64,            /* so many queued: first see what became of them */
	QUEUE_SYNC_BYTES = 256 * 1024,
	QUEUE_MAX = QUEUE_SYNC + 16, /* one statement may queue five messages */
	ID_MAX = 64,
	PLAN_FIRST_MS = 1000,
	PLAN_LAST_MS = 60 * 1000,
};

/* A statement the server knows as s<slot>_<generation>. */
struct cached {
	struct cache_line line;
	unsigned generation;
};

/* What was sent and not yet answered.  Answers come in this order. */
struct expected {
	const char *sql;
	struct rows *rows;   /* NULL: nobody wants them            */
	struct cached *slot; /* prepared or used here; NULL: none  */
	unsigned generation; /* of the slot when it was sent       */
	bool is_prepare;
};

struct pgsql_db {
	struct db base;
	PGconn *conn;
	struct expected queue[QUEUE_MAX];
	int queued;
	size_t queued_bytes;
	bool committing;             /* the last thing queued is COMMIT           */
	char org[ID_MAX];            /* whose rows the next statement should see  */
	char org_set[ID_MAX];        /* whose it sees; what the server was told   */
	bool org_known;              /* org_set can be relied on                  */
	int64_t plan_at, plan_every; /* when plans are made anew, ms        */
	struct cached cache[CACHE_SLOTS];
};

static inline struct pgsql_db *pgsql_of(const struct ctx *c)
{
	return (struct pgsql_db *)c->db;
}

struct db *pgsql_open(const char *url, struct err *err);
void pgsql_close(struct db *db);
bool pgsql_alive(struct db *db);

/* Sends all that is queued and waits for the answers. */
bool pgsql_drain(struct ctx *c);
/* Marks the connection broken and records why; returns false. */
bool pgsql_lost(struct ctx *c, bool during_commit, const char *why);
void pgsql_forget(struct cached *s);
