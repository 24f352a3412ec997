/* plan_summary.c - a plan in numbers, warnings, tests and rules that differ. */
#include <string.h>

#include "plan.h"

static json_t *show_users(const struct plan *p)
{
	json_t *j = json_object();

	for (int k = 0; k < PLAN_KINDS; k++)
		json_put_int(j, plan_kind_names[k], p->users[k]);
	return j;
}

static json_t *show_seats(const struct plan_result *r)
{
	json_t *j = json_object();
	int64_t limit = r->policy.seat_limit;

	json_put(j, "limit", limit == SEATS_UNLIMITED ? json_null() : json_integer(limit));
	json_put_int(j, "before", r->plan.seats_before);
	json_put_int(j, "after", r->plan.seats_after);
	json_put_int(j, "waiting_before", r->plan.waiting_before);
	json_put_int(j, "waiting_after", r->plan.waiting_after);
	return j;
}

static json_t *show_warnings(const struct plan_warnings *w)
{
	json_t *list = json_array();

	for (int i = 0; i < w->n; i++) {
		json_t *j = json_object();

		json_put_text(j, "kind", w->list[i].kind);
		json_put_null(j, "rule", w->list[i].rule);
		json_put_text(j, "text", w->list[i].text);
		json_append(list, j);
	}
	return list;
}

static json_t *show_tests(struct ctx *c, const struct rule_set *set, const struct org *policy)
{
	json_t *j = json_object(), *failed = json_array();

	for (int i = 0; i < set->tests; i++) {
		const char *why = rule_test_run(c->arena, set, &set->test[i], policy);
		json_t *one;

		if (!why)
			continue;
		one = json_object();
		json_put_text(one, "test", set->test[i].name);
		json_put_text(one, "why", why);
		json_append(failed, one);
	}
	json_put_int(j, "passed", set->tests - (int64_t)json_array_size(failed));
	json_put(j, "failed", failed);
	return j;
}

/* The rule of this id; rules without one have that of their place. */
static const char *id_of(struct ctx *c, const json_t *rule, size_t i)
{
	const char *id = json_string_value(json_object_get(rule, "id"));

	return id ? id : arena_printf(c->arena, "rule-%zu", i + 1);
}

static json_t *by_id(struct ctx *c, const json_t *document)
{
	const json_t *rules = json_object_get(document, "rules");
	json_t *all = json_own(c, json_object()), *one;
	size_t i;

	json_array_foreach(rules, i, one)
	{
		json_put(all, id_of(c, one, i), json_incref(one));
	}
	return all;
}

/* What stands in the documents: drift, where they are kept under version control. */
static json_t *show_difference(struct ctx *c, const json_t *active, const json_t *draft)
{
	json_t *old = by_id(c, active), *new = by_id(c, draft), *j = json_object(), *rule;
	json_t *added = json_array(), *removed = json_array(), *changed = json_array();
	const char *id;

	json_object_foreach(new, id, rule)
	{
		const json_t *was = json_object_get(old, id);

		if (!was)
			json_append(added, json_string(id));
		else if (!json_equal(was, rule))
			json_append(changed, json_string(id));
	}
	json_object_foreach(old, id, rule)
	{
		if (!json_object_get(new, id))
			json_append(removed, json_string(id));
	}
	json_put(j, "added", added);
	json_put(j, "removed", removed);
	json_put(j, "changed", changed);
	json_put_bool(j, "same", json_equal(active, draft));
	return j;
}

json_t *plan_summary(struct ctx *c, const struct plan_result *r, const struct rule_set *set,
		     const json_t *active, const json_t *draft)
{
	json_t *j = json_object(), *workspaces = json_array();

	json_put_int(j, "base_revision", r->policy.rules_revision);
	json_put_int(j, "people", r->plan.people);
	json_put_int(j, "changed", r->plan.changed);
	json_put(j, "users", show_users(&r->plan));
	json_put(j, "seats", show_seats(r));
	json_put(j, "warnings", show_warnings(&r->warnings));
	json_put_int(j, "warnings_left_out", r->warnings.over);
	json_put(j, "tests", show_tests(c, set, &r->policy));
	json_put(j, "rules", show_difference(c, active, draft));
	for (int i = 0; i < r->new_workspaces; i++)
		json_append(workspaces, json_string(r->new_workspace[i]));
	json_put(j, "workspaces", workspaces);
	json_put_int(j, "changes_left_out", r->plan.items_over);
	return j;
}
