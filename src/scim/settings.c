/* settings.c - the settings of a SCIM connection, from its JSON. */

#include "settings.h"
#include "scim/scim.h"

#include <stddef.h>

#include "http/json.h"

/* One line per setting: its name in JSON and what holds without it. */
static const struct {
	const char *name;
	size_t offset;
	bool by_default;
} table[] = {
#define SETTING(name, by_default)                                                                  \
	{                                                                                          \
#name, offsetof(struct scim_settings, name), by_default                            \
	}
	SETTING(create_on_no_match, true),   SETTING(refuse_unknown_members, false),
	SETTING(keep_absent_members, true),  SETTING(refuse_unknown_attributes, false),
	SETTING(revive_on_post, true),       SETTING(empty_is_unset, true),
	SETTING(group_patch_returns, false), SETTING(bare_token, false),
};

static bool read_one(struct ctx *c, const json_t *j, const char *name, bool by_default, bool *out)
{
	const json_t *v = json_find(j, name);

	*out = by_default;
	if (!v || json_is_null(v))
		return true;
	if (!json_is_boolean(v))
		return error(c, ERR_VALUE, "the connection's setting %s must be true or false",
			     name);
	*out = json_is_true(v);
	return true;
}

bool scim_settings_read(struct ctx *c, const struct source *s, struct scim_settings *out)
{
	const json_t *j = NULL;
	json_error_t why;

	if (s && s->settings && *s->settings) {
		json_t *loaded = json_loads(s->settings, 0, &why);

		if (!loaded)
			return error(c, ERR_VALUE, "the settings of connection %s are not JSON: %s",
				     s->name ? s->name : s->id, why.text);
		j = json_own(c, loaded);
	}
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!read_one(c, j, table[i].name, table[i].by_default,
			      (bool *)((char *)out + table[i].offset)))
			return false;
	return true;
}

bool scim_accepts_bare(struct ctx *c, const struct source *s)
{
	struct scim_settings set = { 0 };
	struct err before = c->err;

	if (scim_settings_read(c, s, &set))
		return set.bare_token;
	c->err = before;
	return false;
}
