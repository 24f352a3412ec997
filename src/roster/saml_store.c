/* saml_store.c - SAML connections, their keys, and the ids that count once. */
#include "roster/saml_store.h"

#include <string.h>

#include "base/id.h"
#include "base/org.h"
#include "roster/source.h"

#define COLS                                                                                       \
	"s.source_id, s.entity_id, s.idp_entity_id, s.idp, s.idp_xml, s.idp_url, s.idp_error,"     \
	" s.fetched, s.valid_until, s.again, s.tested"

bool saml_row_insert(struct ctx *c, const struct saml_row *s)
{
	return db_run(c, NULL,
		      "INSERT INTO saml_connections (org_id, source_id, entity_id, idp_entity_id,"
		      " idp, idp_xml, idp_url, idp_error, fetched, valid_until, again, tested)"
		      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)",
		      DB_ARGS(db_text(c->org->id), db_text(s->source_id), db_text(s->entity_id),
			      db_text(s->idp_entity_id), db_text(s->idp), db_text(s->idp_xml),
			      db_text(s->idp_url), db_text(s->idp_error), db_int(s->fetched),
			      db_int(s->valid_until), db_int(s->again)));
}

bool saml_row_save(struct ctx *c, const struct saml_row *s)
{
	return db_run(c, NULL,
		      "UPDATE saml_connections SET entity_id = $3, idp_entity_id = $4, idp = $5,"
		      " idp_xml = $6, idp_url = $7, idp_error = $8, fetched = $9,"
		      " valid_until = $10, again = $11, tested = CASE WHEN idp_entity_id = $4"
		      " THEN tested ELSE 0 END WHERE org_id = $1 AND source_id = $2",
		      DB_ARGS(db_text(c->org->id), db_text(s->source_id), db_text(s->entity_id),
			      db_text(s->idp_entity_id), db_text(s->idp), db_text(s->idp_xml),
			      db_text(s->idp_url), db_text(s->idp_error), db_int(s->fetched),
			      db_int(s->valid_until), db_int(s->again)));
}

static void fill_row(struct saml_row *s, const struct rows *r, int row)
{
	*s = (struct saml_row){
		.source_id = row_text(r, row, 0),
		.entity_id = row_text(r, row, 1),
		.idp_entity_id = row_text(r, row, 2),
		.idp = row_text(r, row, 3),
		.idp_xml = row_text(r, row, 4),
		.idp_url = row_text(r, row, 5),
		.idp_error = row_text(r, row, 6),
		.fetched = row_int(r, row, 7),
		.valid_until = row_int(r, row, 8),
		.again = row_int(r, row, 9),
		.tested = row_int(r, row, 10),
	};
}

static void read_row(struct ctx *c, const struct rows *r, struct saml_row **out)
{
	*out = NULL;
	if (r->count) {
		*out = arena_new(c->arena, struct saml_row);
		fill_row(*out, r, 0);
	}
}

static bool ask_row(struct ctx *c, const char *source_id, struct rows *r)
{
	return db_ask(c, r,
		      "SELECT " COLS " FROM saml_connections s WHERE s.org_id = $1"
		      " AND s.source_id = $2",
		      DB_ARGS(db_text(c->org->id), db_text(source_id)));
}

bool saml_row_find(struct ctx *c, const char *source_id, struct saml_row **out)
{
	struct rows r;

	if (!ask_row(c, source_id, &r) || !db_fetch(c))
		return false;
	read_row(c, &r, out);
	return true;
}

bool saml_row_tested(struct ctx *c, const char *source_id)
{
	return db_push(c,
		       "UPDATE saml_connections SET tested = $3 WHERE org_id = $1"
		       " AND source_id = $2",
		       DB_ARGS(db_text(c->org->id), db_text(source_id), db_int(c->now)));
}

bool saml_rows_due(struct ctx *c, int64_t limit, struct saml_due **out, int *count)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT s.org_id, s.source_id FROM saml_connections s"
		    " WHERE s.org_id = $1 AND s.again > 0 AND s.again <= $2"
		    " ORDER BY s.again LIMIT $3",
		    DB_ARGS(db_text(c->org->id), db_int(c->now), db_int(limit))))
		return false;
	*out = arena_array(c->arena, struct saml_due, (size_t)r.count);
	*count = r.count;
	for (int i = 0; i < r.count; i++)
		(*out)[i] = (struct saml_due){ row_text(&r, i, 0), row_text(&r, i, 1) };
	return true;
}

bool saml_key_insert(struct ctx *c, struct saml_key *k)
{
	k->id = id_new(c->arena);
	k->created = c->now;
	return db_run(c, NULL,
		      "INSERT INTO saml_keys (org_id, source_id, id, state, certificate,"
		      " private_key, created) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		      DB_ARGS(db_text(c->org->id), db_text(k->source_id), db_text(k->id),
			      db_text(k->state), db_text(k->certificate), db_text(k->sealed),
			      db_int(k->created)));
}

/* "current" < "next" < "previous" */
static void read_keys(struct ctx *c, const struct rows *r, struct saml_key **out, int *count)
{
	*out = arena_array(c->arena, struct saml_key, (size_t)r->count);
	*count = r->count;
	for (int i = 0; i < r->count; i++)
		(*out)[i] = (struct saml_key){
			.id = row_text(r, i, 0),
			.source_id = row_text(r, i, 1),
			.state = row_text(r, i, 2),
			.certificate = row_text(r, i, 3),
			.sealed = row_text(r, i, 4),
			.created = row_int(r, i, 5),
		};
}

static bool ask_keys(struct ctx *c, const char *source_id, struct rows *r)
{
	return db_ask(c, r,
		      "SELECT k.id, k.source_id, k.state, k.certificate, k.private_key, k.created"
		      " FROM saml_keys k WHERE k.org_id = $1 AND k.source_id = $2"
		      " ORDER BY k.state, k.id DESC",
		      DB_ARGS(db_text(c->org->id), db_text(source_id)));
}

bool saml_key_list(struct ctx *c, const char *source_id, struct saml_key **out, int *count)
{
	struct rows r;

	if (!ask_keys(c, source_id, &r) || !db_fetch(c))
		return false;
	read_keys(c, &r, out, count);
	return true;
}

bool saml_source_find(struct ctx *c, const char *id, struct source **source, struct saml_row **row,
		      struct saml_key **key, int *keys)
{
	struct rows rows, all;

	if (!ask_row(c, id, &rows) || !ask_keys(c, id, &all) || !source_find(c, id, source))
		return false;
	read_row(c, &rows, row);
	read_keys(c, &all, key, keys);
	return true;
}

bool saml_key_set_state(struct ctx *c, const struct saml_key *k, const char *state)
{
	return db_push(c,
		       "UPDATE saml_keys SET state = $4 WHERE org_id = $1 AND source_id = $2"
		       " AND id = $3",
		       DB_ARGS(db_text(c->org->id), db_text(k->source_id), db_text(k->id),
			       db_text(state)));
}

bool saml_key_delete(struct ctx *c, const struct saml_key *k)
{
	return db_push(c, "DELETE FROM saml_keys WHERE org_id = $1 AND source_id = $2 AND id = $3",
		       DB_ARGS(db_text(c->org->id), db_text(k->source_id), db_text(k->id)));
}

bool saml_pending_put(struct ctx *c, const struct saml_pending *p)
{
	return db_run(c, NULL,
		      "INSERT INTO saml_requests (org_id, digest, source_id, kind, browser,"
		      " return_to, created, expires) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		      DB_ARGS(db_text(c->org->id), db_text(p->digest), db_text(p->source_id),
			      db_text(p->kind), db_text(p->browser), db_text(p->return_to),
			      db_int(p->created), db_int(p->expires)));
}

#define PENDING "digest, source_id, kind, browser, return_to, created, expires"

static bool pending(struct ctx *c, const char *sql, const char *source_id, const char *digest,
		    struct saml_pending **out)
{
	struct rows r;

	*out = NULL;
	if (!db_run(c, &r, sql,
		    DB_ARGS(db_text(c->org->id), db_text(digest), db_text(source_id),
			    db_int(c->now))))
		return false;
	if (r.count == 0)
		return true;
	*out = arena_new(c->arena, struct saml_pending);
	**out = (struct saml_pending){
		.digest = row_text(&r, 0, 0),
		.source_id = row_text(&r, 0, 1),
		.kind = row_text(&r, 0, 2),
		.browser = row_text(&r, 0, 3),
		.return_to = row_text(&r, 0, 4),
		.created = row_int(&r, 0, 5),
		.expires = row_int(&r, 0, 6),
	};
	return true;
}

bool saml_pending_find(struct ctx *c, const char *source_id, const char *digest,
		       struct saml_pending **out)
{
	return pending(c,
		       "SELECT " PENDING " FROM saml_requests WHERE org_id = $1 AND digest = $2"
		       " AND source_id = $3 AND expires > $4",
		       source_id, digest, out);
}

bool saml_pending_take(struct ctx *c, const char *source_id, const char *digest,
		       struct saml_pending **out)
{
	return pending(c,
		       "DELETE FROM saml_requests WHERE org_id = $1 AND digest = $2"
		       " AND source_id = $3 AND expires > $4 RETURNING " PENDING,
		       source_id, digest, out);
}

bool saml_use_once(struct ctx *c, const char *source_id, const char *id, int64_t expires,
		   struct rows *r)
{
	return db_ask(c, r,
		      "INSERT INTO saml_seen (org_id, source_id, id, expires)"
		      " VALUES ($1, $2, $3, $4) ON CONFLICT (org_id, source_id, id) DO NOTHING"
		      " RETURNING id",
		      DB_ARGS(db_text(c->org->id), db_text(source_id), db_text(id),
			      db_int(expires)));
}

bool saml_sweep(struct ctx *c)
{
	struct db_args args = DB_ARGS(db_text(c->org->id), db_int(c->now));

	return db_run(c, NULL, "DELETE FROM saml_requests WHERE org_id = $1 AND expires < $2",
		      args) &&
	       db_run(c, NULL, "DELETE FROM saml_seen WHERE org_id = $1 AND expires < $2", args);
}
