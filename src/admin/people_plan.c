/* people_plan.c - /people/plan and /people/apply: one role or state for many, seen first. */
#include <stdlib.h>
#include <string.h>

#include "change/change.h"
#include "plan.h"
#include "roster/user.h"

enum { REF_BYTES_MAX = 600 };

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Ids of the people named, ascending, each once. */
static bool read_users(struct ctx *c, const json_t *j, struct plan_given *out)
{
	const json_t *list = json_object_get(j, "users"), *one;
	struct user *u;
	size_t i;
	int n = 0;

	if (!json_is_array(list) || !json_array_size(list) ||
	    json_array_size(list) > PLAN_GIVEN_MAX)
		return error(c, ERR_VALUE, "users must be a list of 1 to %d ids or userNames",
			     PLAN_GIVEN_MAX);
	out->user = arena_array(c->arena, const char *, json_array_size(list));
	json_array_foreach(list, i, one)
	{
		if (!json_is_string(one) || json_string_length(one) > REF_BYTES_MAX)
			return error(c, ERR_VALUE, "users must be a list of ids or userNames");
		if (!named_user(c, json_string_value(one), &u) || !user_unguarded(c, u))
			return false;
		out->user[out->users++] = u->id;
	}
	qsort(out->user, (size_t)out->users, sizeof(*out->user), by_text);
	for (int k = 0; k < out->users; k++)
		if (!n || strcmp(out->user[n - 1], out->user[k]) != 0)
			out->user[n++] = out->user[k];
	out->users = n;
	return true;
}

/* One of "role" and "state". */
static bool read_given(struct ctx *c, const json_t *j, struct plan_given *out)
{
	static const char *const states[] = { "active", "deactivated" };
	const json_t *role = json_object_get(j, "role");
	int word = -1;

	if (!body_word(c, j, "state", states, 2, &word))
		return false;
	if (!role == (word < 0))
		return error(c, ERR_VALUE, "say role or state, and not both");
	out->active = word == 0;
	out->sets_role = role != NULL;
	out->role = ROLE_NONE;
	return !role || json_is_null(role) || scope_role_read(c, SCOPE_ORG, j, "role", &out->role);
}

static bool check_authority(struct ctx *c, const struct plan_given *g)
{
	return !g->sets_role || g->role == ROLE_NONE ||
	       c->org->authority[SCOPE_ORG] != AUTHORITY_DIRECTORY ||
	       error(c, ERR_FORBIDDEN,
		     "org roles are decided by the directory here: change the group or the rule, "
		     "or "
		     "the organization's authority setting");
}

/* The document that is kept; users come first, by which it is told from rules. */
static const char *document(struct ctx *c, const struct plan_given *g)
{
	json_t *j = json_own(c, json_object()), *users = json_array();

	for (int i = 0; i < g->users; i++)
		json_append(users, json_string(g->user[i]));
	json_put(j, "users", users);
	if (g->sets_role)
		json_put_null(j, "role", g->role == ROLE_NONE ? NULL : role_code(g->role));
	else
		json_put_text(j, "state", g->active ? "active" : "deactivated");
	return json_line(c, j);
}

static const json_t *active_rules(struct ctx *c, const struct revision *active)
{
	return json_own(c, json_parsed(active ? active->document : "{\"rules\":[]}"));
}

bool admin_people_plan(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	const struct rule_set *set;
	struct plan_given given = { 0 };
	struct stored_plan s = { 0 };
	struct revision *active;
	struct plan_result r;
	const json_t *rules;
	SCOPED_TX tx = { 0 };
	json_t *j;

	if (!body_read(c, q, "users role state", &j) || !tx_begin_read(c, &tx) ||
	    !db_enter_org(c, c->org->id) || !read_given(c, j, &given) ||
	    !read_users(c, j, &given) || !check_authority(c, &given) ||
	    !rule_set_find(c, 0, &active) ||
	    !rule_set_compiled(c, active ? active->number : 0, &set) ||
	    !plan_evaluate_given(c, &given, &r) || !tx_commit(&tx))
		return false;
	s.document = document(c, &given);
	rules = active_rules(c, active);
	s.summary = json_line(c, json_own(c, plan_summary(c, &r, set, rules, rules)));
	return plan_store(c, &r, &s) && plan_respond(c, p, 201, &s, 0, PAGE_DEFAULT);
}

/* Back from the stored document; people who are gone since change nothing any more. */
static bool read_document(struct ctx *c, const struct stored_plan *s, struct plan_given *out)
{
	const json_t *j = json_own(c, json_parsed(s->document)), *one;
	size_t i;

	json_array_foreach(json_object_get(j, "users"), i, one)
	{
		if (!out->user)
			out->user = arena_array(c->arena, const char *, PLAN_GIVEN_MAX);
		out->user[out->users++] = json_string_value(one);
	}
	return read_given(c, j, out) && check_authority(c, out);
}

static bool give(struct ctx *c, const struct plan_given *g, const char *id)
{
	struct user *u;

	if (!user_find(c, id, &u))
		return false;
	if (!u)
		return true;
	if (!user_unguarded(c, u))
		return false;
	if (g->sets_role)
		return user_set_role(c, u, g->role);
	return user_get_all(c, id, &u) && user_set_active(c, u, g->active);
}

static bool carry_out(struct ctx *c, struct stored_plan *s, const struct plan_given *g)
{
	for (int i = 0; i < g->users; i++)
		if (!give(c, g, g->user[i]))
			return false;
	s->applied = PLAN_BY_HAND;
	audit_note(c, (struct audit_note){
			      .action = "people.applied",
			      .target_kind = "plan",
			      .target_id = s->id,
			      .after = arena_printf(c->arena, "{\"people\":%d}", g->users) });
	return plan_applied(c, s->id, s->applied);
}

/* The plan as it would be now must be the plan as it was. */
bool admin_people_apply(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct plan_given given = { 0 };
	struct stored_plan *s;
	struct plan_result now;
	struct org *o;

	if (!org_alone(c, &o) || !plan_read_order(c, q, true, &s))
		return false;
	/* whoever lost the first answer gets it again */
	if (s->applied)
		return plan_respond(c, p, 200, s, 0, PAGE_DEFAULT);
	if (!plan_in_time(c, s) || !read_document(c, s, &given))
		return false;
	if (c->org->rules_revision != s->base_revision) {
		plan_moved_rules(c, p, s->base_revision, c->org->rules_revision);
		return true;
	}
	if (!plan_evaluate_given(c, &given, &now))
		return false;
	if (strcmp(now.plan.digest, s->digest) != 0)
		return plan_moved_people(c, p, s, &now);
	return carry_out(c, s, &given) && plan_respond(c, p, 200, s, 0, PAGE_DEFAULT);
}
