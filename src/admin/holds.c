/* holds.c - /holds: what directories would take from too many people, and the decision about it. */
#include "admin.h"

#include <string.h>

#include "access/hold.h"
#include "change/change.h"
#include "change/holding.h"
#include "roster/ldap_store.h"

enum { DIGEST_MAX = 200, REASON_MAX = 1000 };

static json_t *show(struct ctx *c, const struct hold *h)
{
	json_t *j = json_object(), *from = json_object();

	json_put_text(j, "id", h->id);
	json_put_text(j, "kind", hold_kind_names[h->kind]);
	json_put_text(j, "state", hold_state_names[h->state]);
	json_put_null(j, "source", h->source_name);
	json_put_text(from, "id", h->source_id);
	json_put_null(from, "name", h->source_name);
	json_put(j, "connection", from);
	json_put_null(j, "run", h->run_id);
	json_put_text(j, "reason", h->reason);
	json_put_int(j, "people", h->people);
	json_put_text(j, "digest", h->digest);
	json_put_time(c, j, "created", h->created);
	json_put_time(c, j, "expires", h->expires);
	json_put_time(c, j, "decided", h->decided);
	json_put_null(j, "decided_by", h->decided_by);
	json_put_null(j, "decision", h->decision);
	return j;
}

static bool known_state(struct ctx *c, const char *state)
{
	for (int i = 0; state && i < HOLD_STATES; i++)
		if (strcmp(state, hold_state_names[i]) == 0)
			return true;
	return !state ||
	       error(c, ERR_VALUE, "state must be open, approved, rejected, expired or superseded");
}

bool admin_holds_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	const char *state = NULL, *source = NULL;
	struct hold *h;
	struct page page;
	int64_t total;
	json_t *items;
	int n;

	if (!page_read(c, q, &page) || !http_query(c, q, "state", &state) ||
	    !http_query(c, q, "source", &source) || !known_state(c, state) ||
	    !hold_list(c, state, source, page.after, page.limit, &h, &n, &total))
		return false;
	items = json_array();
	for (int i = 0; i < n; i++)
		json_append(items, show(c, &h[i]));
	page_respond(c, p, items, n == page.limit ? h[n - 1].id : NULL, total);
	return true;
}

/* Roles of places are stored as codes. */
static json_t *show_stake(const char *text)
{
	json_t *j = json_parsed(text), *place;
	size_t i;

	json_array_foreach(json_object_get(j, "places"), i, place)
	{
		bool workspace = json_object_get(place, "workspace") != NULL;
		const char *code = json_string_value(json_object_get(place, "role"));
		enum role role = ROLE_NONE;

		if (!code || !role_parse(code, &role))
			role = ROLE_NONE;
		json_put_text(place, "role",
			      scope_role(workspace ? SCOPE_WORKSPACE : SCOPE_PROJECT, role));
	}
	return j;
}

static json_t *show_person(const struct hold_person *who)
{
	json_t *j = json_object();

	json_put_text(j, "user", who->user_id);
	json_put_text(j, "userName", who->user_name);
	json_put_text(j, "what", who->what);
	json_put(j, "before", show_stake(who->before));
	json_put(j, "after", show_stake(who->after));
	return j;
}

bool admin_hold_read(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct hold_person *who;
	struct hold *h;
	struct page page;
	json_t *j, *items;
	int n;

	if (!page_read(c, q, &page) || !hold_get(c, q->param[0], &h) ||
	    !hold_people(c, h->id, page.after, page.limit, &who, &n))
		return false;
	j = show(c, h);
	items = json_array();
	for (int i = 0; i < n; i++)
		json_append(items, show_person(&who[i]));
	json_put(j, "items", items);
	json_put_null(j, "next", n == page.limit ? who[n - 1].user_id : NULL);
	json_put_int(j, "total", h->people);
	json_respond(c, p, 200, j);
	return true;
}

/* As the effects of the decision left it. */
static bool respond(struct ctx *c, struct http_resp *p, const char *id)
{
	struct hold *h;

	if (!change_flush(c) || !hold_get(c, id, &h))
		return false;
	json_respond(c, p, 200, show(c, h));
	return true;
}

/* A run that waits for it has not to find out by itself. */
static bool tell_run(struct ctx *c, const struct hold *h)
{
	c->left_work = h->run_id != NULL;
	return !h->run_id || ldap_due_put(c, h->source_id, 0);
}

bool admin_hold_approve(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	const char *digest = NULL;
	struct hold *h;
	json_t *j;

	return body_read(c, q, "digest", &j) && body_needs(c, j, "digest") &&
	       body_text(c, j, "digest", DIGEST_MAX, &digest) &&
	       holding_approve(c, q->param[0], digest, &h) && tell_run(c, h) &&
	       respond(c, p, h->id);
}

bool admin_hold_reject(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	const char *why = NULL;
	struct hold *h;
	json_t *j;

	return body_read(c, q, "reason", &j) && body_text(c, j, "reason", REASON_MAX, &why) &&
	       holding_reject(c, q->param[0], why, &h) && tell_run(c, h) && respond(c, p, h->id);
}
