/* plan_read.c - everybody and all groups, read once in the order of ids. */
#include "plan_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define PEOPLE                                                                                     \
	"SELECT u.id, u.user_name, u.active FROM users u WHERE u.org_id = $1 AND u.deleted = 0"
/* Ranges, each one walk over an index: a join would look up every person by himself. */
#define STANDINGS                                                                                  \
	"SELECT s.user_id, s.role, s.seat, s.matched, s.waiting_since FROM standings s"            \
	" WHERE s.org_id = $1 AND s.user_id >= $2 AND s.user_id <= $3 ORDER BY s.user_id"
#define MEMBERS                                                                                    \
	"SELECT m.user_id, m.group_id FROM members m WHERE m.org_id = $1 AND m.user_id >= $2"      \
	" AND m.user_id <= $3 ORDER BY m.user_id, m.group_id"
/* What rules gave in the organization follows from the facts; it is not asked for. */
#define GRANTS                                                                                     \
	"SELECT " GRANT_COLUMNS " FROM grants g WHERE g.org_id = $1 AND g.user_id >= $2"           \
	" AND g.user_id <= $3 AND (g.scope <> 'org' OR g.origin = 'manual') ORDER BY g.user_id"

/* Those who count in groups that they left: hardly anybody. */
#define HELD                                                                                       \
	"SELECT k.user_id, k.group_id, k.name, k.external_id FROM held_groups k"                   \
	" WHERE k.org_id = $1 AND k.user_id >= $2 AND k.user_id <= $3"                             \
	" ORDER BY k.user_id, k.group_id"

static int *slot_of(const struct plan_groups *g, const char *id)
{
	int i = (int)(text_hash(id) % g->slots);

	while (g->slot[i] && strcmp(g->group[g->slot[i] - 1].id, id) != 0)
		i = (i + 1) % g->slots;
	return &g->slot[i];
}

const struct rule_group *plan_group(const struct plan_groups *g, const char *id)
{
	int at = *slot_of(g, id);

	return at ? &g->group[at - 1] : NULL;
}

static bool read_held(struct ctx *c, const struct rule_set *draft, struct plan_groups *out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT DISTINCT k.group_id, k.external_id, k.name, k.name_key, k.source_id,"
		    " s.name FROM held_groups k"
		    " JOIN sources s ON s.org_id = k.org_id AND s.id = k.source_id"
		    " WHERE k.org_id = $1 ORDER BY k.group_id",
		    DB_ARGS(db_text(c->org->id))))
		return false;
	out->helds = r.count;
	out->held = arena_array(c->arena, struct rule_group, (size_t)r.count);
	for (int i = 0; i < r.count; i++)
		out->held[i] = (struct rule_group){ .id = row_text(&r, i, 0),
						    .external_id = row_text(&r, i, 1),
						    .name = row_text(&r, i, 2),
						    .key = row_text(&r, i, 3),
						    .source_id = row_text(&r, i, 4),
						    .source_name = row_text(&r, i, 5) };
	rules_match(c->arena, draft, out->held, out->helds);
	return true;
}

bool plan_read_groups(struct ctx *c, const struct rule_set *draft, struct plan_groups *out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT g.id, g.external_id, g.display_name, g.name_key, g.source_id, s.name,"
		    " g.changed, COALESCE((SELECT MAX(k.at) FROM group_changes k"
		    " WHERE k.org_id = $1 AND k.group_id = g.id), 0), EXISTS (SELECT 1"
		    " FROM members m WHERE m.org_id = $1 AND m.group_id = g.id),"
		    /* a complete listing of a directory says so of every group that is left */
		    " COALESCE(l.full_at, 0)"
		    " FROM groups g JOIN sources s ON s.org_id = g.org_id AND s.id = g.source_id"
		    " LEFT JOIN ldap_connections l ON l.org_id = g.org_id"
		    " AND l.source_id = g.source_id WHERE g.org_id = $1 ORDER BY g.id",
		    DB_ARGS(db_text(c->org->id))))
		return false;
	out->n = r.count;
	out->group = arena_array(c->arena, struct rule_group, (size_t)r.count);
	out->seen = arena_array(c->arena, int64_t, (size_t)r.count);
	out->peopled = arena_array(c->arena, bool, (size_t)r.count);
	out->slots = r.count * 2 + 1;
	out->slot = arena_array(c->arena, int, (size_t)out->slots);
	for (int i = 0; i < r.count; i++) {
		int64_t seen = row_int(&r, i, 6);

		out->group[i] = (struct rule_group){ .id = row_text(&r, i, 0),
						     .external_id = row_text(&r, i, 1),
						     .name = row_text(&r, i, 2),
						     .key = row_text(&r, i, 3),
						     .source_id = row_text(&r, i, 4),
						     .source_name = row_text(&r, i, 5) };
		seen = row_int(&r, i, 7) > seen ? row_int(&r, i, 7) : seen;
		out->seen[i] = row_int(&r, i, 9) > seen ? row_int(&r, i, 9) : seen;
		out->peopled[i] = row_bool(&r, i, 8);
		*slot_of(out, out->group[i].id) = i + 1;
	}
	rules_match(c->arena, draft, out->group, out->n);
	return read_held(c, draft, out);
}

static void name_new(struct ctx *c, struct place_wishes *w, struct plan_result *out)
{
	out->new_workspace = arena_array(c->arena, const char *, (size_t)w->n);
	for (int i = 0; i < w->n; i++) {
		struct place_wish *one = &w->wish[i];

		if (one->taken)
			plan_warn(c->arena, &out->warnings, "workspace_taken", one->rule->id,
				  "there is a workspace \"%.100s\" that the rule may not use: say"
				  " \"adopt\": true, or another title",
				  one->title);
		for (int k = 0; k < i && one->make && !one->workspace_id; k++)
			if (w->wish[k].make && strcmp(w->wish[k].key, one->key) == 0)
				one->workspace_id = w->wish[k].workspace_id;
		if (!one->make || one->workspace_id)
			continue;
		if (w->made_today + out->new_workspaces >= RULE_WORKSPACES_A_DAY) {
			plan_warn(c->arena, &out->warnings, "workspace_cap", one->rule->id,
				  "the workspace \"%.100s\" has to wait: rules make %d a day",
				  one->title, RULE_WORKSPACES_A_DAY);
			continue;
		}
		one->workspace_id = arena_printf(c->arena, "new:%s", one->title);
		out->new_workspace[out->new_workspaces++] = one->title;
	}
}

bool plan_read_places(struct ctx *c, const struct rule_set *draft, struct plan_groups *g,
		      struct plan_result *out)
{
	const struct rule_group **peopled;
	struct rule_group **all;
	struct place_wishes w;
	struct rows decided;
	int n = 0;

	if (!draft->templated)
		return true;
	if (!db_run(c, &decided,
		    "SELECT p.rule_id, p.group_id, p.workspace_id, w.id FROM rule_places p"
		    " LEFT JOIN workspaces w ON w.org_id = p.org_id AND w.id = p.workspace_id"
		    " WHERE p.org_id = $1 AND (w.id IS NOT NULL OR $2)",
		    DB_ARGS(db_text(c->org->id),
			    db_bool(draft->revision == c->org->rules_revision))))
		return false;
	peopled = arena_array(c->arena, const struct rule_group *, (size_t)(g->n + g->helds));
	all = arena_array(c->arena, struct rule_group *, (size_t)(g->n + g->helds));
	for (int i = 0; i < g->n; i++) {
		all[i] = &g->group[i];
		if (g->peopled[i])
			peopled[n++] = &g->group[i];
	}
	for (int i = 0; i < g->helds; i++)
		peopled[n++] = all[g->n + i] = &g->held[i];
	if (!places_wish(c, draft, &out->policy, peopled, n, &decided, &w))
		return false;
	name_new(c, &w, out);
	places_give(c, &w, all, g->n + g->helds);
	return true;
}

/* ---- people ---- */

/* What was read of a page, and how far each of its parts has been used up. */
struct page {
	struct rows people, standings, members, grants, helds;
	int standing, member, grant, held;
};

/* Rows of this person from *at on; ids are ASCII, in one order whatever the collation. */
static int rows_of(const struct rows *r, int *at, const char *id)
{
	int n = 0;

	while (*at < r->count && strcmp(row_text(r, *at, 0), id) < 0)
		(*at)++;
	while (*at + n < r->count && strcmp(row_text(r, *at + n, 0), id) == 0)
		n++;
	return n;
}

static void take_groups(struct ctx *c, const struct plan_groups *g, struct page *page,
			const struct rule_group *extra, struct plan_person *who)
{
	int n = rows_of(&page->members, &page->member, who->id);
	struct rule_group *mine = arena_array(c->arena, struct rule_group, (size_t)n + 1);
	int have = 0;

	for (int i = 0; i < n; i++) {
		const char *id = row_text(&page->members, page->member + i, 1);
		const struct rule_group *one = plan_group(g, id);

		if (one)
			mine[have++] = *one;
		if (extra && strcmp(extra->id, id) == 0)
			extra = NULL;
	}
	if (extra)
		mine[have++] = *extra;
	who->facts.group = mine;
	who->facts.groups = have;
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void take_held(struct ctx *c, const struct plan_groups *g, struct page *page,
		      struct plan_person *who)
{
	const struct rows *r = &page->helds;
	int n = rows_of(r, &page->held, who->id);
	struct rule_group *mine;

	if (!n)
		return;
	mine = arena_array(c->arena, struct rule_group, (size_t)n);
	for (int i = page->held; i < page->held + n; i++)
		for (int k = 0; k < g->helds; k++)
			if (strcmp(g->held[k].id, row_text(r, i, 1)) == 0 &&
			    strcmp(g->held[k].name, row_text(r, i, 2)) == 0 &&
			    same(g->held[k].external_id, row_text(r, i, 3))) {
				mine[who->helds++] = g->held[k];
				break;
			}
	who->held = mine;
}

static void take_grants(struct ctx *c, struct page *page, struct plan_person *who)
{
	int n = rows_of(&page->grants, &page->grant, who->id), places = 0, manual = 0;
	struct grant *place, *given;

	if (!n)
		return;
	place = arena_array(c->arena, struct grant, (size_t)n);
	given = arena_array(c->arena, struct grant, (size_t)n);
	for (int i = 0; i < n; i++) {
		struct grant one;

		grant_fill(&one, &page->grants, page->grant + i);
		if (one.manual)
			given[manual++] = one;
		if (one.scope != SCOPE_ORG)
			place[places++] = one;
		who->facts.owner = who->facts.owner ||
				   (one.manual && one.scope == SCOPE_ORG && one.role == ROLE_OW);
	}
	who->facts.manual = given;
	who->facts.manuals = manual;
	who->stored = place;
	who->n = places;
}

static void take_standing(struct page *page, struct plan_person *who)
{
	const struct rows *r = &page->standings;

	if (!rows_of(r, &page->standing, who->id))
		return;
	IGNORE(role_parse(row_text(r, page->standing, 1), &who->role));
	who->seat = row_bool(r, page->standing, 2);
	who->facts.matched = row_bool(r, page->standing, 3);
	who->waiting_since = row_int(r, page->standing, 4);
}

static int by_id(const void *id, const void *one)
{
	return strcmp(id, *(const char *const *)one);
}

/* As if it had been given already. */
static void take_given(struct ctx *c, const struct plan_given *given, struct plan_person *who)
{
	struct facts *f = &who->facts;
	struct grant *manual;
	int n = 0;

	if (!given ||
	    !bsearch(who->id, given->user, (size_t)given->users, sizeof(*given->user), by_id))
		return;
	if (!given->sets_role) {
		f->active = given->active;
		return;
	}
	manual = arena_array(c->arena, struct grant, (size_t)f->manuals + 1);
	for (int i = 0; i < f->manuals; i++)
		if (f->manual[i].scope != SCOPE_ORG)
			manual[n++] = f->manual[i];
	if (given->role != ROLE_NONE)
		manual[n++] = (struct grant){
			.scope = SCOPE_ORG, .target = "", .role = given->role, .manual = true
		};
	f->manual = manual;
	f->manuals = n;
}

static void add_person(struct ctx *c, const struct plan_groups *g, struct page *page, int row,
		       const struct rule_group *extra, struct plan *p)
{
	struct plan_person who = {
		.id = row_text(&page->people, row, 0),
		.name = row_text(&page->people, row, 1),
		.facts = { .active = row_bool(&page->people, row, 2) },
		.role = ROLE_NO,
	};

	take_standing(page, &who);
	take_groups(c, g, page, extra, &who);
	take_held(c, g, page, &who);
	take_grants(c, page, &who);
	take_given(c, g->given, &who);
	plan_person(p, c->arena, &who);
}

static bool read_parts(struct ctx *c, struct page *page, const char *from, const char *to)
{
	const struct db_args range = DB_ARGS(db_text(c->org->id), db_text(from), db_text(to));
	const struct db_stmt parts[] = {
		{ STANDINGS, range, &page->standings },
		{ MEMBERS, range, &page->members },
		{ GRANTS, range, &page->grants },
		{ HELD, range, &page->helds },
	};

	return db_run_all(c, parts, 4);
}

bool plan_read_people(struct ctx *c, const struct plan_groups *g, const char *after, int limit,
		      struct plan *p, const char **last, int *n)
{
	struct page page = { 0 };

	*n = 0;
	if (!db_run(c, &page.people, PEOPLE " AND u.id > $2 ORDER BY u.id LIMIT $3",
		    DB_ARGS(db_text(c->org->id), db_text(after), db_int(limit))))
		return false;
	*n = page.people.count;
	if (!*n)
		return true;
	*last = row_text(&page.people, *n - 1, 0);
	if (!read_parts(c, &page, row_text(&page.people, 0, 0), *last))
		return false;
	for (int i = 0; i < *n; i++)
		add_person(c, g, &page, i, NULL, p);
	return true;
}

bool plan_read_person(struct ctx *c, const struct plan_groups *g, const char *user_id,
		      const struct rule_group *extra, struct plan *p)
{
	struct page page = { 0 };

	if (!db_run(c, &page.people, PEOPLE " AND u.id = $2",
		    DB_ARGS(db_text(c->org->id), db_text(user_id))) ||
	    !read_parts(c, &page, user_id, user_id))
		return false;
	if (!page.people.count)
		return error(c, ERR_NOT_FOUND, "there is no user %.100s", user_id);
	add_person(c, g, &page, 0, extra, p);
	return true;
}
