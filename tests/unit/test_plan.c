/* test_plan.c - what a plan says comes true, over random facts and rules; and its warnings. */
#include <stdio.h>

#include "access/grant.h"
#include "base/text.h"
#include "change/clock.h"
#include "change/plan.h"
#include "roster_harness.h"
#include "roster/place.h"

enum { PEOPLE = 30, GROUPS = 6, PLACES = 3, ROUNDS = 30 };

/* ---- random facts and rules, the same in every run ---- */

struct world {
	struct ctx *c;
	uint32_t seed;
	const char *user[PEOPLE], *group_id[GROUPS], *workspace[PLACES], *project[PLACES];
};

static int pick(struct world *w, int n)
{
	w->seed = w->seed * 1664525U + 1013904223U;
	return (int)((w->seed >> 8) % (uint32_t)n);
}

static bool create_places(struct ctx *c, struct workspace *w, struct project *p)
{
	if (!workspace_create(c, w))
		return false;
	p->workspace_id = w->id;
	return project_create(c, p);
}

static void build(struct world *w)
{
	struct ctx *c = w->c;

	for (int i = 0; i < PEOPLE; i++)
		w->user[i] = arrives(c, arena_printf(c->arena, "u%d", i),
				     arena_printf(c->arena, "x%d", i))
				     ->id;
	for (int i = 0; i < GROUPS; i++)
		w->group_id[i] = grouped(c, arena_printf(c->arena, "Team %d", i), NULL, 0)->id;
	for (int i = 0; i < PLACES; i++) {
		struct workspace place = { .title = arena_printf(c->arena, "W%d", i) };
		struct project project = { .title = arena_printf(c->arena, "P%d", i) };

		in_change(c, create_places(c, &place, &project));
		w->workspace[i] = place.id;
		w->project[i] = project.id;
	}
}

static const char *a_time(struct world *w)
{
	return arena_printf(w->c->arena, "2023-11-%02dT00:00:00Z", 15 + pick(w, 10));
}

static const char *a_grant(struct world *w)
{
	static const char *const roles[] = { "AN", "RE", "MA", "AD" };
	struct arena *a = w->c->arena;

	switch (pick(w, 5)) {
	case 0:
		return arena_printf(a, "{\"workspace\":\"%s\",\"role\":\"%s\"}",
				    w->workspace[pick(w, PLACES)],
				    pick(w, 2) ? "member" : "manager");
	case 1:
		return arena_printf(a, "{\"project\":\"%s\",\"role\":\"%s\"}",
				    w->project[pick(w, PLACES)], pick(w, 2) ? "RE" : "Inherit");
	case 2:
		if (pick(w, 2))
			return "{\"workspace_from_group\":\"Of {group}\",\"create\":true}";
		break;
	default:
		break;
	}
	return arena_printf(a, "{\"org_role\":\"%s\"}", roles[pick(w, 4)]);
}

static const char *a_document(struct world *w)
{
	struct buf b = buf_in(w->c->arena, 64 * 1024);
	int n = pick(w, 7);

	buf_puts(&b, "{\"rules\":[");
	for (int i = 0; i < n; i++) {
		buf_printf(&b,
			   "%s{\"id\":\"r%d\",\"match\":{\"group\":\"Team %s\",\"by\":\"glob\"},",
			   i ? "," : "", i,
			   pick(w, 6) ? arena_printf(w->c->arena, "%d", pick(w, GROUPS)) : "*");
		if (pick(w, 4) == 0)
			buf_printf(&b, "\"from\":\"%s\",", a_time(w));
		else if (pick(w, 4) == 0)
			buf_printf(&b, "\"until\":\"%s\",", a_time(w));
		buf_printf(&b, "\"grant\":%s}", a_grant(w));
	}
	buf_puts(&b, "]}");
	return b.p;
}

static bool mutate(struct world *w)
{
	struct ctx *c = w->c;
	const char *user = w->user[pick(w, PEOPLE)];
	struct group *g;
	struct org *o;

	switch (pick(w, 7)) {
	case 6:
		/* rules may go on naming it */
		return pick(w, 9) || project_delete(c, w->project[pick(w, PLACES)]);
	case 0:
		return set_active(c, user, pick(w, 3) > 0);
	case 1:
		touch_user(c, user);
		return grant_give(c, user, SCOPE_ORG, "", pick(w, 3) ? ROLE_MA : ROLE_AD);
	case 2:
		touch_user(c, user);
		return grant_give(c, user, SCOPE_PROJECT, w->project[pick(w, PLACES)], ROLE_AN);
	case 3:
		if (!org_find(c, c->org->id, &o))
			return false;
		o->never_matched = (enum unmatched)pick(w, UNMATCHEDS);
		o->lost_match = (enum unmatched)pick(w, UNMATCHEDS);
		o->default_role = pick(w, 2) ? ROLE_AN : ROLE_NO;
		o->authority[pick(w, SCOPES)] = (enum authority)(pick(w, 4) ? 0 : pick(w, 3));
		c->org = o;
		touch_everybody(c);
		return db_alone(c) && org_save(c, o) &&
		       seat_set_limit(c, pick(w, 4) ? pick(w, PEOPLE) : SEATS_UNLIMITED);
	default:
		if (!group_get(c, NULL, w->group_id[pick(w, GROUPS)], &g))
			return false;
		return pick(w, 3) ? member_add(c, g, &user, 1, NULL)
				  : member_remove(c, g, &user, 1);
	}
}

/* The last administrator cannot be deactivated, a scope may refuse manual grants. */
static void try_to_mutate(struct world *w)
{
	struct ctx *c = w->c;
	uint32_t seed = w->seed;

	for (int i = 0; i < 5; i++) {
		SCOPED_CHANGE ch = { 0 };
		const struct org *org = c->org;

		w->seed = seed;
		if (change_begin(c, &ch) && mutate(w) && change_commit(&ch))
			break;
		c->org = org;
		if (!err_take(&c->err, ERR_RETRY)) {
			c->err = (struct err){ 0 };
			break;
		}
	}
	c->alone = false;
}

/* ---- what counts for everybody, as text to compare ---- */

static const char *title_of(struct ctx *c, const char *id)
{
	struct workspace *w;

	if (workspace_get(c, id, &w))
		return w->title;
	assert_true(err_take(&c->err, ERR_NOT_FOUND));
	return id;
}

struct state {
	char *line[4096];
	int n;
};

static void put_state(struct ctx *c, struct state *s, const char *user, enum scope scope,
		      const char *target, enum role role, bool waits)
{
	if (strncmp(target, "new:", 4) == 0)
		target += 4;
	else if (scope == SCOPE_WORKSPACE)
		target = title_of(c, target);
	assert_true(s->n < 4096);
	s->line[s->n++] = arena_printf(c->arena, "%s %s %s %s%s", user, scope_names[scope], target,
				       role_code(role), waits ? " waits" : "");
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void places_of(struct world *w, struct state *s, const char *user,
		      const struct user_grant *g, int n)
{
	struct ctx *c = w->c;
	enum role role;

	for (int i = 0; i < n; i++) {
		bool seen = g[i].grant.scope == SCOPE_ORG;

		for (int k = 0; k < i; k++)
			seen = seen || (g[k].grant.scope == g[i].grant.scope &&
					strcmp(g[k].grant.target, g[i].grant.target) == 0);
		if (!seen) {
			struct grant *all = arena_array(c->arena, struct grant, (size_t)n);

			for (int k = 0; k < n; k++)
				all[k] = g[k].grant;
			if (resolve_scope(c->org, all, n, g[i].grant.scope, g[i].grant.target,
					  &role))
				put_state(c, s, user, g[i].grant.scope, g[i].grant.target, role,
					  false);
		}
	}
}

/* As it is in the database. */
static void observe(struct world *w, struct state *s)
{
	struct ctx *c = w->c;

	*s = (struct state){ 0 };
	for (int i = 0; i < PEOPLE; i++) {
		struct standing *st = standing_of(c, w->user[i]);
		struct user_grant *g;
		int n;

		put_state(c, s, w->user[i], SCOPE_ORG, "", st->role, st->waiting_since > 0);
		ok(c, grant_list(c, &w->user[i], 1, &g, &n));
		places_of(w, s, w->user[i], g, n);
	}
	qsort(s->line, (size_t)s->n, sizeof(*s->line), by_text);
}

/* The line of one person in one place is another, or there is one more or less. */
static void change_line(struct world *w, struct state *s, const struct plan_item *i)
{
	struct ctx *c = w->c;
	struct state one = { 0 };
	size_t n;

	put_state(c, &one, i->user, i->scope, i->target, i->after, i->waits);
	n = strlen(one.line[0]) - strlen(role_code(i->after)) - (i->waits ? 6 : 0);
	for (int k = 0; k < s->n; k++)
		if (strncmp(s->line[k], one.line[0], n) == 0) {
			s->line[k] = s->line[--s->n];
			break;
		}
	if (i->has)
		s->line[s->n++] = one.line[0];
}

static void foresee(struct world *w, const struct plan_result *r, struct state *s)
{
	for (const struct plan_block *b = r->plan.first; b; b = b->next)
		for (int i = 0; i < b->n; i++)
			if (!b->item[i].none)
				change_line(w, s, &b->item[i]);
	qsort(s->line, (size_t)s->n, sizeof(*s->line), by_text);
}

static void evaluate(struct ctx *c, const char *document, struct plan_result *out)
{
	SCOPED_TX tx = { 0 };
	struct rule_set *set;

	ok(c, rule_set_parse(c, document, &set));
	ok(c, tx_begin_read(c, &tx));
	ok(c, plan_evaluate(c, set, out));
	ok(c, tx_commit(&tx));
}

static void compare(const struct state *want, const struct state *have, int round)
{
	for (int i = 0; i < want->n && i < have->n; i++)
		if (strcmp(want->line[i], have->line[i]) != 0)
			fail_msg("round %d: planned \"%s\", came \"%s\"", round, want->line[i],
				 have->line[i]);
	assert_int_equal(want->n, have->n);
}

static void one_round(struct world *w, int round)
{
	struct ctx *c = w->c;
	struct plan_result r, again;
	struct state before, after;
	struct seats seats;
	struct org *o;
	const char *document;

	for (int i = pick(w, 12); i >= 0; i--)
		try_to_mutate(w);
	ok(c, org_find(c, c->org->id, &o));
	c->org = o;
	document = a_document(w);
	observe(w, &before);
	evaluate(c, document, &r);
	ok(c, seat_count(c, &seats));
	assert_int_equal(r.plan.seats_before, seats.used);
	assert_int_equal(r.plan.waiting_before, seats.waiting);
	foresee(w, &r, &before);
	in_change(c, store_rules(c, document));
	ok(c, org_find(c, c->org->id, &o));
	c->org = o;
	observe(w, &after);
	compare(&before, &after, round);
	ok(c, seat_count(c, &seats));
	assert_int_equal(r.plan.seats_after, seats.used);
	assert_int_equal(r.plan.waiting_after, seats.waiting);
	/* and then there is nothing left to do */
	evaluate(c, document, &again);
	assert_int_equal(again.plan.changed, 0);
	assert_int_equal(plan_shown(&again.plan), 0);
}

static void rounds(struct ctx *c, uint32_t seed)
{
	struct world w = { .c = c, .seed = seed };

	build(&w);
	for (int round = 0; round < ROUNDS; round++) {
		c->now += pick(&w, 20) * 3600000LL;
		one_round(&w, round);
	}
}

static void what_it_says_comes_true(void **state)
{
	rounds(*state, 20231115);
}

static void it_comes_true_in_another_world(void **state)
{
	rounds(*state, 1);
}

static void it_comes_true_in_a_third_world(void **state)
{
	rounds(*state, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		db_test(what_it_says_comes_true),
		db_test(it_comes_true_in_another_world),
		db_test(it_comes_true_in_a_third_world),
	};

	return run_on_each_database(tests);
}
