/* places.c - /workspaces and /projects. */
#include "admin.h"

#include "access/rule.h"
#include "change/change.h"
#include "change/listing.h"

enum { TITLE_MAX = 500 };

static json_t *show_workspace(struct ctx *c, const struct workspace *w)
{
	json_t *j = json_object();

	json_put_text(j, "id", w->id);
	json_put_text(j, "title", w->title);
	json_put_bool(j, "personal", w->personal);
	json_put_time(c, j, "created", w->created);
	json_put_time(c, j, "changed", w->changed);
	return j;
}

static json_t *show_project(struct ctx *c, const struct project *p)
{
	json_t *j = json_object();

	json_put_text(j, "id", p->id);
	json_put_text(j, "title", p->title);
	json_put_text(j, "workspace", p->workspace_id);
	json_put_time(c, j, "created", p->created);
	json_put_time(c, j, "changed", p->changed);
	return j;
}

/* what: "workspace.created"; before and after may be NULL. */
static void note(struct ctx *c, const char *what, const char *kind, const char *id,
		 const json_t *before, const json_t *after)
{
	audit_note(c, (struct audit_note){ .action = what,
					   .target_kind = kind,
					   .target_id = id,
					   .before = before ? json_line(c, before) : NULL,
					   .after = after ? json_line(c, after) : NULL });
}

static bool read_title(struct ctx *c, const json_t *j, const char **out)
{
	if (!body_text(c, j, "title", TITLE_MAX, out))
		return false;
	return (*out && **out) || error(c, ERR_VALUE, "title is missing");
}

bool admin_workspaces_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct workspace *w;
	struct page page;
	json_t *items;
	int64_t total;
	int n;

	if (!page_read(c, q, &page) ||
	    !list_workspaces(c, NULL, page.after, page.limit, &w, &n, &total))
		return false;
	items = json_array();
	for (int i = 0; i < n; i++)
		json_append(items, show_workspace(c, &w[i]));
	page_respond(c, p, items, n == page.limit ? w[n - 1].id : NULL, total);
	return true;
}

/* Rules that name workspaces after groups may have waited for this title. */
static bool let_rules_look(struct ctx *c)
{
	const struct rule_set *set;

	if (!rule_set_compiled(c, c->org->rules_revision, &set))
		return false;
	if (set->templated)
		touch_everybody(c);
	return true;
}

bool admin_workspace_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct workspace w = { 0 };
	json_t *j, *shown;

	if (!body_read(c, q, "title personal", &j) || !read_title(c, j, &w.title) ||
	    !body_bool(c, j, "personal", &w.personal) || !workspace_create(c, &w) ||
	    !let_rules_look(c))
		return false;
	shown = show_workspace(c, &w);
	note(c, "workspace.created", "workspace", w.id, NULL, shown);
	json_respond(c, p, 201, shown);
	http_add_header(p, "Location",
			arena_printf(c->arena, "%s/api/v1/workspaces/%s", c->base_url, w.id));
	return true;
}

bool admin_workspace_read(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct workspace *w;
	int64_t total;
	int n;

	if (!list_workspaces(c, q->param[0], "", 1, &w, &n, &total))
		return false;
	if (n == 0)
		return error(c, ERR_NOT_FOUND, "there is no workspace %.100s", q->param[0]);
	json_respond(c, p, 200, show_workspace(c, w));
	return true;
}

bool admin_workspace_patch(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct workspace *w;
	json_t *j, *was, *is;

	if (!body_read(c, q, "title", &j) || !workspace_get(c, q->param[0], &w))
		return false;
	was = json_own(c, show_workspace(c, w));
	if (!read_title(c, j, &w->title))
		return false;
	is = json_own(c, show_workspace(c, w));
	if (!json_equal(was, is)) {
		w->changed = c->now;
		if (!workspace_save(c, w) || !let_rules_look(c))
			return false;
		is = json_own(c, show_workspace(c, w));
		note(c, "workspace.updated", "workspace", w->id, was, is);
	}
	json_respond(c, p, 200, json_incref(is));
	return true;
}

bool admin_workspace_drop(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct workspace *w;

	if (!workspace_get(c, q->param[0], &w) || !workspace_delete(c, w->id))
		return false;
	note(c, "workspace.deleted", "workspace", w->id, json_own(c, show_workspace(c, w)), NULL);
	p->status = 204;
	return true;
}

bool admin_projects_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	const char *workspace;
	struct project *list;
	struct page page;
	json_t *items;
	int64_t total;
	int n;

	if (!page_read(c, q, &page) || !http_query(c, q, "workspace", &workspace) ||
	    !list_projects(c, workspace, NULL, page.after, page.limit, &list, &n, &total))
		return false;
	items = json_array();
	for (int i = 0; i < n; i++)
		json_append(items, show_project(c, &list[i]));
	page_respond(c, p, items, n == page.limit ? list[n - 1].id : NULL, total);
	return true;
}

bool admin_project_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct project made = { 0 };
	json_t *j, *shown;

	if (!body_read(c, q, "title workspace", &j) || !read_title(c, j, &made.title) ||
	    !body_needs(c, j, "workspace") ||
	    !body_text(c, j, "workspace", TITLE_MAX, &made.workspace_id) ||
	    !project_create(c, &made))
		return false;
	shown = show_project(c, &made);
	note(c, "project.created", "project", made.id, NULL, shown);
	json_respond(c, p, 201, shown);
	http_add_header(p, "Location",
			arena_printf(c->arena, "%s/api/v1/projects/%s", c->base_url, made.id));
	return true;
}

bool admin_project_read(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct project *found;
	int64_t total;
	int n;

	if (!list_projects(c, NULL, q->param[0], "", 1, &found, &n, &total))
		return false;
	if (n == 0)
		return error(c, ERR_NOT_FOUND, "there is no project %.100s", q->param[0]);
	json_respond(c, p, 200, show_project(c, found));
	return true;
}

/* Moving a project to another workspace is a change of its own kind: members of the
 * old one would lose it.  Its title is all that changes here. */
bool admin_project_patch(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct project *found;
	json_t *j, *was, *is;

	if (!body_read(c, q, "title", &j) || !project_get(c, q->param[0], &found))
		return false;
	was = json_own(c, show_project(c, found));
	if (!read_title(c, j, &found->title))
		return false;
	is = json_own(c, show_project(c, found));
	if (!json_equal(was, is)) {
		found->changed = c->now;
		if (!project_save(c, found))
			return false;
		is = json_own(c, show_project(c, found));
		note(c, "project.updated", "project", found->id, was, is);
	}
	json_respond(c, p, 200, json_incref(is));
	return true;
}

bool admin_project_drop(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct project *found;

	if (!project_get(c, q->param[0], &found) || !project_delete(c, found->id))
		return false;
	note(c, "project.deleted", "project", found->id, json_own(c, show_project(c, found)), NULL);
	p->status = 204;
	return true;
}
