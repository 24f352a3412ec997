/* apply_people.c - people who arrive, change, come back or leave. */
#include <string.h>

#include "apply.h"
#include "base/org.h"
#include "http/json.h"
#include "roster/crowd.h"
#include "roster/domain.h"
#include "roster/identity.h"
#include "roster/touched.h"

enum { JOINS_MAX = 2000 };

static const char *text_of(const json_t *j, const char *key)
{
	return json_string_value(json_object_get(j, key));
}

bool staged_person_read(struct ctx *c, const struct ldap_staged *s, struct staged_person *out)
{
	json_t *j = s->data ? json_own(c, json_loads(s->data, 0, NULL)) : NULL;

	*out = (struct staged_person){
		.user_name = text_of(j, "userName"),
		.mail = text_of(j, "email"),
		.first_name = text_of(j, "first_name"),
		.last_name = text_of(j, "last_name"),
		.display_name = text_of(j, "displayName"),
		.state = text_of(j, "state"),
		.content = text_of(j, "content"),
		.dn = text_of(j, "dn"),
		.primary = text_of(j, "primary"),
		.expires = json_integer_value(json_object_get(j, "expires")),
	};
	out->active = out->state && strcmp(out->state, "active") == 0;
	return (out->user_name && out->content && out->dn && out->state) ||
	       error(c, ERR_INTERNAL, "the staged row of %s is damaged", s->entry_id);
}

static int slot_of(const struct ldap_entry *list, int n, const char *id)
{
	for (int i = 0; i < n; i++)
		if (strcmp(list[i].entry_id, id) == 0)
			return i;
	return -1;
}

bool entries_of(struct run *r, const struct apply_page *p, struct ldap_entry ***out)
{
	struct ctx *c = r->c;
	const char **ids = arena_array(c->arena, const char *, (size_t)p->n + 1);
	struct ldap_entry *found;
	int n;

	*out = arena_array(c->arena, struct ldap_entry *, (size_t)p->n + 1);
	for (int i = 0; i < p->n; i++)
		ids[i] = p->row[i].entry_id;
	if (!ldap_entry_find(c, r->source->id, ids, p->n, &found, &n))
		return false;
	for (int i = 0; i < p->n; i++) {
		int at = slot_of(found, n, p->row[i].entry_id);

		(*out)[i] = at < 0 ? NULL : &found[at];
	}
	return true;
}

/* ---- profiles ---- */

static void set_value(struct ctx *c, struct values *vs, const char *path, const char *text)
{
	const struct attr *attr = attr_by_path(path);
	int left = 0;

	for (int i = 0; i < vs->count; i++)
		if (vs->v[i].attr != attr || vs->v[i].n != 0)
			vs->v[left++] = vs->v[i];
	vs->count = left;
	if (text)
		values_add(c->arena, vs, attr, 0, text);
}

static void describe(struct ctx *c, const struct staged_person *p, struct user *u)
{
	u->user_name = p->user_name;
	u->display_name = p->display_name;
	set_value(c, &u->values, "name.givenName", p->first_name);
	set_value(c, &u->values, "name.familyName", p->last_name);
	set_value(c, &u->values, "emails.value", p->mail);
	set_value(c, &u->values, "emails.type", p->mail ? "work" : NULL);
	set_value(c, &u->values, "emails.primary", p->mail ? "true" : NULL);
	values_sort(&u->values);
}

static const char *uuid_of(struct ctx *c, const char *entry_id)
{
	unsigned char b[TABLE_ID];
	char uuid[37];

	if (!table_unhex(entry_id, b))
		return NULL;
	table_uuid(b, uuid);
	return arena_strdup(c->arena, uuid);
}

static struct ldap_entry entry_now(const struct ldap_staged *s, const struct staged_person *p,
				   const char *user_id)
{
	return (struct ldap_entry){ .entry_id = s->entry_id,
				    .user_id = user_id,
				    .content = p->content,
				    .dn_key = p->dn,
				    .state = p->state,
				    .expires = p->expires,
				    .primary_key = p->primary };
}

/* ---- arriving ---- */

/* The groups of those who arrive, by entry: rows in the same order. */
struct joins {
	struct ldap_staged *row;
	int n, at;
};

static bool groups_of(struct ctx *c, struct joins *j, const char *entry_id, const char ***out,
		      int *count)
{
	json_t *list, *one;
	size_t i;

	*out = NULL;
	*count = 0;
	while (j->at < j->n && strcmp(j->row[j->at].entry_id, entry_id) < 0)
		j->at++;
	if (j->at == j->n || strcmp(j->row[j->at].entry_id, entry_id) != 0)
		return true;
	list = json_own(c, json_loads(j->row[j->at].data ? j->row[j->at].data : "[]", 0, NULL));
	*out = arena_array(c->arena, const char *, json_array_size(list) + 1);
	json_array_foreach(list, i, one)
	{
		const char *text = json_string_value(one);

		if (!text || *text != '+')
			return error(c, ERR_INTERNAL, "the staged row of %s is damaged", entry_id);
		(*out)[(*count)++] = text + 1;
	}
	return true;
}

static bool read_joins(struct run *r, const struct apply_page *p, struct joins *out)
{
	out->at = 0;
	return ldap_staged_page(r->c, r->row->id, LDAP_JOIN, p->after, p->row[p->n - 1].entry_id,
				p->n, &out->row, &out->n);
}

static bool manager_rank(struct ctx *c, const struct user *u, int *rank)
{
	struct source *s;

	if (!source_find(c, u->source_id, &s))
		return false;
	*rank = s ? source_rank(s->kind) : 0;
	return true;
}

/* Somebody of this name, or of this address in another source; NULL: nobody. */
static bool who_is(struct ctx *c, const struct user *u, const char *mail, struct user **out)
{
	struct user *list;
	int n;

	if (!user_find_by_name(c, u->user_name, out) || *out || !mail)
		return c->err.kind == ERR_NONE;
	if (!identity_candidates(c, mail, &list, &n))
		return false;
	if (n > 1)
		return error(c, ERR_UNIQUE,
			     "the address of this entry names several people: give "
			     "them different addresses, or a userName that matches");
	*out = n ? &list[0] : NULL;
	return true;
}

static bool may_link(struct run *r, const struct user *found, const char *mail)
{
	bool may = false;

	if (found->guarded)
		return error(r->c, ERR_UNIQUE,
			     "%s is an Owner or an emergency account: no directory links it",
			     found->user_name);
	if (strcmp(found->source_id, r->source->id) == 0)
		return error(r->c, ERR_UNIQUE,
			     "another entry of this directory is or was \"%s\" (user %s): if "
			     "this is somebody else, delete that account or give the entry "
			     "another name",
			     found->user_name, found->id);
	if (r->s.link && !domain_may_link(r->c, mail ? mail : found->user_name, &may))
		return false;
	return may || error(r->c, ERR_UNIQUE,
			    "there is a user \"%s\" already, and the connection does not link "
			    "people (setting link, and the domains of the organization)",
			    found->user_name);
}

static bool join_all(struct ctx *c, const char *user_id, const char *const *group, int n)
{
	struct membership *list = arena_array(c->arena, struct membership, (size_t)n + 1);

	for (int i = 0; i < n; i++)
		list[i] = (struct membership){ group[i], user_id };
	return crowd_join(c, list, n);
}

/* Somebody who may be known under his name or address.  Whoever another connection looks
 * after stays as that one says; we add our groups. */
static bool arrive_slowly(struct run *r, struct newcomer *who, const char *mail,
			  const char **user_id)
{
	struct ctx *c = r->c;
	struct user *found;
	enum arrival how;
	int rank = 0;

	if (!who_is(c, &who->u, mail, &found) || (found && !may_link(r, found, mail)) ||
	    (found && !manager_rank(c, found, &rank)))
		return false;
	if (found && rank > source_rank(r->source->kind)) {
		*user_id = found->id;
		return join_all(c, found->id, who->group, who->groups);
	}
	/* an administrator's word stands */
	if (found && !found->active)
		who->u.active = false;
	if (!user_arrive(c, &who->u, &how))
		return false;
	*user_id = who->u.id;
	return join_all(c, *user_id, who->group, who->groups);
}

/* Its own trouble is the entry's: said there, and the others go on. */
static bool arrive_one(struct run *r, struct apply_page *p, int i, struct newcomer *who,
		       const struct staged_person *said, struct ldap_entry *out, int *n)
{
	const char *user_id = who->u.id;

	if (!who->made && !p->single && p->n > 1) {
		/* a failure in the midst of a change cannot be taken back alone */
		struct user *found;

		if (!who_is(r->c, &who->u, said->mail, &found) ||
		    (found && !may_link(r, found, said->mail))) {
			if (r->c->err.kind >= ERR_RETRY)
				return false;
			p->row[i].outcome = arena_strdup(r->c->arena, r->c->err.msg);
			r->c->err = (struct err){ 0 };
			return true;
		}
	}
	if (!who->made && !arrive_slowly(r, who, said->mail, &user_id))
		return false;
	out[(*n)++] = entry_now(&p->row[i], said, user_id);
	if (!who->made && said->active && !who->u.active)
		out[*n - 1].state = "off";
	return true;
}

bool apply_arrive(struct run *r, void *arg)
{
	struct apply_page *p = arg;
	struct ctx *c = r->c;
	struct newcomer *list = arena_array(c->arena, struct newcomer, (size_t)p->n);
	struct staged_person *said = arena_array(c->arena, struct staged_person, (size_t)p->n);
	struct ldap_entry *out = arena_array(c->arena, struct ldap_entry, (size_t)p->n);
	struct joins joins;
	const char **group;
	int n = 0;

	if (!read_joins(r, p, &joins))
		return false;
	for (int i = 0; i < p->n; i++) {
		if (!staged_person_read(c, &p->row[i], &said[i]) ||
		    !groups_of(c, &joins, p->row[i].entry_id, &group, &list[i].groups))
			return false;
		list[i].group = group;
		describe(c, &said[i], &list[i].u);
		list[i].u.external_id = uuid_of(c, p->row[i].entry_id);
		list[i].u.active = said[i].active;
	}
	if (!crowd_arrive(c, list, p->n))
		return false;
	for (int i = 0; i < p->n; i++)
		if (!arrive_one(r, p, i, &list[i], &said[i], out, &n))
			return false;
	return ldap_entry_put(c, r->source->id, out, n);
}

/* ---- changing ---- */

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
	describe(c, &said, &after);
	set_active(known, &said, &after, now);
	return user_save(c, before, &after);
}

bool apply_update(struct run *r, void *arg)
{
	struct apply_page *p = arg;
	struct ldap_entry **known, *out = arena_array(r->c->arena, struct ldap_entry, (size_t)p->n);
	int n = 0;

	if (!entries_of(r, p, &known))
		return false;
	for (int i = 0; i < p->n; i++)
		if (known[i] && !save_one(r, p, i, known[i], &out[n++]))
			return false;
	return ldap_entry_put(r->c, r->source->id, out, n);
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

/* ---- leaving ---- */

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
	struct apply_page *p = arg;
	struct ldap_entry **known, *out = arena_array(r->c->arena, struct ldap_entry, (size_t)p->n);
	int n = 0;

	if (!entries_of(r, p, &known))
		return false;
	for (int i = 0; i < p->n; i++)
		if (known[i] && !leave_one(r, p, i, known[i], &out[n++]))
			return false;
	return ldap_entry_put(r->c, r->source->id, out, n);
}

bool apply_notes(struct run *r, void *arg)
{
	struct apply_page *p = arg;
	struct ldap_entry **known, *out = arena_array(r->c->arena, struct ldap_entry, (size_t)p->n);
	int n = 0;

	if (!entries_of(r, p, &known))
		return false;
	for (int i = 0; i < p->n; i++) {
		json_t *j = json_own(r->c, json_loads(p->row[i].data, 0, NULL));

		if (!known[i] || !text_of(j, "dn"))
			continue;
		out[n] = *known[i];
		out[n++].dn_key = text_of(j, "dn");
	}
	return ldap_entry_put(r->c, r->source->id, out, n);
}
