/* pgsql_open.c - connecting to PostgreSQL, settings, and whether it is still there. */

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "pgsql.h"

/* Readable while nothing is asked: news of a setting, or the end. */
bool pgsql_alive(struct db *base)
{
	struct pgsql_db *db = (struct pgsql_db *)base;
	struct pollfd fd = { .fd = PQsocket(db->conn), .events = POLLIN };

	if (base->broken || PQstatus(db->conn) != CONNECTION_OK)
		return false;
	while (poll(&fd, 1, 0) > 0)
		if (!PQconsumeInput(db->conn))
			return false;
	return true;
}

void pgsql_close(struct db *base)
{
	struct pgsql_db *db = (struct pgsql_db *)base;

	PQfinish(db->conn);
	for (int i = 0; i < CACHE_SLOTS; i++)
		pgsql_forget(&db->cache[i]);
	free(db);
}

/* "relation exists, skipping" and the like: nobody's news. */
static void no_notice(void *unused, const PGresult *res)
{
	(void)unused;
	(void)res;
}

/* Waiting has an end; plans of large statements are not compiled, for ours
 * run shorter than that takes. */
static const char settings[] = "SET statement_timeout = '30s';"
			       "SET lock_timeout = '10s';"
			       "SET idle_in_transaction_session_timeout = '60s';"
			       "SET standard_conforming_strings = on;"
			       "SET jit = off;"
			       /* A prepared plan outlives the small table it was made for:
				* always an index, and no planning for each call. */
			       "SET enable_seqscan = off;"
			       "SET plan_cache_mode = force_generic_plan";

static bool set_up(PGconn *conn, struct err *err)
{
	const char *encoding = PQparameterStatus(conn, "server_encoding");
	PGresult *res;
	bool fine;

	if (!encoding || strcmp(encoding, "UTF8") != 0)
		return err_set(err, __FILE__, __LINE__, ERR_VALUE,
			       "this PostgreSQL database stores text as %s; make one with "
			       "CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0",
			       encoding ? encoding : "?");
	res = PQexec(conn, settings);
	fine = PQresultStatus(res) == PGRES_COMMAND_OK && PQenterPipelineMode(conn);
	PQclear(res);
	if (fine)
		return true;
	return err_set(err, __FILE__, __LINE__, ERR_UNAVAILABLE,
		       "PostgreSQL refused our settings: %s", PQerrorMessage(conn));
}

/* What the URL says wins over what stands before it.  The library would try Kerberos first,
 * which asks name servers when nothing is set up for it, and waits for them. */
static PGconn *connect_to(const char *url)
{
	static const char *const keys[] = { "connect_timeout",     "keepalives_idle",
					    "keepalives_interval", "keepalives_count",
					    "tcp_user_timeout",    "fallback_application_name",
					    "gssencmode",          "dbname",
					    "client_encoding",     NULL };
	const char *const values[] = { "5",       "30",      "10", "3",    "15000",
				       "rosterd", "disable", url,  "UTF8", NULL };

	return PQconnectdbParams(keys, values, 1);
}

struct db *pgsql_open(const char *url, struct err *err)
{
	struct pgsql_db *db = calloc(1, sizeof(*db));

	if (!db)
		abort();
	db->conn = connect_to(url);
	if (PQstatus(db->conn) == CONNECTION_OK) {
		PQsetNoticeReceiver(db->conn, no_notice, NULL);
		if (set_up(db->conn, err))
			return &db->base;
	} else {
		err_set(err, __FILE__, __LINE__, ERR_UNAVAILABLE, "cannot reach PostgreSQL: %s",
			PQerrorMessage(db->conn));
	}
	pgsql_close(&db->base);
	return NULL;
}
