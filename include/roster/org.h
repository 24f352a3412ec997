/* org.h - organizations: the list, and what their administrators set. */
#pragma once

#include "base/org.h"
#include "db/db.h"

/* Makes an organization with its manual source, in the open transaction; *o has
 * name and policies, the rest is filled in.  It starts unlimited: seat_set_limit()
 * does the rest.  Enters it (db_enter_org).  ERR_UNIQUE if the name is taken. */
bool org_create(struct ctx *c, struct org *o) MUST;

bool org_find(struct ctx *c, const char *id, struct org **out) MUST; /* NULL if there is none */
bool org_find_by_name(struct ctx *c, const char *name, struct org **out) MUST;
bool org_list(struct ctx *c, struct org **out, int *count) MUST;
/* The id of the one organization of this server; NULL: there is none, or more than one. */
bool org_only(struct ctx *c, const char **id) MUST;

/* What anybody remembers of the organization is old from here on. */
bool org_moved(struct ctx *c) MUST;

/* Saves name and policies of c->org as *o has them (inside a change). */
bool org_save(struct ctx *c, const struct org *o) MUST;

/* One row of a query that selects ORG_COLUMNS from orgs o. */
#define ORG_COLUMNS                                                                                \
	"o.id, o.name, o.seat_limit, o.refuse_when_full, o.default_role, o.never_matched, "        \
	"o.lost_match, o.org_authority, o.workspace_authority, o.project_authority, "              \
	"o.hold_people, o.hold_percent, o.relink_former, o.rules_revision, o.created, o.changed, " \
	"o.stamp, o.rules_at, o.rules_next"
enum { ORG_COLUMN_COUNT = 19 };
struct org *org_from_row(struct ctx *c, const struct rows *r, int row, int first_col);
