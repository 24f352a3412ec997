/* groups.c - groups of a directory and the members they name. */
#include <string.h>

#include "base/id.h"
#include "base/org.h"
#include "base/text.h"
#include "run.h"

enum { PENDING_MAX = 200 * 1000, FIRST_GROUPS = 64 };

static const struct ldap_group_row *known_group(const struct run *r, const char *hex)
{
	int low = 0, high = r->known_groups;

	while (low < high) {
		int mid = low + (high - low) / 2, order = strcmp(r->known_group[mid].entry_id, hex);

		if (order == 0)
			return &r->known_group[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

bool groups_is_known(const struct run *r, const unsigned char id[static TABLE_ID])
{
	char hex[TABLE_HEX];

	table_hex(id, hex);
	return known_group(r, hex) != NULL;
}

static void grow(struct run *r)
{
	size_t was = (size_t)r->group_room, now = was ? was * 2 : FIRST_GROUPS;

	r->group = arena_grow(r->arena, r->group, was * sizeof(*r->group), now * sizeof(*r->group));
	r->people =
		arena_grow(r->arena, r->people, was * sizeof(*r->people), now * sizeof(*r->people));
	r->nested =
		arena_grow(r->arena, r->nested, was * sizeof(*r->nested), now * sizeof(*r->nested));
	r->group_room = (int)now;
}

int groups_place(struct run *r, const struct dir_entry *e)
{
	int i = table_find(&r->group_table, e->id);
	struct table_entry *t;
	char hex[TABLE_HEX];

	if (i >= 0)
		return i;
	t = table_add(&r->group_table, e->id);
	i = (int)(t - r->group_table.entry);
	if (i >= r->group_room)
		grow(r);
	table_hex(e->id, hex);
	memcpy(t->key, e->dn_key, TABLE_ID);
	r->group[i] = (struct run_group){ .known = known_group(r, hex) };
	r->group[i].group_id = r->group[i].known ? r->group[i].known->group_id : id_new(r->arena);
	r->people[i] = r->nested[i] = (struct numbers){ 0 };
	return i;
}

static void add_pending(struct run *r, int g, const unsigned char *key, struct slice dn)
{
	struct pending *p;

	if (r->pendings == PENDING_MAX) {
		r->group[g].incomplete = true;
		return;
	}
	if (r->pendings == r->pending_room) {
		size_t was = (size_t)r->pending_room * sizeof(*p);

		r->pending_room = r->pending_room ? r->pending_room * 2 : FIRST_GROUPS;
		r->pending =
			arena_grow(r->arena, r->pending, was, (size_t)r->pending_room * sizeof(*p));
	}
	p = &r->pending[r->pendings++];
	*p = (struct pending){ .group = g, .dn = arena_strndup(r->arena, dn.p, dn.n) };
	memcpy(p->key, key, TABLE_ID);
}

static void take_members(struct run *r, int g, const struct dir_attr *members)
{
	for (int i = 0; members && i < members->n; i++) {
		int person = table_by_key(&r->table, members->key[i]);

		if (table_is_zero(members->key[i]))
			continue;
		if (person >= 0)
			numbers_add(r->arena, &r->people[g], person);
		else
			add_pending(r, g, members->key[i], members->value[i]);
	}
}

static void take_logins(struct run *r, int g, const struct dir_attr *logins)
{
	struct arena a = { 0 };

	for (int i = 0; logins && i < logins->n; i++) {
		int person =
			table_by_login(&r->table, text_hash(text_fold(&a, logins->value[i].p)));

		if (person >= 0)
			numbers_add(r->arena, &r->people[g], person);
		else if (r->doubt)
			r->group[g].incomplete = true;
	}
	arena_free(&a);
}

bool groups_bad(struct run *r, const struct dir_entry *e, const char *why)
{
	struct buf b = buf_in(&r->stage_arena, 4096);

	buf_puts(&b, "{\"dn\": ");
	buf_json(&b, e->dn);
	buf_puts(&b, ", \"reason\": ");
	buf_json(&b, why);
	buf_puts(&b, "}");
	r->n.problems++;
	return stage_add(r, LDAP_PROBLEM, e->id, "problem", b.over ? "{}" : b.p);
}

bool groups_take(struct ctx *c, void *arg, const struct dir_entry *e)
{
	struct run *r = arg;
	struct arena a = { 0 };
	struct ldap_group m;
	int g = groups_place(r, e);
	bool good = true;

	(void)c;
	r->row->read++;
	ldap_map_group(&a, &r->s, &r->groups, e, &m);
	r->group_table.entry[g].seen = true;
	if (m.bad) {
		/* it is there, and who is in it stays */
		r->group[g].incomplete = true;
		good = groups_bad(r, e, m.bad);
	} else {
		r->group[g].name = arena_strdup(r->arena, m.name);
		r->group[g].incomplete = m.incomplete;
		memcpy(r->group[g].sid, m.sid_key, TABLE_ID);
		take_members(r, g, m.members);
		take_logins(r, g, m.member_uids);
	}
	arena_free(&a);
	return good && run_tell(r, false);
}

/* What are groups becomes groups in groups; the rest stays pending. */
static void resolve_nested(struct run *r)
{
	int left = 0;

	table_index(&r->group_table);
	for (int i = 0; i < r->pendings; i++) {
		int in = table_by_key(&r->group_table, r->pending[i].key);

		if (in >= 0)
			numbers_add(r->arena, &r->nested[r->pending[i].group], in);
		else
			r->pending[left++] = r->pending[i];
	}
	r->pendings = left;
}

/* AD: the primary group of somebody is in none of his groups' lists. */
static void add_primary(struct run *r)
{
	struct table sids = { .arena = r->arena };
	int *at = arena_array(r->arena, int, (size_t)r->group_table.count + 1);

	for (int g = 0; g < r->group_table.count; g++)
		if (!table_is_zero(r->group[g].sid)) {
			table_add(&sids, r->group[g].sid);
			at[sids.count - 1] = g;
		}
	for (int i = 0; i < r->table.count; i++) {
		const struct table_entry *t = &r->table.entry[i];
		int s = t->seen && !table_is_zero(t->primary) ? table_find(&sids, t->primary) : -1;

		if (s >= 0)
			numbers_add(r->arena, &r->people[at[s]], i);
	}
}

bool groups_known(struct run *r)
{
	return ldap_group_all(r->c, r->source->id, &r->known_group, &r->known_groups);
}

bool groups_full(struct run *r)
{
	struct dir_listing l;

	if (!r->s.groups_bases[0])
		return !*r->s.member_of ||
		       (groups_known(r) && member_of_groups(r) && stage_flush(r));
	table_index(&r->table);
	if (!groups_known(r) || !dir_list(r->c, r->dir, &r->groups, groups_take, r, &l))
		return false;
	if (l.end.state != DIR_SEALED && !r->doubt)
		r->doubt = l.end.why ? l.end.why : "the listing of groups is not complete";
	resolve_nested(r);
	if (r->s.primary_groups)
		add_primary(r);
	return member_of_groups(r) && stage_flush(r);
}
