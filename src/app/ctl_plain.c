/* ctl_plain.c - commands that are one operation of the API and nothing more. */
#include "ctl.h"

#include <ctype.h>
#include <string.h>

#include "http/json.h"

enum { COLUMNS = 16 };

/* Id of what fills a hole behind that much of a path.  People and connections may be named
 * by their names. */
static bool resolve(struct ctl *k, const char *prefix, const char *ref, const char **id)
{
	const char *list;

	*id = ref;
	if (strcmp(prefix, "/users/") == 0)
		return api_user_id(k, ref, id);
	if (strncmp(prefix, "/connections/", 13) != 0)
		return true;
	list = arena_strndup(k->c->arena, prefix, strlen(prefix) - 1);
	return api_connection_id(k, list, ref, id);
}

/* The path of an operation, its holes filled with arguments; *used counts them. */
static bool fill(struct ctl *k, const char *operation, const char **path, int *used)
{
	const char *from = strchr(operation, ' ') + 1, *hole, *id;
	const char *pattern = arena_strndup(k->c->arena, from, strcspn(from, ";"));

	*path = "";
	for (*used = 0; (hole = strstr(pattern, "{}")); pattern = hole + 2) {
		*path = arena_printf(k->c->arena, "%s%.*s", *path, (int)(hole - pattern), pattern);
		if (!resolve(k, *path, k->arg[(*used)++], &id))
			return false;
		*path = api_path(k, *path, id, "");
	}
	*path = arena_printf(k->c->arena, "%s%s", *path, pattern);
	return true;
}

static bool body_of(struct ctl *k, const struct ctl_calls *m, int used, json_t **out)
{
	*out = NULL;
	if (!m->body && !m->settings)
		return true;
	*out = json_own(k->c, json_object());
	if (m->settings && !ctl_document(k, k->arg[used + (m->body != NULL)], out))
		return false;
	if (m->body)
		json_put_text(*out, m->body, k->arg[used]);
	return json_object_size(*out) ||
	       ctl_misuse(k, "say what to change: options, or a FILE; see rosterctl %s %s --help",
			  k->command->noun, k->command->verb);
}

/* "last_run.state" above a column. */
static const char *title_of(struct ctl *k, const char *key)
{
	char *title = arena_strdup(k->c->arena, key);

	for (char *p = title; *p; p++)
		*p = *p == '_' || *p == '.' ? ' ' : (char)toupper((unsigned char)*p);
	return title;
}

/* Members of an object keep the names that the API and its guides give them. */
static struct column *columns_of(struct ctl *k, const char *names, bool list)
{
	struct column *columns = arena_array(k->c->arena, struct column, COLUMNS + 1);
	const char *name;

	for (int i = 0; i < COLUMNS && (name = ctl_word(k, &names)); i++)
		columns[i] = (struct column){ list ? title_of(k, name) : name, name };
	return columns;
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

void ctl_print_answer(struct ctl *k, json_t *answer)
{
	const struct ctl_calls *m = ctl_calls_of(k->command);
	json_t *items = json_is_array(answer) ? answer : json_object_get(answer, "items");

	if (!answer)
		ctl_print_done(k, NULL, "%s", m->done ? m->done : "done");
	else if (m->columns && items)
		ctl_print_items(k, items, columns_of(k, m->columns, true));
	else if (m->columns && !ctl_option(k, "dry-run"))
		ctl_print_fields(k, answer, columns_of(k, m->columns, false));
	else
		print_object(k, answer);
}

/* A list has columns and is not one of something. */
static bool lists(const struct ctl_calls *m)
{
	size_t n = strcspn(m->operations, ";");

	return m->columns && strncmp(m->operations, "GET ", 4) == 0 && m->operations[n - 1] != '}';
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
	if (strcmp(method, "DELETE") == 0 && ctl_option(k, "dry-run"))
		path = arena_printf(k->c->arena, "%s?preview=true", path);
	if (lists(m) ? !api_list(k, path, &out) : !api_call(k, method, path, body, &out))
		return false;
	ctl_print_answer(k, out);
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
