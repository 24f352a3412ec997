/* ctl_sync_import.c - rosterctl sync import: the AUTH_LDAP_ variables of Label Studio. */
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "http/json.h"

/* Value of NAME=value in a file of such lines, quotes taken off; NULL: not there. */
static const char *variable(struct ctl *k, const char *text, const char *name)
{
	size_t n = strlen(name), length;

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += strspn(line, "\n\r\t ");
		if (strncmp(line, "export ", 7) == 0)
			line += 7;
		if (strncmp(line, name, n) != 0 || line[n] != '=')
			continue;
		line += n + 1;
		length = strcspn(line, "\r\n");
		if (length >= 2 && (*line == '"' || *line == '\'') && line[length - 1] == *line) {
			line++;
			length -= 2;
		}
		return length ? arena_strndup(k->c->arena, line, length) : NULL;
	}
	return NULL;
}

static bool is_true(const char *text)
{
	return text &&
	       (strcmp(text, "1") == 0 || text_same(text, "true") || text_same(text, "yes"));
}

static void put(json_t *body, const char *object, const char *key, json_t *value)
{
	json_t *in = json_object_get(body, object);

	if (!in) {
		in = json_object();
		json_object_set_new(body, object, in);
	}
	json_object_set_new(in, key, value);
}

/* Which variable becomes which setting. */
enum form { TEXT, LIST, BASES };

/* clang-format off */
static const struct {
	const char *name, *object, *key;
	enum form form;
} variables[] = {
	{ "AUTH_LDAP_BIND_DN",                  "bind",       "dn",         TEXT  },
	{ "AUTH_LDAP_BIND_PASSWORD",            "bind",       "password",   TEXT  },
	{ "AUTH_LDAP_USER_SEARCH_BASES",        "users",      "base",       BASES },
	{ "AUTH_LDAP_USER_ATTR_MAP_FIRST_NAME", "attributes", "first_name", LIST  },
	{ "AUTH_LDAP_USER_ATTR_MAP_LAST_NAME",  "attributes", "last_name",  LIST  },
	{ "AUTH_LDAP_USER_ATTR_MAP_EMAIL",      "attributes", "email",      LIST  },
	{ "AUTH_LDAP_USER_ATTR_MAP_USERNAME",   "attributes", "login",      LIST  },
	{ "AUTH_LDAP_GROUP_SEARCH_BASE_DN",     "groups",     "base",       BASES },
	{ "AUTH_LDAP_GROUP_SEARCH_FILTER_STR",  "groups",     "filter",     TEXT  },
};
/* clang-format on */

/* DNs with semicolons between: one stays a text. */
static json_t *bases(const char *text)
{
	json_t *list = json_array(), *one = NULL;
	size_t length;

	for (size_t n; *text; text += n) {
		text += strspn(text, "; \t");
		n = strcspn(text, ";");
		for (length = n; length && strchr(" \t", text[length - 1]); length--)
			;
		if (length)
			json_array_append_new(list, json_stringn(text, length));
	}
	if (json_array_size(list) == 1)
		one = json_incref(json_array_get(list, 0));
	if (one)
		json_decref(list);
	return one ? one : list;
}

static json_t *value_of(const char *text, enum form form)
{
	return form == LIST    ? json_pack("[s]", text)
	       : form == BASES ? bases(text)
			       : json_string(text);
}

static bool check_variables(struct ctl *k, const char *text)
{
	if (!variable(k, text, "AUTH_LDAP_SERVER_URI"))
		return error(k->c, ERR_VALUE, "the file has no AUTH_LDAP_SERVER_URI");
	return variable(k, text, "AUTH_LDAP_USER_SEARCH_BASES") ||
	       error(k->c, ERR_VALUE,
		     "the file has no AUTH_LDAP_USER_SEARCH_BASES: a DN template alone does not "
		     "say whom to mirror");
}

/* What is not carried over is said, not guessed. */
static void warn_of_rest(struct ctl *k, const char *text)
{
	static const char *const rest[] = {
		"AUTH_LDAP_CONNECTION_OPTIONS",
		"AUTH_LDAP_USER_DN_TEMPLATE",
		"AUTH_LDAP_ORGANIZATION_ROLE_ADMINISTRATOR",
		"AUTH_LDAP_ORGANIZATION_ROLE_MANAGER",
		"AUTH_LDAP_ORGANIZATION_ROLE_REVIEWER",
		"AUTH_LDAP_ORGANIZATION_ROLE_ANNOTATOR",
		"AUTH_LDAP_ORGANIZATION_WORKSPACES",
	};

	for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++)
		if (variable(k, text, rest[i]))
			fprintf(stderr,
				"rosterctl: %s is not carried over: set tls, or write rules for "
				"these groups\n",
				rest[i]);
}

bool ctl_sync_import(struct ctl *k)
{
	json_t *body = json_own(k->c, json_object()), *uris = json_array(), *out;
	const char *text, *value, *tls;
	struct slice file = { 0 };

	if (!ctl_read(k, k->arg[1], 1 << 20, &file))
		return false;
	text = arena_strndup(k->c->arena, file.p, file.n);
	json_object_set_new(body, "uris", uris);
	if (!check_variables(k, text))
		return false;
	value = variable(k, text, "AUTH_LDAP_SERVER_URI");
	json_array_append_new(uris, json_string(value));
	tls = variable(k, text, "AUTH_LDAP_START_TLS");
	put(body, "tls", "mode",
	    json_string(strncmp(value, "ldaps:", 6) == 0 ? "ldaps"
			: is_true(tls)                   ? "starttls"
							 : "none"));
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		value = variable(k, text, variables[i].name);
		if (value)
			put(body, variables[i].object, variables[i].key,
			    value_of(value, variables[i].form));
	}
	json_put_text(body, "name", k->arg[0]);
	json_put_text(body, "preset", ctl_option(k, "preset"));
	json_put_bool(body, "enabled", false);
	warn_of_rest(k, text);
	if (!api_call(k, "POST", "/connections/ldap", body, &out))
		return false;
	ctl_print_answer(k, out);
	return true;
}
