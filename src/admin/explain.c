/* explain.c - /users/{id}/explain: why somebody has the roles he has. */
#include "admin.h"

#include <string.h>

#include "change/explain.h"
#include "change/plan.h"
#include "show_user.h"

static json_t *show_grant(struct ctx *c, const struct explained *e)
{
	const struct grant *g = &e->grant;
	json_t *j = json_object();

	json_put_text(j, "scope", scope_names[g->scope]);
	json_put_null(j, "target", g->scope == SCOPE_ORG ? NULL : g->target);
	json_put_text(j, "role", scope_role(g->scope, g->role));
	json_put_text(j, "origin", g->manual ? "manual" : "rule");
	json_put_null(j, "rule", g->rule_id);
	json_put(j, "revision", g->manual ? json_null() : json_integer(g->revision));
	json_put_null(j, "group", g->group_id);
	json_put_null(j, "group_name", e->group_name);
	json_put_null(j, "source", g->source_id);
	json_put_null(j, "source_name", e->source_name);
	json_put_null(j, "by", g->by);
	json_put_time(c, j, "since", g->since);
	json_put_bool(j, "counts", e->counts);
	json_put_null(j, "lost_to", e->lost_to);
	json_put_null(j, "why", e->why);
	json_put_bool(j, "held", e->held);
	return j;
}

/* Which grants are asked for. */
struct asked {
	const char *scope, *target, *group; /* NULL: all; no group */
};

static bool read_asked(struct ctx *c, const struct http_req *q, struct asked *out)
{
	if (!http_query(c, q, "scope", &out->scope) || !http_query(c, q, "target", &out->target) ||
	    !http_query(c, q, "group", &out->group))
		return false;
	for (int s = 0; s < SCOPES; s++)
		if (!out->scope || strcmp(out->scope, scope_names[s]) == 0)
			return true;
	return error(c, ERR_VALUE, "scope must be org, workspace or project");
}

static bool is_asked(const struct asked *a, const struct grant *g)
{
	return (!a->scope || strcmp(a->scope, scope_names[g->scope]) == 0) &&
	       (!a->target || strcmp(a->target, g->target) == 0);
}

/* What would be other, were he in one more group. */
static bool put_join(struct ctx *c, json_t *j, const char *user_id, const char *group)
{
	struct plan_result r;
	struct plan_reader items;
	json_t *join, *page;
	const char *group_id;
	int n;

	if (!plan_join(c, user_id, group, &group_id, &r))
		return false;
	items = (struct plan_reader){ .block = r.plan.first };
	join = json_object();
	json_put(j, "join", join);
	json_put_text(join, "group", group_id);
	json_put_bool(join, "waits", r.plan.waiting_after > 0);
	page = json_parsed(plan_next_page(c->arena, &items, &n));
	json_put(join, "changes", page);
	return true;
}

bool admin_user_explain(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct explanation e = { 0 };
	struct asked asked;
	struct user_view *v;
	struct user *u;
	json_t *j, *grants, *holds;

	if (!read_asked(c, q, &asked) || !user_get(c, q->param[0], &u) ||
	    !explain_user(c, u->id, &e) || !view_users(c, u, 1, &v))
		return false;
	j = json_own(c, json_object());
	grants = json_array();
	holds = json_array();
	for (int i = 0; i < e.holds; i++)
		json_append(holds, json_string(e.hold[i].id));
	for (int i = 0; i < e.grants; i++)
		if (is_asked(&asked, &e.grant[i].grant))
			json_append(grants, show_grant(c, &e.grant[i]));
	json_put(j, "user", show_user(c, v));
	json_put_null(j, "summary", e.summary);
	json_put(j, "grants", grants);
	json_put(j, "holds", holds);
	if (asked.group && !put_join(c, j, u->id, asked.group))
		return false;
	json_respond(c, p, 200, json_incref(j));
	return true;
}
