/* members_stage.c - memberships that differ, a row for each person. */
#include <string.h>

#include "members.h"

enum { ROW_MAX = 4 << 20 };

/* The pairs of each person side by side, by counting. */
static struct pair *sorted(struct run *r, const struct members *m, int *first)
{
	struct pair *out = arena_array(r->arena, struct pair, (size_t)m->n + 1);
	int persons = r->table.count;

	for (int i = 0; i < m->n; i++)
		first[m->pair[i].person + 1]++;
	for (int p = 0; p < persons; p++)
		first[p + 1] += first[p];
	for (int i = 0; i < m->n; i++)
		out[first[m->pair[i].person]++] = m->pair[i];
	for (int p = persons; p > 0; p--)
		first[p] = first[p - 1];
	first[0] = 0;
	return out;
}

enum side { GAINS = 1, LOSSES = 2 };

static const char *row(struct run *r, const struct pair *list, int n, int sides)
{
	struct buf b = buf_in(&r->stage_arena, ROW_MAX);
	bool any = false;

	buf_puts(&b, "[");
	for (int i = 0; i < n; i++) {
		bool in = list[i].group > 0;
		int g = (in ? list[i].group : -list[i].group) - 1;

		if (!(sides & (in ? GAINS : LOSSES)))
			continue;
		buf_printf(&b, "%s\"%c%s\"", any ? ", " : "", in ? '+' : '-', r->group[g].group_id);
		any = true;
	}
	buf_puts(&b, "]");
	return b.over ? "[]" : b.p;
}

static bool stage_one(struct run *r, struct members *m, const struct table_entry *t,
		      const struct pair *list, int n, bool parked)
{
	int gains = 0;

	for (int i = 0; i < n; i++) {
		gains += list[i].group > 0;
		if (list[i].group < 0)
			m->removed[-list[i].group - 1] = true;
	}
	r->n.joins += gains;
	r->n.parts += n - gains;
	if (t->fresh)
		return stage_add(r, LDAP_JOIN, t->id, "joins", row(r, list, n, GAINS));
	r->row->changed++;
	if (parked && gains && gains < n)
		return stage_add(r, LDAP_MEMBER, t->id, "joins", row(r, list, n, GAINS)) &&
		       stage_add(r, LDAP_OUT, t->id, "leaves", row(r, list, n, LOSSES));
	if (gains == 0)
		return stage_add(r, LDAP_OUT, t->id, "leaves", row(r, list, n, LOSSES));
	return stage_add(r, LDAP_MEMBER, t->id, gains == n ? "joins" : "moves",
			 row(r, list, n, GAINS | LOSSES));
}

bool members_stage(struct run *r, struct members *m, bool parked)
{
	int *first = arena_array(r->arena, int, (size_t)r->table.count + 2);
	const struct pair *list = sorted(r, m, first);

	for (int p = 0; p < r->table.count; p++)
		if (first[p + 1] > first[p] && !stage_one(r, m, &r->table.entry[p], list + first[p],
							  first[p + 1] - first[p], parked))
			return false;
	return true;
}
