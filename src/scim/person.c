/* person.c - bodies of POST and PUT: JSON to struct user, and to what a Group holds. */

#include "person.h"

#include <string.h>

#include "assign.h"
#include "members.h"

bool user_from_json(struct ctx *c, const struct scim_settings *set, const json_t *body,
		    struct user *u, bool *active_given)
{
	struct assign s = { .c = c, .set = set, .u = u, .replace = true, .quiet = true };

	u->active = true;
	if (!assign_object(&s, SCHEMA_USER, (json_t *)(uintptr_t)body))
		return false;
	*active_given = s.active_given;
	return person_check(c, u);
}

bool group_from_json(struct ctx *c, const struct scim_settings *set, const json_t *body,
		     struct group_body *out)
{
	struct assign s = { .c = c, .set = set };
	json_t *external_id = json_find(body, "externalId");
	json_t *members = json_find(body, "members");

	*out = (struct group_body){ .members_given = members, .external_id_given = external_id };
	if (!group_text(&s, "displayName", json_find(body, "displayName"), &out->display_name) ||
	    !group_text(&s, "externalId", external_id, &out->external_id))
		return false;
	if (!out->display_name)
		return error(c, ERR_VALUE, "displayName is required");
	return members_read(c, members, &out->refs, &out->n);
}
