/* group.c - groups of a source. */
#include "roster/group.h"

#include <string.h>

#include "base/id.h"
#include "base/org.h"
#include "base/text.h"
#include "group_note.h"
#include "roster/touched.h"
#include "user_store.h"

enum { NAME_BYTES_MAX = 1024 };

/* The version and the time of change include the member changes kept beside. */
#define COLS                                                                                       \
	"g.id, g.source_id, g.display_name, g.external_id,"                                        \
	" g.version + COALESCE((SELECT SUM(k.n) FROM group_changes k WHERE k.org_id = $1"          \
	" AND k.group_id = g.id), 0), g.created, g.changed,"                                       \
	" COALESCE((SELECT MAX(k.at) FROM group_changes k WHERE k.org_id = $1"                     \
	" AND k.group_id = g.id), 0)"

static void fill(struct group *g, const struct rows *r, int row)
{
	int64_t moved = row_int(r, row, 7);

	*g = (struct group){
		.id = row_text(r, row, 0),
		.source_id = row_text(r, row, 1),
		.display_name = row_text(r, row, 2),
		.external_id = row_text(r, row, 3),
		.version = row_int(r, row, 4),
		.created = row_int(r, row, 5),
		.changed = row_int(r, row, 6),
	};
	if (moved > g->changed)
		g->changed = moved;
}

bool group_moved(struct ctx *c, const char *group_id, int64_t n)
{
	return db_push(c,
		       "INSERT INTO group_changes (org_id, group_id, slot, n, at)"
		       " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (org_id, group_id, slot)"
		       " DO UPDATE SET n = group_changes.n + excluded.n, at = excluded.at",
		       DB_ARGS(db_text(c->org->id), db_text(group_id), db_int(db_slot(c->db, 64)),
			       db_int(n), db_int(c->now)));
}

static bool check(struct ctx *c, const struct group *g)
{
	if (!g->display_name || !*g->display_name)
		return error(c, ERR_VALUE, "displayName is required");
	if (strlen(g->display_name) > NAME_BYTES_MAX)
		return error(c, ERR_VALUE, "displayName is longer than %d bytes", NAME_BYTES_MAX);
	if (g->external_id && strlen(g->external_id) > EXTERNAL_ID_MAX)
		return error(c, ERR_VALUE, "externalId is longer than %d bytes", EXTERNAL_ID_MAX);
	return true;
}

static bool taken(struct ctx *c, const struct group *g)
{
	return error(c, ERR_UNIQUE,
		     "this connection has a group \"%.120s\" already: look it up by"
		     " displayName and update it",
		     g->display_name);
}

bool group_create(struct ctx *c, struct group *g)
{
	struct rows r;

	if (!check(c, g))
		return false;
	if (!g->id)
		g->id = id_new(c->arena);
	g->version = 1;
	g->created = g->changed = c->now;
	if (!db_run(c, &r,
		    "INSERT INTO groups (org_id, id, source_id, display_name, name_key,"
		    " external_id, version, created, changed)"
		    " VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7)"
		    " ON CONFLICT (org_id, source_id, name_key) DO NOTHING RETURNING id",
		    DB_ARGS(db_text(c->org->id), db_text(g->id), db_text(g->source_id),
			    db_text(g->display_name), db_text(text_fold(c->arena, g->display_name)),
			    db_text(g->external_id), db_int(c->now))))
		return false;
	if (!r.count)
		return taken(c, g);
	group_note(c, "group.created", g, NULL);
	return true;
}

bool group_find(struct ctx *c, const char *source_id, const char *id, struct group **out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT " COLS " FROM groups g WHERE g.org_id = $1 AND g.id = $2"
		    " AND (CAST($3 AS TEXT) IS NULL OR g.source_id = CAST($3 AS TEXT))",
		    DB_ARGS(db_text(c->org->id), db_text(id), db_text(source_id))))
		return false;
	*out = NULL;
	if (r.count) {
		*out = arena_new(c->arena, struct group);
		fill(*out, &r, 0);
	}
	return true;
}

bool group_get(struct ctx *c, const char *source_id, const char *id, struct group **out)
{
	if (!group_find(c, source_id, id, out))
		return false;
	return *out || error(c, ERR_NOT_FOUND, "there is no group %.100s", id);
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* A rule may match the new name and not the old one: everybody in it is touched. */
static bool touch_members(struct ctx *c, const struct group *was)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT m.user_id FROM members m WHERE m.org_id = $1 AND m.group_id = $2",
		    DB_ARGS(db_text(c->org->id), db_text(was->id))))
		return false;
	for (int i = 0; i < r.count; i++)
		touch_lost(c, row_text(&r, i, 0), was);
	return true;
}

bool group_save(struct ctx *c, const struct group *before, struct group *after)
{
	struct rows r;

	if (!check(c, after))
		return false;
	if (same(before->display_name, after->display_name) &&
	    same(before->external_id, after->external_id))
		return true;
	if (!db_run(c, &r,
		    "SELECT g.id FROM groups g WHERE g.org_id = $1 AND g.source_id = $2"
		    " AND g.name_key = $3 AND g.id <> $4",
		    DB_ARGS(db_text(c->org->id), db_text(after->source_id),
			    db_text(text_fold(c->arena, after->display_name)), db_text(after->id))))
		return false;
	if (r.count)
		return taken(c, after);
	after->version = before->version + 1;
	after->changed = c->now;
	group_note(c, "group.updated", after, NULL);
	return db_push(c,
		       "UPDATE groups SET display_name = $3, name_key = $4, external_id = $5,"
		       " version = version + 1, changed = $6 WHERE org_id = $1 AND id = $2",
		       DB_ARGS(db_text(c->org->id), db_text(after->id),
			       db_text(after->display_name),
			       db_text(text_fold(c->arena, after->display_name)),
			       db_text(after->external_id), db_int(c->now))) &&
	       touch_members(c, before);
}

bool group_delete(struct ctx *c, const struct group *g)
{
	static const char *const removals[] = {
		"DELETE FROM members WHERE org_id = $1 AND group_id = $2",
		"DELETE FROM pending_members WHERE org_id = $1 AND group_id = $2",
		"DELETE FROM group_changes WHERE org_id = $1 AND group_id = $2",
		"DELETE FROM groups WHERE org_id = $1 AND id = $2",
	};

	/* alone, so that nobody joins a group that is going */
	if (!db_alone(c) || !touch_members(c, g))
		return false;
	group_note(c, "group.deleted", g, NULL);
	for (size_t i = 0; i < sizeof(removals) / sizeof(removals[0]); i++)
		if (!db_push(c, removals[i], DB_ARGS(db_text(c->org->id), db_text(g->id))))
			return false;
	return true;
}

bool group_list(struct ctx *c, const struct group_page *page, struct group **out, int *out_count,
		int64_t *total)
{
	const char *where = page->where ? page->where : "1 = 1", *sql;
	int n = page->args.n;
	struct db_val *p = arena_array(c->arena, struct db_val, (size_t)n + 4);
	struct rows r, sum;

	p[0] = db_text(c->org->id);
	if (n)
		memcpy(p + 1, page->args.v, (size_t)n * sizeof(*p));
	p[n + 1] = db_text(page->source_id);
	p[n + 2] = db_int(page->count);
	p[n + 3] = db_int(page->start - 1);
	where = arena_printf(c->arena,
			     "(CAST($%d AS TEXT) IS NULL OR g.source_id = CAST($%d AS TEXT))"
			     " AND (%s)",
			     n + 2, n + 2, where);
	sql = arena_printf(c->arena,
			   "SELECT " COLS " FROM groups g WHERE g.org_id = $1 AND %s"
			   " ORDER BY %s%sg.id LIMIT $%d OFFSET $%d",
			   where, page->order ? page->order : "", page->order ? ", " : "", n + 3,
			   n + 4);
	if (!db_run(c, &r, sql, (struct db_args){ p, n + 4 }))
		return false;
	*out = arena_array(c->arena, struct group, (size_t)r.count);
	*out_count = r.count;
	for (int i = 0; i < r.count; i++)
		fill(&(*out)[i], &r, i);
	*total = page->start - 1 + r.count;
	if ((r.count > 0 || page->start == 1) && r.count < page->count)
		return true;
	sql = arena_printf(c->arena, "SELECT COUNT(*) FROM groups g WHERE g.org_id = $1 AND %s",
			   where);
	if (!db_run(c, &sum, sql, (struct db_args){ p, n + 2 }))
		return false;
	*total = row_int(&sum, 0, 0);
	return true;
}
