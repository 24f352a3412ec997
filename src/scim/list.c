/* list.c - pages of Users, of Groups and of both (RFC 7644, sections 3.4.2 and 3.4.3). */
#include "scim/scim.h"

#include <inttypes.h>
#include <string.h>

#include "group_json.h"
#include "respond.h"
#include "roster/user.h"
#include "search.h"

/* Members of so many groups are in memory beside the answer at a time. */
enum { GROUPS_AT_ONCE = 16 };

/* A ListResponse under construction: its numbers stand behind the resources. */
struct page {
	struct buf text;
	int64_t total;
	int returned;
};

static struct page open_page(struct ctx *c)
{
	struct page page = { .text = scim_buf(c) };

	buf_puts(&page.text, "{\"schemas\":[\"" SCIM_MSG "ListResponse\"],\"Resources\":[");
	return page;
}

/* SQL for the filter and the order of s. */
struct condition {
	const char *where, *order;
	struct db_args args;
};

/* An order is the other type's affair where two types are searched together. */
static bool sort_order(struct ctx *c, enum filter_of of, const struct search *s, bool both,
		       struct condition *out)
{
	struct db_args none;

	return !s->sort_by || sort_sql(c, of, s->sort_by, s->descending, &out->order, &none) ||
	       (both && err_take(&c->err, ERR_VALUE));
}

static bool condition(struct ctx *c, enum filter_of of, const struct search *s, bool both,
		      struct condition *out)
{
	struct filter *f;

	*out = (struct condition){ 0 };
	if (s->filter) {
		if (!filter_parse(c, s->filter, &f))
			return false;
		if (both)
			f = filter_for(c, of, f);
		if (!filter_sql(c, of, f, &out->where, &out->args))
			return false;
	}
	return sort_order(c, of, s, both, out);
}

/* One rendered resource, as s wants it. */
static bool put_item(struct ctx *c, const struct search *s, struct page *page, struct slice text)
{
	buf_puts(&page->text, page->returned++ ? "," : "");
	if (projection_cuts(&s->want))
		return projection_put(c, &s->want, text, &page->text);
	buf_put(&page->text, text.p, text.n);
	return true;
}

/* The stored body up to its id; it begins with schemas and id. */
static void put_bare_user(struct page *page, const struct user *u)
{
	const char *id = strstr(u->body, "\"id\":\"");

	buf_puts(&page->text, page->returned++ ? "," : "");
	if (!id)
		return;
	id += strlen("\"id\":\"") + strlen(u->id) + 1;
	buf_put(&page->text, u->body, (size_t)(id - u->body));
	buf_puts(&page->text, "}");
}

/* The groups of one user among those of a page, which are ordered by user. */
static int find_groups(const struct user_group *all, int n, const char *user_id, int *count)
{
	int low = 0, high = n;

	while (low < high) {
		int mid = low + (high - low) / 2;

		if (strcmp(all[mid].user_id, user_id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*count = 0;
	while (low + *count < n && strcmp(all[low + *count].user_id, user_id) == 0)
		++*count;
	return low;
}

static bool put_user(struct ctx *c, const struct search *s, struct page *page, const struct user *u,
		     const struct user_group *groups, int n)
{
	struct buf b = scim_buf(c);
	struct slice text;
	int count, first = find_groups(groups, n, u->id, &count);

	if (!projection_cuts(&s->want)) {
		buf_puts(&page->text, page->returned++ ? "," : "");
		user_finish(c, &page->text, u, groups + first, count);
		return true;
	}
	user_finish(c, &b, u, groups + first, count);
	return scim_text(c, &b, &text) && put_item(c, s, page, text);
}

static bool list_users(struct ctx *c, const struct search *s, const struct condition *cond,
		       struct page *page)
{
	struct user_page want = { .where = cond->where,
				  .order = cond->order,
				  .args = cond->args,
				  .start = s->start,
				  .count = s->count };
	bool bare = projection_is_bare(&s->want);
	const struct user **ref;
	struct user_group *groups = NULL;
	struct user *u;
	int n, count = 0;

	if (!user_list(c, &want, &u, &n, &page->total))
		return false;
	ref = arena_array(c->arena, const struct user *, (size_t)n);
	for (int i = 0; i < n; i++)
		ref[i] = &u[i];
	if (n && !bare && projection_wants(&s->want, "groups") &&
	    !user_groups(c, ref, n, &groups, &count))
		return false;
	for (int i = 0; i < n; i++) {
		if (bare)
			put_bare_user(page, &u[i]);
		else if (!put_user(c, s, page, &u[i], groups, count))
			return false;
	}
	return true;
}

/* Some groups of a page, with their members if they are wanted. */
static bool put_groups(struct ctx *c, const struct search *s, struct page *page,
		       const struct group *g, int n)
{
	static const struct member nobody;
	bool with = projection_wants(&s->want, "members");
	struct member *all = NULL;
	int all_count = 0;

	if (with && !member_list(c, g, n, &all, &all_count))
		return false;
	for (int i = 0; i < n; i++) {
		struct buf b = scim_buf(c);
		const struct member *mine = with ? &nobody : NULL;
		struct slice text;
		int count = 0;

		if (all_count)
			mine = members_of(all, all_count, g[i].id, &count);
		group_put(c, &b, &g[i], mine, count);
		if (!scim_text(c, &b, &text) || !put_item(c, s, page, text))
			return false;
	}
	return scim_text(c, &page->text, &(struct slice){ 0 });
}

static bool list_groups(struct ctx *c, const struct search *s, const struct condition *cond,
			struct page *page)
{
	struct group_page want = { .source_id = scim_source_id(c),
				   .where = cond->where,
				   .order = cond->order,
				   .args = cond->args,
				   .start = s->start,
				   .count = s->count };
	struct group *g;
	int n;

	if (!group_list(c, &want, &g, &n, &page->total))
		return false;
	for (int i = 0; i < n; i += GROUPS_AT_ONCE) {
		int some = n - i < GROUPS_AT_ONCE ? n - i : GROUPS_AT_ONCE;

		if (!put_groups(c, s, page, g + i, some))
			return false;
	}
	return true;
}

static bool respond(struct ctx *c, struct http_resp *p, const struct search *s, struct page *page)
{
	struct slice text;

	buf_printf(&page->text,
		   "],\"totalResults\":%" PRId64 ",\"startIndex\":%" PRId64 ",\"itemsPerPage\":%d}",
		   page->total, s->start, page->returned);
	if (!scim_text(c, &page->text, &text))
		return false;
	scim_respond(p, 200, text);
	return true;
}

static bool answer_users(struct ctx *c, struct http_resp *p, const struct search *s)
{
	struct page page = open_page(c);
	struct condition cond;

	return condition(c, FILTER_USERS, s, false, &cond) && list_users(c, s, &cond, &page) &&
	       respond(c, p, s, &page);
}

static bool answer_groups(struct ctx *c, struct http_resp *p, const struct search *s)
{
	struct page page = open_page(c);
	struct condition cond;

	return condition(c, FILTER_GROUPS, s, false, &cond) && list_groups(c, s, &cond, &page) &&
	       respond(c, p, s, &page);
}

/* Users first, then Groups, counted through. */
static bool answer_both(struct ctx *c, struct http_resp *p, const struct search *s)
{
	struct page page = open_page(c);
	struct condition users, groups;
	struct search rest = *s;
	int64_t user_total;

	if (!condition(c, FILTER_USERS, s, true, &users) ||
	    !condition(c, FILTER_GROUPS, s, true, &groups))
		return false;
	if (s->sort_by && !users.order && !groups.order)
		return error(c, ERR_VALUE, "cannot sort by \"%.100s\"", s->sort_by);
	if (!list_users(c, s, &users, &page))
		return false;
	user_total = page.total;
	rest.start = s->start > user_total ? s->start - user_total : 1;
	rest.count = s->count - page.returned;
	if (!list_groups(c, &rest, &groups, &page))
		return false;
	page.total += user_total;
	return respond(c, p, s, &page);
}

typedef bool answer(struct ctx *c, struct http_resp *p, const struct search *s);

static bool by_query(struct ctx *c, const struct http_req *q, struct http_resp *p, answer *fn)
{
	struct search s;

	return search_from_query(c, q, &s) && fn(c, p, &s);
}

static bool by_body(struct ctx *c, const struct http_req *q, struct http_resp *p, answer *fn)
{
	struct search s;

	return search_from_body(c, q, &s) && fn(c, p, &s);
}

bool scim_users_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	return by_query(c, q, p, answer_users);
}

bool scim_users_search(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	return by_body(c, q, p, answer_users);
}

bool scim_groups_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	return by_query(c, q, p, answer_groups);
}

bool scim_groups_search(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	return by_body(c, q, p, answer_groups);
}

bool scim_root_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	return by_query(c, q, p, answer_both);
}

bool scim_root_search(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	return by_body(c, q, p, answer_both);
}
