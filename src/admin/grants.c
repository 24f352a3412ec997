/* grants.c - /grants: what administrators gave by hand. */
#include "admin.h"

#include <string.h>

#include "change/change.h"
#include "change/listing.h"

enum { NAME_MAX_BYTES = 600 };

/* A grant as a request names it: somebody, and one scope. */
struct named {
	struct user *user;
	enum scope scope;
	const char *target;
	enum role role;
};

static const char *grant_id(struct ctx *c, const char *user, enum scope scope, const char *target)
{
	return opaque(c->arena,
		      arena_printf(c->arena, "%s:%s:%s", user, scope_names[scope], target));
}

/* The parts of an id or a cursor; false if it is neither. */
static bool split(struct ctx *c, const char *id, struct grant_position *out)
{
	char *text = opaque_open(c->arena, id), *scope, *target;

	scope = text ? strchr(text, ':') : NULL;
	target = scope ? strchr(scope + 1, ':') : NULL;
	if (!target)
		return false;
	*scope = *target = '\0';
	*out = (struct grant_position){ text, scope + 1, target + 1 };
	return true;
}

static json_t *show(struct ctx *c, const struct grant_view *v)
{
	const struct grant *g = &v->held.grant;
	json_t *j = json_object();

	json_put_text(j, "id", grant_id(c, v->held.user_id, g->scope, g->target));
	json_put_text(j, "user", v->held.user_id);
	json_put_text(j, "userName", v->user_name);
	json_put_text(j, "scope", scope_names[g->scope]);
	if (g->scope == SCOPE_ORG)
		json_put_text(j, "org_role", role_code(g->role));
	else
		json_put_text(j, scope_names[g->scope], g->target);
	json_put_text(j, "title", v->title);
	json_put_text(j, "role", scope_role(g->scope, g->role));
	json_put_null(j, "by", g->by);
	json_put_time(c, j, "since", g->since);
	return j;
}

/* The user a filter names; *id NULL if there is no filter. */
static bool read_user(struct ctx *c, const struct http_req *q, const char **id)
{
	struct user *u;
	const char *ref;

	*id = NULL;
	if (!http_query(c, q, "user", &ref))
		return false;
	if (ref && !named_user(c, ref, &u))
		return false;
	if (ref)
		*id = u->id;
	return true;
}

bool admin_grants_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct grant_position after = { "", "", "" };
	struct grant_view *v;
	struct page page;
	const char *user, *next = NULL;
	json_t *items;
	int64_t total;
	int n;

	if (!page_read(c, q, &page) || !read_user(c, q, &user))
		return false;
	if (*page.after && !split(c, page.after, &after))
		return error(c, ERR_VALUE, "after must be what \"next\" of the page before was");
	if (!list_manual_grants(c, user, &after, page.limit, &v, &n, &total))
		return false;
	items = json_array();
	for (int i = 0; i < n; i++)
		json_append(items, show(c, &v[i]));
	if (n == page.limit)
		next = grant_id(c, v[n - 1].held.user_id, v[n - 1].held.grant.scope,
				v[n - 1].held.grant.target);
	page_respond(c, p, items, next, total);
	return true;
}

bool manual_grant(struct ctx *c, const char *user_id, enum scope scope, const char *target,
		  bool *has, enum role *role)
{
	struct user_grant *g;
	int n;

	*has = false;
	*role = ROLE_NONE;
	if (!grant_list(c, &user_id, 1, &g, &n))
		return false;
	for (int i = 0; i < n; i++)
		if (g[i].grant.manual && g[i].grant.scope == scope &&
		    strcmp(g[i].grant.target, target) == 0) {
			*has = true;
			*role = g[i].grant.role;
		}
	return true;
}

/* Exactly one of "workspace", "project" and "org_role". */
static bool read_scope(struct ctx *c, const json_t *j, struct named *out)
{
	static const char *const members[SCOPES] = { "org_role", "workspace", "project" };
	int given = 0;

	for (int s = 0; s < SCOPES; s++) {
		if (!json_object_get(j, members[s]))
			continue;
		given++;
		out->scope = (enum scope)s;
		if (!body_needs(c, j, members[s]) ||
		    !body_text(c, j, members[s], NAME_MAX_BYTES, &out->target))
			return false;
	}
	if (given != 1)
		return error(c, ERR_VALUE, "say one of org_role, workspace and project");
	if (out->scope == SCOPE_ORG)
		out->target = "";
	return true;
}

static bool read_named(struct ctx *c, const json_t *j, struct named *out)
{
	const char *user = NULL;

	return body_needs(c, j, "user") && body_text(c, j, "user", NAME_MAX_BYTES, &user) &&
	       read_scope(c, j, out) && named_user(c, user, &out->user);
}

static bool read_role(struct ctx *c, const json_t *j, struct named *out)
{
	if (out->scope == SCOPE_ORG)
		return json_object_get(j, "role")
			       ? error(c, ERR_VALUE, "org_role says the role; leave role out")
			       : scope_role_read(c, SCOPE_ORG, j, "org_role", &out->role);
	return scope_role_read(c, out->scope, j, "role", &out->role);
}

static bool check_holder(struct ctx *c, const struct named *n)
{
	if (n->user->guarded && n->scope == SCOPE_ORG)
		return error(c, ERR_FORBIDDEN, "%.100s is an Owner or a break-glass account",
			     n->user->user_name);
	return true;
}

/* has and before: what he had there by hand. */
static void note(struct ctx *c, const char *action, const struct named *n, bool has,
		 enum role before)
{
	json_t *j = json_own(c, json_object());

	json_put_text(j, "scope", scope_names[n->scope]);
	if (n->scope != SCOPE_ORG)
		json_put_text(j, "target", n->target);
	if (strcmp(action, "grant.given") == 0)
		json_put_text(j, "role", scope_role(n->scope, n->role));
	audit_note(c, (struct audit_note){ .action = action,
					   .target_kind = "user",
					   .target_id = n->user->id,
					   .after = json_line(c, j) });
	touch_user(c, n->user->id)->own = true;
	if (n->scope != SCOPE_ORG)
		touch_place(c, n->user->id,
			    &(struct touched_place){ .scope = n->scope,
						     .target = n->target,
						     .manual = true,
						     .had = has,
						     .role = before });
}

static bool respond(struct ctx *c, struct http_resp *p, int status, const struct named *n)
{
	struct grant_position all = { "", "", "" };
	struct grant_view *v;
	int64_t total;
	int count;

	/* somebody's manual grants are few, and this is after a write */
	if (!list_manual_grants(c, n->user->id, &all, PAGE_MAX, &v, &count, &total))
		return false;
	for (int i = 0; i < count; i++)
		if (v[i].held.grant.scope == n->scope &&
		    strcmp(v[i].held.grant.target, n->target) == 0) {
			json_respond(c, p, status, show(c, &v[i]));
			return true;
		}
	return error(c, ERR_INTERNAL, "the grant just given is not there");
}

bool admin_grant_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct named n = { 0 };
	enum role before;
	json_t *j;
	bool has;

	if (!body_read(c, q, "user org_role workspace project role", &j) || !read_named(c, j, &n) ||
	    !read_role(c, j, &n) || !check_holder(c, &n) ||
	    !manual_grant(c, n.user->id, n.scope, n.target, &has, &before))
		return false;
	if (has && before == n.role)
		return respond(c, p, 200, &n);
	if (!grant_give(c, n.user->id, n.scope, n.target, n.role))
		return false;
	note(c, "grant.given", &n, has, before);
	return respond(c, p, has ? 200 : 201, &n);
}

static bool take(struct ctx *c, struct http_resp *p, const struct named *n)
{
	enum role before;
	bool has;

	if (!check_holder(c, n) ||
	    !manual_grant(c, n->user->id, n->scope, n->target, &has, &before) ||
	    !grant_take(c, n->user->id, n->scope, n->target))
		return false;
	note(c, "grant.taken", n, has, before);
	p->status = 204;
	return true;
}

/* The same members in the query, for clients that send no body with DELETE. */
static bool read_query(struct ctx *c, const struct http_req *q, json_t **out)
{
	static const char *const members[] = { "user", "org_role", "workspace", "project" };
	const char *text;

	*out = json_own(c, json_object());
	for (int i = 0; i < 4; i++) {
		if (!http_query(c, q, members[i], &text))
			return false;
		json_put_text(*out, members[i], text);
	}
	return true;
}

bool admin_grants_drop(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct named n = { 0 };
	json_t *j;

	if (q->body.n ? !body_read(c, q, "user org_role workspace project role", &j)
		      : !read_query(c, q, &j))
		return false;
	return read_named(c, j, &n) && take(c, p, &n);
}

bool admin_grant_drop(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct grant_position at;
	struct named n = { .scope = SCOPES };

	if (!split(c, q->param[0], &at))
		return error(c, ERR_NOT_FOUND, "there is no such grant");
	for (int s = 0; s < SCOPES; s++)
		if (strcmp(at.scope, scope_names[s]) == 0)
			n.scope = (enum scope)s;
	n.target = at.target;
	if (!user_find(c, at.user_id, &n.user))
		return false;
	if (!n.user || n.scope == SCOPES)
		return error(c, ERR_NOT_FOUND, "there is no such grant");
	return take(c, p, &n);
}
