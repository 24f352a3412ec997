/*
 * org.h - the organization (tenant) a piece of work is about, with its policies.
 *
 * Every room needs it, so it stands at the bottom; roster/org.h loads and saves it.
 */
#pragma once

#include <stdint.h>

#include "base/role.h"

/* Three kinds of scope a grant is about. */
enum scope { SCOPE_ORG, SCOPE_WORKSPACE, SCOPE_PROJECT, SCOPES };

/* "org", "workspace", "project". */
extern const char *const scope_names[SCOPES];
/* "member" and "manager" of a workspace, "AN", "RE" and "Inherit" of a project, "AN" ... */
const char *scope_role(enum scope scope, enum role role);

/* Who decides in a scope kind. */
enum authority {
	AUTHORITY_BOTH,      /* rules and manual grants, the highest wins */
	AUTHORITY_DIRECTORY, /* manual grants are refused                 */
	AUTHORITY_MANUAL,    /* rules are ignored                         */
	AUTHORITIES
};
extern const char *const authority_names[AUTHORITIES];

/* What becomes of somebody whom no organization-role rule matches. */
enum unmatched { UNMATCHED_DEFAULT_ROLE, UNMATCHED_PENDING, UNMATCHED_DEACTIVATE, UNMATCHEDS };
extern const char *const unmatched_names[UNMATCHEDS];

enum { SEATS_UNLIMITED = -1 };

struct org {
	const char *id, *name;
	int64_t seat_limit;           /* SEATS_UNLIMITED or a number >= 0          */
	bool refuse_when_full;        /* policy "refuse"; else "queue"             */
	enum role default_role;       /* ROLE_NO .. ROLE_AD                        */
	enum unmatched never_matched; /* no rule matched so far                    */
	enum unmatched lost_match;    /* one matched before                        */
	enum authority authority[SCOPES];
	int64_t hold_people, hold_percent; /* removals beyond both are parked        */
	bool relink_former;                /* same externalId: link to the old history  */
	int64_t rules_revision;            /* active one; 0 before the first            */
	int64_t rules_at;                  /* the moment by which rules are in force      */
	int64_t rules_next;                /* when that changes by itself; 0: never       */
	int64_t created, changed;
	int64_t stamp; /* moves with all this, with tokens and with connections */
};
