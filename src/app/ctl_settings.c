/* ctl_settings.c - settings on the command line: options that become members of a document. */
#include "ctl.h"

#include <string.h>

#include "http/json.h"

enum { METADATA_MAX = 16 << 20, PEM_MAX = 1 << 20, SECRET_MAX = 4096 };

/* LIMIT: a number, or null for "unlimited".  SECRET: the first line of a file. */
enum form { TEXT, WORDS, YES_NO, SWITCH, NUMBER, LIMIT, FILE_TEXT, SECRET, METADATA };

/* clang-format off */
/* "tls.mode" is "mode" in the object "tls", as the API shows it. */
static const struct setting {
	const char *option, *member;
	enum form form;
} settings[] = {
	{ "name",                   "name",                     TEXT      },
	{ "preset",                 "preset",                   TEXT      },
	{ "enabled",                "enabled",                  YES_NO    },
	{ "link",                   "link",                     YES_NO    },

	{ "seats",                  "seat_limit",               LIMIT     },
	{ "policy",                 "seat_policy",              TEXT      },
	{ "default-role",           "default_role",             TEXT      },
	{ "never-matched",          "never_matched",            TEXT      },
	{ "lost-match",             "lost_match",               TEXT      },
	{ "org-authority",          "authority.org",            TEXT      },
	{ "workspace-authority",    "authority.workspace",      TEXT      },
	{ "project-authority",      "authority.project",        TEXT      },
	{ "hold-people",            "hold_people",              NUMBER    },
	{ "hold-percent",           "hold_percent",             NUMBER    },
	{ "relink-former",          "relink_former",            YES_NO    },

	{ "metadata",               "idp_metadata_xml",         METADATA  },
	{ "entity-id",              "entity_id",                TEXT      },
	{ "domain",                 "domains",                  WORDS     },
	{ "jit",                    "jit",                      YES_NO    },
	{ "update-profile",         "update_profile",           YES_NO    },
	{ "create-groups",          "create_groups",            YES_NO    },
	{ "email-attribute",        "attributes.email",         WORDS     },
	{ "first-name-attribute",   "attributes.first_name",    WORDS     },
	{ "last-name-attribute",    "attributes.last_name",     WORDS     },
	{ "display-name-attribute", "attributes.display_name",  WORDS     },
	{ "group-attribute",        "attributes.groups",        WORDS     },
	{ "id-attribute",           "attributes.id",            WORDS     },
	{ "groups-by",              "groups_by",                TEXT      },
	{ "idp-initiated",          "allow_idp_initiated",      YES_NO    },
	{ "relay-target",           "relay_targets",            WORDS     },
	{ "want-signed",            "want_signed",              TEXT      },
	{ "want-encrypted",         "want_encrypted",           YES_NO    },
	{ "replace-idp",            "replace_idp",              SWITCH    },

	{ "idle-minutes",           "idle_minutes",             NUMBER    },
	{ "absolute-minutes",       "absolute_minutes",         NUMBER    },
	{ "sso-only",               "sso_only",                 YES_NO    },
	{ "return-target",          "return_targets",           WORDS     },

	{ "uri",                    "uris",                     WORDS     },
	{ "tls",                    "tls.mode",                 TEXT      },
	{ "ca",                     "tls.ca_pem",               FILE_TEXT },
	{ "bind-dn",                "bind.dn",                  TEXT      },
	{ "bind-password-file",     "bind.password",            SECRET    },
	{ "users-base",             "users.base",               TEXT      },
	{ "users-filter",           "users.filter",             TEXT      },
	{ "groups-base",            "groups.base",              TEXT      },
	{ "groups-filter",          "groups.filter",            TEXT      },
	{ "schedule-minutes",       "schedule_minutes",         NUMBER    },
	{ "accept-directory",       "accept_directory",         SWITCH    },

	{ "url",                    "url",                      TEXT      },
	{ "events",                 "events",                   WORDS     },
	{ "personal",               "personal",                 SWITCH    },
};
/* clang-format on */

/* Words with commas or blanks between. */
static json_t *words(const char *text)
{
	json_t *list = json_array();

	for (size_t n; *text; text += n) {
		text += strspn(text, ", ");
		n = strcspn(text, ", ");
		if (n)
			json_array_append_new(list, json_stringn(text, n));
	}
	return list;
}

static bool read_yes_no(struct ctl *k, const char *name, const char *text, json_t **out)
{
	bool yes = strcmp(text, "yes") == 0;

	*out = json_boolean(yes);
	return yes || strcmp(text, "no") == 0 ||
	       ctl_misuse(k, "--%s is yes or no, not '%s'", name, text);
}

static bool read_number(struct ctl *k, const char *name, json_t **out)
{
	int64_t n = 0;

	if (!ctl_option_int(k, name, 0, &n))
		return false;
	*out = json_integer(n);
	return true;
}

static bool read_file(struct ctl *k, const char *path, size_t max, bool line, json_t **out)
{
	struct slice text = { 0 };
	const char *end;

	if (!ctl_read(k, path, max, &text))
		return false;
	end = line ? memchr(text.p, '\n', text.n) : NULL;
	*out = json_stringn(text.p, end ? (size_t)(end - text.p) : text.n);
	return *out || error(k->c, ERR_SYNTAX, "%s is not UTF-8 text", path);
}

static bool is_url(const char *text)
{
	return strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0;
}

/* Value of one option; *member changes with what it is. */
static bool read_value(struct ctl *k, const struct setting *s, const char *text,
		       const char **member, json_t **out)
{
	switch (s->form) {
	case TEXT:
		*out = json_string(text);
		return *out || ctl_misuse(k, "--%s is not UTF-8 text", s->option);
	case WORDS:
		*out = words(text);
		return true;
	case YES_NO:
		return read_yes_no(k, s->option, text, out);
	case SWITCH:
		*out = json_true();
		return true;
	case LIMIT:
		if (strcmp(text, "unlimited") != 0)
			return read_number(k, s->option, out);
		*out = json_null();
		return true;
	case NUMBER:
		return read_number(k, s->option, out);
	case FILE_TEXT:
		return read_file(k, text, PEM_MAX, false, out);
	case SECRET:
		return read_file(k, text, SECRET_MAX, true, out);
	case METADATA:
		if (!is_url(text))
			return read_file(k, text, METADATA_MAX, false, out);
		*member = "idp_metadata_url";
		*out = json_string(text);
		return true;
	}
	return false;
}

static bool put(struct ctl *k, json_t *body, const char *member, json_t *value)
{
	const char *dot = strchr(member, '.'), *outer = member;
	json_t *in = body;

	if (dot) {
		outer = arena_strndup(k->c->arena, member, (size_t)(dot - member));
		in = json_object_get(body, outer);
		if (!in) {
			in = json_object();
			json_object_set_new(body, outer, in);
		}
		member = dot + 1;
	}
	return json_object_set_new(in, member, value) == 0 ||
	       error(k->c, ERR_VALUE, "\"%s\" of the document must be an object", outer);
}

bool ctl_settings(struct ctl *k, json_t *body)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		const char *text = ctl_option(k, settings[i].option);
		const char *member = settings[i].member;
		json_t *value = NULL;

		if (text && (!read_value(k, &settings[i], text, &member, &value) ||
			     !put(k, body, member, value)))
			return false;
	}
	return true;
}

bool ctl_document(struct ctl *k, const char *file, json_t **out)
{
	*out = json_own(k->c, json_object());
	if (file && !ctl_read_json(k, file, out))
		return false;
	if (!json_is_object(*out))
		return error(k->c, ERR_SYNTAX, "%s must hold one JSON object, {...}", file);
	return ctl_settings(k, *out);
}
