/* ldap_store.c - LDAP connections, when they have something to do, and their leases. */
#include "roster/ldap_store.h"

#include "base/org.h"

bool ldap_row_insert(struct ctx *c, const struct ldap_row *r)
{
	return db_run(c, NULL,
		      "INSERT INTO ldap_connections (org_id, source_id, password, client_key,"
		      " directory, feed, full_at) VALUES ($1, $2, $3, $4, NULL, NULL, 0)",
		      DB_ARGS(db_text(c->org->id), db_text(r->source_id), db_text(r->password),
			      db_text(r->client_key)));
}

bool ldap_row_save(struct ctx *c, const struct ldap_row *r)
{
	return db_push(c,
		       "UPDATE ldap_connections SET password = $3, client_key = $4,"
		       " directory = $5, feed = $6, full_at = $7"
		       " WHERE org_id = $1 AND source_id = $2",
		       DB_ARGS(db_text(c->org->id), db_text(r->source_id), db_text(r->password),
			       db_text(r->client_key), db_text(r->directory), db_text(r->feed),
			       db_int(r->full_at)));
}

bool ldap_row_find(struct ctx *c, const char *source_id, struct ldap_row **out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT l.source_id, l.password, l.client_key, l.directory, l.feed, l.full_at"
		    " FROM ldap_connections l WHERE l.org_id = $1 AND l.source_id = $2",
		    DB_ARGS(db_text(c->org->id), db_text(source_id))))
		return false;
	*out = NULL;
	if (r.count == 0)
		return true;
	*out = arena_new(c->arena, struct ldap_row);
	**out = (struct ldap_row){
		.source_id = row_text(&r, 0, 0),
		.password = row_text(&r, 0, 1),
		.client_key = row_text(&r, 0, 2),
		.directory = row_text(&r, 0, 3),
		.feed = row_text(&r, 0, 4),
		.full_at = row_int(&r, 0, 5),
	};
	return true;
}

bool ldap_due_list(struct ctx *c, int64_t limit, struct ldap_due **out, int *count)
{
	struct rows r;

	/* every organization: one look tells whether anything is to be done at all */
	if (!db_run(c, &r,
		    "SELECT s.org_id, s.source_id FROM ldap_schedule s WHERE s.due <= $1"
		    " AND s.until <= $1 ORDER BY s.due LIMIT $2",
		    DB_ARGS(db_int(c->now), db_int(limit))))
		return false;
	*out = arena_array(c->arena, struct ldap_due, (size_t)r.count);
	*count = r.count;
	for (int i = 0; i < r.count; i++)
		(*out)[i] = (struct ldap_due){ row_text(&r, i, 0), row_text(&r, i, 1) };
	return true;
}

bool ldap_due_put(struct ctx *c, const char *source_id, int64_t due)
{
	return db_push(c,
		       "INSERT INTO ldap_schedule (org_id, source_id, due, until)"
		       " VALUES ($1, $2, $3, 0) ON CONFLICT (org_id, source_id) DO UPDATE SET due ="
		       " CASE WHEN ldap_schedule.due < excluded.due THEN ldap_schedule.due"
		       " ELSE excluded.due END",
		       DB_ARGS(db_text(c->org->id), db_text(source_id), db_int(due)));
}

bool ldap_lease_list(struct ctx *c, struct ldap_holder **out, int *count)
{
	struct rows r;

	/* every organization: whose process has ended is the machine's to know */
	if (!db_run(c, &r,
		    "SELECT s.org_id, s.source_id, s.owner FROM ldap_schedule s WHERE s.until > $1",
		    DB_ARGS(db_int(c->now))))
		return false;
	*out = arena_array(c->arena, struct ldap_holder, (size_t)r.count);
	*count = r.count;
	for (int i = 0; i < r.count; i++)
		(*out)[i] = (struct ldap_holder){ row_text(&r, i, 0), row_text(&r, i, 1),
						  row_text(&r, i, 2) };
	return true;
}

bool ldap_lease(struct ctx *c, const char *source_id, const char *owner, bool *mine)
{
	struct rows r;

	if (!db_run(c, &r,
		    "UPDATE ldap_schedule SET owner = $3, until = $4 WHERE org_id = $1"
		    " AND source_id = $2 AND (owner = $3 OR until <= $5) RETURNING source_id",
		    DB_ARGS(db_text(c->org->id), db_text(source_id), db_text(owner),
			    db_int(c->now + LDAP_LEASE_MS), db_int(c->now))))
		return false;
	*mine = r.count == 1;
	return true;
}

bool ldap_lease_end(struct ctx *c, const char *source_id, const char *owner, int64_t due)
{
	return db_run(c, NULL,
		      "UPDATE ldap_schedule SET owner = NULL, until = 0, due = $4"
		      " WHERE org_id = $1 AND source_id = $2 AND owner = $3",
		      DB_ARGS(db_text(c->org->id), db_text(source_id), db_text(owner),
			      db_int(due)));
}
