/*
 * resolve.h - from facts to roles: a pure function.
 *
 * No database, no clock, no order of events: the same facts, rules and policy
 * (with the moment in it by which rules are in force) give the same verdict.  It answers one person
 * in a request and a hundred thousand in a plan.
 */
#pragma once

#include "access/rule.h"
#include "base/arena.h"

/* One grant with its origin. */
struct grant {
	enum scope scope;
	const char *target; /* workspace or project id; "" for the organization */
	enum role role;     /* see struct rule                                  */
	bool manual;
	const char *rule_id, *group_id, *source_id; /* a rule's; else NULL */
	int64_t revision;
	const char *by; /* the administrator's; else NULL */
	int64_t since;
};

struct facts {
	bool active;                    /* what the managing source says            */
	bool owner;                     /* holds a manual Owner grant: always OW     */
	bool matched;                   /* some organization-role rule matched before */
	const struct rule_group *group; /* all groups, of all sources */
	int groups;
	const struct grant *manual; /* manual grants */
	int manuals;
};

struct verdict {
	enum role wanted;    /* DI, NO, AN .. OW: before the seat gate            */
	bool matched;        /* facts.matched, or now                             */
	bool by_default;     /* wanted comes from the policy for the unmatched    */
	struct grant *grant; /* what rules give, one per (rule, group); manual ones
			      * are not repeated; sorted by scope, target, rule, group */
	int grants;
};

void resolve(struct arena *a, const struct facts *f, const struct rule_set *rules,
	     const struct org *policy, struct verdict *out);

/* Do the policies let it count where it is given? */
bool grant_counts(const struct org *policy, const struct grant *g);

/* The order of verdict.grant, for qsort() over struct grant. */
int grant_order(const void *a, const void *b);

/* As resolve(), with n groups more that a hold lets him count in (hold.h): they decide if he
 * would lose something without them. */
void resolve_kept(struct arena *a, const struct facts *f, const struct rule_group *held, int n,
		  const struct rule_set *rules, const struct org *policy, struct verdict *out);

/* Does he lose in the place of from->grant[i], with what was given by hand beside both? */
bool resolve_loses(const struct org *policy, const struct facts *f, const struct verdict *to,
		   const struct verdict *from, int i);
/* The word for what he loses between two verdicts: "deactivated", "lost" (his role),
 * "lowered", "access" (to a place); NULL: nothing. */
const char *resolve_taken(const struct org *policy, const struct facts *f, const struct verdict *to,
			  const struct verdict *from);
/* The role that counts in a place: of rules and of what was given by hand; -1: none. */
int resolve_place(const struct org *policy, const struct facts *f, const struct verdict *v,
		  const struct grant *place);

/* Takes out what is given in n places, by scope and target. */
void verdict_drop(struct verdict *v, const struct grant *places, int n);

/* Role that counts in one scope among grants that do: the highest.  False if none. */
bool resolve_scope(const struct org *policy, const struct grant *grants, int n, enum scope scope,
		   const char *target, enum role *out);
