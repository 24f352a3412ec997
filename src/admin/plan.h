/* plan.h - what the files about plans share.  Private to src/admin. */
#pragma once

#include "admin.h"
#include "change/plan.h"

/* What a result says, without its items: the summary that is stored.  A new reference. */
json_t *plan_summary(struct ctx *c, const struct plan_result *r, const struct rule_set *set,
		     const json_t *active, const json_t *draft);

/* {"plan", "hash"} of a body: the stored plan, if it is of this kind. */
bool plan_read_order(struct ctx *c, const struct http_req *q, bool by_hand,
		     struct stored_plan **out) MUST;
bool plan_in_time(struct ctx *c, const struct stored_plan *s) MUST; /* ERR_CONFLICT */
/* The plan with limit of its changes, from one on. */
bool plan_respond(struct ctx *c, struct http_resp *p, int status, const struct stored_plan *s,
		  int64_t from, int64_t limit) MUST;

/* While everybody is being recomputed for this revision: how far it is.  Nothing otherwise. */
bool plan_put_rollout(struct ctx *c, json_t *j, int64_t revision) MUST;

/* Answers 409: the rules are at another revision by now. */
void plan_moved_rules(struct ctx *c, struct http_resp *p, int64_t planned, int64_t now);
/* Answers 409 with the people of whom something else would come now. */
bool plan_moved_people(struct ctx *c, struct http_resp *p, const struct stored_plan *planned,
		       const struct plan_result *now) MUST;
