/* apply_known.c - people who are known already: they change, come back or leave. */
#include <string.h>

#include "apply.h"
#include "http/json.h"
#include "roster/crowd.h"

/* The directory lifts only its own word: who was off by another's stays off. */
static void set_active(const struct ldap_entry *known, const struct staged_person *said,
		       struct user *after, struct ldap_entry *now)
{
	bool was_active = strcmp(known->state, "active") == 0 && !known->missing;
	bool was_off = strcmp(known->state, "off") == 0;

	if (said->active && !was_active && !was_off)
		after->active = true;
	if (said->active && was_off)
		now->state = "off";
	if (said->active)
		return;
	if (was_active && !after->active)
		now->state = "off";
	after->active = false;
}

static bool looks_after(struct run *r, const struct user *u, bool *ours)
{
	int rank;

	*ours = strcmp(u->source_id, r->source->id) == 0;
	if (*ours)
		return true;
	if (!manager_rank(r->c, u, &rank))
		return false;
	*ours = rank < source_rank(r->source->kind);
	return true;
}

static bool save_one(struct run *r, struct apply_page *p, int i, const struct ldap_entry *known,
		     struct ldap_entry *now)
{
	struct ctx *c = r->c;
	struct staged_person said;
	struct user *before, after;
	bool ours;

	if (!staged_person_read(c, &p->row[i], &said))
		return false;
	*now = entry_now(&p->row[i], &said, known->user_id);
	if (!user_find(c, known->user_id, &before))
		return false;
	/* an administrator deleted him: he stays deleted while the entry is the same */
	if (!before || !looks_after(r, before, &ours) || !ours)
		return c->err.kind == ERR_NONE;
	if (!user_get_all(c, known->user_id, &before))
		return false;
	after = *before;
	after.values = values_copy(c->arena, &before->values);
	staged_person_put(c, &said, &after);
	set_active(known, &said, &after, now);
	return user_save(c, before, &after);
}

/* Of those whose entry is known, what is to be kept of it from now on. */
typedef bool each_known(struct run *r, struct apply_page *p, int i, const struct ldap_entry *known,
			struct ldap_entry *now);

static bool for_known(struct run *r, struct apply_page *p, each_known *fn)
{
	struct ldap_entry **known, *out = arena_array(r->c->arena, struct ldap_entry, (size_t)p->n);
	int n = 0;

	if (!entries_of(r, p, &known))
		return false;
	for (int i = 0; i < p->n; i++)
		if (known[i] && !fn(r, p, i, known[i], &out[n++]))
			return false;
	return ldap_entry_put(r->c, r->source->id, out, n);
}

bool apply_update(struct run *r, void *arg)
{
	return for_known(r, arg, save_one);
}

/* Those whose userName changes, before anybody else takes a name: they may swap names
 * among themselves. */
bool apply_rename(struct run *r, void *arg)
{
	struct apply_page *p = arg, some = { .row = NULL };
	struct ctx *c = r->c;
	const char **ids = arena_array(c->arena, const char *, (size_t)p->n + 1);
	struct ldap_entry **known;
	struct staged_person said;
	struct rows names;
	int n = 0, renamed = 0;

	if (!entries_of(r, p, &known))
		return false;
	for (int i = 0; i < p->n; i++)
		if (known[i])
			ids[n++] = known[i]->user_id;
	if (n == 0 || !crowd_names(c, ids, n, &names))
		return n == 0;
	some = (struct apply_page){ .row = arena_array(c->arena, struct ldap_staged, (size_t)p->n),
				    .after = p->after };
	for (int i = 0; i < p->n; i++) {
		if (!known[i])
			continue;
		if (!staged_person_read(c, &p->row[i], &said))
			return false;
		for (int k = 0; k < names.count; k++)
			if (strcmp(row_text(&names, k, 0), known[i]->user_id) == 0 &&
			    !text_same(row_text(&names, k, 1), said.user_name)) {
				ids[renamed++] = known[i]->user_id;
				some.row[some.n++] = p->row[i];
			}
	}
	if (renamed == 0)
		return true;
	return (p->single || crowd_free_names(c, ids, renamed)) && apply_update(r, &some);
}

static bool leave_one(struct run *r, struct apply_page *p, int i, const struct ldap_entry *known,
		      struct ldap_entry *now)
{
	struct ctx *c = r->c;
	struct user *before, after;
	bool ours;

	if (p->row[i].data)
		return save_one(r, p, i, known, now);
	*now = *known;
	now->missing = c->now;
	if (!user_find(c, known->user_id, &before))
		return false;
	if (!before || before->guarded || !looks_after(r, before, &ours) || !ours)
		return c->err.kind == ERR_NONE;
	if (strcmp(known->state, "active") == 0)
		now->state = before->active ? "gone" : "off";
	if (!before->active)
		return true;
	if (!user_get_all(c, known->user_id, &before))
		return false;
	after = *before;
	after.values = values_copy(c->arena, &before->values);
	after.active = false;
	return user_save(c, before, &after);
}

bool apply_leave(struct run *r, void *arg)
{
	return for_known(r, arg, leave_one);
}

/* The entry moved; nothing else about it did. */
static bool move_one(struct run *r, struct apply_page *p, int i, const struct ldap_entry *known,
		     struct ldap_entry *now)
{
	const json_t *j = json_own(r->c, json_loads(p->row[i].data, 0, NULL));
	const char *dn = json_string_value(json_object_get(j, "dn"));

	*now = *known;
	if (dn)
		now->dn_key = dn;
	return true;
}

bool apply_notes(struct run *r, void *arg)
{
	return for_known(r, arg, move_one);
}
