/* users.c - /users: the people of the organization. */
#include "admin.h"

#include <string.h>

#include "access/grant.h"
#include "change/change.h"
#include "show_user.h"

enum { PREFIX_MAX = 512 };

static bool check_state(struct ctx *c, const char *state)
{
	static const char *const states[] = { "active", "pending", "deactivated" };

	for (int i = 0; state && i < 3; i++)
		if (strcmp(state, states[i]) == 0)
			return true;
	return !state || error(c, ERR_VALUE, "state must be active, pending or deactivated");
}

/* Members of a workspace or of a project: both are places. */
static bool read_place(struct ctx *c, const struct http_req *q, const char **out)
{
	const char *project;

	if (!http_query(c, q, "workspace", out) || !http_query(c, q, "project", &project))
		return false;
	if (*out && project)
		return error(c, ERR_VALUE, "ask for workspace or project, not for both");
	if (project)
		*out = project;
	return true;
}

static bool read_query(struct ctx *c, const struct http_req *q, struct user_query *out)
{
	enum role role;

	if (!http_query(c, q, "state", &out->state) || !http_query(c, q, "role", &out->role) ||
	    !http_query(c, q, "q", &out->prefix) || !http_query(c, q, "group", &out->group_id) ||
	    !http_query(c, q, "source", &out->source) || !read_place(c, q, &out->place) ||
	    !check_state(c, out->state))
		return false;
	if (out->role && !role_parse(out->role, &role))
		return error(c, ERR_VALUE, "role must be one of DI, NO, AN, RE, MA, AD and OW");
	if (out->role)
		out->role = role_code(role);
	if (out->prefix && strlen(out->prefix) > PREFIX_MAX)
		return error(c, ERR_VALUE, "q is longer than %d bytes", PREFIX_MAX);
	return true;
}

bool admin_users_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct user_query asked = { 0 };
	struct user_view *v;
	struct user *users;
	struct page page;
	json_t *items;
	int64_t total;
	int n;

	if (!page_read(c, q, &page) || !read_query(c, q, &asked))
		return false;
	asked.after = page.after;
	asked.limit = page.limit;
	if (!list_users(c, &asked, &users, &n, &total) || !view_users(c, users, n, &v))
		return false;
	items = json_array();
	for (int i = 0; i < n; i++)
		json_append(items, show_user(c, &v[i]));
	page_respond(c, p, items, n == page.limit ? users[n - 1].id : NULL, total);
	return true;
}

bool admin_user_read(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	const struct user_query asked = { .id = q->param[0], .after = "", .limit = 1 };
	struct user *u;
	int64_t total;
	int n;

	if (!list_users(c, &asked, &u, &n, &total))
		return false;
	if (n == 0)
		return error(c, ERR_NOT_FOUND, "there is no user %.100s", q->param[0]);
	return respond_user(c, p, 200, u);
}

/* Owners and break-glass accounts are the way back in when all else is lost. */
static bool check_guard(struct ctx *c, const struct user *u)
{
	return !u->guarded ||
	       error(c, ERR_FORBIDDEN,
		     "%.100s is an Owner or a break-glass account; only rosterctl on "
		     "the server changes it",
		     u->user_name);
}

static void note_role(struct ctx *c, const struct user *u, enum role role)
{
	json_t *j = json_own(c, json_object());

	json_put_text(j, "scope", "org");
	json_put_null(j, "role", role == ROLE_NONE ? NULL : role_code(role));
	audit_note(c,
		   (struct audit_note){ .action = role == ROLE_NONE ? "grant.taken" : "grant.given",
					.target_kind = "user",
					.target_id = u->id,
					.after = json_line(c, j) });
}

/* "role": null takes the manual grant back.  What is so already leaves no trace. */
static bool set_role(struct ctx *c, const json_t *j, const struct user *u)
{
	const json_t *v = json_object_get(j, "role");
	enum role role = ROLE_NONE, before;
	bool has;

	if (!v)
		return true;
	if ((!json_is_null(v) && !scope_role_read(c, SCOPE_ORG, j, "role", &role)) ||
	    !manual_grant(c, u->id, SCOPE_ORG, "", &has, &before))
		return false;
	if (json_is_null(v) ? !has : has && before == role)
		return true;
	if (json_is_null(v) ? !grant_take(c, u->id, SCOPE_ORG, "")
			    : !grant_give(c, u->id, SCOPE_ORG, "", role))
		return false;
	touch_user(c, u->id)->own = true;
	note_role(c, u, role);
	return true;
}

static bool set_state(struct ctx *c, const json_t *j, const struct user *before)
{
	static const char *const states[] = { "active", "deactivated" };
	struct user after = *before;
	int word = -1;

	if (!body_word(c, j, "state", states, 2, &word))
		return false;
	if (word < 0)
		return true;
	after.values = values_copy(c->arena, &before->values);
	after.active = word == 0;
	return user_save(c, before, &after);
}

bool admin_user_patch(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct user *u;
	json_t *j;

	if (!body_read(c, q, "role state", &j) || !user_get_all(c, q->param[0], &u) ||
	    !check_guard(c, u) || !set_role(c, j, u) || !set_state(c, j, u) || !change_flush(c) ||
	    !user_get(c, u->id, &u))
		return false;
	return respond_user(c, p, 200, u);
}

bool admin_user_drop(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct user *u;

	if (!user_get(c, q->param[0], &u) || !check_guard(c, u) || !user_delete(c, u->id))
		return false;
	p->status = 204;
	return true;
}

/* Of the living, and of those who were deleted before. */
bool admin_user_forget(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct user *u;

	if (!user_find_former(c, q->param[0], &u))
		return false;
	if (!u)
		return error(c, ERR_NOT_FOUND, "there is no user %.100s", q->param[0]);
	if ((!u->deleted && !check_guard(c, u)) || !user_erase(c, u->id))
		return false;
	p->status = 204;
	return true;
}
