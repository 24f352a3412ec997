/* plan_read.h - the facts of a plan; private to src/change. */
#pragma once

#include "change/plan.h"
#include "places.h"

/* All groups of the organization, as the draft sees them. */
struct plan_groups {
	struct rule_group *group; /* in the order of ids          */
	int64_t *seen;            /* when a source last said something */
	bool *peopled;            /* has members                       */
	int n;
	int *slot, slots;        /* open hash of id -> index + 1 */
	struct rule_group *held; /* as they were when a hold began to let people count in them */
	const struct plan_given *given; /* what hands would do beside; or NULL */
	int helds; /* in the order of ids                                       */
};

bool plan_read_groups(struct ctx *c, const struct rule_set *draft, struct plan_groups *out) MUST;
const struct rule_group *plan_group(const struct plan_groups *g, const char *id);
/* Workspaces that stand for groups; titles of those that would be made. */
bool plan_read_places(struct ctx *c, const struct rule_set *draft, struct plan_groups *g,
		      struct plan_result *out) MUST;

/* The next people after an id, each handed to plan_person(); *n of them, *last their last. */
bool plan_read_people(struct ctx *c, const struct plan_groups *g, const char *after, int limit,
		      struct plan *p, const char **last, int *n) MUST;
/* One person; extra (may be NULL) is a group that he would be in as well. */
bool plan_read_person(struct ctx *c, const struct plan_groups *g, const char *user_id,
		      const struct rule_group *extra, struct plan *p) MUST;

/* Places that rules name and that are not there, or take no members: into p->gone, and with w as
 * warnings. */
bool plan_check_targets(struct ctx *c, const struct rule_set *draft, struct plan *p,
			struct plan_warnings *w) MUST;
