/*
 * permission.h - what each role may do on the platform: one table, and reading it.
 *
 * Columns are the organization roles.  Inside a project its own role (Annotator,
 * Reviewer) stands in for the organization role, unless that is Manager or above.
 */
#pragma once

#include "base/org.h"

/* How far a yes reaches. */
enum extent {
	EXTENT_NO,
	EXTENT_OWN,       /* his own work only                                         */
	EXTENT_IF_SHARED, /* his own work only, and only if the project permits it      */
	EXTENT_PLACES,    /* workspaces and projects he was added to                   */
	EXTENT_YES,
	EXTENTS
};

/* "no", "own", "own_if_permitted", "added_to", "yes" */
extern const char *const extent_names[EXTENTS];

enum { PERMISSION_ROLES = ROLE_OW - ROLE_AN + 1 };

struct permission {
	const char *action; /* "assign_annotators"                                     */
	const char *words;  /* as administrators know it: "assign annotators to tasks" */
	bool placed;        /* done in a workspace or a project                        */
	enum extent of[PERMISSION_ROLES]; /* AN, RE, MA, AD, OW                        */
};

extern const struct permission permissions[]; /* ends with a NULL action */

/* By action or words, blanks and dashes for underscores, in any case; NULL: no such. */
const struct permission *permission_find(const char *text);

/* Where somebody stands when he asks. */
struct asking {
	enum role role;         /* in the organization                                   */
	enum role project_role; /* ROLE_NONE: none of its own, or "Inherit"              */
	bool in_place;          /* a workspace or project was named                      */
	bool added;             /* and he was added to it, or to the workspace around it */
};

struct permit {
	bool allowed;
	enum extent extent;
	enum role role;      /* the one that counted      */
	const char *because; /* a sentence                */
};
void permission_decide(const struct permission *p, const struct asking *who, struct permit *out);
