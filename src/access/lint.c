/* lint.c - rules that do nothing, or not what they look like. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "plan.h"

static const int64_t STALE_MS = 30LL * 86400000;

void plan_warn(struct arena *a, struct plan_warnings *w, const char *kind, const char *rule,
	       const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (w->n == PLAN_WARNINGS_MAX) {
		w->over++;
		return;
	}
	if (w->n == w->room) {
		int more = w->room ? w->room * 2 : 16;

		w->list = arena_grow(a, w->list, (size_t)w->room * sizeof(*w->list),
				     (size_t)more * sizeof(*w->list));
		w->room = more;
	}
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	w->list[w->n++] = (struct plan_warning){ kind, rule, arena_strdup(a, text) };
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_grant(const struct rule *a, const struct rule *b)
{
	return a->scope == b->scope && same_text(a->title, b->title) &&
	       strcmp(a->target, b->target) == 0;
}

/* The one asks for the same groups as the other, in the same words. */
static bool same_match(const struct rule *a, const struct rule *b)
{
	return a->by == b->by && same_text(a->source, b->source) &&
	       strcmp(a->by == BY_NAME || a->by == BY_GLOB ? a->key : a->group,
		      b->by == BY_NAME || b->by == BY_GLOB ? b->key : b->group) == 0;
}

static bool covers(const struct rule *a, const struct rule *b)
{
	return a->from <= b->from && (!a->until || (b->until && b->until <= a->until));
}

/* An earlier rule that says the same, or a rule that always gives as much or more. */
static void look_alike(struct arena *a, const struct rule_set *set, int at, struct plan_warnings *w)
{
	const struct rule *r = &set->rule[at];

	for (int i = 0; i < set->count; i++) {
		const struct rule *o = &set->rule[i];

		if (i == at || !same_match(o, r) || !same_grant(o, r) || !covers(o, r))
			continue;
		if (o->role == r->role && i < at) {
			plan_warn(a, w, "duplicate_rule", r->id,
				  "the rule says the same as \"%.60s\": remove one of them", o->id);
			return;
		}
		if (o->role > r->role) {
			plan_warn(a, w, "shadowed_rule", r->id,
				  "the rule \"%.60s\" gives the same groups a higher role there:"
				  " this one never decides",
				  o->id);
			return;
		}
	}
}

static bool is_pattern(const struct rule *r)
{
	return r->by == BY_GLOB || r->by == BY_REGEX;
}

/* Of two that give the same, one is too many: not the pattern, which more groups may come to
 * match, and of two names the later. */
static bool makes_needless(const struct rule *o, const struct rule *r)
{
	if (o->role != r->role)
		return o->role > r->role;
	return !is_pattern(r) && (is_pattern(o) || o < r);
}

/* A rule that gives this group as much in the same place. */
static const struct rule *stronger(const struct rule_set *set, const struct rule_group *g,
				   const struct rule *r)
{
	for (int i = 0; i < g->matches; i++) {
		const struct rule *o = &set->rule[g->matched[i]];

		if (o != r && makes_needless(o, r) && same_grant(o, r) && covers(o, r) && !o->title)
			return o;
	}
	return NULL;
}

struct uses {
	int groups;
	int64_t seen;
	const struct rule *shadow; /* of all groups so far */
	bool clear;                /* some group has no stronger rule */
	bool literal;              /* found by the words themselves */
};

static void one_rule(struct arena *a, const struct rule *r, const struct uses *u,
		     const struct org *policy, struct plan_warnings *w)
{
	if (policy->authority[r->scope] == AUTHORITY_MANUAL)
		plan_warn(a, w, "ignored_rule", r->id,
			  "administrators decide about %s roles here: the rule does nothing",
			  scope_names[r->scope]);
	if (r->until && r->until <= policy->rules_at)
		plan_warn(a, w, "rule_is_over", r->id, "the time of the rule is over");
	else if (r->from > policy->rules_at)
		plan_warn(a, w, "rule_begins_later", r->id, "the rule is not in force yet");
	if (!u->groups)
		plan_warn(a, w, "group_never_seen", r->id,
			  "no group that the rule asks for (\"%.100s\") has been seen%s", r->group,
			  r->source ? " from that source" : "");
	else if (u->seen && u->seen < policy->rules_at - STALE_MS)
		plan_warn(a, w, "group_not_seen_lately", r->id,
			  "no source has said anything about \"%.100s\" for 30 days", r->group);
	if (u->groups && !u->clear && !u->literal)
		plan_warn(a, w, u->shadow->role > r->role ? "shadowed_rule" : "duplicate_rule",
			  r->id,
			  "every group it matches gets %s there by other rules, such as"
			  " \"%.60s\": it never decides",
			  u->shadow->role > r->role ? "a higher role" : "the same", u->shadow->id);
}

void plan_lint(struct arena *a, const struct rule_set *set, const struct rule_group *groups,
	       const int64_t *seen, int n, const struct org *policy, struct plan_warnings *out)
{
	struct uses *u = arena_array(a, struct uses, (size_t)set->count);

	for (int i = 0; i < n; i++)
		for (int k = 0; k < groups[i].matches; k++) {
			int at = groups[i].matched[k];
			const struct rule *by = stronger(set, &groups[i], &set->rule[at]);

			u[at].groups++;
			u[at].seen = seen[i] > u[at].seen ? seen[i] : u[at].seen;
			u[at].shadow = by ? by : u[at].shadow;
			u[at].clear = u[at].clear || !by;
		}
	for (int i = 0; i < set->count; i++) {
		int before = out->n;

		look_alike(a, set, i, out);
		u[i].literal = out->n > before;
		one_rule(a, &set->rule[i], &u[i], policy, out);
	}
}
