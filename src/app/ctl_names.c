/* ctl_names.c - ids of what people call by its name. */
#include "ctl.h"

#include <string.h>

enum { UUID_LENGTH = 36 };

bool api_user_id(struct ctl *k, const char *ref, const char **id)
{
	json_t *page, *user;
	size_t i;

	*id = ref;
	if (strlen(ref) == UUID_LENGTH && !strchr(ref, '@'))
		return true;
	if (!api_call(k, "GET", api_path(k, "/users?limit=1000&q=", ref, ""), NULL, &page))
		return false;
	json_array_foreach(json_object_get(page, "items"), i, user)
	{
		const char *name = json_string_value(json_object_get(user, "userName"));

		*id = json_string_value(json_object_get(user, "id"));
		if (*id && name && text_same(name, ref))
			return true;
	}
	return error(k->c, ERR_NOT_FOUND,
		     "there is no user %s; one who was deleted has to be named by id", ref);
}

bool api_connection_id(struct ctl *k, const char *list, const char *ref, const char **id)
{
	json_t *items, *one;
	size_t i;

	if (!api_list(k, list, &items))
		return false;
	json_array_foreach(items, i, one)
	{
		const char *name = json_string_value(json_object_get(one, "name"));

		*id = json_string_value(json_object_get(one, "id"));
		if (*id && (strcmp(*id, ref) == 0 || (name && text_same(name, ref))))
			return true;
	}
	return error(k->c, ERR_NOT_FOUND, "there is no connection \"%s\"; see rosterctl %s list",
		     ref, k->command->noun);
}
