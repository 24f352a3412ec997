/* members.c - who is in which group now, and what of that is different. */
#include <stdlib.h>
#include <string.h>

#include "base/org.h"
#include "members.h"
#include "roster/crowd.h"

enum { FIRST_PAIRS = 1024, BACK_MAX = 400 };

static bool add_pair(struct run *r, struct members *m, int person, int group, bool in)
{
	struct table_entry *t = &r->table.entry[person];
	int by = r->group[group].matters ? 1 : 0;

	if (m->n == CLOSURE_MAX)
		return error(r->c, ERR_TOO_MANY, "the directory has more memberships than fit");
	if (m->n == m->room) {
		size_t was = (size_t)m->room * sizeof(*m->pair);

		m->room = m->room ? m->room * 2 : FIRST_PAIRS;
		m->pair = arena_grow(r->arena, m->pair, was, (size_t)m->room * sizeof(*m->pair));
	}
	m->pair[m->n++] = (struct pair){ person, in ? group + 1 : -(group + 1) };
	t->moves += in ? by : -by;
	t->loses |= !in && by;
	return true;
}

/* ---- effective members ---- */

static bool counts(const struct table_entry *t)
{
	return t->seen && (t->known || t->fresh);
}

static void digest(struct run *r, struct members *m, int g)
{
	struct table_digest d = { 0 };

	for (int i = 0; i < m->effective[g].n; i++) {
		const struct table_entry *t = &r->table.entry[m->effective[g].v[i]];

		if (counts(t))
			table_digest_add(&d, t->id);
	}
	table_digest_hex(&d, r->group[g].members);
	r->group[g].changed =
		!r->group[g].known || strcmp(r->group[g].known->members, r->group[g].members) != 0;
}

static bool effective(struct run *r, struct members *m)
{
	const struct closure in = { .people = r->people,
				    .groups = r->nested,
				    .count = r->group_table.count,
				    .persons = r->table.count };
	int cycle;

	m->effective = arena_array(r->arena, struct numbers, (size_t)in.count + 1);
	m->nest = arena_array(r->arena, bool, (size_t)in.count + 1);
	if (!closure_run(r->arena, &in, r->s.nested, m->effective, m->nest, &cycle))
		return error(r->c, ERR_TOO_MANY, "the directory has more memberships than fit");
	if (cycle >= 0 && !m->again)
		run_warn(r, "the group \"%s\" is a member of itself through other groups",
			 r->group[cycle].name ? r->group[cycle].name : "?");
	for (int g = 0; g < in.count; g++)
		digest(r, m, g);
	return true;
}

/* ---- differences ---- */

static int by_user(const void *a, const void *b)
{
	return memcmp(((const struct by_user *)a)->user, ((const struct by_user *)b)->user,
		      TABLE_ID);
}

static void index_users(struct run *r, struct members *m)
{
	m->user = arena_array(r->arena, struct by_user, (size_t)r->table.count + 1);
	for (int i = 0; i < r->table.count; i++) {
		if (!r->table.entry[i].known || table_is_zero(r->table.entry[i].user))
			continue;
		memcpy(m->user[m->users].user, r->table.entry[i].user, TABLE_ID);
		m->user[m->users++].person = i;
	}
	qsort(m->user, (size_t)m->users, sizeof(*m->user), by_user);
}

int members_person(struct run *r, struct members *m, const char *user_id)
{
	struct by_user key = { .person = 0 }, *found;

	if (!m->user)
		index_users(r, m);
	if (!m->users || !table_unhex(user_id, key.user))
		return -1;
	found = bsearch(&key, m->user, (size_t)m->users, sizeof(*m->user), by_user);
	return found ? found->person : -1;
}

/* mark[person]: 2g + 1 named by the directory, 2g + 2 in the roster as well. */
static bool differ_from(struct run *r, struct members *m, int g, const struct rows *now, bool gone)
{
	struct numbers *want = &m->effective[g];
	bool keep = r->group[g].incomplete || (r->doubt != NULL);

	for (int i = 0; i < want->n; i++)
		m->mark[want->v[i]] = 2 * g + 1;
	for (int i = 0; i < now->count; i++) {
		int p = members_person(r, m, row_text(now, i, 0));

		if (p < 0)
			continue;
		if (m->mark[p] == 2 * g + 1)
			m->mark[p] = 2 * g + 2;
		else if (!gone && !keep && r->table.entry[p].partly)
			/* he may be in it: the next run looks at this group again */
			r->group[g].incomplete = true;
		else if ((gone || (!keep && r->table.entry[p].seen)) &&
			 !add_pair(r, m, p, g, false))
			return false;
	}
	for (int i = 0; i < want->n; i++) {
		const struct table_entry *t = &r->table.entry[want->v[i]];

		if (m->mark[want->v[i]] == 2 * g + 1 && counts(t) &&
		    !add_pair(r, m, want->v[i], g, true))
			return false;
	}
	return true;
}

static bool differ(struct run *r, struct members *m, int g, bool gone)
{
	struct rows now = { 0 };
	struct scratch s;
	bool good = true;

	scratch_begin(r->c, &s);
	if (r->group[g].known)
		good = crowd_of_group(r->c, r->group[g].group_id, &now);
	good = good && differ_from(r, m, g, &now, gone);
	scratch_end(&s);
	return good;
}

/* Those who arrive join all their groups, also those that are as they were. */
static bool join_fresh(struct run *r, struct members *m, int g)
{
	for (int i = 0; i < m->effective[g].n; i++)
		if (r->table.entry[m->effective[g].v[i]].fresh &&
		    !add_pair(r, m, m->effective[g].v[i], g, true))
			return false;
	return true;
}

static const char *name_mark(const char *name, char out[static TABLE_HEX])
{
	static const char digits[] = "0123456789abcdef";
	uint64_t h = (uint64_t)text_hash(name);

	for (int i = 0; i < 16; i++)
		out[i] = digits[h >> (60 - 4 * i) & 15];
	out[16] = '\0';
	return out;
}

static bool stage_group(struct run *r, int g)
{
	struct buf b = buf_in(&r->stage_arena, 16 * 1024);

	buf_printf(&b, "{\"id\": \"%s\", \"displayName\": ", r->group[g].group_id);
	buf_json(&b, r->group[g].name);
	buf_puts(&b, "}");
	r->row->changed++;
	*(r->group[g].known ? &r->n.groups_changed : &r->n.groups_new) += 1;
	return stage_add(r, LDAP_GROUP, r->group_table.entry[g].id,
			 r->group[g].known ? "renamed" : "new", b.p);
}

/* What the next run compares with, once all is applied. */
static bool stage_set(struct run *r, struct members *m, int g)
{
	const struct run_group *it = &r->group[g];
	/* whoever was kept is to be looked at again, though nothing changes any more */
	bool kept = it->incomplete || r->doubt != NULL, same;
	char name[TABLE_HEX], dn[TABLE_HEX];

	name_mark(it->name, name);
	table_hex(r->group_table.entry[g].key, dn);
	same = it->known && strcmp(it->known->content, name) == 0 &&
	       strcmp(it->known->dn_key, dn) == 0 && it->known->nested == m->nest[g] &&
	       (!it->changed || kept);
	if (same)
		return true;
	return stage_add(r, LDAP_GROUP_SET, r->group_table.entry[g].id, "set",
			 arena_printf(&r->stage_arena,
				      "{\"id\": \"%s\", \"content\": \"%s\", \"members\": \"%s\","
				      " \"dn\": \"%s\", \"nested\": %s}",
				      it->group_id, name,
				      !kept       ? it->members
				      : it->known ? it->known->members
						  : "",
				      dn, m->nest[g] ? "true" : "false"));
}

static bool compare_group(struct run *r, struct members *m, int g)
{
	const struct run_group *it = &r->group[g];
	char name[TABLE_HEX];

	if (!it->name)
		return true;
	if ((!it->known || strcmp(it->known->content, name_mark(it->name, name)) != 0) &&
	    !stage_group(r, g))
		return false;
	if (!it->known || it->changed || m->force[g])
		return differ(r, m, g, false);
	return join_fresh(r, m, g);
}

/* ---- groups that are gone ---- */

static bool still_there(struct ctx *c, void *arg, const struct dir_entry *e)
{
	struct run *r = arg;
	int g = table_find(&r->group_table, e->id);

	(void)c;
	if (g >= 0)
		r->group_table.entry[g].seen = true;
	return true;
}

static bool drop_group(struct run *r, struct members *m, int g)
{
	r->row->changed++;
	r->n.groups_gone++;
	r->group[g].name = NULL;
	return differ(r, m, g, true) &&
	       stage_add(r, LDAP_GROUP_GONE, r->group_table.entry[g].id, "gone",
			 arena_printf(&r->stage_arena, "{\"id\": \"%s\"}", r->group[g].group_id));
}

static bool look_again(struct run *r, const unsigned char (*id)[DIR_ID_BYTES], int n)
{
	struct dir_listing l;

	if (!dir_find(r->c, r->dir, &r->groups, id, n, still_there, r, &l))
		return false;
	if (l.end.state != DIR_SEALED)
		r->doubt = l.end.why ? l.end.why : "missing groups could not be looked up again";
	return true;
}

static bool drop_gone(struct run *r, struct members *m)
{
	unsigned char(*id)[DIR_ID_BYTES];
	int n = 0;

	id = arena_array_bytes(r->arena, (size_t)r->group_table.count + 1, sizeof(*id));
	for (int g = 0; g < r->group_table.count; g++)
		if (!r->group_table.entry[g].seen)
			memcpy(id[n++], r->group_table.entry[g].id, DIR_ID_BYTES);
	/* one that people name has no entry to look for: whoever is not all known may be in it */
	if (n == 0 || r->doubt || (!r->s.groups_bases[0] && r->partly))
		return true;
	if (r->s.groups_bases[0] && !look_again(r, (const unsigned char(*)[DIR_ID_BYTES])id, n))
		return false;
	for (int i = 0; i < n && !r->doubt; i++) {
		int g = table_find(&r->group_table, id[i]);

		if (!r->group_table.entry[g].seen && !drop_group(r, m, g))
			return false;
	}
	return true;
}

/* Groups in which people who are back still are, from before. */
static bool force_back(struct run *r, struct members *m)
{
	const char *ids[BACK_MAX];
	struct rows rows;
	int n = 0;

	for (int i = 0; i < r->table.count && n < BACK_MAX; i++)
		if (r->table.entry[i].back) {
			char uuid[37];

			table_uuid(r->table.entry[i].user, uuid);
			ids[n++] = arena_strdup(r->arena, uuid);
		}
	if (n == 0)
		return true;
	if (!crowd_groups(r->c, r->source->id, ids, n, &rows))
		return false;
	for (int g = 0; g < r->group_table.count; g++)
		for (int i = 0; i < rows.count && !m->force[g]; i++)
			m->force[g] = strcmp(r->group[g].group_id, row_text(&rows, i, 0)) == 0;
	return true;
}

static bool all_groups(struct run *r, struct members *m)
{
	for (int g = 0; g < r->group_table.count; g++)
		if (!compare_group(r, m, g))
			return false;
	return drop_gone(r, m);
}

static bool stage_sets(struct run *r, struct members *m, bool parked)
{
	for (int g = 0; g < r->group_table.count; g++)
		if (r->group[g].name && !(parked && m->removed[g]) && !stage_set(r, m, g))
			return false;
	return true;
}

/* Groups that the last run knew and this one did not see are in the table as well. */
static void add_known(struct run *r)
{
	unsigned char id[TABLE_ID];

	for (int i = 0; i < r->known_groups; i++) {
		struct dir_entry e = { 0 };

		if (table_unhex(r->known_group[i].entry_id, id)) {
			memcpy(e.id, id, TABLE_ID);
			groups_place(r, &e);
		}
	}
}

bool members_compare(struct run *r, bool whole)
{
	struct members m = { 0 };
	bool parked;

	/* what people's entries say is compared where all of them were listed */
	if (!r->s.groups_bases[0] && !(whole && *r->s.member_of))
		return brake(r, &parked);
	if (whole)
		add_known(r);
	if (!members_matter(r) || !effective(r, &m) || !members_look_up(r, &m) ||
	    (m.again && !effective(r, &m)))
		return false;
	members_spread_doubt(r);
	m.force = arena_array(r->arena, bool, (size_t)r->group_table.count + 1);
	m.removed = arena_array(r->arena, bool, (size_t)r->group_table.count + 1);
	if (!force_back(r, &m) || (!whole && !members_known(r, &m)))
		return false;
	m.mark = arena_array(r->arena, int, (size_t)r->table.count + 1);
	if (!all_groups(r, &m) || !brake(r, &parked))
		return false;
	return members_stage(r, &m, parked) && stage_sets(r, &m, parked) && stage_flush(r);
}
