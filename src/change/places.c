/* places.c - workspaces that stand for groups: found, made, and remembered by id. */
#include "places.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "roster/place.h"

enum { SQL_MAX = 64 * 1024, KEYS_AT_ONCE = 500 };
static const int64_t DAY_MS = 86400000;

/* A group has several forms while a hold remembers a former name of it. */
static int form_order(const struct rule_group *a, const struct rule_group *b)
{
	const char *x = a->external_id ? a->external_id : "";
	const char *y = b->external_id ? b->external_id : "";
	int order = strcmp(a->id, b->id);

	if (!order)
		order = strcmp(a->name, b->name);
	return order ? order : strcmp(x, y);
}

static int64_t day_start(int64_t now)
{
	return now - now % DAY_MS;
}

static void decide(struct place_wish *w, const struct rows *decided)
{
	for (int i = 0; i < decided->count; i++)
		if (strcmp(row_text(decided, i, 1), w->group->id) == 0 &&
		    strcmp(row_text(decided, i, 0), w->rule->id) == 0) {
			w->settled = true;
			w->workspace_id = row_text(decided, i, 3);
		}
}

/* Does it give anybody anything now? */
static bool makes_places(const struct rule *r, const struct org *policy)
{
	return r->title && policy->authority[SCOPE_WORKSPACE] != AUTHORITY_MANUAL &&
	       rule_in_force(r, policy->rules_at);
}

static void collect(struct ctx *c, const struct rule_set *set, const struct org *policy,
		    const struct rule_group *const *groups, int n, const struct rows *decided,
		    struct place_wishes *out)
{
	int room = 0;

	for (int r = 0; r < set->count; r++)
		for (int i = 0; i < n && makes_places(&set->rule[r], policy); i++) {
			struct place_wish w = { .rule = &set->rule[r], .group = groups[i] };

			if (!rule_matches(w.rule, w.group) ||
			    !(w.title = rule_title(c->arena, w.rule, w.group)))
				continue;
			if (out->n == room) {
				int more = room ? room * 2 : 16;

				out->wish =
					arena_grow(c->arena, out->wish, (size_t)room * sizeof(w),
						   (size_t)more * sizeof(w));
				room = more;
			}
			w.key = text_fold(c->arena, w.title);
			decide(&w, decided);
			out->wish[out->n++] = w;
		}
}

/* Rows are id, key, personal, made by a rule. */
static void match_titles(struct place_wishes *all, const struct rows *r)
{
	for (int i = 0; i < all->n; i++) {
		struct place_wish *w = &all->wish[i];

		for (int k = 0; k < r->count && !w->settled; k++) {
			bool usable = !row_bool(r, k, 2) && (w->rule->adopt || row_bool(r, k, 3));

			if (strcmp(row_text(r, k, 1), w->key) != 0)
				continue;
			w->workspace_id = usable ? row_text(r, k, 0) : NULL;
			w->taken = !usable;
		}
	}
}

static bool look_for(struct ctx *c, struct place_wishes *all, const struct db_val *v, int n)
{
	struct buf sql = buf_in(c->arena, SQL_MAX);
	struct rows r;

	buf_puts(&sql, "SELECT w.id, w.title_key, w.personal, EXISTS (SELECT 1 FROM rule_places p"
		       " WHERE p.org_id = $1 AND p.workspace_id = w.id AND p.made = $2)"
		       " FROM workspaces w WHERE w.org_id = $1 AND w.title_key IN ");
	buf_list(&sql, 3, n - 2);
	if (!db_run(c, &r, sql.p, (struct db_args){ v, n }))
		return false;
	match_titles(all, &r);
	return true;
}

static bool count_today(struct ctx *c, int64_t *out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT COUNT(*) FROM rule_places p WHERE p.org_id = $1 AND p.made = $2"
		    " AND p.created >= $3",
		    DB_ARGS(db_text(c->org->id), db_bool(true), db_int(day_start(c->now)))))
		return false;
	*out = row_int(&r, 0, 0);
	return true;
}

bool places_wish(struct ctx *c, const struct rule_set *set, const struct org *policy,
		 const struct rule_group *const *groups, int n, const struct rows *decided,
		 struct place_wishes *out)
{
	struct db_val *v = arena_array(c->arena, struct db_val, KEYS_AT_ONCE + 2);
	bool any = false;
	int keys = 2;

	*out = (struct place_wishes){ 0 };
	collect(c, set, policy, groups, n, decided, out);
	v[0] = db_text(c->org->id);
	v[1] = db_bool(true);
	for (int i = 0; i < out->n; i++) {
		if (!out->wish[i].settled)
			v[keys++] = db_text(out->wish[i].key);
		if (keys > 2 && (keys == KEYS_AT_ONCE + 2 || i == out->n - 1)) {
			if (!look_for(c, out, v, keys))
				return false;
			keys = 2;
		}
	}
	for (int i = 0; i < out->n; i++) {
		struct place_wish *w = &out->wish[i];

		w->make = !w->settled && !w->workspace_id && !w->taken && w->rule->create;
		any = any || w->make;
	}
	return !any || count_today(c, &out->made_today);
}

void places_give(struct ctx *c, const struct place_wishes *w, struct rule_group *const *groups,
		 int n)
{
	for (int i = 0; i < n; i++) {
		struct rule_place *mine = arena_array(c->arena, struct rule_place, (size_t)w->n);

		groups[i]->place = mine;
		groups[i]->places = 0;
		for (int k = 0; k < w->n; k++)
			if (form_order(w->wish[k].group, groups[i]) == 0)
				mine[groups[i]->places++] =
					(struct rule_place){ w->wish[k].rule->id, groups[i]->id,
							     w->wish[k].workspace_id };
	}
}

static void note_workspace(struct ctx *c, const struct workspace *w, const struct place_wish *wish)
{
	struct buf b = buf_in(c->arena, SQL_MAX);

	buf_puts(&b, "{\"title\":");
	buf_json(&b, w->title);
	buf_puts(&b, ",\"rule\":");
	buf_json(&b, wish->rule->id);
	buf_puts(&b, ",\"group\":");
	buf_json(&b, wish->group->id);
	buf_puts(&b, "}");
	audit_note(c, (struct audit_note){ .action = "workspace.created",
					   .target_kind = "workspace",
					   .target_id = w->id,
					   .after = b.p,
					   .reason = "a rule names a workspace after the group" });
}

/* Those after the cap wait for the next day, when the clock of the rules moves again. */
static bool wait_for_tomorrow(struct ctx *c)
{
	int64_t then = day_start(c->now) + DAY_MS;

	if (c->org->rules_next && c->org->rules_next <= then)
		return true;
	return db_push(c, "UPDATE orgs SET rules_next = $2, stamp = stamp + 1 WHERE id = $1",
		       DB_ARGS(db_text(c->org->id), db_int(then)));
}

static bool remember(struct ctx *c, const struct place_wish *w)
{
	return db_push(c,
		       "INSERT INTO rule_places (org_id, rule_id, group_id, workspace_id, made,"
		       " created) VALUES ($1, $2, $3, $4, $5, $6)"
		       " ON CONFLICT (org_id, rule_id, group_id) DO NOTHING",
		       DB_ARGS(db_text(c->org->id), db_text(w->rule->id), db_text(w->group->id),
			       db_text(w->workspace_id), db_bool(w->make), db_int(c->now)));
}

/* Two groups may lead to one title: the second finds what the first has made. */
static const char *made_before(const struct place_wishes *all, const struct place_wish *w)
{
	for (const struct place_wish *o = all->wish; o < w; o++)
		if (o->make && o->workspace_id && strcmp(o->key, w->key) == 0)
			return o->workspace_id;
	return NULL;
}

static bool make(struct ctx *c, struct place_wishes *all, struct place_wish *w)
{
	struct workspace made = { .title = w->title };

	w->workspace_id = made_before(all, w);
	if (w->workspace_id) {
		w->make = false;
		return true;
	}
	if (all->made_today >= RULE_WORKSPACES_A_DAY)
		return wait_for_tomorrow(c);
	if (!workspace_create(c, &made))
		return false;
	all->made_today++;
	w->workspace_id = made.id;
	note_workspace(c, &made, w);
	return true;
}

static bool fulfil(struct ctx *c, struct place_wishes *all)
{
	bool room = all->made_today < RULE_WORKSPACES_A_DAY, needed = false;

	for (int i = 0; i < all->n; i++) {
		const struct place_wish *w = &all->wish[i];

		needed = needed || (!w->settled && (w->workspace_id || (w->make && room)));
	}
	/* under the lock, so that two people arriving at once make one workspace */
	if (needed && !db_alone(c))
		return false;
	for (int i = 0; i < all->n; i++) {
		struct place_wish *w = &all->wish[i];

		if (w->make && !make(c, all, w))
			return false;
		if (!w->settled && w->workspace_id && !remember(c, w))
			return false;
	}
	return true;
}

static int by_form(const void *x, const void *y)
{
	return form_order(*(struct rule_group *const *)x, *(struct rule_group *const *)y);
}

/* Those of one person: his own, and those he counts in or has just left. */
static void list_person(struct person *p, struct rule_group **every, int *n)
{
	for (int i = 0; i < p->groups; i++)
		every[(*n)++] = &p->group[i];
	for (int i = 0; i < p->helds; i++)
		every[(*n)++] = &p->held[i].group;
	for (int i = 0; i < p->losts; i++)
		every[(*n)++] = &p->lost[i].group;
}

/* All group entries of these people; *distinct gets each once. */
static int list_groups(struct ctx *c, struct people *all, struct rule_group ***every,
		       const struct rule_group ***distinct, int *kinds)
{
	int n = 0;

	for (int i = 0; i < all->n; i++)
		n += all->p[i].groups + all->p[i].helds + all->p[i].losts;
	*every = arena_array(c->arena, struct rule_group *, (size_t)n);
	*distinct = arena_array(c->arena, const struct rule_group *, (size_t)n);
	n = *kinds = 0;
	for (int i = 0; i < all->n; i++)
		list_person(&all->p[i], *every, &n);
	if (n)
		qsort(*every, (size_t)n, sizeof(void *), by_form);
	for (int i = 0; i < n; i++)
		if (i == 0 || form_order((*every)[i], (*every)[i - 1]) != 0)
			(*distinct)[(*kinds)++] = (*every)[i];
	return n;
}

/* Of these groups; of all where they are many. */
static bool read_decided(struct ctx *c, const struct rule_group *const *groups, int n,
			 struct rows *r)
{
	int some = n <= KEYS_AT_ONCE ? n : 0;
	struct db_val *v = arena_array(c->arena, struct db_val, (size_t)some + 1);
	struct buf sql = buf_in(c->arena, SQL_MAX);

	v[0] = db_text(c->org->id);
	buf_puts(&sql, "SELECT p.rule_id, p.group_id, p.workspace_id, w.id FROM rule_places p"
		       " LEFT JOIN workspaces w ON w.org_id = p.org_id AND w.id = p.workspace_id"
		       " WHERE p.org_id = $1");
	if (some) {
		buf_puts(&sql, " AND p.group_id IN ");
		buf_list(&sql, 2, some);
	}
	for (int i = 0; i < some; i++)
		v[i + 1] = db_text(groups[i]->id);
	return db_run(c, r, sql.p, (struct db_args){ v, some + 1 });
}

bool places_ready(struct ctx *c, struct people *all)
{
	const struct rule_group **distinct;
	struct rule_group **every;
	struct place_wishes wishes;
	struct rows decided;
	int n, kinds;

	if (!all->rules->templated || !all->n)
		return true;
	n = list_groups(c, all, &every, &distinct, &kinds);
	if (!n)
		return true;
	if (!read_decided(c, distinct, kinds, &decided) ||
	    !places_wish(c, all->rules, c->org, distinct, kinds, &decided, &wishes) ||
	    !fulfil(c, &wishes))
		return false;
	places_give(c, &wishes, every, n);
	return true;
}
