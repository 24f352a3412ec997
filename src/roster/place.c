/* place.c - workspaces and projects. */
#include "roster/place.h"

#include <string.h>

#include "base/id.h"
#include "base/org.h"
#include "base/text.h"
#include "roster/touched.h"

enum { TITLE_BYTES_MAX = 500 };

#define WORKSPACE_COLS "w.id, w.title, w.personal, w.created, w.changed"
#define PROJECT_COLS   "p.id, p.workspace_id, p.title, p.created, p.changed"

static bool check_title(struct ctx *c, const char *title)
{
	if (!title || !*title || strlen(title) > TITLE_BYTES_MAX)
		return error(c, ERR_VALUE, "a title has 1 to %d bytes", TITLE_BYTES_MAX);
	return true;
}

static bool taken(struct ctx *c, const char *title)
{
	return error(c, ERR_UNIQUE, "there is a workspace \"%.150s\" already", title);
}

bool workspace_create(struct ctx *c, struct workspace *w)
{
	struct rows r;

	if (!check_title(c, w->title))
		return false;
	w->id = id_new(c->arena);
	w->created = w->changed = c->now;
	if (!db_run(c, &r,
		    "INSERT INTO workspaces (org_id, id, title, title_key, personal, created,"
		    " changed) VALUES ($1, $2, $3, $4, $5, $6, $6)"
		    " ON CONFLICT (org_id, title_key) DO NOTHING RETURNING id",
		    DB_ARGS(db_text(c->org->id), db_text(w->id), db_text(w->title),
			    db_text(text_fold(c->arena, w->title)), db_bool(w->personal),
			    db_int(c->now))))
		return false;
	return r.count == 1 || taken(c, w->title);
}

static void fill_workspace(struct workspace *w, const struct rows *r, int row)
{
	*w = (struct workspace){ .id = row_text(r, row, 0),
				 .title = row_text(r, row, 1),
				 .personal = row_bool(r, row, 2),
				 .created = row_int(r, row, 3),
				 .changed = row_int(r, row, 4) };
}

bool workspace_get(struct ctx *c, const char *id, struct workspace **out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT " WORKSPACE_COLS " FROM workspaces w WHERE w.org_id = $1 AND w.id = $2",
		    DB_ARGS(db_text(c->org->id), db_text(id))))
		return false;
	if (!r.count)
		return error(c, ERR_NOT_FOUND, "there is no workspace %.100s", id);
	*out = arena_new(c->arena, struct workspace);
	fill_workspace(*out, &r, 0);
	return true;
}

bool workspace_find_title(struct ctx *c, const char *title, struct workspace **out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT " WORKSPACE_COLS " FROM workspaces w WHERE w.org_id = $1"
		    " AND w.title_key = $2",
		    DB_ARGS(db_text(c->org->id), db_text(text_fold(c->arena, title)))))
		return false;
	*out = NULL;
	if (r.count) {
		*out = arena_new(c->arena, struct workspace);
		fill_workspace(*out, &r, 0);
	}
	return true;
}

bool workspace_save(struct ctx *c, const struct workspace *w)
{
	const char *key;
	struct rows r;

	if (!check_title(c, w->title))
		return false;
	key = text_fold(c->arena, w->title);
	if (!db_run(c, &r,
		    "SELECT w.id FROM workspaces w WHERE w.org_id = $1 AND w.title_key = $2"
		    " AND w.id <> $3",
		    DB_ARGS(db_text(c->org->id), db_text(key), db_text(w->id))))
		return false;
	if (r.count)
		return taken(c, w->title);
	return db_push(c,
		       "UPDATE workspaces SET title = $3, title_key = $4, changed = $5"
		       " WHERE org_id = $1 AND id = $2",
		       DB_ARGS(db_text(c->org->id), db_text(w->id), db_text(w->title), db_text(key),
			       db_int(c->now)));
}

/* Whoever has a grant on it is recomputed; manual grants on it go with it. */
static bool drop_grants(struct ctx *c, enum scope scope, const char *target)
{
	struct db_args args =
		DB_ARGS(db_text(c->org->id), db_text(scope_names[scope]), db_text(target));
	struct rows r;

	if (!db_run(c, &r,
		    "DELETE FROM grants WHERE org_id = $1 AND scope = $2 AND target = $3"
		    " RETURNING user_id, role, origin = 'manual'",
		    args))
		return false;
	for (int i = 0; i < r.count; i++) {
		struct touched_place was = {
			.scope = scope, .target = target, .had = true, .manual = row_bool(&r, i, 2)
		};

		IGNORE(role_parse(row_text(&r, i, 1), &was.role));
		touch_place(c, row_text(&r, i, 0), &was);
	}
	return true;
}

bool workspace_delete(struct ctx *c, const char *id)
{
	struct workspace *w = NULL;
	struct rows r;

	if (!db_alone(c) || !workspace_get(c, id, &w) ||
	    !db_run(c, &r,
		    "SELECT COUNT(*) FROM projects p WHERE p.org_id = $1 AND p.workspace_id = $2",
		    DB_ARGS(db_text(c->org->id), db_text(id))))
		return false;
	if (row_int(&r, 0, 0))
		return error(c, ERR_CONFLICT,
			     "this workspace has %lld projects: move or delete them first",
			     (long long)row_int(&r, 0, 0));
	return drop_grants(c, SCOPE_WORKSPACE, id) &&
	       db_push(c, "DELETE FROM workspaces WHERE org_id = $1 AND id = $2",
		       DB_ARGS(db_text(c->org->id), db_text(id)));
}

bool workspace_list(struct ctx *c, const char *after, int64_t limit, struct workspace **out,
		    int *count)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT " WORKSPACE_COLS " FROM workspaces w WHERE w.org_id = $1 AND w.id > $2"
		    " ORDER BY w.id LIMIT $3",
		    DB_ARGS(db_text(c->org->id), db_text(after), db_int(limit))))
		return false;
	*out = arena_array(c->arena, struct workspace, (size_t)r.count);
	*count = r.count;
	for (int i = 0; i < r.count; i++)
		fill_workspace(&(*out)[i], &r, i);
	return true;
}

static bool workspace_exists(struct ctx *c, const char *id)
{
	struct rows r;

	if (!id)
		return error(c, ERR_VALUE,
			     "a project belongs to a workspace: \"workspace\" is"
			     " required");
	if (!db_run(c, &r, "SELECT w.id FROM workspaces w WHERE w.org_id = $1 AND w.id = $2",
		    DB_ARGS(db_text(c->org->id), db_text(id))))
		return false;
	return r.count == 1 || error(c, ERR_VALUE, "there is no workspace %.100s", id);
}

bool project_create(struct ctx *c, struct project *p)
{
	if (!check_title(c, p->title) || !workspace_exists(c, p->workspace_id))
		return false;
	p->id = id_new(c->arena);
	p->created = p->changed = c->now;
	return db_push(c,
		       "INSERT INTO projects (org_id, id, workspace_id, title, created, changed)"
		       " VALUES ($1, $2, $3, $4, $5, $5)",
		       DB_ARGS(db_text(c->org->id), db_text(p->id), db_text(p->workspace_id),
			       db_text(p->title), db_int(c->now)));
}

static void fill_project(struct project *p, const struct rows *r, int row)
{
	*p = (struct project){ .id = row_text(r, row, 0),
			       .workspace_id = row_text(r, row, 1),
			       .title = row_text(r, row, 2),
			       .created = row_int(r, row, 3),
			       .changed = row_int(r, row, 4) };
}

bool project_get(struct ctx *c, const char *id, struct project **out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT " PROJECT_COLS " FROM projects p WHERE p.org_id = $1 AND p.id = $2",
		    DB_ARGS(db_text(c->org->id), db_text(id))))
		return false;
	if (!r.count)
		return error(c, ERR_NOT_FOUND, "there is no project %.100s", id);
	*out = arena_new(c->arena, struct project);
	fill_project(*out, &r, 0);
	return true;
}

bool project_save(struct ctx *c, const struct project *p)
{
	return check_title(c, p->title) && workspace_exists(c, p->workspace_id) &&
	       db_push(c,
		       "UPDATE projects SET workspace_id = $3, title = $4, changed = $5"
		       " WHERE org_id = $1 AND id = $2",
		       DB_ARGS(db_text(c->org->id), db_text(p->id), db_text(p->workspace_id),
			       db_text(p->title), db_int(c->now)));
}

bool project_delete(struct ctx *c, const char *id)
{
	struct project *p;

	return db_alone(c) && project_get(c, id, &p) && drop_grants(c, SCOPE_PROJECT, id) &&
	       db_push(c, "DELETE FROM projects WHERE org_id = $1 AND id = $2",
		       DB_ARGS(db_text(c->org->id), db_text(id)));
}

bool project_list(struct ctx *c, const char *after, int64_t limit, struct project **out, int *count)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT " PROJECT_COLS " FROM projects p WHERE p.org_id = $1 AND p.id > $2"
		    " ORDER BY p.id LIMIT $3",
		    DB_ARGS(db_text(c->org->id), db_text(after), db_int(limit))))
		return false;
	*out = arena_array(c->arena, struct project, (size_t)r.count);
	*count = r.count;
	for (int i = 0; i < r.count; i++)
		fill_project(&(*out)[i], &r, i);
	return true;
}
