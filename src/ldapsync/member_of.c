/* member_of.c - memberships that people's own entries name, beside what groups say. */
#include <string.h>

#include "base/org.h"
#include "base/text.h"
#include "parts.h"
#include "roster/crowd.h"
#include "run.h"

enum { FIRST_NAMED = 64, NAME_BYTES_MAX = 1024, ASKED_AT_ONCE = 400 };

/* ---- while people are read ---- */

/* The place of a DN in run.named, made if it has none yet. */
static int named(struct run *r, const unsigned char *key, struct slice dn)
{
	int i = table_find(&r->named, key);
	char *was = i < 0 ? NULL : r->naming[i].dn;

	/* of several spellings always the same one: a group's name is taken from it */
	if (was && strlen(was) == dn.n && memcmp(dn.p, was, dn.n) < 0)
		memcpy(was, dn.p, dn.n);
	if (i >= 0)
		return i;
	i = (int)(table_add(&r->named, key) - r->named.entry);
	if (i == r->naming_room) {
		size_t before = (size_t)i * sizeof(*r->naming);

		r->naming_room = i ? i * 2 : FIRST_NAMED;
		r->naming = arena_grow(r->arena, r->naming, before,
				       (size_t)r->naming_room * sizeof(*r->naming));
	}
	r->naming[i] = (struct run_named){ .dn = arena_strndup(r->arena, dn.p, dn.n) };
	return i;
}

bool member_of_take(struct run *r, int person, const struct dir_attr *groups)
{
	struct table_entry *t = &r->table.entry[person];

	t->told = true;
	t->partly = groups->incomplete;
	r->partly |= groups->incomplete;
	r->namings += groups->n;
	if (r->namings > CLOSURE_MAX)
		return error(r->c, ERR_TOO_MANY, "the directory has more memberships than fit");
	for (int i = 0; i < groups->n; i++) {
		int g;

		if (table_is_zero(groups->key[i]))
			continue;
		g = named(r, groups->key[i], groups->value[i]);
		numbers_add(r->arena, &r->naming[g].people, person);
	}
	return r->named.count <= r->s.entries_max ||
	       error(r->c, ERR_TOO_MANY, "people are in more groups than entries_max allows");
}

/* ---- after the listings ---- */

/* No groups are listed: those that people name are all there are. */
static bool make_group(struct run *r, int i)
{
	struct dir_entry e = { .dn = r->naming[i].dn };
	struct slice dn = { e.dn, strlen(e.dn) };
	const char *name = dn_first_value(r->arena, dn);
	int g;

	memcpy(e.id, r->named.entry[i].id, TABLE_ID);
	memcpy(e.dn_key, r->named.entry[i].id, TABLE_ID);
	if (!name || !*name || strlen(name) > NAME_BYTES_MAX)
		return groups_bad(r, &e, "its DN does not begin with a name");
	g = groups_place(r, &e);
	r->group_table.entry[g].seen = true;
	r->group[g].name = name;
	r->people[g] = r->naming[i].people;
	return true;
}

static void add_to_listed(struct run *r, int i)
{
	int g = table_by_key(&r->group_table, r->named.entry[i].id);

	for (int k = 0; g >= 0 && k < r->naming[i].people.n; k++)
		numbers_add(r->arena, &r->people[g], r->naming[i].people.v[k]);
}

bool member_of_groups(struct run *r)
{
	for (int i = 0; i < r->named.count; i++) {
		if (r->s.groups_bases[0])
			add_to_listed(r, i);
		else if (!make_group(r, i))
			return false;
	}
	return true;
}

/* ---- of those whom a feed told of ---- */

static void add_pair(struct table *t, const unsigned char *user, const unsigned char *group)
{
	unsigned char both[2 * TABLE_ID], key[TABLE_ID];

	memcpy(both, user, TABLE_ID);
	memcpy(both + TABLE_ID, group, TABLE_ID);
	text_digest(both, sizeof(both), key);
	table_add(t, key);
}

static bool is_told(const struct table_entry *t)
{
	return t->told && !t->partly;
}

/* Pairs of person and group as the entries name them; false if one cannot be in the roster. */
static bool wanted(struct run *r, struct table *want)
{
	struct table known = { .arena = r->arena };
	unsigned char key[TABLE_ID], id[TABLE_ID];

	for (int i = 0; i < r->known_groups; i++)
		if (table_unhex(r->known_group[i].dn_key, key) &&
		    table_unhex(r->known_group[i].group_id, id))
			memcpy(table_add(&known, key)->user, id, TABLE_ID);
	for (int i = 0; i < r->named.count; i++) {
		int g = known.entry ? table_find(&known, r->named.entry[i].id) : -1;
		const unsigned char *group = g < 0 ? NULL : known.entry[g].user;

		for (int k = 0; k < r->naming[i].people.n; k++) {
			const struct table_entry *t = &r->table.entry[r->naming[i].people.v[k]];

			if (!is_told(t) || (!group && r->s.groups_bases[0]))
				continue;
			if (!group || table_is_zero(t->user))
				return false;
			add_pair(want, t->user, group);
		}
	}
	return true;
}

static bool add_stored(struct run *r, struct table *have, const char *const *ids, int n)
{
	unsigned char user[TABLE_ID], group[TABLE_ID];
	struct rows rows = { 0 };
	struct scratch s;
	bool good;

	scratch_begin(r->c, &s);
	good = n == 0 || crowd_memberships(r->c, r->source->id, ids, n, &rows);
	for (int i = 0; good && i < rows.count; i++)
		if (table_unhex(row_text(&rows, i, 0), user) &&
		    table_unhex(row_text(&rows, i, 1), group))
			add_pair(have, user, group);
	scratch_end(&s);
	return good;
}

static bool stored(struct run *r, struct table *have)
{
	char uuid[ASKED_AT_ONCE][37];
	const char *ids[ASKED_AT_ONCE];
	int n = 0;

	for (int i = 0; i < r->table.count; i++) {
		if (!is_told(&r->table.entry[i]) || table_is_zero(r->table.entry[i].user))
			continue;
		table_uuid(r->table.entry[i].user, uuid[n]);
		ids[n] = uuid[n];
		if (++n == ASKED_AT_ONCE) {
			if (!add_stored(r, have, ids, n))
				return false;
			n = 0;
		}
	}
	return add_stored(r, have, ids, n);
}

bool member_of_moved(struct run *r, bool *out)
{
	struct table want = { .arena = r->arena }, have = { .arena = r->arena };

	*out = false;
	if (!groups_known(r))
		return false;
	*out = !wanted(r, &want);
	if (*out)
		return true;
	if (!stored(r, &have))
		return false;
	for (int i = 0; i < want.count && !*out; i++)
		*out = table_find(&have, want.entry[i].id) < 0;
	/* where groups are listed, what he has beyond that may be theirs to say */
	*out = *out || (!r->s.groups_bases[0] && have.count > want.count);
	return true;
}
