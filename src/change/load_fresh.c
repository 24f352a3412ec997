/* load_fresh.c - the facts about people made in this very change: hardly anything is read. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "people.h"
#include "roster/org.h"

enum { SQL_MAX = 64 * 1024, GROUPS_AT_ONCE = 1000 };

bool people_all_fresh(const struct ctx *c, const char *const *ids, int n)
{
	for (int i = 0; i < n; i++) {
		const struct touched_user *t = touched_find(c->touched, ids[i]);

		if (!t || !t->fresh)
			return false;
	}
	return true;
}

/* Ids of groups, each once: a chain of open places. */
struct group_names {
	const char **id;
	int *slot, n, room;
};

static int name_slot(const struct group_names *l, const char *id)
{
	int slots = l->room * 2, i = (int)(text_hash(id) % slots);

	while (l->slot[i] && strcmp(l->id[l->slot[i] - 1], id) != 0)
		i = (i + 1) % slots;
	return i;
}

static void name_group(struct arena *a, struct group_names *l, const char *id)
{
	int slot;

	if (l->n == l->room) {
		size_t was = (size_t)l->room * sizeof(*l->id);

		l->room = l->room ? l->room * 2 : 64;
		l->id = arena_grow(a, l->id, was, (size_t)l->room * sizeof(*l->id));
		l->slot = arena_array(a, int, (size_t)l->room * 2);
		for (int i = 0; i < l->n; i++)
			l->slot[name_slot(l, l->id[i])] = i + 1;
	}
	slot = name_slot(l, id);
	if (l->slot[slot])
		return;
	l->id[l->n++] = id;
	l->slot[slot] = l->n;
}

static int by_group_id(const void *a, const void *b)
{
	return strcmp(((const struct rule_group *)a)->id, ((const struct rule_group *)b)->id);
}

static bool read_some_groups(struct ctx *c, const char *const *ids, int n)
{
	struct db_val *p = arena_array(c->arena, struct db_val, (size_t)n + 1);
	struct fresh_groups *all = &c->change->fresh_groups;
	struct buf sql = buf_in(c->arena, SQL_MAX);
	struct rows r;

	p[0] = db_text(c->org->id);
	for (int i = 0; i < n; i++)
		p[i + 1] = db_text(ids[i]);
	buf_puts(&sql, "SELECT g.id, g.external_id, g.display_name, g.name_key, g.source_id, s.name"
		       " FROM groups g JOIN sources s ON s.org_id = g.org_id AND s.id = g.source_id"
		       " WHERE g.org_id = $1 AND g.id IN ");
	buf_list(&sql, 2, n);
	if (!db_run(c, &r, sql.p, (struct db_args){ p, n + 1 }))
		return false;
	for (int i = 0; i < r.count; i++)
		all->group[all->n++] = (struct rule_group){ .id = row_text(&r, i, 0),
							    .external_id = row_text(&r, i, 1),
							    .name = row_text(&r, i, 2),
							    .key = row_text(&r, i, 3),
							    .source_id = row_text(&r, i, 4),
							    .source_name = row_text(&r, i, 5) };
	return true;
}

/* Groups that the people made in this change came into: read once for all of them. */
static bool read_groups_of_fresh(struct ctx *c)
{
	const struct touched *t = c->touched;
	struct fresh_groups *all = &c->change->fresh_groups;
	struct group_names list = { 0 };

	if (all->known)
		return true;
	for (int i = 0; i < t->count; i++)
		for (int g = 0; t->user[i].fresh && g < t->user[i].in_groups; g++)
			name_group(c->arena, &list, t->user[i].group[g]);
	all->known = true;
	all->group = arena_array(c->arena, struct rule_group, (size_t)list.n + 1);
	for (int i = 0; i < list.n; i += GROUPS_AT_ONCE)
		if (!read_some_groups(c, list.id + i,
				      list.n - i < GROUPS_AT_ONCE ? list.n - i : GROUPS_AT_ONCE))
			return false;
	qsort(all->group, (size_t)all->n, sizeof(*all->group), by_group_id);
	return true;
}

static void give_groups(struct ctx *c, struct person *p, const struct touched_user *t)
{
	const struct fresh_groups *all = &c->change->fresh_groups;

	p->group = arena_array(c->arena, struct rule_group, (size_t)t->in_groups + 1);
	for (int i = 0; i < t->in_groups; i++) {
		const struct rule_group wanted = { .id = t->group[i] }, *found;

		found = all->n ? bsearch(&wanted, all->group, (size_t)all->n, sizeof(*all->group),
					 by_group_id)
			       : NULL;
		if (found)
			p->group[p->groups++] = *found;
	}
}

bool people_load_fresh(struct ctx *c, const char *const *ids, int n, struct people *out)
{
	struct org *org;

	if (!org_find(c, c->org->id, &org) || !read_groups_of_fresh(c))
		return false;
	if (org)
		c->org = org;
	out->p = arena_array(c->arena, struct person, (size_t)n + 1);
	out->n = n;
	for (int i = 0; i < n; i++) {
		const struct touched_user *t = touched_find(c->touched, ids[i]);

		out->p[i] = (struct person){
			.id = ids[i],
			.active = t->active,
			.shown_active = t->active,
			.why = *t,
			.before = { .user_id = ids[i], .role = ROLE_NO, .wanted = ROLE_NO },
		};
		if (t->in_groups)
			give_groups(c, &out->p[i], t);
	}
	return true;
}
