/* owner.h - the Owner of an organization: made by hand, guarded from every directory. */
#pragma once

#include "roster/user.h"

/* Makes user_name (found or created, managed by hand) an Owner.  Inside a change. */
bool owner_appoint(struct ctx *c, const char *user_name, struct user **out) MUST;
