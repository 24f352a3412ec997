/* people.c - people of a directory: what is new, different or gone. */
#include <string.h>

#include "base/org.h"
#include "base/time.h"
#include "run.h"

enum { MISSING_BATCH = 1000, TOLD_EVERY = 512 };

void people_learn(struct run *r, const struct ldap_entry *e)
{
	unsigned char id[TABLE_ID];
	struct table_entry *t;

	if (!table_unhex(e->entry_id, id))
		return;
	t = table_add(&r->table, id);
	/* what a feed has told already is newer */
	if (t->known && t->seen)
		return;
	t->expires = e->expires;
	t->known = true;
	t->missing = e->missing != 0;
	t->active = strcmp(e->state, "active") == 0;
	if (!table_unhex(e->content, t->content))
		memset(t->content, 0, sizeof(t->content));
	if (!table_unhex(e->dn_key, t->key))
		memset(t->key, 0, sizeof(t->key));
	if (!table_unhex(e->user_id, t->user))
		memset(t->user, 0, sizeof(t->user));
	if (!table_unhex(e->primary_key, t->primary))
		memset(t->primary, 0, sizeof(t->primary));
}

bool people_known(struct run *r, const char *const *ids, int n)
{
	struct ldap_entry *e;
	struct scratch s;
	bool good;
	int found = 0;

	scratch_begin(r->c, &s);
	good = ldap_entry_find(r->c, r->source->id, ids, n, &e, &found);
	for (int i = 0; good && i < found; i++)
		people_learn(r, &e[i]);
	scratch_end(&s);
	return good;
}

static bool learn_page(struct run *r, char after[static TABLE_HEX], int *n)
{
	struct ldap_entry *e;
	struct scratch s;
	bool good;

	scratch_begin(r->c, &s);
	good = ldap_entry_page(r->c, r->source->id, after, &e, n);
	for (int i = 0; good && i < *n; i++)
		people_learn(r, &e[i]);
	if (good && *n)
		memcpy(after, e[*n - 1].entry_id, strnlen(e[*n - 1].entry_id, TABLE_HEX - 1) + 1);
	scratch_end(&s);
	return good;
}

bool people_known_all(struct run *r)
{
	char after[TABLE_HEX] = "";
	int n = LDAP_PAGE;

	while (n == LDAP_PAGE)
		if (!learn_page(r, after, &n))
			return false;
	return true;
}

/* What was applied last, and is still so: nothing to do about the account itself. */
static bool is_same(const struct run *r, const struct table_entry *t,
		    const unsigned char content[static TABLE_ID])
{
	return t->known && !t->missing && memcmp(t->content, content, TABLE_ID) == 0 &&
	       !(t->active && t->expires && t->expires <= r->c->now);
}

/* Logins, primary groups and memberOf are asked of everybody, for the groups' sake. */
static bool groups_need_it(const struct run *r)
{
	return *r->s.member_of ||
	       (r->s.groups_bases[0] && (r->s.primary_groups || *r->s.member_uids.name));
}

static bool stage_known(struct run *r, struct table_entry *t, const struct ldap_person *p,
			const char *data)
{
	bool was_active = t->active && !t->missing;

	t->back = t->missing || (!t->active && p->active);
	t->missing = false;
	if (!p->active && was_active) {
		t->leaves = true;
		r->n.leave++;
		return stage_add(r, LDAP_LEAVE, t->id, ldap_state_names[p->state], data);
	}
	r->n.update++;
	return stage_add(r, LDAP_UPDATE, t->id, t->back && p->active ? "back" : "changed", data);
}

static bool stage_person(struct run *r, struct table_entry *t, const struct dir_entry *e,
			 const struct ldap_person *p, const unsigned char content[static TABLE_ID])
{
	const char *data;

	/* an account that is off and was never here is nobody */
	if (!t->known && !p->active)
		return true;
	data = person_json(&r->stage_arena, p, e, content);
	r->row->changed++;
	if (t->known)
		return stage_known(r, t, p, data);
	t->fresh = true;
	r->n.arrive++;
	return stage_add(r, LDAP_ARRIVE, t->id, "new", data);
}

static bool stage_problem(struct run *r, struct table_entry *t, const struct dir_entry *e,
			  const char *why)
{
	struct buf b = buf_in(&r->stage_arena, 4096);

	buf_puts(&b, "{\"dn\": ");
	buf_json(&b, e->dn);
	buf_puts(&b, ", \"reason\": ");
	buf_json(&b, why);
	buf_puts(&b, "}");
	r->n.problems++;
	return stage_add(r, LDAP_PROBLEM, t->id, "problem", b.over ? "{}" : b.p);
}

/* Only the place in the tree is another: the account is not touched. */
static bool stage_move(struct run *r, struct table_entry *t)
{
	char hex[TABLE_HEX];

	table_hex(t->key, hex);
	return stage_add(r, LDAP_NOTE, t->id, "moved",
			 arena_printf(&r->stage_arena, "{\"dn\": \"%s\"}", hex));
}

static bool look_closer(struct run *r, struct table_entry *t, const struct dir_entry *e,
			const unsigned char content[static TABLE_ID], bool same, bool moved)
{
	struct ldap_person p;
	struct arena a = { 0 };
	bool good = true;

	ldap_map_person(&a, &r->s, &r->users, e, r->c->now, &p);
	if (p.skip) {
		arena_free(&a);
		return true;
	}
	t->seen = true;
	t->login = p.login ? text_hash(text_fold(&a, p.login)) : 0;
	memcpy(t->primary, p.primary_group, TABLE_ID);
	if (same)
		good = !moved || stage_move(r, t);
	else if (p.bad || (r->s.ad_state && !p.state_seen))
		good = stage_problem(r, t, e,
				     p.bad ? p.bad
					   : "its account state cannot be read: the bind account "
					     "needs to see userAccountControl");
	else
		good = stage_person(r, t, e, &p, content);
	if (good && p.member_of && (t->known || t->fresh))
		good = member_of_take(r, (int)(t - r->table.entry), p.member_of);
	arena_free(&a);
	return good;
}

bool people_take(struct ctx *c, void *arg, const struct dir_entry *e)
{
	struct run *r = arg;
	struct table_entry *t = table_add(&r->table, e->id);
	unsigned char content[TABLE_ID];
	bool same, moved;

	(void)c;
	r->row->read++;
	for (int i = 0; i < TABLE_ID; i++)
		content[i] = e->content[i] ^ r->print[i];
	same = is_same(r, t, content);
	moved = memcmp(t->key, e->dn_key, TABLE_ID) != 0;
	memcpy(t->key, e->dn_key, TABLE_ID);
	r->row->compared++;
	if (r->row->read % TOLD_EVERY == 0 && !run_tell(r, false))
		return false;
	if (same)
		r->n.unchanged++;
	if (!same || groups_need_it(r))
		return look_closer(r, t, e, content, same, moved);
	t->seen = true;
	return !moved || stage_move(r, t);
}

/* Looked up again by id before anybody is touched: whoever answers was only overlooked. */
static bool confirm(struct run *r, const unsigned char (*id)[DIR_ID_BYTES], int n)
{
	struct dir_listing l;
	struct table_entry *t;

	if (!dir_find(r->c, r->dir, &r->users, id, n, people_take, r, &l))
		return false;
	if (l.end.state != DIR_SEALED) {
		r->doubt = arena_printf(r->arena,
					"people who were missing could not be looked up"
					" again: %s",
					l.end.why ? l.end.why : "the directory gave up");
		return true;
	}
	for (int i = 0; i < n; i++) {
		t = &r->table.entry[table_find(&r->table, id[i])];
		if (t->seen)
			continue;
		t->leaves = t->active;
		r->n.leave += t->active;
		r->row->changed++;
		if (!stage_add(r, LDAP_LEAVE, t->id, "gone", NULL))
			return false;
	}
	return true;
}

bool people_missing(struct run *r)
{
	unsigned char(*id)[DIR_ID_BYTES] = arena_array_bytes(r->arena, MISSING_BATCH, sizeof(*id));
	int n = 0, count = r->table.count;

	for (int i = 0; i < count && !r->doubt; i++) {
		const struct table_entry *t = &r->table.entry[i];

		if (t->known && !t->seen && !t->missing)
			memcpy(id[n++], t->id, DIR_ID_BYTES);
		if (n == MISSING_BATCH || (n && i == count - 1)) {
			if (!confirm(r, (const unsigned char(*)[DIR_ID_BYTES])id, n))
				return false;
			n = 0;
		}
	}
	return n == 0 || r->doubt || confirm(r, (const unsigned char(*)[DIR_ID_BYTES])id, n);
}

/* Entries that every complete listing holds: without them our rights are not what they
 * were, or the base is another. */
static bool found_canary(struct ctx *c, void *arg, const struct dir_entry *e)
{
	struct run *r = arg;
	int i = table_find(&r->table, e->id);

	(void)c;
	if (i >= 0 && r->table.entry[i].seen)
		r->canary = true;
	return true;
}

static bool check_canaries(struct run *r)
{
	struct dir_listing l;

	for (int i = 0; r->s.canaries && r->s.canaries[i] && !r->doubt; i++) {
		r->canary = false;
		if (!dir_find_dn(r->c, r->dir, &r->users, r->s.canaries[i], found_canary, r, &l))
			return false;
		if (!r->canary)
			r->doubt = arena_printf(r->arena,
						"the canary %.200s is not in the listing: the bind "
						"account may have lost rights, or the base is "
						"another",
						r->s.canaries[i]);
	}
	return true;
}

bool people_full(struct run *r)
{
	struct dir_listing l;

	if (!people_known_all(r))
		return false;
	r->row->total = r->table.count;
	if (!dir_list(r->c, r->dir, &r->users, people_take, r, &l))
		return false;
	if (l.end.state == DIR_FAILED)
		return error(r->c, ERR_UNAVAILABLE, "%s",
			     l.end.why ? l.end.why : "the directory gave no people");
	if (l.end.state == DIR_PARTIAL)
		r->doubt = l.end.why ? l.end.why : "the listing of people is not complete";
	return check_canaries(r) && (r->doubt || people_missing(r)) && stage_flush(r);
}
