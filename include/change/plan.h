/*
 * plan.h - what a change of the rules would do, worked out over everybody, kept, and
 * carried out if the world is still as it was.
 */
#pragma once

#include "access/plan.h"
#include "db/db.h"

struct plan_result {
	struct plan plan;
	struct org policy; /* as it would count: org.rules_at is now */
	struct plan_warnings warnings;
	const char **new_workspace; /* titles that would be made */
	int new_workspaces;
};

/*
 * What the draft would do to everybody.  draft->revision: what it is already, for new rules
 * look anew for workspaces that are gone.  Inside a transaction: tx_begin_read() for a
 * snapshot, or a change that has the organization alone.  People are read in pages; only
 * what the result holds stays in the ctx's arena.
 */
bool plan_evaluate(struct ctx *c, const struct rule_set *draft, struct plan_result *out) MUST;

/* A plan as it is stored. */
struct stored_plan {
	const char *id, *hash, *digest, *document, *summary, *author;
	int64_t base_revision, items, created, expires;
	int64_t applied; /* the revision it became; 0: none yet */
};

enum { PLAN_LIFE_MS = 60 * 60 * 1000, PLAN_PAGE = 500, PLANS_KEPT = 10 };

/* Keeps a plan with its items, in a transaction of its own; fills in id, hash, items, author,
 * created and expires.  Plans long over and too many open ones go. */
bool plan_store(struct ctx *c, const struct plan_result *r, struct stored_plan *p) MUST;
/* ERR_NOT_FOUND.  A plan that is over is there for a day. */
bool plan_get(struct ctx *c, const char *id, struct stored_plan **out) MUST;
bool plan_applied(struct ctx *c, const char *id, int64_t revision) MUST;

/* Page n of PLAN_PAGE items, as a JSON array in text; "[]" behind the last. */
bool plan_page(struct ctx *c, const char *id, int64_t n, const char **items) MUST;
/* The next page of a result, from a reader that began with .block = plan.first; *n its
 * items.  "[]" behind the last. */
struct plan_reader {
	const struct plan_block *block;
	int at;
};
const char *plan_next_page(struct arena *a, struct plan_reader *r, int *n);

/* Items that are worth showing. */
int64_t plan_shown(const struct plan *p);
/* Which kind of change it is, by name; "waits" for somebody who waits for a seat. */
const char *plan_item_kind(const struct plan_item *i);

/* What one person would be, were he in one more group (id, or a name that only one has:
 * ERR_VALUE); the rules stay as they are. */
bool plan_join(struct ctx *c, const char *user_id, const char *group, const char **group_id,
	       struct plan_result *out) MUST;
