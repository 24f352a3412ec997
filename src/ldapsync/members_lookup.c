/* members_lookup.c - DNs in groups that name nobody we know. */
#include <string.h>

#include "members.h"

enum { LOOKUPS_MAX = 500 };

struct lookup {
	struct run *r;
	int group;
	bool found;
};

static bool found_member(struct ctx *c, void *arg, const struct dir_entry *e)
{
	struct lookup *l = arg;
	struct run *r = l->r;
	int person = table_find(&r->table, e->id);
	char hex[TABLE_HEX];
	const char *ids[] = { hex };

	(void)c;
	/* a run that follows a feed knows only whom it met */
	if (person < 0 && strcmp(r->row->kind, "delta") == 0) {
		table_hex(e->id, hex);
		if (!people_known(r, ids, 1))
			return false;
		person = table_find(&r->table, e->id);
		if (person >= 0)
			r->table.entry[person].seen = true;
	}
	if (person >= 0 && r->table.entry[person].seen) {
		numbers_add(r->arena, &r->people[l->group], person);
		l->found = true;
	}
	return true;
}

/* A name that is there and out of our sight is nobody; one that cannot be looked up may be
 * anybody, and then nobody leaves the group. */
static bool look_up(struct run *r, struct members *m, const struct pending *p)
{
	struct lookup look = { .r = r, .group = p->group };
	struct dir_listing l;

	if (r->doubt || m->lookups++ >= LOOKUPS_MAX) {
		r->group[p->group].incomplete = true;
		return true;
	}
	if (!dir_find_dn(r->c, r->dir, &r->users, p->dn, found_member, &look, &l))
		return false;
	if (l.end.state != DIR_SEALED)
		r->group[p->group].incomplete = true;
	m->again = m->again || look.found;
	return true;
}

bool members_look_up(struct run *r, struct members *m)
{
	for (int i = 0; i < r->pendings; i++)
		if (r->group[r->pending[i].group].changed && !look_up(r, m, &r->pending[i]))
			return false;
	r->pendings = 0;
	return true;
}

void members_spread_doubt(struct run *r)
{
	bool more = r->s.nested;

	while (more) {
		more = false;
		for (int g = 0; g < r->group_table.count; g++)
			for (int i = 0; i < r->nested[g].n && !r->group[g].incomplete; i++)
				if (r->group[r->nested[g].v[i]].incomplete)
					r->group[g].incomplete = more = true;
	}
}
