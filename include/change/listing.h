/*
 * listing.h - lists that span the domain rooms, as administrators ask for them.
 *
 * Pages begin after an id ("" from the start) and are in the order of ids, which is
 * that of creation; totals do not depend on the page.
 */
#pragma once

#include "access/grant.h"
#include "access/standing.h"
#include "roster/group.h"
#include "roster/place.h"
#include "roster/user.h"

/* Where the actor is a Manager (actor->sees_as), lists of people, workspaces and projects
 * have what is in his own workspaces, and nothing else. */

/* Conditions that are NULL do not count; state as standing_state(), role a code,
 * prefix (folded) of userName or displayName, source an id or a kind. */
struct user_query {
	const char *state, *role, *prefix, *group_id, *source, *after;
	const char *place; /* id of a workspace or project they are in         */
	const char *id;    /* this one alone                                   */
	int64_t limit;
};
bool list_users(struct ctx *c, const struct user_query *q, struct user **out, int *count,
		int64_t *total) MUST;

/* A person with all that the API shows of him. */
struct user_view {
	const struct user *user;
	const struct standing *standing; /* NULL before the first effects */
	const char *source_kind, *source_name;
	struct view_group {
		const char *user_id, *id, *name, *source_id, *source_name;
	} * group;
	struct view_place {
		enum scope scope; /* workspaces, then projects */
		const char *id, *title;
		enum role role;
	} * place;
	int groups, places;
};
/* n views, in the order of the users. */
bool view_users(struct ctx *c, const struct user *users, int n, struct user_view **out) MUST;

struct group_view {
	struct group group;
	const char *source_kind, *source_name;
	int64_t members, pending; /* pending: named by the source, not arrived yet */
};
/* prefix, source NULL: any. */
struct group_query {
	const char *id, *prefix, *source, *after;
	int64_t limit;
};
bool list_groups(struct ctx *c, const struct group_query *q, struct group_view **out, int *count,
		 int64_t *total) MUST;

/* Projects of a workspace, or one by its id; NULL: any. */
bool list_projects(struct ctx *c, const char *workspace_id, const char *id, const char *after,
		   int64_t limit, struct project **out, int *count, int64_t *total) MUST;

/* After an id; NULL id: all. */
bool list_workspaces(struct ctx *c, const char *id, const char *after, int64_t limit,
		     struct workspace **out, int *count, int64_t *total) MUST;

/* Manual grants with the names of their holders; user_id NULL: everybody's. */
struct grant_view {
	struct user_grant held;
	const char *user_name, *title; /* title: of the target; NULL for the organization */
};
struct grant_position {
	const char *user_id, *scope, *target; /* "" from the start */
};
bool list_manual_grants(struct ctx *c, const char *user_id, const struct grant_position *after,
			int64_t limit, struct grant_view **out, int *count, int64_t *total) MUST;

/* What goes with a connection when it is deleted, and who loses his managing source. */
struct source_contents {
	int64_t groups, memberships, pending_members, tokens, users;
};
bool count_source(struct ctx *c, const char *source_id, struct source_contents *out) MUST;
