/* plan.h - what the files about plans share.  Private to src/admin. */
#pragma once

#include "admin.h"
#include "change/plan.h"

/* What a result says, without its items: the summary that is stored.  A new reference. */
json_t *plan_summary(struct ctx *c, const struct plan_result *r, const struct rule_set *set,
		     const json_t *active, const json_t *draft);

/* Answers 409: the rules are at another revision by now. */
void plan_moved_rules(struct ctx *c, struct http_resp *p, int64_t planned, int64_t now);
/* Answers 409 with the people of whom something else would come now. */
bool plan_moved_people(struct ctx *c, struct http_resp *p, const struct stored_plan *planned,
		       const struct plan_result *now) MUST;
