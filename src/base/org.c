/* org.c - the words of an organization's policies. */
#include "base/org.h"

const char *const scope_names[SCOPES] = { "org", "workspace", "project" };
const char *const authority_names[AUTHORITIES] = { "both", "directory", "manual" };
const char *const unmatched_names[UNMATCHEDS] = { "default_role", "pending", "deactivate" };

const char *scope_role(enum scope scope, enum role role)
{
	if (scope == SCOPE_WORKSPACE)
		return role == ROLE_MA ? "manager" : "member";
	return role_code(role);
}
