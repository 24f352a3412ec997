/* places.h - workspaces that stand for groups, where a rule says so.  Private to src/change. */
#pragma once

#include "access/rule.h"
#include "people.h"

enum { RULE_WORKSPACES_A_DAY = 100 };

/* A group under a rule with a title, and the workspace for it. */
struct place_wish {
	const struct rule *rule;
	const struct rule_group *group;
	const char *title, *key;  /* key: folded                                           */
	const char *workspace_id; /* the one that stands for it, or would; NULL: none      */
	bool settled;             /* decided before: nothing is to be done                 */
	bool make;                /* there is none yet, and the rule wants one             */
	bool taken;               /* there is one that the rule may not use                */
};

struct place_wishes {
	struct place_wish *wish;
	int n;
	int64_t made_today; /* by rules of this organization; counted if something is to be made */
};

/* Wishes of n groups, with what is decided already (rows rule_id, group_id, workspace_id
 * and the id of the workspace, NULL if it is gone) and what the titles lead to. */
bool places_wish(struct ctx *c, const struct rule_set *set, const struct org *policy,
		 const struct rule_group *const *groups, int n, const struct rows *decided,
		 struct place_wishes *out) MUST;
/* Gives each group the places that its wishes have come to. */
void places_give(struct ctx *c, const struct place_wishes *w, struct rule_group *const *groups,
		 int n);

/* Makes what is missing and gives the people's groups their places. */
bool places_ready(struct ctx *c, struct people *all) MUST;
