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
	for (int i = 0; i < rules->count; i++) {
		const struct rule *r = &rules->rule[i];

		if (policy->authority[r->scope] == AUTHORITY_MANUAL)
			continue;
		for (int j = 0; j < f->groups; j++)
			if (rule_matches(r, &f->group[j]))
				add(k, &(struct grant){ .scope = r->scope,
							.target = r->target,
							.role = r->role,
							.rule_id = r->id,
							.group_id = f->group[j].id,
							.source_id = f->group[j].source_id,
							.revision = rules->revision });
	}
	if (k->out->grants)
		qsort(k->out->grant, (size_t)k->out->grants, sizeof(struct grant), grant_order);
	drop_repeated(k->out);
}

bool resolve_scope(const struct org *policy, const struct grant *grants, int n, enum scope scope,
		   const char *target, enum role *out)
{
	bool any = false;

	for (int i = 0; i < n; i++) {
		const struct grant *g = &grants[i];

		if (g->scope != scope || strcmp(g->target, target) != 0)
			continue;
		if (g->manual ? policy->authority[scope] == AUTHORITY_DIRECTORY
			      : policy->authority[scope] == AUTHORITY_MANUAL)
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
