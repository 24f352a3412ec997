/* preset.c - what the embedded presets say of a kind of connection. */
#include "preset.h"

#include <string.h>

#include "admin/presets.h"
#include "http/json.h"

static const char *find(const char *kind, const char *name)
{
	size_t n = strlen(name);

	for (int i = 0; i < preset_file_count; i++)
		if (strncmp(preset_files[i].name, name, n) == 0 && preset_files[i].name[n] == '/' &&
		    strcmp(preset_files[i].name + n + 1, kind) == 0)
			return preset_files[i].text;
	return NULL;
}

static bool refuse(struct ctx *c, const char *kind, const char *name)
{
	struct buf b = buf_in(c->arena, 2048);

	for (int i = 0; i < preset_file_count; i++) {
		const char *slash = strchr(preset_files[i].name, '/');

		if (slash && strcmp(slash + 1, kind) == 0)
			buf_printf(&b, "%s%.*s", b.n ? ", " : "",
				   (int)(slash - preset_files[i].name), preset_files[i].name);
	}
	return error(c, ERR_VALUE, "there is no preset \"%.60s\"; there are: %s", name,
		     b.p ? b.p : "none");
}

bool preset_settings(struct ctx *c, const char *kind, const char *name, const json_t **out)
{
	const char *text = name ? find(kind, name) : NULL;

	*out = NULL;
	if (!name)
		return true;
	if (!text)
		return refuse(c, kind, name);
	*out = json_object_get(json_own(c, json_parsed(text)), "settings");
	return true;
}

json_t *show_contents(const struct source_contents *n)
{
	json_t *j = json_object();

	json_put_int(j, "groups", n->groups);
	json_put_int(j, "memberships", n->memberships);
	json_put_int(j, "pending_members", n->pending_members);
	json_put_int(j, "tokens", n->tokens);
	json_put_int(j, "users", n->users);
	return j;
}
