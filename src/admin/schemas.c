/* schemas.c - the JSON Schema that a shape stands for. */
#include "schemas.h"

#include <stdlib.h>
#include <string.h>

#include "admin.h"

/* clang-format off */
static const struct {
	const char *name, *words;
} enumerations[] = {
	{ "role",       "DI NO AN RE MA AD OW"                          },
	{ "given",      "AN RE MA AD"                                   },
	{ "invited",    "NO AN RE MA AD"                                },
	{ "invitation_state", "open used revoked expired"               },
	{ "place_role", "member manager AN RE Inherit"                  },
	{ "state",      "active pending deactivated"                    },
	{ "settable",   "active deactivated"                            },
	{ "account",    "active deactivated former erased"              },
	{ "policy",     "queue refuse"                                  },
	{ "unmatched",  "default_role pending deactivate"               },
	{ "authority",  "both directory manual"                         },
	{ "scope",      "org workspace project"                         },
	{ "origin",     "rule manual"                                   },
	{ "by",         "name exact id external_id glob regex"          },
	{ "kind",       "scim admin platform"                           },
	{ "caller",     "user admin platform"                            },
	{ "sees",       "organization workspaces"                       },
	{ "format",     "jsonl json csv"                                },
	{ "period",     "day month"                                     },
	{ "extent",     "no own own_if_permitted added_to yes"          },
	{ "outcome",    "accepted refused test"                         },
	{ "groups_by",  "name id"                                       },
	{ "send_by",    "redirect post"                                 },
	{ "receive_by", "post artifact"                                 },
	{ "signed",     "any response assertion both"                   },
	{ "key_state",  "current next previous"                         },
	{ "change",     "gained lost raised lowered deactivated waits"  },
	{ "plan_state", "open applied expired outdated"                 },
	{ "hold_kind",  "members sign-in run"                           },
	{ "hold_state", "open approved rejected expired superseded"     },
	{ "taken",      "deactivated lost lowered access"               },
	{ "strategy",   "auto full syncrepl dirsync usn csn timestamp"  },
	{ "run_state",  "queued reading comparing held applying done failed" },
	{ "run_kind",   "full delta"                                    },
	{ "delivery",   "waiting dead"                                  },
	{ "domain_state", "pending verified operator"                   },
	{ "dns_finding", "proved other_record no_record no_answer"      },
};

static const struct {
	const char *name, *text, *or_null;
} types[] = {
	{ "string", "{\"type\":\"string\"}",  "{\"type\":[\"string\",\"null\"]}"  },
	{ "int",    "{\"type\":\"integer\"}", "{\"type\":[\"integer\",\"null\"]}" },
	{ "bool",   "{\"type\":\"boolean\"}", "{\"type\":[\"boolean\",\"null\"]}" },
	{ "time",   "{\"type\":\"string\",\"format\":\"date-time\"}",
		    "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"    },
	{ "any",    "{}",                     "{}"                                },
	{ "text",   "{\"type\":[\"string\",\"integer\"]}",
		    "{\"type\":[\"string\",\"integer\",\"null\"]}"                },
	{ "names",  "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"array\",\"items\":{\"type\":\"string\"}}]}",
		    "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"array\",\"items\":{\"type\":\"string\"}},{\"type\":\"null\"}]}" },
	{ "flags",  "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"boolean\"}}",
		    "{\"type\":[\"object\",\"null\"],\"additionalProperties\":{\"type\":\"boolean\"}}" },
};
/* clang-format on */

/* A text of ours that must be JSON. */
static json_t *literal(const char *text)
{
	json_t *j = json_loads(text, JSON_DECODE_ANY, NULL);

	if (!j)
		abort();
	return j;
}

static json_t *enumeration(struct ctx *c, const char *words, bool or_null)
{
	json_t *j = json_object(), *list = json_array();

	for (size_t n; *words; words += n + (words[n] == ' ')) {
		n = strcspn(words, " ");
		json_append(list, json_string(arena_strndup(c->arena, words, n)));
	}
	if (or_null)
		json_append(list, json_null());
	json_put(j, "enum", list);
	return j;
}

static json_t *plain(struct ctx *c, const char *name, bool or_null)
{
	json_t *j, *either;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].name, name) == 0)
			return literal(or_null ? types[i].or_null : types[i].text);
	for (size_t i = 0; i < sizeof(enumerations) / sizeof(enumerations[0]); i++)
		if (strcmp(enumerations[i].name, name) == 0)
			return enumeration(c, enumerations[i].words, or_null);
	j = json_object();
	json_put_text(j, "$ref", arena_printf(c->arena, "#/components/schemas/%s", name));
	if (!or_null)
		return j;
	either = json_array();
	json_append(either, j);
	json_append(either, literal("{\"type\":\"null\"}"));
	j = json_object();
	json_put(j, "oneOf", either);
	return j;
}

json_t *schema_of_type(struct ctx *c, const char *type)
{
	size_t n = strcspn(type, "[?!~");
	json_t *one = plain(c, arena_strndup(c->arena, type, n), strchr(type, '?')), *list;

	if (type[n] != '[')
		return one;
	list = json_object();
	json_put_text(list, "type", "array");
	json_put(list, "items", one);
	return list;
}

/* One "name:type" of length n; all: it is always there, unless the type says otherwise. */
static void put_member(struct ctx *c, json_t *members, json_t *required, bool all, const char *p,
		       size_t n)
{
	char *name = arena_strndup(c->arena, p, n), *type = strchr(name, ':');

	if (!type)
		abort();
	*type++ = '\0';
	json_put(members, name, schema_of_type(c, type));
	if (all ? !strchr(type, '~') : strchr(type, '!') != NULL)
		json_append(required, json_string(name));
}

json_t *schema_of_shape(struct ctx *c, const struct shape *s)
{
	bool all = !s->closed && !strchr(s->members, '!');
	json_t *j, *members, *required;

	if (*s->members == '{')
		return literal(s->members);
	j = json_object();
	members = json_object();
	required = json_array();
	for (const char *p = s->members; *p; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		put_member(c, members, required, all, p, n);
		p += n;
	}
	json_put_text(j, "type", "object");
	json_put(j, "properties", members);
	json_put(j, "required", required);
	if (s->closed)
		json_put_bool(j, "additionalProperties", false);
	return j;
}
