/* view.c - people with their standing, groups and places, a page of them in a few reads. */
#include "change/listing.h"

#include <stdlib.h>
#include <string.h>

#include "base/org.h"
#include "roster/source.h"

enum { SQL_MAX = 64 * 1024 };

struct titles {
	struct rows r; /* id, title; in the order of strcmp() */
};

/* What is read for all of them at once. */
struct material {
	struct source *source;
	struct standing *standing;
	struct view_group *group;
	struct user_grant *grant;
	struct titles titles;
	const char **own; /* places that a Manager sees, sorted */
	int sources, standings, groups, grants, owns;
	bool limited;
};

static const struct source *source_in(const struct material *m, const char *id)
{
	for (int i = 0; i < m->sources; i++)
		if (strcmp(m->source[i].id, id) == 0)
			return &m->source[i];
	return NULL;
}

/* "head (first parameter, ...) tail" with $1 the organization. */
static bool read_for(struct ctx *c, const char *head, const char *const *ids, int n,
		     const char *tail, struct rows *r)
{
	struct db_val *v = arena_array(c->arena, struct db_val, (size_t)n + 1);
	struct buf sql = buf_in(c->arena, SQL_MAX);

	v[0] = db_text(c->org->id);
	buf_puts(&sql, head);
	for (int i = 0; i < n; i++) {
		buf_printf(&sql, i ? ", $%d" : "($%d", i + 2);
		v[i + 1] = db_text(ids[i]);
	}
	buf_puts(&sql, tail);
	return db_run(c, r, sql.p, (struct db_args){ v, n + 1 });
}

static bool read_groups(struct ctx *c, const char *const *ids, int n, struct material *m)
{
	struct rows r;

	if (!read_for(c,
		      "SELECT m.user_id, g.id, g.display_name, g.source_id FROM members m"
		      " JOIN groups g ON g.org_id = m.org_id AND g.id = m.group_id"
		      " WHERE m.org_id = $1 AND m.user_id IN ",
		      ids, n, ") ORDER BY m.user_id, g.name_key, g.id", &r))
		return false;
	m->groups = r.count;
	m->group = arena_array(c->arena, struct view_group, (size_t)r.count);
	for (int i = 0; i < r.count; i++)
		m->group[i] = (struct view_group){ .user_id = row_text(&r, i, 0),
						   .id = row_text(&r, i, 1),
						   .name = row_text(&r, i, 2),
						   .source_id = row_text(&r, i, 3) };
	return true;
}

static int by_text(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* Titles of all places that the grants name. */
static bool read_titles(struct ctx *c, struct material *m)
{
	const char **ids = arena_array(c->arena, const char *, (size_t)m->grants);
	struct rows *r = &m->titles.r;
	int n = 0, kept = 0;

	for (int i = 0; i < m->grants; i++)
		if (m->grant[i].grant.scope != SCOPE_ORG)
			ids[n++] = m->grant[i].grant.target;
	if (n == 0)
		return true;
	qsort(ids, (size_t)n, sizeof(*ids), by_text);
	for (int i = 0; i < n; i++)
		if (i == 0 || strcmp(ids[i], ids[kept - 1]) != 0)
			ids[kept++] = ids[i];
	if (!read_for(c,
		      "SELECT x.id, x.title FROM (SELECT w.org_id, w.id, w.title FROM workspaces w"
		      " UNION ALL SELECT p.org_id, p.id, p.title FROM projects p) x"
		      " WHERE x.org_id = $1 AND x.id IN ",
		      ids, kept, ")", r))
		return false;
	if (r->count)
		qsort(r->cell, (size_t)r->count, sizeof(*r->cell) * 2, by_text);
	return true;
}

static const char *title_of(const struct material *m, const char *id)
{
	const struct rows *r = &m->titles.r;
	const char **found = NULL;

	if (r->count)
		found = bsearch(&id, r->cell, (size_t)r->count, sizeof(*r->cell) * 2, by_text);
	return found ? found[1] : NULL;
}

/* His workspaces and their projects. */
static bool read_own(struct ctx *c, struct material *m)
{
	struct workspace *w;
	struct project *p;
	int64_t total;
	int n, k;

	if (!c->actor || !c->actor->sees_as)
		return true;
	if (!list_workspaces(c, NULL, "", INT32_MAX, &w, &n, &total) ||
	    !list_projects(c, NULL, NULL, "", INT32_MAX, &p, &k, &total))
		return false;
	m->limited = true;
	m->own = arena_array(c->arena, const char *, (size_t)(n + k));
	for (int i = 0; i < n; i++)
		m->own[m->owns++] = w[i].id;
	for (int i = 0; i < k; i++)
		m->own[m->owns++] = p[i].id;
	if (m->owns)
		qsort(m->own, (size_t)m->owns, sizeof(*m->own), by_text);
	return true;
}

static bool read_material(struct ctx *c, const char *const *ids, int n, struct material *m)
{
	return source_list(c, NULL, &m->source, &m->sources) &&
	       standing_list(c, ids, n, &m->standing, &m->standings) && read_groups(c, ids, n, m) &&
	       grant_list(c, ids, n, &m->grant, &m->grants) && read_titles(c, m) && read_own(c, m);
}

static void take_groups(const struct material *m, struct user_view *v)
{
	const struct source *s;

	for (int i = 0; i < m->groups; i++) {
		struct view_group *g = &m->group[i];

		if (strcmp(g->user_id, v->user->id) != 0)
			continue;
		s = source_in(m, g->source_id);
		g->source_name = s ? s->name : NULL;
		v->group = v->groups ? v->group : g;
		v->groups++;
	}
}

static bool shown(const struct material *m, const char *id)
{
	return !m->limited ||
	       (m->owns && bsearch(&id, m->own, (size_t)m->owns, sizeof(*m->own), by_text));
}

static void take_place(struct ctx *c, const struct material *m, struct user_view *v,
		       const struct grant *g, int n, const struct grant *of)
{
	enum role role;

	if (!shown(m, of->target))
		return;
	for (int i = 0; i < v->places; i++)
		if (v->place[i].scope == of->scope && strcmp(v->place[i].id, of->target) == 0)
			return;
	if (!resolve_scope(c->org, g, n, of->scope, of->target, &role))
		return;
	v->place[v->places++] = (struct view_place){
		.scope = of->scope, .id = of->target, .title = title_of(m, of->target), .role = role
	};
}

/* Workspaces first, then projects, each once with the role that counts there. */
static void take_places(struct ctx *c, const struct material *m, struct user_view *v)
{
	struct grant *g = arena_array(c->arena, struct grant, (size_t)m->grants);
	int n = 0;

	for (int i = 0; i < m->grants; i++)
		if (strcmp(m->grant[i].user_id, v->user->id) == 0)
			g[n++] = m->grant[i].grant;
	v->place = arena_array(c->arena, struct view_place, (size_t)n);
	for (int scope = SCOPE_WORKSPACE; scope < SCOPES; scope++)
		for (int i = 0; i < n; i++)
			if ((int)g[i].scope == scope)
				take_place(c, m, v, g, n, &g[i]);
}

static const struct standing *standing_in(const struct material *m, const char *user_id)
{
	for (int i = 0; i < m->standings; i++)
		if (strcmp(m->standing[i].user_id, user_id) == 0)
			return &m->standing[i];
	return NULL;
}

bool view_users(struct ctx *c, const struct user *users, int n, struct user_view **out)
{
	const char **ids = arena_array(c->arena, const char *, (size_t)n);
	struct material m = { 0 };
	const struct source *s;

	*out = arena_array(c->arena, struct user_view, (size_t)n);
	if (n == 0)
		return true;
	for (int i = 0; i < n; i++)
		ids[i] = users[i].id;
	if (!read_material(c, ids, n, &m))
		return false;
	for (int i = 0; i < n; i++) {
		struct user_view *v = &(*out)[i];

		v->user = &users[i];
		s = source_in(&m, users[i].source_id);
		v->source_kind = s ? s->kind : NULL;
		v->source_name = s ? s->name : NULL;
		v->standing = standing_in(&m, users[i].id);
		take_groups(&m, v);
		take_places(c, &m, v);
	}
	return true;
}
