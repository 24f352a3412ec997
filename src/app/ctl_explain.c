/* ctl_explain.c - rosterctl users explain: which group gave which role by which rule. */
#include "ctl.h"

#include <stdio.h>

/* Grants name workspaces and projects by id; the user's own lists have titles. */
static void add_titles(json_t *grants, const json_t *user)
{
	static const char *const lists[] = { "workspaces", "projects" };
	json_t *grant, *place;
	size_t i, n;

	json_array_foreach(grants, i, grant)
	{
		const json_t *target = json_object_get(grant, "target");

		json_object_set(grant, "title", json_object_get(grant, "target"));
		for (int l = 0; l < 2; l++)
			json_array_foreach(json_object_get(user, lists[l]), n,
					   place) if (json_is_string(target) &&
						      json_equal(target,
								 json_object_get(place, "id")))
				json_object_set(grant, "title", json_object_get(place, "title"));
	}
}

/* One workspace or project, and a group to try. */
static bool read_query(struct ctl *k, const char **out)
{
	const char *workspace = ctl_option(k, "workspace"), *project = ctl_option(k, "project");
	const char *join = ctl_option(k, "join");

	*out = "/explain";
	if (workspace && project)
		return ctl_misuse(k, "say --workspace or --project, not both");
	if (workspace || project)
		*out = api_path(k,
				arena_printf(k->c->arena, "%s?scope=%s&target=", *out,
					     workspace ? "workspace" : "project"),
				workspace ? workspace : project, "");
	if (join)
		*out = api_path(k,
				arena_printf(k->c->arena, "%s%cgroup=", *out,
					     workspace || project ? '&' : '?'),
				join, "");
	return true;
}

static void print_join(struct ctl *k, json_t *join)
{
	static const struct column columns[] = {
		{ "SCOPE", "scope" }, { "WHERE", "target" },       { "BEFORE", "before" },
		{ "AFTER", "after" }, { "BECAUSE OF", "because" }, { NULL, NULL },
	};
	json_t *changes = json_object_get(join, "changes");

	if (!join)
		return;
	printf("\nIn the group %s: %s\n", ctl_option(k, "join"),
	       json_array_size(changes) ? "" : "nothing would change.");
	if (json_array_size(changes))
		ctl_print_items(k, changes, columns);
}

bool ctl_users_explain(struct ctl *k)
{
	static const struct column columns[] = {
		{ "SCOPE", "scope" },     { "WHERE", "title" },      { "ROLE", "role" },
		{ "BECAUSE OF", "rule" }, { "GROUP", "group_name" }, { "SOURCE", "source_name" },
		{ "SINCE", "since" },     { "COUNTS", "counts" },    { "LOST TO", "lost_to" },
		{ NULL, NULL },
	};
	json_t *answer, *grants;
	const char *id, *summary, *query;

	if (!read_query(k, &query) || !api_user_id(k, k->arg[0], &id) ||
	    !api_call(k, "GET", api_path(k, "/users/", id, query), NULL, &answer))
		return false;
	if (k->json) {
		ctl_print_json(answer);
		return true;
	}
	summary = json_string_value(json_object_get(answer, "summary"));
	grants = json_object_get(answer, "grants");
	printf("%s\n", summary ? summary : "-");
	if (json_array_size(grants) > 0) {
		add_titles(grants, json_object_get(answer, "user"));
		putchar('\n');
		ctl_print_items(k, grants, columns);
	}
	print_join(k, json_object_get(answer, "join"));
	return true;
}
