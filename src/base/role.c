/* role.c - names and codes of the roles, in one table. */
#include "base/role.h"

#include <stddef.h>
#include <strings.h>

static const struct {
	const char *code, *name;
} roles[ROLES] = {
	[ROLE_NONE] = { "Inherit", "Inherit" }, [ROLE_DI] = { "DI", "Deactivated" },
	[ROLE_NO] = { "NO", "Not Activated" },  [ROLE_AN] = { "AN", "Annotator" },
	[ROLE_RE] = { "RE", "Reviewer" },       [ROLE_MA] = { "MA", "Manager" },
	[ROLE_AD] = { "AD", "Administrator" },  [ROLE_OW] = { "OW", "Owner" },
};

const char *role_code(enum role r)
{
	return roles[r].code;
}

const char *role_name(enum role r)
{
	return roles[r].name;
}

bool role_parse(const char *text, enum role *out)
{
	for (int r = 0; r < ROLES; r++)
		if (strcasecmp(text, roles[r].code) == 0 || strcasecmp(text, roles[r].name) == 0) {
			*out = (enum role)r;
			return true;
		}
	return false;
}
