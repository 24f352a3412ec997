/* apply_arrive.c - people who come for the first time. */
#include <string.h>

#include "apply.h"
#include "base/org.h"
#include "http/json.h"
#include "roster/crowd.h"
#include "roster/domain.h"
#include "roster/identity.h"
#include "roster/touched.h"

static const char *uuid_of(struct ctx *c, const char *entry_id)
{
	unsigned char b[TABLE_ID];
	char uuid[37];

	if (!table_unhex(entry_id, b))
		return NULL;
	table_uuid(b, uuid);
	return arena_strdup(c->arena, uuid);
}

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
		staged_person_put(c, &said[i], &list[i].u);
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
