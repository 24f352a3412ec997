/* groups.c - /groups: what the sources say who belongs together; only they change it. */
#include "admin.h"

#include "change/listing.h"

static json_t *show(struct ctx *c, const struct group_view *v)
{
	json_t *j = json_object(), *from = json_object();

	json_put_text(j, "id", v->group.id);
	json_put_text(j, "displayName", v->group.display_name);
	json_put_null(j, "externalId", v->group.external_id);
	json_put_text(j, "source", v->source_kind);
	json_put_text(from, "id", v->group.source_id);
	json_put_text(from, "name", v->source_name);
	json_put(j, "connection", from);
	json_put_int(j, "members", v->members);
	json_put_int(j, "pending_members", v->pending);
	json_put_time(c, j, "created", v->group.created);
	json_put_time(c, j, "changed", v->group.changed);
	return j;
}

bool admin_groups_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct group_query asked = { 0 };
	struct group_view *v;
	struct page page;
	json_t *items;
	int64_t total;
	int n;

	if (!page_read(c, q, &page) || !http_query(c, q, "q", &asked.prefix) ||
	    !http_query(c, q, "source", &asked.source))
		return false;
	asked.after = page.after;
	asked.limit = page.limit;
	if (!list_groups(c, &asked, &v, &n, &total))
		return false;
	items = json_array();
	for (int i = 0; i < n; i++)
		json_append(items, show(c, &v[i]));
	page_respond(c, p, items, n == page.limit ? v[n - 1].group.id : NULL, total);
	return true;
}

/* A page of members, beside the group itself. */
static bool put_members(struct ctx *c, json_t *j, const struct user_query *asked)
{
	json_t *items, *one;
	struct user *users;
	int64_t total;
	int n;

	if (!list_users(c, asked, &users, &n, &total))
		return false;
	items = json_array();
	for (int i = 0; i < n; i++) {
		one = json_object();
		json_put_text(one, "id", users[i].id);
		json_put_text(one, "userName", users[i].user_name);
		json_put_null(one, "displayName", users[i].display_name);
		json_append(items, one);
	}
	json_put(j, "items", items);
	json_put_null(j, "next", n == asked->limit ? users[n - 1].id : NULL);
	json_put_int(j, "total", total);
	return true;
}

bool admin_group_read(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct group_query asked = { .id = q->param[0], .after = "", .limit = 1 };
	struct user_query members = { .group_id = q->param[0] };
	struct group_view *v;
	struct page page;
	int64_t total;
	json_t *j;
	int n;

	if (!page_read(c, q, &page) || !list_groups(c, &asked, &v, &n, &total))
		return false;
	if (n == 0)
		return error(c, ERR_NOT_FOUND, "there is no group %.100s", q->param[0]);
	members.after = page.after;
	members.limit = page.limit;
	j = json_own(c, show(c, v));
	if (!put_members(c, j, &members))
		return false;
	json_respond(c, p, 200, json_incref(j));
	return true;
}
