/* plan.c - a draft of the rules tried out on everybody, in a snapshot. */
#include "change/plan.h"

#include <string.h>

#include "access/hold.h"
#include "base/text.h"
#include "plan_read.h"
#include "roster/org.h"

enum { PEOPLE_AT_ONCE = 2000, ID_ROOM = 64 };

/* A page of people in an arena of its own; what the plan keeps is in the plan's. */
static bool one_page(struct ctx *c, const struct plan_groups *g, struct plan *p,
		     char last[static ID_ROOM], bool *more)
{
	struct arena *mine = c->arena, page = { 0 };
	const char *end = NULL;
	bool good;
	int n;

	c->arena = &page;
	good = plan_read_people(c, g, last, PEOPLE_AT_ONCE, p, &end, &n);
	*more = good && n == PEOPLE_AT_ONCE;
	if (good && n)
		memcpy(last, end, strnlen(end, ID_ROOM - 1) + 1);
	c->arena = mine;
	arena_free(&page);
	return good;
}

/* The user behind a session; programs with a token lose nothing. */
static const char *author_of(const struct ctx *c)
{
	const char *name = c->actor ? c->actor->name : NULL;

	return name && strncmp(name, "user:", 5) == 0 ? name + 5 : NULL;
}

static void warn_of_people(struct ctx *c, struct plan_result *r)
{
	const struct plan *p = &r->plan;
	struct plan_warnings *w = &r->warnings;

	for (int i = 0; i < p->admins_lowered && i < 10; i++)
		plan_warn(c->arena, w, "administrator_lowered", NULL,
			  "%.150s is no administrator any more", p->admin[i]);
	if (p->admins_lowered > 10)
		plan_warn(c->arena, w, "administrator_lowered", NULL,
			  "and %lld other administrators are none any more",
			  (long long)p->admins_lowered - 10);
	if (p->kept)
		plan_warn(c->arena, w, "last_administrator", NULL,
			  "%.150s stays administrator against the rules, for nobody else would be",
			  p->kept);
	if (p->author_loses)
		plan_warn(c->arena, w, "author_loses_access", NULL,
			  "your own role becomes lower: somebody else would have to undo this");
	if (p->waiting_after > p->waiting_before)
		plan_warn(c->arena, w, "over_the_seat_limit", NULL,
			  "%lld people would wait for a seat, %lld more than now",
			  (long long)p->waiting_after,
			  (long long)(p->waiting_after - p->waiting_before));
	if (p->losers > hold_threshold(&r->policy, p->seats_before))
		plan_warn(c->arena, w, "over_the_threshold", NULL,
			  "%lld of %lld people lose something, more than the organization's"
			  " threshold",
			  (long long)p->losers, (long long)p->people);
}

/* The organization as it counts: rules in force at this moment. */
static bool begin(struct ctx *c, const struct rule_set *draft, struct plan_result *out)
{
	struct org *o;

	if (!org_find(c, c->org->id, &o))
		return false;
	if (!o)
		return error(c, ERR_NOT_FOUND, "the organization is gone");
	*out = (struct plan_result){ .policy = *o };
	if (c->now > o->rules_at)
		out->policy.rules_at = c->now;
	out->plan = (struct plan){
		.arena = c->arena, .rules = draft, .policy = &out->policy, .author = author_of(c)
	};
	return true;
}

/* Rules that are in force already were warned of. */
static bool everybody(struct ctx *c, const struct rule_set *draft, struct plan_groups *g,
		      struct plan_result *out)
{
	char last[ID_ROOM] = "";
	bool more = true;

	if (!begin(c, draft, out) || !plan_read_groups(c, draft, g) ||
	    !plan_read_places(c, draft, g, out) ||
	    !plan_check_targets(c, draft, &out->plan, g->given ? NULL : &out->warnings))
		return false;
	while (more)
		if (!one_page(c, g, &out->plan, last, &more))
			return false;
	plan_finish(&out->plan);
	return true;
}

bool plan_evaluate(struct ctx *c, const struct rule_set *draft, struct plan_result *out)
{
	struct plan_groups g = { 0 };

	if (!everybody(c, draft, &g, out))
		return false;
	plan_lint(c->arena, draft, g.group, g.seen, g.n, &out->policy, &out->warnings);
	warn_of_people(c, out);
	return true;
}

bool plan_evaluate_given(struct ctx *c, const struct plan_given *given, struct plan_result *out)
{
	struct plan_groups g = { .given = given };
	const struct rule_set *set;

	if (!rule_set_compiled(c, c->org->rules_revision, &set) || !everybody(c, set, &g, out))
		return false;
	warn_of_people(c, out);
	return true;
}

static bool find_group(struct ctx *c, const struct plan_groups *g, const char *ref,
		       const struct rule_group **out)
{
	const char *key = text_fold(c->arena, ref);
	int named = 0;

	*out = plan_group(g, ref);
	for (int i = 0; i < g->n && (!*out || named); i++)
		if (strcmp(g->group[i].key, key) == 0) {
			*out = &g->group[i];
			named++;
		}
	if (named > 1)
		return error(c, ERR_VALUE, "several sources have a group %.100s: name it by its id",
			     ref);
	return *out || error(c, ERR_VALUE, "there is no group %.100s", ref);
}

/* Seats of others count, not the others themselves. */
static bool count_others(struct ctx *c, const char *user_id, int64_t *seats)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT COUNT(*) FROM standings s WHERE s.org_id = $1 AND s.seat = $2"
		    " AND s.user_id <> $3",
		    DB_ARGS(db_text(c->org->id), db_bool(true), db_text(user_id))))
		return false;
	*seats = row_int(&r, 0, 0);
	return true;
}

bool plan_join(struct ctx *c, const char *user_id, const char *group, const char **group_id,
	       struct plan_result *out)
{
	struct plan_groups g = { 0 };
	const struct rule_group *extra;
	const struct rule_set *set;

	if (!rule_set_compiled(c, c->org->rules_revision, &set) || !begin(c, set, out) ||
	    !plan_read_groups(c, set, &g) || !find_group(c, &g, group, &extra))
		return false;
	/* a workspace that is made for a group without members comes with the first */
	g.peopled[extra - g.group] = true;
	if (!plan_read_places(c, set, &g, out) || !plan_check_targets(c, set, &out->plan, NULL) ||
	    !count_others(c, user_id, &out->plan.seats_before) ||
	    !plan_read_person(c, &g, user_id, extra, &out->plan))
		return false;
	*group_id = extra->id;
	plan_finish(&out->plan);
	return true;
}
