/* resolve.c - from facts to roles. */
#include "access/resolve.h"

#include <stdlib.h>
#include <string.h>

struct collector {
	struct arena *arena;
	struct verdict *out;
	int room;
};

static void add(struct collector *k, const struct grant *g)
{
	struct verdict *v = k->out;

	if (v->grants == k->room) {
		struct grant *old = v->grant;

		k->room = k->room ? k->room * 2 : 8;
		v->grant = arena_array(k->arena, struct grant, (size_t)k->room);
		if (v->grants)
			memcpy(v->grant, old, (size_t)v->grants * sizeof(*old));
	}
	v->grant[v->grants++] = *g;
}

int grant_order(const void *left, const void *right)
{
	const struct grant *a = left, *b = right;
	int order = (int)a->scope - (int)b->scope;

	if (!order)
		order = strcmp(a->target, b->target);
	if (!order)
		order = strcmp(a->rule_id, b->rule_id);
	return order ? order : strcmp(a->group_id, b->group_id);
}

static void apply_rule(struct collector *k, const struct rule_set *rules, const struct org *policy,
		       const struct rule *r, const struct rule_group *g)
{
	const char *target;

	if (policy->authority[r->scope] == AUTHORITY_MANUAL || !rule_in_force(r, policy->rules_at))
		return;
	target = rule_target(r, g);
	if (target)
		add(k, &(struct grant){ .scope = r->scope,
					.target = target,
					.role = r->role,
					.rule_id = r->id,
					.group_id = g->id,
					.source_id = g->source_id,
					.revision = rules->revision });
}

/* A group may be there twice, under an old name and a new one. */
static void drop_repeated(struct verdict *v)
{
	int kept = 0;

	for (int i = 0; i < v->grants; i++)
		if (!kept || grant_order(&v->grant[kept - 1], &v->grant[i]) != 0)
			v->grant[kept++] = v->grant[i];
	v->grants = kept;
}

static void apply_rules(struct collector *k, const struct facts *f, const struct rule_set *rules,
			const struct org *policy)
{
	for (int j = 0; j < f->groups; j++) {
		const struct rule_group *g = &f->group[j];

		for (int i = 0; g->known && i < g->matches; i++)
			apply_rule(k, rules, policy, &rules->rule[g->matched[i]], g);
		for (int i = 0; !g->known && i < rules->count; i++)
			if (rule_matches(&rules->rule[i], g))
				apply_rule(k, rules, policy, &rules->rule[i], g);
	}
	if (k->out->grants)
		qsort(k->out->grant, (size_t)k->out->grants, sizeof(struct grant), grant_order);
	drop_repeated(k->out);
}

/* An Owner is made by hand only: whoever decides about other roles, he is one. */
bool grant_counts(const struct org *policy, const struct grant *g)
{
	if (g->manual)
		return policy->authority[g->scope] != AUTHORITY_DIRECTORY || g->role == ROLE_OW;
	return policy->authority[g->scope] != AUTHORITY_MANUAL;
}

bool resolve_scope(const struct org *policy, const struct grant *grants, int n, enum scope scope,
		   const char *target, enum role *out)
{
	bool any = false;

	for (int i = 0; i < n; i++) {
		const struct grant *g = &grants[i];

		if (g->scope != scope || strcmp(g->target, target) != 0)
			continue;
		if (!grant_counts(policy, g))
			continue;
		if (!any || g->role > *out)
			*out = g->role;
		any = true;
	}
	return any;
}

static enum role of_policy(const struct org *policy, bool matched)
{
	switch (matched ? policy->lost_match : policy->never_matched) {
	case UNMATCHED_DEACTIVATE:
		return ROLE_DI;
	case UNMATCHED_DEFAULT_ROLE:
		return policy->default_role;
	case UNMATCHED_PENDING:
	case UNMATCHEDS:
		break;
	}
	return ROLE_NO;
}

void resolve(struct arena *a, const struct facts *f, const struct rule_set *rules,
	     const struct org *policy, struct verdict *out)
{
	struct collector k = { .arena = a, .out = out };
	enum role mapped = ROLE_NONE, manual = ROLE_NONE;
	bool by_rule;

	*out = (struct verdict){ .matched = f->matched };
	apply_rules(&k, f, rules, policy);
	by_rule = resolve_scope(policy, out->grant, out->grants, SCOPE_ORG, "", &mapped);
	if (by_rule)
		out->matched = true;
	if (resolve_scope(policy, f->manual, f->manuals, SCOPE_ORG, "", &manual) && manual > mapped)
		mapped = manual;
	out->by_default = mapped == ROLE_NONE;
	out->wanted = out->by_default ? of_policy(policy, out->matched) : mapped;
	if (!f->active)
		out->wanted = ROLE_DI;
	if (f->owner)
		out->wanted = ROLE_OW;
}

int resolve_place(const struct org *policy, const struct facts *f, const struct verdict *v,
		  const struct grant *place)
{
	enum role mapped, manual;
	int best = -1;

	if (resolve_scope(policy, v->grant, v->grants, place->scope, place->target, &mapped))
		best = (int)mapped;
	if (resolve_scope(policy, f->manual, f->manuals, place->scope, place->target, &manual) &&
	    (int)manual > best)
		best = (int)manual;
	return best;
}

bool resolve_loses(const struct org *policy, const struct facts *f, const struct verdict *to,
		   const struct verdict *from, int i)
{
	const struct grant *g = &from->grant[i];

	return g->scope != SCOPE_ORG &&
	       resolve_place(policy, f, to, g) < resolve_place(policy, f, from, g);
}

const char *resolve_taken(const struct org *policy, const struct facts *f, const struct verdict *to,
			  const struct verdict *from)
{
	if (to->wanted < from->wanted)
		return to->wanted == ROLE_DI     ? "deactivated"
		       : !role_works(to->wanted) ? "lost"
						 : "lowered";
	for (int i = 0; i < from->grants; i++)
		if (resolve_loses(policy, f, to, from, i))
			return "access";
	return NULL;
}

void resolve_kept(struct arena *a, const struct facts *f, const struct rule_group *held, int n,
		  const struct rule_set *rules, const struct org *policy, struct verdict *out)
{
	struct rule_group *both;
	struct facts with = *f;
	struct verdict kept;

	resolve(a, f, rules, policy, out);
	if (!n || !f->active)
		return;
	both = arena_array(a, struct rule_group, (size_t)(f->groups + n));
	if (f->groups)
		memcpy(both, f->group, (size_t)f->groups * sizeof(*both));
	memcpy(both + f->groups, held, (size_t)n * sizeof(*both));
	with.group = both;
	with.groups = f->groups + n;
	resolve(a, &with, rules, policy, &kept);
	if (resolve_taken(policy, f, out, &kept))
		*out = kept;
}

static bool is_of(const struct grant *g, const struct grant *places, int n)
{
	for (int i = 0; i < n; i++)
		if (places[i].scope == g->scope && strcmp(places[i].target, g->target) == 0)
			return true;
	return false;
}

void verdict_drop(struct verdict *v, const struct grant *places, int n)
{
	int kept = 0;

	for (int i = 0; i < v->grants; i++)
		if (!is_of(&v->grant[i], places, n))
			v->grant[kept++] = v->grant[i];
	v->grants = kept;
}
