/* authz.c - /authz/check: may this person do that, there? */
#include "admin.h"

#include <string.h>

#include "access/grant.h"
#include "access/permission.h"
#include "access/standing.h"
#include "roster/place.h"
#include "roster/user.h"

/* The place a question names: a project, or a workspace. */
struct there {
	const char *workspace, *project; /* ids; NULL: not named */
};

static bool read_place(struct ctx *c, const struct http_req *q, struct there *out)
{
	struct workspace *w;
	struct project *p;

	if (!http_query(c, q, "workspace", &out->workspace) ||
	    !http_query(c, q, "project", &out->project))
		return false;
	if (out->project) {
		if (!project_get(c, out->project, &p))
			return false;
		if (out->workspace && strcmp(out->workspace, p->workspace_id) != 0)
			return error(c, ERR_VALUE, "this project is in another workspace");
		out->workspace = p->workspace_id;
		return true;
	}
	return !out->workspace || workspace_get(c, out->workspace, &w);
}

/* What of his grants counts there. */
static void stand(const struct ctx *c, const struct user_grant *held, int n, const struct there *at,
		  struct arena *a, struct asking *who)
{
	struct grant *g = arena_array(a, struct grant, (size_t)n + 1);
	enum role role;

	for (int i = 0; i < n; i++)
		g[i] = held[i].grant;
	who->in_place = at->workspace != NULL;
	if (at->workspace && resolve_scope(c->org, g, n, SCOPE_WORKSPACE, at->workspace, &role))
		who->added = true;
	if (at->project && resolve_scope(c->org, g, n, SCOPE_PROJECT, at->project, &role)) {
		who->added = true;
		who->project_role = role;
	}
}

static bool find_out(struct ctx *c, const struct http_req *q, const struct user *u,
		     struct asking *who)
{
	struct there at = { 0 };
	struct user_grant *held;
	struct standing *s;
	int n;

	*who = (struct asking){ .role = ROLE_NO };
	if (!read_place(c, q, &at) || !standing_find(c, u->id, &s) ||
	    !grant_list(c, &u->id, 1, &held, &n))
		return false;
	if (s)
		who->role = s->role;
	stand(c, held, n, &at, c->arena, who);
	return true;
}

static bool needed(struct ctx *c, const char *value, const char *what)
{
	return value || error(c, ERR_VALUE, "%s", what);
}

static bool read_action(struct ctx *c, const struct http_req *q, const struct permission **out)
{
	const char *action;

	if (!http_query(c, q, "action", &action) ||
	    !needed(c, action, "action is missing; /api/v1/authz/actions lists them"))
		return false;
	*out = permission_find(action);
	return *out ||
	       error(c, ERR_VALUE, "there is no action \"%.60s\"; /api/v1/authz/actions lists them",
		     action);
}

static bool read_user(struct ctx *c, const struct http_req *q, struct user **out)
{
	const char *ref;

	if (!http_query(c, q, "user", &ref) ||
	    !needed(c, ref, "user is missing: an id or a userName") || !user_find_ref(c, ref, out))
		return false;
	return *out || error(c, ERR_NOT_FOUND, "there is no user \"%.100s\"", ref);
}

bool admin_authz_check(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	const struct permission *action;
	struct asking who;
	struct permit permit;
	struct user *u;
	json_t *j;

	if (!read_action(c, q, &action) || !read_user(c, q, &u) || !find_out(c, q, u, &who))
		return false;
	permission_decide(action, &who, &permit);
	j = json_object();
	json_put_bool(j, "allowed", permit.allowed);
	json_put_text(j, "extent", extent_names[permit.extent]);
	json_put_text(j, "action", action->action);
	json_put_text(j, "user", u->id);
	json_put_text(j, "role", role_code(permit.role));
	json_put_text(j, "because", permit.because);
	json_respond(c, p, 200, j);
	return true;
}

bool admin_authz_actions(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	json_t *items = json_array(), *j, *of;
	int n = 0;

	(void)q;
	for (const struct permission *one = permissions; one->action; one++, n++) {
		j = json_object();
		of = json_object();
		json_put_text(j, "action", one->action);
		json_put_text(j, "about", one->words);
		for (int r = 0; r < PERMISSION_ROLES; r++)
			json_put_text(of, role_code((enum role)(r + ROLE_AN)),
				      extent_names[one->of[r]]);
		json_put(j, "roles", of);
		json_append(items, j);
	}
	page_respond(c, p, items, NULL, n);
	return true;
}
