/* sessions.c - /sessions: who is signed in, and ending that. */
#include "admin.h"

#include "change/change.h"
#include "roster/user.h"
#include "show_session.h"

json_t *show_session(struct ctx *c, const struct session_view *v)
{
	const struct session *s = &v->session;
	json_t *j = json_object();

	json_put_text(j, "id", s->id);
	json_put_text(j, "user", s->user_id);
	json_put_text(j, "userName", v->user_name);
	json_put_text(j, "method", s->method);
	json_put_null(j, "connection", s->source_id);
	json_put_null(j, "address", s->address);
	json_put_null(j, "agent", s->agent);
	json_put_time(c, j, "created", s->created);
	json_put_time(c, j, "last_seen", s->last_seen);
	json_put_time(c, j, "expires", s->expires);
	return j;
}

bool admin_sessions_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct session_view *list;
	struct user *u = NULL;
	struct page page;
	const char *ref;
	json_t *items;
	int64_t total;
	int n;

	if (!page_read(c, q, &page) || !http_query(c, q, "user", &ref) ||
	    (ref && !named_user(c, ref, &u)) ||
	    !session_list(c, u ? u->id : NULL, page.after, page.limit, &list, &n, &total))
		return false;
	items = json_array();
	for (int i = 0; i < n; i++)
		json_append(items, show_session(c, &list[i]));
	page_respond(c, p, items, n && n == page.limit ? list[n - 1].session.id : NULL, total);
	return true;
}

static void note(struct ctx *c, const char *user_id, const char *after)
{
	audit_note(c, (struct audit_note){ .action = "session.ended",
					   .target_kind = "user",
					   .target_id = user_id,
					   .after = after,
					   .reason = "administrator" });
}

bool admin_session_drop(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	const char *whose;

	if (!session_end(c, q->param[0], "administrator", &whose))
		return false;
	note(c, whose, arena_printf(c->arena, "{\"session\": \"%s\"}", q->param[0]));
	p->status = 204;
	return true;
}

bool admin_user_sessions_drop(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct user *u;
	int64_t n;

	if (!user_get(c, q->param[0], &u) || !session_end_all(c, u->id, "administrator", &n))
		return false;
	if (n)
		note(c, u->id, arena_printf(c->arena, "{\"sessions\": %lld}", (long long)n));
	p->status = 204;
	return true;
}
