/* members_known.c - people of changed groups who have no part in what a feed told. */
#include "base/org.h"
#include "members.h"
#include "roster/crowd.h"

static bool learn_members(struct run *r, struct members *m, const struct rows *now)
{
	const char **ids = arena_array(r->c->arena, const char *, (size_t)now->count + 1);
	struct ldap_entry *e;
	unsigned char id[TABLE_ID];
	int n = 0, found = 0;

	for (int i = 0; i < now->count; i++)
		if (members_person(r, m, row_text(now, i, 0)) < 0)
			ids[n++] = row_text(now, i, 0);
	if (!n || !ldap_entry_by_user(r->c, r->source->id, ids, n, &e, &found))
		return n == 0;
	for (int i = 0; i < found; i++) {
		if (!table_unhex(e[i].entry_id, id))
			continue;
		people_learn(r, &e[i]);
		/* nothing was said of them: they are as they were */
		r->table.entry[table_find(&r->table, id)].seen = true;
	}
	/* the index over them is made anew */
	m->user = NULL;
	m->users = 0;
	return true;
}

/* Whoever was taken out of a group is named neither by the group nor by himself. */
bool members_known(struct run *r, struct members *m)
{
	bool good = true;

	for (int g = 0; good && g < r->group_table.count; g++) {
		struct rows now = { 0 };
		struct scratch s;

		if (!r->group[g].known || (!r->group[g].changed && !m->force[g]))
			continue;
		scratch_begin(r->c, &s);
		good = crowd_of_group(r->c, r->group[g].group_id, &now) &&
		       learn_members(r, m, &now);
		scratch_end(&s);
	}
	return good;
}
