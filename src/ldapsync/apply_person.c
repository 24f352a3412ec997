/* apply_person.c - what a staged row says of a person, and what was known of his entry. */
#include <string.h>

#include "apply.h"
#include "http/json.h"
#include "roster/value.h"

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

void staged_person_put(struct ctx *c, const struct staged_person *p, struct user *u)
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

struct ldap_entry entry_now(const struct ldap_staged *s, const struct staged_person *p,
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

bool manager_rank(struct ctx *c, const struct user *u, int *rank)
{
	struct source *s;

	if (!source_find(c, u->source_id, &s))
		return false;
	*rank = s ? source_rank(s->kind) : 0;
	return true;
}

/* Somebody of this name, or of this address in another source; NULL: nobody. */
