/* load.c - the facts about some people, in one round trip. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "people.h"
#include "places.h"
#include "roster/org.h"
#include "roster/source.h"

enum { SQL_MAX = 64 * 1024 };

static const char *with_ids(struct ctx *c, const char *before, int n, const char *after)
{
	struct buf sql = buf_in(c->arena, SQL_MAX);

	buf_puts(&sql, before);
	buf_list(&sql, 2, n);
	buf_puts(&sql, after);
	return sql.p;
}

/* Of n people by their ids, $2 and on; n 0: of a stretch, from $2 up to $3. */
static const char *of_people(struct ctx *c, const char *before, const char *column, int n,
			     const char *after)
{
	if (n)
		return with_ids(c, arena_printf(c->arena, "%s AND %s IN ", before, column), n,
				after);
	return arena_printf(c->arena, "%s AND %s >= $2 AND %s <= $3%s", before, column, column,
			    after);
}

static int by_id(const void *key, const void *p)
{
	return strcmp(key, ((const struct person *)p)->id);
}

static struct person *person_of(struct people *all, const char *id)
{
	return bsearch(id, all->p, (size_t)all->n, sizeof(*all->p), by_id);
}

static int by_own_id(const void *a, const void *b)
{
	return strcmp(((const struct person *)a)->id, ((const struct person *)b)->id);
}

static void take_users(struct ctx *c, struct people *all, const struct rows *r)
{
	all->p = arena_array(c->arena, struct person, (size_t)r->count + 1);
	all->n = r->count;
	for (int i = 0; i < r->count; i++) {
		const char *id = row_text(r, i, 0);
		const struct touched_user *why = touched_find(c->touched, id);

		all->p[i] = (struct person){
			.id = id,
			.active = row_bool(r, i, 1),
			.shown_active = row_bool(r, i, 2),
			.deleted = row_int(r, i, 3),
			.why = why ? *why : (struct touched_user){ .id = id },
			.before = { .user_id = id, .role = ROLE_NO, .wanted = ROLE_NO },
		};
	}
	/* bytewise, whatever the database's collation is */
	qsort(all->p, (size_t)all->n, sizeof(*all->p), by_own_id);
}

static void take_standings(struct people *all, const struct rows *r)
{
	for (int i = 0; i < r->count; i++) {
		struct person *p = person_of(all, row_text(r, i, 0));

		if (!p)
			continue;
		standing_fill(&p->before, r, i);
		p->known = true;
	}
}

/* Rows come ordered by person: each gets a stretch of one array. */
static void take_groups(struct ctx *c, struct people *all, const struct rows *r)
{
	struct rule_group *g = arena_array(c->arena, struct rule_group, (size_t)r->count + 1);

	for (int i = 0; i < r->count; i++) {
		struct person *p = person_of(all, row_text(r, i, 0));

		g[i] = (struct rule_group){ .id = row_text(r, i, 1),
					    .external_id = row_text(r, i, 2),
					    .name = row_text(r, i, 3),
					    .key = row_text(r, i, 4),
					    .source_id = row_text(r, i, 5),
					    .source_name = row_text(r, i, 6) };
		if (!p)
			continue;
		if (!p->groups)
			p->group = &g[i];
		p->groups++;
	}
}

static void sort_mapped(struct people *all)
{
	for (int i = 0; i < all->n; i++)
		if (all->p[i].mappeds)
			qsort(all->p[i].mapped, (size_t)all->p[i].mappeds, sizeof(struct grant),
			      grant_order);
}

/* Ordered by person, manual ones first. */
static void take_grants(struct ctx *c, struct people *all, const struct rows *r)
{
	struct grant *g = arena_array(c->arena, struct grant, (size_t)r->count + 1);

	for (int i = 0; i < r->count; i++) {
		struct person *p = person_of(all, row_text(r, i, 0));

		grant_fill(&g[i], r, i);
		if (!p)
			continue;
		if (g[i].manual) {
			p->owner = p->owner || (g[i].scope == SCOPE_ORG && g[i].role == ROLE_OW);
			if (!p->manuals++)
				p->manual = &g[i];
		} else if (!p->mappeds++) {
			p->mapped = &g[i];
		}
	}
	sort_mapped(all);
}

static bool held_people(struct ctx *c, const struct people *all, const char ***ids, int *n)
{
	*ids = arena_array(c->arena, const char *, (size_t)all->n + 1);
	*n = 0;
	for (int i = 0; i < all->n; i++)
		if (all->p[i].before.held)
			(*ids)[(*n)++] = all->p[i].id;
	return *n > 0;
}

/* Hardly anybody is held: this costs only those. */
static bool load_held(struct ctx *c, struct people *all)
{
	struct held_group *g;
	struct hold_place *l;
	const char **ids;
	int n, groups, places;

	if (!held_people(c, all, &ids, &n))
		return true;
	if (!held_groups_list(c, ids, n, &g, &groups) || !hold_places(c, ids, n, &l, &places))
		return false;
	for (int i = 0; i < groups; i++) {
		struct person *p = person_of(all, g[i].user_id);

		if (p)
			p->held = p->helds++ ? p->held : &g[i];
	}
	for (int i = 0; i < places; i++) {
		struct person *p = person_of(all, l[i].who.user_id);

		if (p)
			p->listed = p->listeds++ ? p->listed : &l[i];
	}
	return true;
}

/* Groups as they were when this change took people out of them. */
static void take_lost(struct ctx *c, struct people *all)
{
	const char *source = c->actor->source ? c->actor->source->name : "";

	for (int i = 0; i < all->n; i++) {
		struct person *p = &all->p[i];
		int n = 0;

		for (const struct touched_lost *l = p->why.lost; l; l = l->next)
			n++;
		if (!n)
			continue;
		p->lost = arena_array(c->arena, struct held_group, (size_t)n);
		for (const struct touched_lost *l = p->why.lost; l; l = l->next)
			p->lost[p->losts++] = (struct held_group){
				.user_id = p->id,
				.open = true,
				.group = { .id = l->id,
					   .external_id = l->external_id,
					   .name = l->name,
					   .key = text_fold(c->arena, l->name),
					   .source_id = l->source_id,
					   .source_name = source },
			};
	}
}

/* The rules, and the workspaces that stand for groups under them. */
static bool load_rules(struct ctx *c, struct people *all)
{
	take_lost(c, all);
	return rule_set_compiled(c, c->org->rules_revision, &all->rules) && places_ready(c, all);
}

/* As of_people(). */
static bool load(struct ctx *c, struct db_args args, int n, struct people *out)
{
	struct rows org, users, standings, groups, grants;
	struct db_stmt stmts[] = {
		{ of_people(c,
			    "SELECT u.id, u.active, u.shown_active, u.deleted FROM users u"
			    " WHERE u.org_id = $1",
			    "u.id", n,
			    arena_printf(c->arena, "%s ORDER BY u.id%s",
					 n ? "" : " AND u.deleted = 0",
					 c->alone ? "" : db_for_update(c->db))),
		  args, &users },
		{ "SELECT " ORG_COLUMNS " FROM orgs o WHERE o.id = $1",
		  DB_ARGS(db_text(c->org->id)), &org },
		{ of_people(c, "SELECT " STANDING_COLUMNS " FROM standings s WHERE s.org_id = $1",
			    "s.user_id", n, ""),
		  args, &standings },
		{ of_people(c,
			    "SELECT m.user_id, g.id, g.external_id, g.display_name, g.name_key,"
			    " g.source_id, s.name"
			    /* from the person: SQLite takes a CROSS JOIN in this order */
			    " FROM members m CROSS JOIN groups g CROSS JOIN sources s"
			    " WHERE m.org_id = $1 AND g.org_id = $1 AND g.id = m.group_id"
			    " AND s.org_id = $1 AND s.id = g.source_id",
			    "m.user_id", n, " ORDER BY m.user_id, g.id"),
		  args, &groups },
		{ of_people(c, "SELECT " GRANT_COLUMNS " FROM grants g WHERE g.org_id = $1",
			    "g.user_id", n,
			    " ORDER BY g.user_id, CASE WHEN g.origin = 'manual' THEN 0 ELSE 1 END,"
			    " g.scope, g.target, g.origin"),
		  args, &grants },
	};

	if (!db_run_all(c, stmts, 5))
		return false;
	c->org = org_from_row(c, &org, 0, 0);
	take_users(c, out, &users);
	take_standings(out, &standings);
	take_groups(c, out, &groups);
	take_grants(c, out, &grants);
	return load_held(c, out) && load_rules(c, out);
}

bool people_load(struct ctx *c, const char *const *ids, int n, struct people *out)
{
	struct db_val *p = arena_array(c->arena, struct db_val, (size_t)n + 1);

	*out = (struct people){ 0 };
	if (people_all_fresh(c, ids, n))
		return people_load_fresh(c, ids, n, out) && load_rules(c, out);
	p[0] = db_text(c->org->id);
	for (int i = 0; i < n; i++)
		p[i + 1] = db_text(ids[i]);
	return load(c, (struct db_args){ p, n + 1 }, n, out);
}

bool people_load_from(struct ctx *c, const char *first, const char *last, struct people *out)
{
	*out = (struct people){ 0 };
	return load(c, DB_ARGS(db_text(c->org->id), db_text(first), db_text(last)), 0, out);
}
