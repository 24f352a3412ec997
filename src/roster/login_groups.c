/* login_groups.c - the groups a sign-in named, as memberships of its connection. */
#include <string.h>

#include "base/org.h"
#include "base/text.h"
#include "roster/group.h"
#include "roster/identity.h"

/* Groups of the connection that the person is in: from the person, who is in few of them,
 * which CROSS JOIN tells a planner that would begin with the groups. */
static bool current(struct ctx *c, const struct login_groups *g, struct rows *r)
{
	return db_run(c, r,
		      "SELECT g.id, g.name_key, g.external_id FROM members m CROSS JOIN groups g"
		      " WHERE m.org_id = $1 AND g.org_id = $1 AND g.id = m.group_id"
		      " AND g.source_id = $2 AND m.user_id = $3",
		      DB_ARGS(db_text(c->org->id), db_text(g->source_id), db_text(g->user_id)));
}

static bool is_it(struct ctx *c, const struct login_groups *g, const struct rows *r, int row,
		  const char *name)
{
	const char *external = row_text(r, row, 2);

	if (g->by_id)
		return external && strcmp(external, name) == 0;
	return strcmp(row_text(r, row, 1), text_fold(c->arena, name)) == 0;
}

static bool find(struct ctx *c, const struct login_groups *g, const char *name, struct group **out)
{
	struct group_page page = {
		.source_id = g->source_id,
		.where = g->by_id ? "g.external_id = $2" : "g.name_key = $2",
		.args = DB_ARGS(db_text(g->by_id ? name : text_fold(c->arena, name))),
		.start = 1,
		.count = 1,
	};
	int64_t total;
	int n;

	if (!group_list(c, &page, out, &n, &total))
		return false;
	if (n == 0)
		*out = NULL;
	return true;
}

/* Two first sign-ins may bring the same group at once: the later one looks again. */
static bool make(struct ctx *c, struct login_groups *g, const char *name, struct group **out)
{
	*out = arena_new(c->arena, struct group);
	**out = (struct group){ .source_id = g->source_id,
				.display_name = name,
				.external_id = g->by_id ? name : NULL };
	if (!group_create(c, *out)) {
		if (err_take(&c->err, ERR_UNIQUE))
			return error(c, ERR_RETRY, "the group was made at the same time");
		return false;
	}
	g->made++;
	return true;
}

static bool join(struct ctx *c, struct login_groups *g, const char *name)
{
	struct group *group;

	if (!find(c, g, name, &group) || (!group && g->create && !make(c, g, name, &group)))
		return false;
	if (!group)
		return true;
	g->joined++;
	return member_add(c, group, &g->user_id, 1, NULL);
}

static bool leave(struct ctx *c, struct login_groups *g, const char *group_id)
{
	struct group *group;

	g->left++;
	return group_get(c, g->source_id, group_id, &group) &&
	       member_remove(c, group, &g->user_id, 1);
}

bool login_groups_set(struct ctx *c, struct login_groups *g)
{
	struct rows now;
	bool in;

	if (!current(c, g, &now))
		return false;
	for (int i = 0; i < g->names; i++) {
		in = false;
		for (int row = 0; row < now.count && !in; row++)
			in = is_it(c, g, &now, row, g->name[i]);
		if (!in && !join(c, g, g->name[i]))
			return false;
	}
	for (int row = 0; row < now.count; row++) {
		in = false;
		for (int i = 0; i < g->names && !in; i++)
			in = is_it(c, g, &now, row, g->name[i]);
		if (!in && !leave(c, g, row_text(&now, row, 0)))
			return false;
	}
	return true;
}
