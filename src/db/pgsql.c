/* pgsql.c - the production driver, over libpq in pipeline mode.  Text in, text out. */

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "pgsql.h"

/* Notes what was just sent; sent is what the PQsend function returned. */
static bool expect(struct ctx *c, int sent, struct expected e)
{
	struct pgsql_db *db = pgsql_of(c);

	if (!sent || db->queued == QUEUE_MAX)
		return pgsql_lost(c, false, PQerrorMessage(db->conn));
	db->queue[db->queued++] = e;
	return true;
}

/* A statement without arguments or cache, such as BEGIN. */
static bool send_plain(struct ctx *c, const char *sql)
{
	int sent = PQsendQueryParams(pgsql_of(c)->conn, sql, 0, NULL, NULL, NULL, NULL, 0);

	return expect(c, sent, (struct expected){ .sql = sql });
}

static void name_of(const struct pgsql_db *db, const struct cached *s, char name[32])
{
	snprintf(name, 32, "s%d_%u", (int)(s - db->cache), s->generation);
}

/* Makes room for another statement.  The name is never used again, so that
 * it does not matter when an error keeps the server from forgetting it. */
static bool evict(struct ctx *c, struct cached *s)
{
	char name[32];

	if (!s->line.sql)
		return true;
	name_of(pgsql_of(c), s, name);
	pgsql_forget(s);
	return send_plain(c, arena_printf(c->arena, "DEALLOCATE %s", name));
}

static bool prepare(struct ctx *c, const char *sql, struct cached **out)
{
	struct pgsql_db *db = pgsql_of(c);
	bool hit;
	struct cached *s = cache_entry(db->cache, sizeof(*s), CACHE_SLOTS, sql, &hit);
	char name[32];
	int sent;

	*out = s;
	if (hit)
		return true;
	if (!evict(c, s))
		return false;
	s->generation++;
	s->line.sql = strdup(sql);
	if (!s->line.sql)
		abort();
	name_of(db, s, name);
	sent = PQsendPrepare(db->conn, name, sql, 0, NULL);
	return expect(c, sent,
		      (struct expected){ .sql = sql,
					 .slot = s,
					 .generation = s->generation,
					 .is_prepare = true });
}

/* Decimal, without the cost of printf. */
static const char *int_text(struct arena *a, int64_t n)
{
	char *p = (char *)arena_alloc(a, 24) + 23;
	uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	do
		*--p = (char)('0' + rest % 10);
	while (rest /= 10);
	if (n < 0)
		*--p = '-';
	return p;
}

static const char *as_text(struct arena *a, const struct db_val *v)
{
	switch (v->type) {
	case DB_TEXT:
		return v->text;
	case DB_INT:
		return int_text(a, v->num);
	case DB_BOOL:
		return v->num ? "t" : "f";
	case DB_NULL:
		break;
	}
	return NULL;
}

/* Queues one statement.  libpq copies text and arguments into its own buffer. */
static bool send(struct ctx *c, const struct db_stmt *stmt)
{
	struct pgsql_db *db = pgsql_of(c);
	const char **text = arena_array(c->arena, const char *, (size_t)stmt->args.n + 1);
	struct expected e = { .sql = stmt->sql, .rows = stmt->rows };
	char name[32];
	size_t length = strlen(stmt->sql);
	int sent;

	for (int i = 0; i < stmt->args.n; i++) {
		text[i] = as_text(c->arena, &stmt->args.v[i]);
		db->queued_bytes += text[i] ? strlen(text[i]) : 0;
	}
	db->queued_bytes += length;
	if (length > CACHE_TEXT_MAX) {
		sent = PQsendQueryParams(db->conn, stmt->sql, stmt->args.n, NULL, text, NULL, NULL,
					 0);
		return expect(c, sent, e);
	}
	if (!prepare(c, stmt->sql, &e.slot))
		return false;
	e.generation = e.slot->generation;
	name_of(db, e.slot, name);
	sent = PQsendQueryPrepared(db->conn, name, stmt->args.n, text, NULL, NULL, 0);
	return expect(c, sent, e);
}

/*
 * A plan is made once for each connection and statement, and on a table that is
 * still empty any index looks as good as the right one.  So plans are made anew
 * as the connection ages: after one second, two, four, up to a minute.
 */
static bool plan_anew(struct ctx *c)
{
	struct pgsql_db *db = pgsql_of(c);
	int64_t now = time_monotonic();

	if (now < db->plan_at)
		return true;
	db->plan_every = db->plan_every ? db->plan_every * 2 : PLAN_FIRST_MS;
	if (db->plan_every > PLAN_LAST_MS)
		db->plan_every = PLAN_LAST_MS;
	db->plan_at = now + db->plan_every;
	return send_plain(c, "DISCARD PLANS");
}

/* Before a statement: not too much under way, and the right organization. */
static bool make_ready(struct ctx *c)
{
	static const char sql[] = "SELECT set_config('app.org', $1, false)";
	struct pgsql_db *db = pgsql_of(c);

	if (db->base.broken)
		return error(c, ERR_RETRY, "the connection to PostgreSQL was lost before");
	if (!db->base.in_tx && !plan_anew(c))
		return false;
	if ((db->queued >= QUEUE_SYNC || db->queued_bytes > QUEUE_SYNC_BYTES) && !pgsql_drain(c))
		return false;
	if (db->org_known && strcmp(db->org, db->org_set) == 0)
		return true;
	if (!send(c, &(struct db_stmt){ .sql = sql, .args = DB_ARGS(db_text(db->org)) }))
		return false;
	snprintf(db->org_set, sizeof(db->org_set), "%s", db->org);
	db->org_known = true;
	return true;
}

static bool push(struct ctx *c, const struct db_stmt *stmt)
{
	return make_ready(c) && send(c, stmt);
}

static bool run(struct ctx *c, const struct db_stmt *stmts, int n)
{
	for (int i = 0; i < n; i++)
		if (!make_ready(c) || !send(c, &stmts[i]))
			return false;
	return pgsql_drain(c);
}

static void enter_org(struct db *base, const char *org_id)
{
	struct pgsql_db *db = (struct pgsql_db *)base;

	snprintf(db->org, sizeof(db->org), "%s", org_id);
}

static bool begin(struct ctx *c, bool to_write)
{
	if (c->db->broken)
		return error(c, ERR_RETRY, "the connection to PostgreSQL was lost before");
	if (!plan_anew(c))
		return false;
	return send_plain(c,
			  to_write ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

static bool commit(struct ctx *c)
{
	if (c->db->broken)
		return error(c, ERR_RETRY, "the connection to PostgreSQL was lost before");
	if (!send_plain(c, "COMMIT"))
		return false;
	pgsql_of(c)->committing = true;
	return pgsql_drain(c);
}

static void rollback(struct ctx *c)
{
	struct pgsql_db *db = pgsql_of(c);

	db->committing = false;
	/* what is still queued fails or is undone; then the ROLLBACK counts */
	if (!db->base.broken && db->queued)
		IGNORE(pgsql_drain(c));
	if (!db->base.broken && !(send_plain(c, "ROLLBACK") && pgsql_drain(c)))
		db->base.broken = true;
	db->org_known = false;
}

static bool gate(struct ctx *c, const char *org_id, bool alone)
{
	return push(c, &(struct db_stmt){
			       .sql = alone ? "SELECT pg_advisory_xact_lock($1)"
					    : "SELECT pg_advisory_xact_lock_shared($1)",
			       .args = DB_ARGS(db_int(text_hash(org_id))),
		       });
}

/* Servers that start at once take turns, however long the first one needs. */
static const char *const migration_start[] = {
	"SET LOCAL statement_timeout = 0",
	"SET LOCAL lock_timeout = 0",
	"SELECT pg_advisory_xact_lock(7885631052947253)",
	NULL,
};

/* The owner is not exempt: the server's own role is usually the owner. */
static const char *const org_table[] = {
	"ALTER TABLE %s ENABLE ROW LEVEL SECURITY",
	"ALTER TABLE %s FORCE ROW LEVEL SECURITY",
	"CREATE POLICY own_org ON %s USING (org_id = nullif(current_setting('app.org', true), '')) "
	"WITH CHECK (org_id = nullif(current_setting('app.org', true), ''))",
	NULL,
};

static const char *const unkey[] = {
	"DO $$ BEGIN EXECUTE (SELECT 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT '"
	" || quote_ident(conname) FROM pg_constraint WHERE conrelid = '%s'::regclass"
	" AND confrelid = 'users'::regclass AND contype = 'f'); END $$",
	NULL,
};

const struct db_driver db_pgsql = {
	.open = pgsql_open,
	.close = pgsql_close,
	.alive = pgsql_alive,
	.run = run,
	.push = push,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.enter_org = enter_org,
	.gate = gate,
	.for_update = " FOR UPDATE",
	.for_update_skip = " FOR UPDATE SKIP LOCKED",
	.table_count = "SELECT count(*) FROM pg_tables "
		       "WHERE schemaname = current_schema() AND tablename = $1",
	/* compared by bytes, as SQLite does and fast, whatever the database's collation */
	.text_type = "TEXT COLLATE \"C\"",
	.stale_tables = "SELECT quote_ident(c.relname) FROM pg_class c JOIN pg_stat_user_tables s "
			"ON s.relid = c.oid WHERE s.schemaname = current_schema() "
			"AND pg_has_role(c.relowner, 'USAGE') "
			"AND s.n_mod_since_analyze > 500 + GREATEST(c.reltuples, 0)",
	.migration_start = migration_start,
	.org_table = org_table,
	.unkey = unkey,
};
