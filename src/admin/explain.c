/* explain.c - /users/{id}/explain: why somebody has the roles he has. */
#include "admin.h"

#include "change/explain.h"
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
	json_put_null(j, "lost_to", e->counts ? NULL : e->lost_to);
	json_put_bool(j, "held", e->held);
	return j;
}

bool admin_user_explain(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct explanation e = { 0 };
	struct user_view *v;
	struct user *u;
	json_t *j, *grants, *holds;

	if (!user_get(c, q->param[0], &u) || !explain_user(c, u->id, &e) ||
	    !view_users(c, u, 1, &v))
		return false;
	j = json_object();
	grants = json_array();
	holds = json_array();
	for (int i = 0; i < e.holds; i++)
		json_append(holds, json_string(e.hold[i].id));
	for (int i = 0; i < e.grants; i++)
		json_append(grants, show_grant(c, &e.grant[i]));
	json_put(j, "user", show_user(c, v));
	json_put_null(j, "summary", e.summary);
	json_put(j, "grants", grants);
	json_put(j, "holds", holds);
	json_respond(c, p, 200, j);
	return true;
}
