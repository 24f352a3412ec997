/* ctl_plain.c - commands that are one operation of the API and nothing more. */
#include "ctl.h"

#include <ctype.h>
#include <string.h>

#include "http/json.h"

enum { COLUMNS = 8, FILE_MAX = 1 << 20 };

/* The one operation, its holes filled with arguments; *used counts them.  A person may be
 * named by userName. */
static bool fill(struct ctl *k, const char *operation, const char **path, int *used)
{
	const char *from = strchr(operation, ' ') + 1, *hole, *id;
	size_t whole = strcspn(from, ";");
	const char *pattern = arena_strndup(k->c->arena, from, whole);
	bool people = strncmp(pattern, "/users/", 7) == 0;

	*path = "";
	for (*used = 0; (hole = strstr(pattern, "{}")); pattern = hole + 2) {
		id = k->arg[(*used)++];
		if (people && !api_user_id(k, id, &id))
			return false;
		*path = api_path(k,
				 arena_printf(k->c->arena, "%s%.*s", *path, (int)(hole - pattern),
					      pattern),
				 id, "");
	}
	*path = arena_printf(k->c->arena, "%s%s", *path, pattern);
	return true;
}

static bool body_of(struct ctl *k, const struct ctl_calls *m, int used, json_t **out)
{
	*out = NULL;
	if (!m->body)
		return true;
	if (strcmp(m->body, "FILE") == 0)
		return ctl_read_json(k, k->arg[used], out);
	*out = json_own(k->c, json_object());
	json_put_text(*out, m->body, k->arg[used]);
	return true;
}

static void print_columns(struct ctl *k, json_t *items, const char *names)
{
	struct column columns[COLUMNS + 1] = { 0 };
	const char *name;

	for (int i = 0; i < COLUMNS && (name = ctl_word(k, &names)); i++) {
		char *title = arena_strdup(k->c->arena, name);

		for (char *p = title; *p; p++)
			*p = *p == '_' ? ' ' : (char)toupper((unsigned char)*p);
		columns[i] = (struct column){ title, name };
	}
	ctl_print_items(k, items, columns);
}

static void print_object(struct ctl *k, json_t *object)
{
	struct column *fields =
		arena_array(k->c->arena, struct column, json_object_size(object) + 1);
	const char *key;
	json_t *value;
	int n = 0;

	json_object_foreach(object, key, value)
	{
		fields[n++] = (struct column){ key, key };
	}
	ctl_print_fields(k, object, fields);
}

static bool lists(const char *operation)
{
	return strncmp(operation, "GET ", 4) == 0 && !strchr(operation, ';');
}

bool ctl_plain(struct ctl *k)
{
	const struct ctl_calls *m = ctl_calls_of(k->command);
	const char *method = arena_strndup(k->c->arena, m->operations, strcspn(m->operations, " "));
	json_t *body, *out = NULL;
	const char *path;
	int used;

	if (!fill(k, m->operations, &path, &used) || !body_of(k, m, used, &body))
		return false;
	path = api_query(k, path, k->command->query);
	if (m->columns && lists(m->operations)) {
		if (!api_list(k, path, &out))
			return false;
		print_columns(k, out, m->columns);
		return true;
	}
	if (!api_call(k, method, path, body, &out))
		return false;
	if (m->columns)
		print_columns(k, json_object_get(out, "items"), m->columns);
	else if (out)
		print_object(k, out);
	else
		ctl_print_done(k, NULL, "done");
	return true;
}

bool ctl_openapi(struct ctl *k)
{
	json_t *out;

	if (!api_call(k, "GET", "/openapi.json", NULL, &out))
		return false;
	ctl_print_json(out);
	return true;
}
