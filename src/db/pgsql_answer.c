/* pgsql_answer.c - what became of what was sent: rows, errors, a lost connection. */

#include <stdlib.h>
#include <string.h>

#include "pgsql.h"

/* By SQLSTATE; the first prefix that fits. */
static const struct {
	const char *state;
	enum err_kind kind;
} kinds[] = {
	{ "23505", ERR_UNIQUE },      /* unique_violation                        */
	{ "40", ERR_RETRY },          /* serialization, deadlock                 */
	{ "55P03", ERR_RETRY },       /* lock_not_available: lock_timeout        */
	{ "0A000", ERR_RETRY },       /* a prepared statement outlived its table */
	{ "26000", ERR_RETRY },       /* a prepared statement is gone            */
	{ "25006", ERR_UNAVAILABLE }, /* read only: a standby after a failover   */
	{ "53100", ERR_FULL },        /* disk_full                               */
	{ "53", ERR_UNAVAILABLE },    /* out of connections, of memory           */
	{ "57014", ERR_UNAVAILABLE }, /* query_canceled: statement_timeout       */
	{ "08", ERR_UNAVAILABLE },    /* connection                              */
	{ "57P", ERR_UNAVAILABLE },   /* server going down                       */
	{ "58", ERR_UNAVAILABLE },    /* the server's own files                  */
};

static enum err_kind kind_of(const char *state)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(state, kinds[i].state, strlen(kinds[i].state)) == 0)
			return kinds[i].kind;
	return ERR_INTERNAL;
}

static bool state_is(const char *state, const char *class)
{
	return state && strncmp(state, class, strlen(class)) == 0;
}

/* The connection is gone.  Nothing was committed unless a COMMIT was under
 * way; then nobody can tell. */
bool pgsql_lost(struct ctx *c, bool during_commit, const char *why)
{
	const char *line = why && *why ? why : "the connection was closed";

	c->db->broken = true;
	pgsql_of(c)->queued = 0;
	return error(c, during_commit ? ERR_UNAVAILABLE : ERR_RETRY,
		     "lost the connection to PostgreSQL: %.*s", (int)strcspn(line, "\n"), line);
}

void pgsql_forget(struct cached *s)
{
	free(s->line.sql);
	s->line.sql = NULL;
}

/* The statement cannot be relied on; unless its slot has gone to another. */
static void drop_slot(const struct expected *e)
{
	if (e->slot && e->slot->generation == e->generation)
		pgsql_forget(e->slot);
}

/* One answer that is an error.  The one that says the server is ending this
 * session tells that it never came to anything behind it. */
static bool refused(struct ctx *c, const PGresult *res, const struct expected *e, bool is_last)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	const char *msg = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);

	if (!state)
		return pgsql_lost(c, pgsql_of(c)->committing, PQresultErrorMessage(res));
	if (state_is(state, "57P") || state_is(state, "08"))
		return pgsql_lost(c, pgsql_of(c)->committing && is_last, msg);
	if (state_is(state, "0A000") || state_is(state, "26000"))
		drop_slot(e);
	return error(c, kind_of(state), "%s in: %.120s", msg ? msg : state, e->sql);
}

static void free_result(void *res)
{
	PQclear(res);
}

/* The cells stay where libpq put them; the result lives as long as the arena. */
static void keep(struct ctx *c, struct rows *rows, PGresult *res)
{
	int n;

	*rows = (struct rows){ .count = PQntuples(res), .cols = PQnfields(res) };
	if (!state_is(PQcmdStatus(res), "SELECT"))
		rows->changed = strtoll(PQcmdTuples(res), NULL, 10);
	n = rows->count * rows->cols;
	if (n == 0) {
		PQclear(res);
		return;
	}
	arena_defer(c->arena, free_result, res);
	rows->cell = arena_array(c->arena, const char *, (size_t)n);
	for (int row = 0, i = 0; row < rows->count; row++)
		for (int col = 0; col < rows->cols; col++, i++)
			if (!PQgetisnull(res, row, col))
				rows->cell[i] = PQgetvalue(res, row, col);
}

/* A COMMIT of a transaction that has failed is answered with "ROLLBACK". */
static bool commit_took(struct ctx *c, PGresult *res)
{
	if (strcmp(PQcmdStatus(res), "COMMIT") == 0)
		return true;
	return error(c, ERR_INTERNAL, "committed after an error; PostgreSQL rolled back");
}

/* Judges one answer and takes it over.  Behind the first error the server
 * skips everything, and says so with PGRES_PIPELINE_ABORTED. */
static bool judge(struct ctx *c, PGresult *res, const struct expected *e, bool is_last)
{
	ExecStatusType status = PQresultStatus(res);
	bool fine = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;

	if (!fine && e->is_prepare)
		drop_slot(e);
	if (status == PGRES_FATAL_ERROR)
		IGNORE(refused(c, res, e, is_last)); /* told by what we return */
	if (fine && is_last && pgsql_of(c)->committing)
		fine = commit_took(c, res);
	if (fine && e->rows)
		keep(c, e->rows, res);
	else
		PQclear(res);
	return fine;
}

/* Reads the answers to everything queued; the caller has sent a sync. */
static bool collect(struct ctx *c)
{
	struct pgsql_db *db = pgsql_of(c);
	bool fine = true;
	PGresult *res;

	for (int i = 0; i < db->queued; i++) {
		res = PQgetResult(db->conn);
		if (!res)
			return pgsql_lost(c, db->committing, PQerrorMessage(db->conn));
		fine = judge(c, res, &db->queue[i], i == db->queued - 1) && fine;
		if (db->base.broken)
			return false;
		while ((res = PQgetResult(db->conn)))
			PQclear(res);
	}
	res = PQgetResult(db->conn);
	if (PQresultStatus(res) != PGRES_PIPELINE_SYNC) {
		PQclear(res);
		return pgsql_lost(c, db->committing, PQerrorMessage(db->conn));
	}
	PQclear(res);
	return fine;
}

bool pgsql_drain(struct ctx *c)
{
	struct pgsql_db *db = pgsql_of(c);
	bool fine;

	if (db->base.broken)
		return error(c, ERR_RETRY, "the connection to PostgreSQL was lost before");
	if (!PQpipelineSync(db->conn))
		return pgsql_lost(c, db->committing, PQerrorMessage(db->conn));
	fine = collect(c);
	db->queued = 0;
	db->queued_bytes = 0;
	db->committing = false;
	/* setting it may have been skipped or rolled back */
	db->org_known = db->org_known && fine;
	return fine;
}
