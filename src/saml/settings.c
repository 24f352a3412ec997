/* settings.c - what can be set about a SAML connection, in one table. */
#include "saml/connection.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "http/json.h"

enum { TEXTS_MAX = 50, TEXT_BYTES_MAX = 500 };

const char *const saml_binding_names[SAML_BINDINGS] = { "redirect", "post", "artifact", "soap" };

enum kind { FLAG, WORD, NUMBER, TEXT, TEXTS, NAMES };

struct setting {
	const char *name;
	enum kind kind;
	size_t at;          /* in struct saml_settings                           */
	const char *unset;  /* what counts where nothing is said; lists: commas  */
	const char *words;  /* WORD: with a blank between, in the order of values */
	int64_t first_word; /* the value of the first one                         */
	int64_t min, max;
};

#define AT(member) offsetof(struct saml_settings, member)
#define SET(n, k, member, ...)                                                                     \
	{                                                                                          \
		.name = (n), .kind = (k), .at = AT(member), .unset = __VA_ARGS__                   \
	}

#define XMLSOAP   "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
#define MICROSOFT "http://schemas.microsoft.com/"

/* clang-format off */
static const struct setting table[] = {
	SET("enabled", FLAG, enabled, "true"),
	SET("jit", FLAG, jit, "true"),
	SET("link", FLAG, link, "true"),
	SET("update_profile", FLAG, update_profile, "true"),
	SET("create_groups", FLAG, create_groups, "true"),
	SET("groups_by", WORD, groups_by_id, "name", .words = "name id"),
	SET("group_separator", TEXT, group_separator, "", .max = 4),
	SET("domains", TEXTS, domains, ""),
	SET("allow_idp_initiated", FLAG, allow_idp_initiated, "false"),
	SET("relay_targets", TEXTS, relay_targets, ""),
	SET("sign_requests", FLAG, sign_requests, "true"),
	SET("request_binding", WORD, request_binding, "redirect", .words = "redirect post", .first_word = SAML_REDIRECT),
	SET("response_binding", WORD, response_binding, "post", .words = "post artifact", .first_word = SAML_POST),
	SET("force_authn", FLAG, force_authn, "false"),
	SET("authn_contexts", TEXTS, authn_contexts, ""),
	SET("name_id_format", TEXT, name_id_format, "", .max = 200),
	SET("want_signed", WORD, want, "any", .words = "any response assertion both", .first_word = SAML_WANT_ANY),
	SET("want_encrypted", FLAG, want_encrypted, "false"),
	SET("allow_sha1", FLAG, allow_sha1, "false"),
	SET("allow_cbc", FLAG, allow_cbc, "false"),
	SET("allow_inclusive_c14n", FLAG, allow_inclusive_c14n, "false"),
	SET("clock_skew_s", NUMBER, clock_skew_s, "180", .min = 0, .max = 600),
};

/* Members of "attributes": names as identity providers send them, compared byte for
 * byte; the first that is there counts. */
static const struct setting attributes[] = {
	SET("email", NAMES, mail,
	    XMLSOAP "emailaddress,urn:oid:0.9.2342.19200300.100.1.3,Email,email,mail,emailAddress"),
	SET("first_name", NAMES, first_name,
	    XMLSOAP "givenname,urn:oid:2.5.4.42,FirstName,firstName,givenName,given_name,first_name"),
	SET("last_name", NAMES, last_name,
	    XMLSOAP "surname,urn:oid:2.5.4.4,LastName,lastName,surname,sn,family_name,last_name"),
	SET("display_name", NAMES, display_name,
	    MICROSOFT "identity/claims/displayname,urn:oid:2.16.840.1.113730.3.1.241,displayName,name"),
	SET("groups", NAMES, groups,
	    MICROSOFT "ws/2008/06/identity/claims/groups,http://schemas.xmlsoap.org/claims/Group,"
	  "Groups,groups,Group,group,memberOf,urn:oid:1.3.6.1.4.1.5923.1.5.1.1"),
	SET("id", NAMES, id,
	    MICROSOFT "identity/claims/objectidentifier,"
	  "urn:oasis:names:tc:SAML:attribute:subject-id,urn:oasis:names:tc:SAML:attribute:pairwise-id"),
};
/* clang-format on */

enum { SETTINGS = sizeof(table) / sizeof(table[0]) };
enum { ATTRIBUTES = sizeof(attributes) / sizeof(attributes[0]) };

bool saml_setting_name(int i, const char **out)
{
	if (i < 0 || i > SETTINGS)
		return false;
	*out = i == SETTINGS ? "attributes" : table[i].name;
	return true;
}

/* The n-th word of a list with this separator; false behind the last. */
static bool word_at(const char *list, char separator, int n, struct slice *out)
{
	const char *end;

	while (*list) {
		end = strchrnul(list, separator);
		*out = (struct slice){ list, (size_t)(end - list) };
		if (n-- == 0)
			return true;
		list = *end ? end + 1 : end;
	}
	return false;
}

static bool is_word(const struct setting *s, const char *text, int64_t *value)
{
	struct slice w;

	for (int i = 0; word_at(s->words, ' ', i, &w); i++)
		if (text && strlen(text) == w.n && memcmp(text, w.p, w.n) == 0) {
			*value = s->first_word + i;
			return true;
		}
	return false;
}

static bool check_texts(struct ctx *c, const char *name, const json_t *v)
{
	size_t i;
	json_t *one;

	if (!json_is_array(v) || json_array_size(v) > TEXTS_MAX)
		return error(c, ERR_VALUE, "%s must be a list of at most %d strings", name,
			     TEXTS_MAX);
	json_array_foreach((json_t *)(uintptr_t)v, i, one)
	{
		if (!json_is_string(one) || json_string_length(one) == 0 ||
		    json_string_length(one) > TEXT_BYTES_MAX)
			return error(c, ERR_VALUE, "%s must hold strings of 1 to %d bytes", name,
				     TEXT_BYTES_MAX);
	}
	return true;
}

static bool check(struct ctx *c, const struct setting *s, const json_t *v)
{
	int64_t unused;

	switch (s->kind) {
	case FLAG:
		return json_is_boolean(v) ||
		       error(c, ERR_VALUE, "%s must be true or false", s->name);
	case WORD:
		return is_word(s, json_string_value(v), &unused) ||
		       error(c, ERR_VALUE, "%s must be one of: %s", s->name, s->words);
	case NUMBER:
		return (json_is_integer(v) && json_integer_value(v) >= s->min &&
			json_integer_value(v) <= s->max) ||
		       error(c, ERR_VALUE, "%s must be a whole number from %lld to %lld", s->name,
			     (long long)s->min, (long long)s->max);
	case TEXT:
		return (json_is_string(v) && (int64_t)json_string_length(v) <= s->max) ||
		       error(c, ERR_VALUE, "%s must be a string of at most %lld bytes", s->name,
			     (long long)s->max);
	case TEXTS:
		return check_texts(c, s->name, v);
	case NAMES:
		if (json_is_string(v) && json_string_length(v) > 0 &&
		    json_string_length(v) <= TEXT_BYTES_MAX)
			return true;
		return check_texts(c, s->name, v);
	}
	return false;
}

static const struct setting *among(const struct setting *list, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

static bool merge(struct ctx *c, const char *what, const struct setting *list, int n,
		  const json_t *given, json_t *into)
{
	const struct setting *s;
	const char *key;
	json_t *value;

	if (!json_is_object(given))
		return error(c, ERR_VALUE, "%s must be an object", what);
	json_object_foreach((json_t *)(uintptr_t)given, key, value)
	{
		s = among(list, n, key);
		if (!s)
			return error(c, ERR_VALUE, "unknown %s \"%.60s\"", what, key);
		if (!check(c, s, value))
			return false;
		json_object_set(into, key, value);
	}
	return true;
}

bool saml_settings_merge(struct ctx *c, const json_t *given, json_t *settings)
{
	const json_t *named = json_object_get(given, "attributes");
	json_t *plain = json_own(c, json_copy((json_t *)(uintptr_t)given));
	json_t *into = json_object_get(settings, "attributes");

	json_object_del(plain, "attributes");
	if (!into) {
		into = json_object();
		json_object_set_new(settings, "attributes", into);
	}
	return merge(c, "setting", table, SETTINGS, plain, settings) &&
	       (!named || merge(c, "attribute", attributes, ATTRIBUTES, named, into));
}

static json_t *list_json(const char *list, char separator)
{
	json_t *j = json_array();
	struct slice w;

	for (int i = 0; word_at(list, separator, i, &w); i++)
		json_array_append_new(j, json_stringn(w.p, w.n));
	return j;
}

static json_t *unset(const struct setting *s)
{
	switch (s->kind) {
	case FLAG:
		return json_boolean(strcmp(s->unset, "true") == 0);
	case NUMBER:
		return json_integer(strtoll(s->unset, NULL, 10));
	case TEXTS:
	case NAMES:
		return list_json(s->unset, ',');
	case WORD:
	case TEXT:
		break;
	}
	return json_string(s->unset);
}

json_t *saml_settings_default(struct ctx *c)
{
	json_t *j = json_own(c, json_object()), *names = json_object();

	for (int i = 0; i < SETTINGS; i++)
		json_object_set_new(j, table[i].name, unset(&table[i]));
	for (int i = 0; i < ATTRIBUTES; i++)
		json_object_set_new(names, attributes[i].name, unset(&attributes[i]));
	json_object_set_new(j, "attributes", names);
	return j;
}

static const char **texts(struct ctx *c, const json_t *v)
{
	size_t n = json_is_string(v) ? 1 : json_array_size(v);
	const char **out = arena_array(c->arena, const char *, n + 1);

	if (json_is_string(v))
		out[0] = arena_strdup(c->arena, json_string_value(v));
	else
		for (size_t i = 0; i < n; i++)
			out[i] = arena_strdup(c->arena, json_string_value(json_array_get(v, i)));
	return out;
}

static void fill(struct ctx *c, const struct setting *s, const json_t *v, char *base)
{
	int64_t number = 0;

	switch (s->kind) {
	case FLAG:
		*(bool *)(void *)(base + s->at) = json_is_true(v);
		return;
	case WORD:
		IGNORE(is_word(s, json_string_value(v), &number));
		/* "name" and "id" are a flag to those who use them */
		if (s->at == AT(groups_by_id))
			*(bool *)(void *)(base + s->at) = number != 0;
		else
			*(int64_t *)(void *)(base + s->at) = number;
		return;
	case NUMBER:
		*(int64_t *)(void *)(base + s->at) = json_integer_value(v);
		return;
	case TEXT:
		*(const char **)(void *)(base + s->at) =
			arena_strdup(c->arena, json_string_value(v));
		return;
	case TEXTS:
	case NAMES:
		*(const char ***)(void *)(base + s->at) = texts(c, v);
		return;
	}
}

bool saml_settings_read(struct ctx *c, const char *text, struct saml_settings *out)
{
	json_t *all = saml_settings_default(c), *names = json_object_get(all, "attributes");
	json_t *stored = json_own(c, text ? json_loads(text, 0, NULL) : json_object());

	*out = (struct saml_settings){ 0 };
	if (!json_is_object(stored))
		return error(c, ERR_INTERNAL, "the settings of a SAML connection are damaged");
	json_object_update(names, json_object_get(stored, "attributes"));
	json_object_del(stored, "attributes");
	json_object_update(all, stored);
	for (int i = 0; i < SETTINGS; i++)
		fill(c, &table[i], json_object_get(all, table[i].name), (char *)out);
	for (int i = 0; i < ATTRIBUTES; i++)
		fill(c, &attributes[i], json_object_get(names, attributes[i].name), (char *)out);
	return true;
}
