/* delta.c - what has changed since the last run, as the directory's own feed tells it. */
#include <string.h>

#include "base/org.h"
#include "http/json.h"
#include "run.h"

enum { CHANGES_MAX = 5000, EXPIRED_MAX = 1000, FILTER_MAX = 64 * 1024, HANDFUL = 5 };

/* How groups may name somebody. */
struct newcomer_at {
	const char *dn, *login;
};

struct delta {
	struct run *r;
	int64_t changes;
	const char *full;             /* not NULL: a full listing is needed; why */
	struct newcomer_at *newcomer; /* their groups are to be asked for  */
	int newcomers, room;
};

static bool too_many(struct delta *d)
{
	if (++d->changes > CHANGES_MAX && !d->full)
		d->full = "more has changed than a feed is good for";
	return d->full != NULL;
}

static bool know(struct run *r, const unsigned char id[static TABLE_ID])
{
	char hex[TABLE_HEX];
	const char *ids[] = { hex };

	table_hex(id, hex);
	return table_find(&r->table, id) >= 0 || people_known(r, ids, 1);
}

static void ask_groups_of(struct delta *d, const struct dir_entry *e)
{
	struct run *r = d->r;
	struct ldap_person p;

	if (d->newcomers == d->room) {
		size_t was = (size_t)d->room * sizeof(*d->newcomer);

		d->room = d->room ? d->room * 2 : 16;
		d->newcomer = arena_grow(r->arena, d->newcomer, was,
					 (size_t)d->room * sizeof(*d->newcomer));
	}
	ldap_map_person(r->arena, &r->s, &r->users, e, r->c->now, &p);
	d->newcomer[d->newcomers++] = (struct newcomer_at){
		.dn = arena_strdup(r->arena, e->dn),
		.login = arena_strdup(r->arena, p.login),
	};
}

static bool person_changed(struct ctx *c, void *arg, enum dir_change what,
			   const unsigned char id[DIR_ID_BYTES], const struct dir_entry *e)
{
	struct delta *d = arg;
	struct run *r = d->r;
	unsigned char primary[TABLE_ID] = { 0 };
	const struct table_entry *t;
	int i;

	if (too_many(d))
		return true;
	if (!know(r, id))
		return false;
	if (what == DIR_GONE)
		return true;
	i = table_find(&r->table, id);
	if (i >= 0)
		memcpy(primary, r->table.entry[i].primary, TABLE_ID);
	if (!people_take(c, r, e))
		return false;
	t = &r->table.entry[table_find(&r->table, id)];
	if (t->fresh || t->back)
		ask_groups_of(d, e);
	if (r->s.primary_groups && (t->fresh || memcmp(primary, t->primary, TABLE_ID) != 0))
		d->full = "somebody's primary group is another";
	return true;
}

/* Accounts that end by themselves do not show in any feed. */
static bool look_at_expired(struct run *r)
{
	unsigned char(*id)[DIR_ID_BYTES] = arena_array_bytes(r->arena, EXPIRED_MAX, sizeof(*id));
	struct ldap_entry *e;
	struct dir_listing l;
	int n, ids = 0;

	if (!ldap_entry_expired(r->c, r->source->id, EXPIRED_MAX, &e, &n))
		return false;
	for (int i = 0; i < n; i++) {
		if (!table_unhex(e[i].entry_id, id[ids]) || !know(r, id[ids]))
			return r->c->err.kind == ERR_NONE;
		ids += !r->table.entry[table_find(&r->table, id[ids])].seen;
	}
	return ids == 0 ||
	       dir_find(r->c, r->dir, &r->users, (const unsigned char(*)[DIR_ID_BYTES])id, ids,
			people_take, r, &l);
}

static bool mark_seen(struct ctx *c, void *arg, const struct dir_entry *e)
{
	struct run *r = arg;
	int i = table_find(&r->table, e->id);

	(void)c;
	if (i >= 0)
		r->table.entry[i].seen = true;
	return true;
}

/* A feed that is silent about those who left: their ids alone are listed. */
static bool sweep_people(struct run *r)
{
	struct dir_query q = r->users;
	struct dir_listing l;

	q.wants = 0;
	if (!people_known_all(r) || !dir_list(r->c, r->dir, &q, mark_seen, r, &l))
		return false;
	if (l.end.state != DIR_SEALED)
		r->doubt = l.end.why ? l.end.why : "the listing of ids is not complete";
	return true;
}

/* ---- groups ---- */

static bool know_members(struct run *r, const struct dir_attr *m)
{
	const char **keys = arena_array(r->arena, const char *, (size_t)m->n + 1);
	struct ldap_entry *e;
	unsigned char id[TABLE_ID];
	char hex[TABLE_HEX];
	int n;

	for (int i = 0; i < m->n; i++) {
		table_hex(m->key[i], hex);
		keys[i] = arena_strdup(r->arena, hex);
	}
	if (!ldap_entry_by_dn(r->c, r->source->id, keys, m->n, &e, &n))
		return false;
	for (int i = 0; i < n; i++) {
		if (!table_unhex(e[i].entry_id, id))
			continue;
		people_learn(r, &e[i]);
		r->table.entry[table_find(&r->table, id)].seen = true;
	}
	table_index(&r->table);
	return true;
}

static bool is_group_key(const struct run *r, const unsigned char *key)
{
	char hex[TABLE_HEX];

	table_hex(key, hex);
	for (int i = 0; i < r->known_groups; i++)
		if (strcmp(r->known_group[i].dn_key, hex) == 0)
			return true;
	return false;
}

/* Groups in groups are for the full listing: it sees all of them. */
static void look_for_nesting(struct delta *d, int g)
{
	struct run *r = d->r;

	if (r->group[g].known && r->group[g].known->nested)
		d->full = "a group changed that has groups in it, or is in one";
	for (int i = 0; r->s.nested && i < r->pendings && !d->full; i++)
		if (is_group_key(r, r->pending[i].key))
			d->full = "a group became a member of a group";
}

static bool take_group(struct ctx *c, void *arg, const struct dir_entry *e)
{
	struct delta *d = arg;
	struct run *r = d->r;
	struct ldap_group m;
	int g = table_find(&r->group_table, e->id);

	if (d->full || (g >= 0 && r->group_table.entry[g].seen))
		return true;
	ldap_map_group(r->arena, &r->s, &r->groups, e, &m);
	if (m.member_uids && m.member_uids->n)
		d->full = "a group names its members by login";
	if (m.members && !know_members(r, m.members))
		return false;
	if (!groups_take(c, r, e))
		return false;
	/* members of whom people's entries tell are not in its list: nobody leaves it now */
	if (*r->s.member_of)
		r->group[table_find(&r->group_table, e->id)].incomplete = true;
	look_for_nesting(d, table_find(&r->group_table, e->id));
	return true;
}

static void group_gone(struct delta *d, const unsigned char id[static TABLE_ID])
{
	struct dir_entry gone = { 0 };
	int g;

	if (!groups_is_known(d->r, id))
		return;
	memcpy(gone.id, id, DIR_ID_BYTES);
	g = groups_place(d->r, &gone); /* may move all of them */
	if (d->r->group[g].known->nested)
		d->full = "a group is gone that had groups in it, or was in one";
}

static bool group_changed(struct ctx *c, void *arg, enum dir_change what,
			  const unsigned char id[DIR_ID_BYTES], const struct dir_entry *e)
{
	struct delta *d = arg;

	if (too_many(d))
		return true;
	if (what == DIR_CHANGED)
		return take_group(c, d, e);
	group_gone(d, id);
	return true;
}

static bool group_seen(struct ctx *c, void *arg, const struct dir_entry *e)
{
	struct table *seen = arg;

	(void)c;
	table_add(seen, e->id);
	return true;
}

static bool sweep_groups(struct delta *d)
{
	struct run *r = d->r;
	struct table seen = { .arena = r->arena };
	struct dir_query q = r->groups;
	struct dir_listing l;
	unsigned char id[TABLE_ID];

	q.wants = 0;
	if (!dir_list(r->c, r->dir, &q, group_seen, &seen, &l))
		return false;
	if (l.end.state != DIR_SEALED)
		return true;
	for (int i = 0; i < r->known_groups; i++)
		if (table_unhex(r->known_group[i].entry_id, id) && table_find(&seen, id) < 0)
			group_gone(d, id);
	return true;
}

static void name_in(struct run *r, struct buf *f, const char **name, const char *text)
{
	const char *safe = text ? dir_filter_text(r->arena, text) : NULL;

	for (; safe && name && *name; name++)
		buf_printf(f, "(%s=%s)", *name, safe);
}

static bool groups_of_newcomer(struct delta *d, const struct newcomer_at *who)
{
	struct run *r = d->r;
	struct dir_query q = r->groups;
	struct buf f = buf_in(r->arena, FILTER_MAX);
	struct dir_listing l;
	size_t empty;

	buf_printf(&f, "(&%s(|", q.filter);
	empty = f.n;
	name_in(r, &f, r->s.members.name, who->dn);
	name_in(r, &f, r->s.member_uids.name, who->login);
	if (f.n == empty)
		return true;
	buf_puts(&f, "))");
	if (f.over) {
		d->full = "the groups of somebody who is new cannot be asked for";
		return true;
	}
	q.filter = f.p;
	if (!dir_list(r->c, r->dir, &q, take_group, d, &l))
		return false;
	if (l.end.state != DIR_SEALED)
		d->full = "the groups of somebody who is new could not be read";
	return true;
}

/* ---- both ---- */

static bool follow(struct delta *d, const struct dir_query *q, const char *mark, dir_on_change *fn,
		   struct dir_delta *out)
{
	struct run *r = d->r;

	if (!dir_changes(r->c, r->dir, q, &r->who, mark, fn, d, out))
		return false;
	if (out->full)
		d->full = out->full;
	else if (out->end.state != DIR_SEALED)
		d->full = out->end.why ? out->end.why : "the feed was cut off";
	return true;
}

/* A server that does not understand its own cookie may send everything as if it were new, and
 * no word about what is gone. */
static void look_for_repeats(struct delta *d, const struct dir_delta *out, int64_t unchanged)
{
	if (!d->full && out->tells_once && unchanged > HANDFUL)
		d->full = "the feed repeats what is known: the server has forgotten its position";
}

static bool follow_people(struct delta *d, const char *mark, const char **next)
{
	struct run *r = d->r;
	struct dir_delta out = { 0 };

	if (!follow(d, &r->users, mark, person_changed, &out))
		return false;
	*next = out.mark;
	look_for_repeats(d, &out, r->n.unchanged);
	if (d->full)
		return true;
	if (!look_at_expired(r) || (!out.tells_gone && !sweep_people(r)))
		return false;
	return r->doubt || people_missing(r);
}

static bool follow_groups(struct delta *d, const char *mark, const char **next)
{
	struct run *r = d->r;
	struct dir_delta out = { 0 };

	*next = "";
	if (!r->s.groups_bases[0])
		return true;
	if (!groups_known(r) || !follow(d, &r->groups, mark, group_changed, &out))
		return false;
	*next = out.mark;
	look_for_repeats(d, &out, out.changed >= r->known_groups ? out.changed : 0);
	if (!d->full && !out.tells_gone && !sweep_groups(d))
		return false;
	for (int i = 0; i < d->newcomers && !d->full; i++)
		if (!groups_of_newcomer(d, &d->newcomer[i]))
			return false;
	return true;
}

static bool follow_member_of(struct delta *d)
{
	bool moved;

	if (!member_of_moved(d->r, &moved))
		return false;
	if (moved)
		d->full = "somebody's entry names other groups than before";
	return true;
}

bool delta_run(struct run *r, const char **full)
{
	struct delta d = { .r = r };
	json_t *feed = json_own(r->c, json_loads(r->conn->feed, 0, NULL));
	const char *users = json_string_value(json_object_get(feed, "users"));
	const char *groups = json_string_value(json_object_get(feed, "groups"));

	*full = users && groups ? NULL : "where the last run stood is not known";
	if (*full)
		return true;
	if (!follow_people(&d, users, &users))
		return false;
	if (!d.full && !follow_groups(&d, groups, &groups))
		return false;
	if (!d.full && *r->s.member_of && !follow_member_of(&d))
		return false;
	*full = d.full;
	if (d.full)
		return true;
	r->row->feed = feed_text(r, users, groups);
	return run_state(r, "comparing") && members_compare(r, false) && stage_flush(r);
}
