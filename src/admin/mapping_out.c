/* mapping_out.c - the active rules as Label Studio's mapping lists, and what those cannot say. */
#include <string.h>

#include "access/rule.h"
#include "admin.h"
#include "base/text.h"
#include "change/listing.h"
#include "mapping.h"

/* What is being made of the rules. */
struct export
{
	struct ctx *c;
	struct rule_group *group; /* all that were seen */
	int groups;
	json_t *roles, *workspaces, *projects, *notes;
};

static void note(struct export *m, const struct rule *r, const char *what)
{
	json_append(m->notes,
		    json_string(arena_printf(m->c->arena, "rule \"%s\": %s", r->id, what)));
}

static bool read_groups(struct export *m)
{
	struct group_query q = { .after = "", .limit = PAGE_MAX };
	struct group_view *v;
	int64_t total;
	int n;

	do {
		if (!list_groups(m->c, &q, &v, &n, &total))
			return false;
		m->group = arena_grow(m->c->arena, m->group, (size_t)m->groups * sizeof(*m->group),
				      (size_t)(m->groups + n) * sizeof(*m->group));
		for (int i = 0; i < n; i++)
			m->group[m->groups++] = (struct rule_group){
				.id = v[i].group.id,
				.external_id = v[i].group.external_id,
				.name = v[i].group.display_name,
				.key = text_fold(m->c->arena, v[i].group.display_name),
				.source_id = v[i].group.source_id,
				.source_name = v[i].source_name,
			};
		q.after = n ? v[n - 1].group.id : "";
	} while (n == PAGE_MAX);
	return true;
}

/* The same entry twice says nothing more. */
static void add_once(json_t *list, json_t *entry)
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one) if (json_equal(one, entry))
	{
		json_decref(entry);
		return;
	}
	json_append(list, entry);
}

static json_t *pair(const char *first, const char *group)
{
	json_t *j = json_array();

	json_append(j, json_string(first));
	json_append(j, json_string(group));
	return j;
}

/* Their projects have numbers. */
static json_t *project_entry(const struct rule *r, const char *group)
{
	json_t *j = json_object();
	int64_t number;

	json_put(j, "project_id",
		 text_int(r->target, 0, INT64_MAX, &number) ? json_integer(number)
							    : json_string(r->target));
	json_put_text(j, "group", group);
	json_put_text(j, "role", r->role == ROLE_NONE ? "Inherit" : role_name(r->role));
	return j;
}

static bool title_of(struct export *m, const struct rule *r, const struct rule_group *g,
		     const char **title)
{
	struct workspace *w;

	*title = r->title && g ? rule_title(m->c->arena, r, g) : r->title;
	if (r->title)
		return true;
	if (workspace_get(m->c, r->target, &w)) {
		*title = w->title;
		return true;
	}
	if (!err_take(&m->c->err, ERR_NOT_FOUND))
		return false;
	note(m, r, "its workspace is not there: left out");
	return true;
}

/* One rule for one group, by the name that the group has now. */
static bool add(struct export *m, const struct rule *r, const struct rule_group *g,
		const char *name)
{
	const char *title;

	if (r->scope == SCOPE_ORG)
		add_once(m->roles, pair(role_name(r->role), name));
	else if (r->scope == SCOPE_PROJECT)
		add_once(m->projects, project_entry(r, name));
	else if (!title_of(m, r, g, &title))
		return false;
	else if (title)
		add_once(m->workspaces, pair(title, name));
	return true;
}

/* What their lists have no words for. */
static void note_losses(struct export *m, const struct rule *r, int matches)
{
	int64_t number;

	if (r->from || r->until)
		note(m, r, "it is in force for a time only; there it is for ever");
	if (r->source)
		note(m, r, "it is about one source; there it is about groups of any");
	if (r->by == BY_GLOB || r->by == BY_REGEX)
		note(m, r, "it is a pattern; there are the groups that it matches by now");
	if (r->by == BY_NAME && matches)
		note(m, r, "it takes the name in any case; there it is as the group has it now");
	if (r->by == BY_ID || r->by == BY_EXTERNAL_ID)
		note(m, r, "it names the group by an id; there by the name it has now");
	if (r->scope == SCOPE_WORKSPACE && r->role == ROLE_MA)
		note(m, r, "it makes managers of the workspace; there they are members");
	if (r->scope == SCOPE_PROJECT && !text_int(r->target, 0, INT64_MAX, &number))
		note(m, r, "put the number that the project has there in place of our id");
}

static bool export_rule(struct export *m, const struct rule *r)
{
	int matches = 0;

	for (int i = 0; i < m->groups; i++) {
		if (!rule_matches(r, &m->group[i]))
			continue;
		matches++;
		if (!add(m, r, &m->group[i], m->group[i].name))
			return false;
	}
	note_losses(m, r, matches);
	if (matches)
		return true;
	if ((r->by == BY_NAME || r->by == BY_EXACT) && (!r->title || !strchr(r->title, '{')))
		return add(m, r, NULL, r->group);
	note(m, r, "no group that it matches has been seen: left out");
	return true;
}

bool admin_rules_export(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct export m = { .c = c };
	json_t *out = json_own(c, json_object());
	const struct rule_set *set;

	(void)q;
	m.roles = json_array();
	m.workspaces = json_array();
	m.projects = json_array();
	m.notes = json_array();
	json_put(out, ROLES_GROUPS, m.roles);
	json_put(out, WORKSPACES_GROUPS, m.workspaces);
	json_put(out, PROJECTS_GROUPS, m.projects);
	json_put(out, "notes", m.notes);
	if (!rule_set_compiled(c, c->org->rules_revision, &set) || !read_groups(&m))
		return false;
	for (int i = 0; i < set->count; i++)
		if (!export_rule(&m, &set->rule[i]))
			return false;
	json_respond(c, p, 200, json_incref(out));
	return true;
}
