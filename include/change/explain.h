/* explain.h - why somebody has the roles he has. */
#pragma once

#include "access/grant.h"
#include "access/hold.h"
#include "access/standing.h"
#include "roster/user.h"

/* A grant and what became of it. */
struct explained {
	struct grant grant;
	bool counts;         /* it gives the effective role of its scope       */
	const char *lost_to; /* else: id of the rule that won, "manual", "policy: ..." */
	const char *why;     /* then: a sentence */
	const char *group_name, *source_name;
	bool held; /* by a group he left, which a hold lets him count in */
};

struct explanation {
	struct user *user;
	struct standing *standing;
	struct explained *grant;
	int grants;
	struct hold *hold; /* those he is on the list of; by a run's, his facts are not moved */
	int holds;
	const char *summary; /* one sentence about the organization role */
};

bool explain_user(struct ctx *c, const char *user_id, struct explanation *out) MUST;
