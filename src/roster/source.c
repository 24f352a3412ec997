/* source.c - connections, and the administrators' hand. */
#include "roster/source.h"

#include <string.h>

#include "base/id.h"
#include "base/org.h"
#include "base/text.h"
#include "roster/org.h"
#include "roster/session.h"
#include "roster/touched.h"

#define COLS "s.id, s.kind, s.name, s.preset, s.settings, s.created, s.changed"

enum { NAME_MAX_BYTES = 200 };

int source_rank(const char *kind)
{
	static const char *const kinds[] = { "manual", "saml", "ldap", "scim" };

	for (int i = 0; i < (int)(sizeof(kinds) / sizeof(kinds[0])); i++)
		if (strcmp(kinds[i], kind) == 0)
			return i;
	return -1;
}

static bool check_name(struct ctx *c, const char *name)
{
	if (!name || !*name || strlen(name) > NAME_MAX_BYTES)
		return error(c, ERR_VALUE, "a connection needs a name of 1 to %d bytes",
			     NAME_MAX_BYTES);
	return true;
}

bool source_create(struct ctx *c, struct source *s)
{
	struct rows r;

	if (!check_name(c, s->name))
		return false;
	s->id = id_new(c->arena);
	s->created = s->changed = c->now;
	if (!db_run(c, &r,
		    "INSERT INTO sources (org_id, id, kind, name, name_key, preset, settings,"
		    " created, changed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)"
		    " ON CONFLICT (org_id, name_key) DO NOTHING RETURNING id",
		    DB_ARGS(db_text(c->org->id), db_text(s->id), db_text(s->kind), db_text(s->name),
			    db_text(text_fold(c->arena, s->name)), db_text(s->preset),
			    db_text(s->settings), db_int(c->now))))
		return false;
	return r.count == 1 ||
	       error(c, ERR_UNIQUE, "there is a connection \"%s\" already", s->name);
}

bool source_save(struct ctx *c, const struct source *s)
{
	const char *key = text_fold(c->arena, s->name);
	bool same = false;
	struct rows r;

	if (!check_name(c, s->name) ||
	    !db_run(c, &r, "SELECT s.id FROM sources s WHERE s.org_id = $1 AND s.name_key = $2",
		    DB_ARGS(db_text(c->org->id), db_text(key))))
		return false;
	if (r.count) {
		same = strcmp(row_text(&r, 0, 0), s->id) == 0;
		if (!same)
			return error(c, ERR_UNIQUE, "there is a connection \"%s\" already",
				     s->name);
	}
	/* rules may ask for groups of a connection by its name */
	if (!same)
		touch_everybody(c);
	return org_moved(c) &&
	       db_push(c,
		       "UPDATE sources SET name = $3, name_key = $4, preset = $5, settings = $6,"
		       " changed = $7 WHERE org_id = $1 AND id = $2",
		       DB_ARGS(db_text(c->org->id), db_text(s->id), db_text(s->name), db_text(key),
			       db_text(s->preset), db_text(s->settings), db_int(c->now)));
}

static void fill(struct source *s, const struct rows *r, int row)
{
	*s = (struct source){
		.id = row_text(r, row, 0),
		.kind = row_text(r, row, 1),
		.name = row_text(r, row, 2),
		.preset = row_text(r, row, 3),
		.settings = row_text(r, row, 4),
		.created = row_int(r, row, 5),
		.changed = row_int(r, row, 6),
	};
}

static bool find(struct ctx *c, const char *sql, const char *key, struct source **out)
{
	struct rows r;

	if (!db_run(c, &r, sql, DB_ARGS(db_text(c->org->id), db_text(key))))
		return false;
	*out = NULL;
	if (r.count) {
		*out = arena_new(c->arena, struct source);
		fill(*out, &r, 0);
	}
	return true;
}

bool source_find(struct ctx *c, const char *id, struct source **out)
{
	return find(c, "SELECT " COLS " FROM sources s WHERE s.org_id = $1 AND s.id = $2", id, out);
}

bool source_get(struct ctx *c, const char *id, struct source **out)
{
	if (!source_find(c, id, out))
		return false;
	return *out || error(c, ERR_NOT_FOUND, "there is no connection %s", id);
}

bool source_find_by_name(struct ctx *c, const char *name, struct source **out)
{
	return find(c, "SELECT " COLS " FROM sources s WHERE s.org_id = $1 AND s.name_key = $2",
		    text_fold(c->arena, name), out);
}

bool source_manual(struct ctx *c, struct source **out)
{
	if (!find(c, "SELECT " COLS " FROM sources s WHERE s.org_id = $1 AND s.kind = $2", "manual",
		  out))
		return false;
	return *out || error(c, ERR_INTERNAL, "organization %s has no manual source", c->org->id);
}

bool source_list(struct ctx *c, const char *kind, struct source **out, int *count)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT " COLS " FROM sources s WHERE s.org_id = $1"
		    " AND (CAST($2 AS TEXT) IS NULL OR s.kind = CAST($2 AS TEXT)) ORDER BY s.id",
		    DB_ARGS(db_text(c->org->id), db_text(kind))))
		return false;
	*out = arena_array(c->arena, struct source, (size_t)r.count);
	*count = r.count;
	for (int i = 0; i < r.count; i++)
		fill(&(*out)[i], &r, i);
	return true;
}

/* What goes with a connection, in an order that foreign keys permit. */
static const char *const removals[] = {
	"DELETE FROM members WHERE org_id = $1 AND group_id IN"
	" (SELECT g.id FROM groups g WHERE g.org_id = $1 AND g.source_id = $2)",
	"DELETE FROM pending_members WHERE org_id = $1 AND group_id IN"
	" (SELECT g.id FROM groups g WHERE g.org_id = $1 AND g.source_id = $2)",
	"DELETE FROM group_changes WHERE org_id = $1 AND group_id IN"
	" (SELECT g.id FROM groups g WHERE g.org_id = $1 AND g.source_id = $2)",
	"DELETE FROM groups WHERE org_id = $1 AND source_id = $2",
	"DELETE FROM held_groups WHERE org_id = $1 AND source_id = $2",
	"UPDATE holds SET state = 'superseded' WHERE org_id = $1 AND source_id = $2"
	" AND state IN ('open', 'rejected')",
	"DELETE FROM losses WHERE org_id = $1 AND source_id = $2",
	"DELETE FROM tokens WHERE org_id = $1 AND source_id = $2",
	"DELETE FROM identities WHERE org_id = $1 AND source_id = $2",
	"DELETE FROM saml_requests WHERE org_id = $1 AND source_id = $2",
	"DELETE FROM saml_seen WHERE org_id = $1 AND source_id = $2",
	"DELETE FROM saml_keys WHERE org_id = $1 AND source_id = $2",
	"DELETE FROM saml_connections WHERE org_id = $1 AND source_id = $2",
	"DELETE FROM signposts WHERE org_id = $1 AND kind = 'saml' AND name = $2",
	"DELETE FROM ldap_staged WHERE org_id = $1 AND run_id IN"
	" (SELECT l.id FROM ldap_runs l WHERE l.org_id = $1 AND l.source_id = $2)",
	"DELETE FROM ldap_runs WHERE org_id = $1 AND source_id = $2",
	"DELETE FROM ldap_entries WHERE org_id = $1 AND source_id = $2",
	"DELETE FROM ldap_groups WHERE org_id = $1 AND source_id = $2",
	"DELETE FROM ldap_schedule WHERE org_id = $1 AND source_id = $2",
	"DELETE FROM ldap_connections WHERE org_id = $1 AND source_id = $2",
};

bool source_delete(struct ctx *c, const struct source *s)
{
	struct db_args args = DB_ARGS(db_text(c->org->id), db_text(s->id));
	struct source *manual;

	if (strcmp(s->kind, "manual") == 0)
		return error(c, ERR_FORBIDDEN, "the manual source belongs to the organization");
	if (!db_alone(c) || !source_manual(c, &manual))
		return false;
	for (size_t i = 0; i < sizeof(removals) / sizeof(removals[0]); i++)
		if (!db_push(c, removals[i], args))
			return false;
	touch_everybody(c);
	return org_moved(c) && session_end_source(c, s->id, "connection removed") &&
	       db_push(c, "UPDATE users SET source_id = $3 WHERE org_id = $1 AND source_id = $2",
		       DB_ARGS(db_text(c->org->id), db_text(s->id), db_text(manual->id))) &&
	       db_run(c, NULL, "DELETE FROM sources WHERE org_id = $1 AND id = $2", args);
}
