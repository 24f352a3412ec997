/* apply_groups.c - groups that are new, renamed or gone, and who joins or leaves them. */
#include <string.h>

#include "apply.h"
#include "base/org.h"
#include "http/json.h"
#include "roster/crowd.h"
#include "roster/group.h"

static json_t *data_of(struct ctx *c, const struct ldap_staged *s)
{
	return json_own(c, json_loads(s->data ? s->data : "{}", 0, NULL));
}

static const char *text_of(const json_t *j, const char *key)
{
	return json_string_value(json_object_get(j, key));
}

static bool group_one(struct run *r, const struct ldap_staged *s)
{
	json_t *j = data_of(r->c, s);
	struct group *before, after = { .id = text_of(j, "id"),
					.source_id = r->source->id,
					.display_name = text_of(j, "displayName") };
	unsigned char id[TABLE_ID];
	char uuid[37];

	if (!after.id || !after.display_name || !table_unhex(s->entry_id, id))
		return error(r->c, ERR_INTERNAL, "the staged row of %s is damaged", s->entry_id);
	table_uuid(id, uuid);
	after.external_id = arena_strdup(r->c->arena, uuid);
	if (!group_find(r->c, r->source->id, after.id, &before))
		return false;
	if (!before)
		return group_create(r->c, &after);
	after.version = before->version;
	after.created = before->created;
	after.changed = before->changed;
	return group_save(r->c, before, &after);
}

bool apply_groups(struct run *r, void *arg)
{
	struct apply_page *p = arg;

	for (int i = 0; i < p->n; i++)
		if (!group_one(r, &p->row[i]))
			return false;
	return true;
}

bool apply_group_gone(struct run *r, void *arg)
{
	struct apply_page *p = arg;

	for (int i = 0; i < p->n; i++) {
		json_t *j = data_of(r->c, &p->row[i]);
		const char *id = text_of(j, "id");
		struct group *g;

		if (!id || !group_find(r->c, r->source->id, id, &g) ||
		    (g && !group_delete(r->c, g)) ||
		    !ldap_group_forget(r->c, r->source->id, p->row[i].entry_id))
			return id ? false : error(r->c, ERR_INTERNAL, "a staged row is damaged");
	}
	return true;
}

bool apply_group_set(struct run *r, void *arg)
{
	struct apply_page *p = arg;
	struct ldap_group_row *list = arena_array(r->c->arena, struct ldap_group_row, (size_t)p->n);
	struct group *g;
	int n = 0;

	for (int i = 0; i < p->n; i++) {
		json_t *j = data_of(r->c, &p->row[i]);

		list[n] = (struct ldap_group_row){
			.entry_id = p->row[i].entry_id,
			.group_id = text_of(j, "id"),
			.content = text_of(j, "content"),
			.members = text_of(j, "members"),
			.dn_key = text_of(j, "dn"),
			.nested = json_is_true(json_object_get(j, "nested")),
		};
		if (!list[n].group_id || !list[n].content || !list[n].members || !list[n].dn_key)
			return error(r->c, ERR_INTERNAL, "a staged row is damaged");
		/* one that could not be made is not remembered: the next run tries again */
		if (!group_find(r->c, r->source->id, list[n].group_id, &g))
			return false;
		n += g != NULL;
	}
	return ldap_group_put(r->c, r->source->id, list, n);
}

/* ---- members ---- */

static int count_pairs(struct ctx *c, const struct apply_page *p, json_t **rows)
{
	int n = 0;

	for (int i = 0; i < p->n; i++) {
		rows[i] = json_own(c, json_loads(p->row[i].data ? p->row[i].data : "[]", 0, NULL));
		n += (int)json_array_size(rows[i]);
	}
	return n;
}

bool apply_members(struct run *r, void *arg)
{
	struct apply_page *p = arg;
	struct ctx *c = r->c;
	json_t **rows = arena_array(c->arena, json_t *, (size_t)p->n), *one;
	int n = count_pairs(c, p, rows), joins = 0, parts = 0;
	struct membership *in = arena_array(c->arena, struct membership, (size_t)n + 1);
	struct membership *out = arena_array(c->arena, struct membership, (size_t)n + 1);
	struct ldap_entry **known;
	size_t k;

	if (!entries_of(r, p, &known))
		return false;
	for (int i = 0; i < p->n; i++) {
		if (!known[i])
			continue;
		json_array_foreach(rows[i], k, one)
		{
			const char *text = json_string_value(one);

			if (text && *text == '+')
				in[joins++] = (struct membership){ text + 1, known[i]->user_id };
			else if (text && *text == '-')
				out[parts++] = (struct membership){ text + 1, known[i]->user_id };
		}
	}
	return crowd_join(c, in, joins) && crowd_part(c, out, parts);
}
