/* ldap_runs.c - runs of LDAP connections: asked for, watched, read. */
#include <string.h>

#include "change/change.h"
#include "ldap_show.h"
#include "ldapsync/worker.h"
#include "roster/ldap_entry.h"

/* Where a run that is applying stands, without what only the next run needs. */
static json_t *detail_of(struct ctx *c, const struct ldap_run *r, const char *member)
{
	json_t *all = r->detail ? json_own(c, json_parsed(r->detail)) : NULL;

	return json_object_get(all, member);
}

static void put_detail(struct ctx *c, json_t *j, const struct ldap_run *r, const char *member)
{
	json_t *value = detail_of(c, r, member);

	json_object_set_new(j, member, value ? json_incref(value) : json_null());
}

json_t *ldap_show_run(struct ctx *c, const struct ldap_run *r)
{
	json_t *j = json_object();

	json_put_text(j, "id", r->id);
	json_put_text(j, "state", r->state);
	json_put_null(j, "kind", r->kind);
	json_put_bool(j, "dry_run", r->dry_run);
	json_put_text(j, "asked_by", r->asked_by);
	json_put_time(c, j, "created", r->created);
	json_put_time(c, j, "started", r->started);
	json_put_time(c, j, "ended", r->ended);
	json_put_int(j, "read", r->read);
	json_put_int(j, "compared", r->compared);
	json_put_int(j, "changed", r->changed);
	json_put_int(j, "applied", r->applied);
	json_put_int(j, "total", r->total);
	json_put_null(j, "hold", r->hold_id);
	json_put_null(j, "error", r->error);
	put_detail(c, j, r, "counts");
	put_detail(c, j, r, "seats");
	put_detail(c, j, r, "warnings");
	json_put_bool(j, "would_hold", json_is_true(detail_of(c, r, "would_hold")));
	return j;
}

bool ldap_show(struct ctx *c, const struct ldap_connection *l, json_t **out)
{
	json_t *j = json_own(c, ldap_connection_settings(c, l));
	struct ldap_run *last;
	int64_t total, people, groups;
	int n;

	if (!ldap_run_list(c, l->source->id, NULL, 1, &last, &n, &total) ||
	    !ldap_entry_count(c, l->source->id, &people, &groups))
		return false;
	json_put_text(j, "id", l->source->id);
	json_put_text(j, "name", l->source->name);
	json_put_null(j, "preset", l->source->preset);
	json_put_int(j, "people", people);
	json_put_int(j, "groups_known", groups);
	json_object_set_new(j, "last_run", n ? ldap_show_run(c, &last[0]) : json_null());
	json_put_time(c, j, "listed", l->row->full_at);
	json_put_time(c, j, "created", l->source->created);
	json_put_time(c, j, "changed", l->source->changed);
	*out = j;
	return true;
}

bool admin_ldap_sync(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct ldap_wish wish = { 0 };
	struct ldap_connection *l;
	json_t *body = NULL, *out;
	const char *run;

	if (!ldap_get(c, q->param[0], &l) || (q->body.n && !json_body(c, q, &body)))
		return false;
	if (body && (!body_bool(c, body, "dry_run", &wish.dry_run) ||
		     !body_bool(c, body, "full", &wish.whole)))
		return false;
	if (!ldap_ask(c, l->source->id, &wish, &run))
		return false;
	out = json_object();
	json_put_text(out, "run", run);
	json_respond(c, p, 202, out);
	http_add_header(p, "Location",
			arena_printf(c->arena, "%s/api/v1/connections/ldap/%s/runs/%s", c->base_url,
				     l->source->id, run));
	return true;
}

bool admin_ldap_runs(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct ldap_connection *l;
	struct ldap_run *runs;
	struct page page;
	int64_t total;
	json_t *items;
	int n;

	if (!page_read(c, q, &page) || !ldap_get(c, q->param[0], &l) ||
	    !ldap_run_list(c, l->source->id, *page.after ? page.after : NULL, page.limit + 1, &runs,
			   &n, &total))
		return false;
	items = json_array();
	for (int i = 0; i < n && i < page.limit; i++)
		json_array_append_new(items, ldap_show_run(c, &runs[i]));
	page_respond(c, p, items, n > page.limit ? runs[page.limit - 1].id : NULL, total);
	return true;
}

static bool run_of(struct ctx *c, const struct http_req *q, struct ldap_run **out)
{
	struct ldap_connection *l;

	return ldap_get(c, q->param[0], &l) && ldap_run_get(c, l->source->id, q->param[1], out);
}

bool admin_ldap_run(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct ldap_run *r;

	if (!run_of(c, q, &r))
		return false;
	json_respond(c, p, 200, ldap_show_run(c, r));
	return true;
}

static const char *const phase_words[LDAP_PHASES] = {
	[LDAP_LEAVE] = "deactivate",
	[LDAP_OUT] = "leave_groups",
	[LDAP_RENAME] = "rename",
	[LDAP_GROUP] = "group",
	[LDAP_ARRIVE] = "create",
	[LDAP_UPDATE] = "update",
	[LDAP_MEMBER] = "memberships",
	[LDAP_JOIN] = "memberships",
	[LDAP_GROUP_GONE] = "delete_group",
	[LDAP_GROUP_SET] = "group_members",
	[LDAP_NOTE] = "move",
	[LDAP_PROBLEM] = "problem",
};

static json_t *show_staged(struct ctx *c, const struct ldap_staged *s)
{
	json_t *j = json_object(), *data = s->data ? json_own(c, json_parsed(s->data)) : NULL;
	const char *reason = json_string_value(json_object_get(data, "reason"));
	const char *user_name = json_string_value(json_object_get(data, "userName"));
	const char *name = json_string_value(json_object_get(data, "displayName"));

	json_put_text(j, "entry", s->entry_id);
	json_put_text(j, "what",
		      s->phase > 0 && s->phase < LDAP_PHASES ? phase_words[s->phase] : "other");
	json_put_text(j, "why", s->what);
	json_put_null(j, "userName", user_name);
	json_put_null(j, "group", user_name ? NULL : name);
	json_object_set_new(j, "memberships",
			    json_is_array(data) ? json_incref(data) : json_array());
	json_put_null(j, "error", s->outcome ? s->outcome : reason);
	return j;
}

bool admin_ldap_changes(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct ldap_staged *s;
	struct ldap_run *r;
	struct page page;
	int64_t total;
	const char *after, *next = NULL;
	json_t *items;
	int n;

	if (!page_read(c, q, &page) || !run_of(c, q, &r))
		return false;
	after = *page.after ? opaque_open(c->arena, page.after) : "";
	if (!after)
		return error(c, ERR_VALUE, "after is not a \"next\" of this list");
	if (!ldap_staged_list(c, r->id, 0, after, page.limit + 1, &s, &n, &total))
		return false;
	items = json_array();
	for (int i = 0; i < n && i < page.limit; i++)
		json_array_append_new(items, show_staged(c, &s[i]));
	if (n > page.limit)
		next = opaque(c->arena,
			      arena_printf(c->arena, "%lld:%s", (long long)s[page.limit - 1].phase,
					   s[page.limit - 1].entry_id));
	page_respond(c, p, items, next, total);
	return true;
}
