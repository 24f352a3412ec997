/* role.h - the roles of an organization and of a project, low to high. */
#pragma once

#include <stdbool.h>

enum role {
	ROLE_NONE, /* says nothing; also "Inherit" in a project */
	ROLE_DI,   /* Deactivated                               */
	ROLE_NO,   /* Not Activated, pending                    */
	ROLE_AN,   /* Annotator                                 */
	ROLE_RE,   /* Reviewer                                  */
	ROLE_MA,   /* Manager                                   */
	ROLE_AD,   /* Administrator                             */
	ROLE_OW,   /* Owner                                     */
	ROLES
};

/* "AN"; "Inherit" for ROLE_NONE. */
const char *role_code(enum role r);
/* "Annotator". */
const char *role_name(enum role r);

/* Code or name, in any case; false if it is neither. */
bool role_parse(const char *text, enum role *out);

/* A role that lets its holder work, and costs a seat. */
static inline bool role_works(enum role r)
{
	return r >= ROLE_AN;
}

/* What a rule or a manual grant may give as organization role: AN to AD. */
static inline bool role_assignable(enum role r)
{
	return r >= ROLE_AN && r <= ROLE_AD;
}
