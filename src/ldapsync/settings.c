/* settings.c - what can be set about an LDAP connection, in one table. */
#include "settings.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "bases.h"
#include "filter.h"
#include "http/json.h"

enum { TEXTS_MAX = 50, TEXT_BYTES_MAX = 1000, PEM_BYTES_MAX = 256 * 1024 };

enum kind { FLAG, WORD, NUMBER, TEXT, TEXTS, BASES };

/* "tls.mode" is "mode" in the object "tls". */
struct setting {
	const char *name;
	enum kind kind;
	size_t at;         /* in struct ldap_settings                           */
	const char *unset; /* what counts where nothing is said; lists: commas  */
	const char *words; /* WORD: with a blank between, in the order of values */
	int64_t min, max;
};

#define SET(n, k, member, ...)                                                                     \
	{                                                                                          \
		.name = (n), .kind = (k), .at = offsetof(struct ldap_settings, member),            \
		.unset = __VA_ARGS__                                                               \
	}

#define STATES                                                                                     \
	"userAccountControl,accountExpires,isCriticalSystemObject,nsAccountLock,"                  \
	"krbPrincipalExpiration,pwdAccountLockedTime,pwdEndTime,loginDisabled,"                    \
	"loginExpirationTime,shadowExpire"

/* clang-format off */
static const struct setting table[] = {
	SET("enabled", FLAG, enabled, "true"),
	SET("uris", TEXTS, uris, ""),
	SET("tls.mode", WORD, tls, "ldaps", .words = "ldaps starttls none"),
	SET("tls.ca_pem", TEXT, ca_pem, "", .max = PEM_BYTES_MAX),
	SET("tls.pin", TEXT, pin, "", .max = 64),
	SET("tls.client_cert_pem", TEXT, client_cert_pem, "", .max = PEM_BYTES_MAX),
	SET("bind.method", WORD, bind_method, "simple", .words = "simple external gssapi"),
	SET("bind.dn", TEXT, bind_dn, "", .max = TEXT_BYTES_MAX),
	SET("users.base", BASES, users_bases, ""),
	SET("users.filter", TEXT, users_filter, "(objectClass=inetOrgPerson)", .max = 4000),
	SET("users.scope", WORD, users_scope, "subtree", .words = "subtree one base"),
	SET("groups.base", BASES, groups_bases, ""),
	SET("groups.filter", TEXT, groups_filter,
	    "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))",
	    .max = 4000),
	SET("groups.scope", WORD, groups_scope, "subtree", .words = "subtree one base"),
	SET("groups.name", TEXTS, group_name.name, "cn"),
	SET("groups.members", TEXTS, members.name, "member,uniqueMember"),
	SET("groups.member_uids", TEXTS, member_uids.name, "memberUid"),
	SET("groups.member_of", TEXT, member_of, "", .max = 100),
	SET("groups.nested", FLAG, nested, "true"),
	SET("groups.primary", FLAG, primary_groups, "false"),
	SET("id.attribute", TEXT, id_attribute, "entryUUID", .min = 1, .max = 100),
	SET("id.form", WORD, id_form, "uuid", .words = "uuid guid nsuniqueid"),
	SET("attributes.user_name", TEXTS, user_name.name, "mail,uid"),
	SET("attributes.email", TEXTS, mail.name, "mail"),
	SET("attributes.first_name", TEXTS, first_name.name, "givenName"),
	SET("attributes.last_name", TEXTS, last_name.name, "sn"),
	SET("attributes.display_name", TEXTS, display_name.name, "displayName,cn"),
	SET("attributes.login", TEXTS, login.name, "uid"),
	SET("state.attributes", TEXTS, state_attributes, STATES),
	SET("state.required", FLAG, ad_state, "false"),
	SET("deactivate.disabled", FLAG, deactivate_disabled, "true"),
	SET("deactivate.expired", FLAG, deactivate_expired, "true"),
	SET("deactivate.locked", FLAG, deactivate_locked, "false"),
	SET("link", FLAG, link, "true"),
	SET("schedule_minutes", NUMBER, schedule_minutes, "60", .max = 7 * 24 * 60),
	SET("full_hours", NUMBER, full_hours, "24", .min = 1, .max = 7 * 24),
	SET("strategy", WORD, strategy, "auto",
	    .words = "full syncrepl dirsync usn csn timestamp auto"),
	SET("canaries", TEXTS, canaries, ""),
	SET("signin.enabled", FLAG, signin, "true"),
	SET("signin.domains", TEXTS, domains, ""),
	SET("signin.filter", TEXT, signin_filter, "(|(uid={login})(mail={login}))", .max = 1000),
	SET("page_size", NUMBER, page_size, "1000", .max = 100000),
	SET("connect_seconds", NUMBER, connect_s, "10", .min = 1, .max = 120),
	SET("answer_seconds", NUMBER, answer_s, "60", .min = 1, .max = 600),
	SET("run_minutes", NUMBER, run_minutes, "60", .min = 1, .max = 24 * 60),
	SET("entries_max", NUMBER, entries_max, "1000000", .min = 1, .max = 10000000),
	SET("entry_kib_max", NUMBER, entry_kib_max, "16384", .min = 64, .max = 65536),
};
/* clang-format on */

enum { SETTINGS = sizeof(table) / sizeof(table[0]) };

static struct slice top_of(const struct setting *s)
{
	return (struct slice){ s->name, (size_t)(strchrnul(s->name, '.') - s->name) };
}

static bool same(struct slice a, struct slice b)
{
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

bool ldap_setting_name(int i, const char **out)
{
	static char names[SETTINGS][32];
	int seen = -1;

	for (int k = 0; k < SETTINGS; k++) {
		struct slice top = top_of(&table[k]);

		if (k && same(top, top_of(&table[k - 1])))
			continue;
		if (++seen == i) {
			memcpy(names[k], top.p, top.n);
			*out = names[k];
			return true;
		}
	}
	return false;
}

/* The n-th word of a list with this separator; false behind the last. */
static bool word_at(const char *list, char separator, int n, struct slice *out)
{
	for (const char *end; *list; list = *end ? end + 1 : end) {
		end = strchrnul(list, separator);
		*out = (struct slice){ list, (size_t)(end - list) };
		if (n-- == 0)
			return true;
	}
	return false;
}

static bool is_word(const struct setting *s, const char *text, int64_t *value)
{
	struct slice w;

	for (int i = 0; text && word_at(s->words, ' ', i, &w); i++)
		if (same(w, (struct slice){ text, strlen(text) })) {
			*value = i;
			return true;
		}
	return false;
}

/* ---- merge ---- */

static bool check_texts(struct ctx *c, const struct setting *s, const json_t *v)
{
	if (!json_is_array(v) || json_array_size(v) > TEXTS_MAX)
		return error(c, ERR_VALUE, "%s must be a list of at most %d strings", s->name,
			     TEXTS_MAX);
	for (size_t i = 0; i < json_array_size(v); i++) {
		const json_t *one = json_array_get(v, i);

		if (!json_is_string(one) || !json_string_length(one) ||
		    json_string_length(one) > TEXT_BYTES_MAX)
			return error(c, ERR_VALUE, "%s must hold strings of 1 to %d bytes", s->name,
				     TEXT_BYTES_MAX);
	}
	return true;
}

static bool check(struct ctx *c, const struct setting *s, const json_t *v)
{
	int64_t n = json_is_string(v) ? (int64_t)json_string_length(v) : -1;

	switch (s->kind) {
	case FLAG:
		return json_is_boolean(v) ||
		       error(c, ERR_VALUE, "%s must be true or false", s->name);
	case WORD:
		return is_word(s, json_string_value(v), &n) ||
		       error(c, ERR_VALUE, "%s must be one of: %s", s->name, s->words);
	case NUMBER:
		return (json_is_integer(v) && json_integer_value(v) >= s->min &&
			json_integer_value(v) <= s->max) ||
		       error(c, ERR_VALUE, "%s must be a whole number from %lld to %lld", s->name,
			     (long long)s->min, (long long)s->max);
	case TEXT:
		return (n >= s->min && n <= s->max) ||
		       error(c, ERR_VALUE, "%s must be a string of %lld to %lld bytes", s->name,
			     (long long)s->min, (long long)s->max);
	case TEXTS:
		return check_texts(c, s, v);
	case BASES:
		return bases_check(c, s->name, v);
	}
	return false;
}

static const struct setting *setting_of(const char *top, const char *name)
{
	for (int i = 0; i < SETTINGS; i++) {
		struct slice t = top_of(&table[i]);
		const char *below = t.p[t.n] ? t.p + t.n + 1 : NULL;

		if (same(t, (struct slice){ top, strlen(top) }) &&
		    (name ? below && strcmp(below, name) == 0 : !below))
			return &table[i];
	}
	return NULL;
}

static bool is_group(const char *top)
{
	for (int i = 0; i < SETTINGS; i++) {
		struct slice t = top_of(&table[i]);

		if (t.p[t.n] && same(t, (struct slice){ top, strlen(top) }))
			return true;
	}
	return false;
}

static bool set(struct ctx *c, const struct setting *s, const char *full, const char *key,
		const json_t *value, json_t *into)
{
	if (!s)
		return error(c, ERR_VALUE, "unknown setting \"%.60s\"", full);
	if (json_is_null(value)) {
		json_object_del(into, key);
		return true;
	}
	if (!check(c, s, value))
		return false;
	json_object_set_new(into, key, json_deep_copy(value));
	return true;
}

static bool merge_group(struct ctx *c, const char *top, const json_t *given, json_t *settings)
{
	json_t *into = json_object_get(settings, top);
	const char *key;
	json_t *value;

	if (!json_is_object(given))
		return error(c, ERR_VALUE, "%s must be an object", top);
	if (!into) {
		into = json_object();
		json_object_set_new(settings, top, into);
	}
	json_object_foreach((json_t *)(uintptr_t)given, key, value)
	{
		if (!set(c, setting_of(top, key), arena_printf(c->arena, "%s.%s", top, key), key,
			 value, into))
			return false;
	}
	return true;
}

bool ldap_settings_merge(struct ctx *c, const json_t *given, json_t *settings)
{
	const char *key;
	json_t *value;

	if (!json_is_object(given))
		return error(c, ERR_VALUE, "settings must be an object");
	json_object_foreach((json_t *)(uintptr_t)given, key, value)
	{
		if (is_group(key) ? !merge_group(c, key, value, settings)
				  : !set(c, setting_of(key, NULL), key, key, value, settings))
			return false;
	}
	return true;
}

/* ---- read ---- */

static json_t *list_json(const char *list)
{
	json_t *j = json_array();
	struct slice w;

	for (int i = 0; word_at(list, ',', i, &w); i++)
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
		return list_json(s->unset);
	case WORD:
	case TEXT:
	case BASES:
		break;
	}
	return json_string(s->unset);
}

/* Where a setting stands in j: its object, its key. */
static json_t *home_of(struct ctx *c, const struct setting *s, json_t *j, bool make,
		       const char **key)
{
	struct slice t = top_of(s);
	const char *top = arena_strndup(c->arena, t.p, t.n);
	json_t *in = json_object_get(j, top);

	*key = t.p[t.n] ? t.p + t.n + 1 : s->name;
	if (!t.p[t.n])
		return j;
	if (!in && make) {
		in = json_object();
		json_object_set_new(j, top, in);
	}
	return in;
}

json_t *ldap_settings_default(struct ctx *c)
{
	json_t *j = json_own(c, json_object());
	const char *key;

	for (int i = 0; i < SETTINGS; i++) {
		json_t *in = home_of(c, &table[i], j, true, &key);

		json_object_set_new(in, key, unset(&table[i]));
	}
	return j;
}

static const char **texts(struct ctx *c, const json_t *v)
{
	const char **out = arena_array(c->arena, const char *, json_array_size(v) + 1);

	for (size_t i = 0; i < json_array_size(v); i++)
		out[i] = arena_strdup(c->arena, json_string_value(json_array_get(v, i)));
	return out;
}

static void fill(struct ctx *c, const struct setting *s, const json_t *v, char *base)
{
	void *at = base + s->at;

	switch (s->kind) {
	case FLAG:
		*(bool *)at = json_is_true(v);
		return;
	case WORD:
		IGNORE(is_word(s, json_string_value(v), at));
		return;
	case NUMBER:
		*(int64_t *)at = json_integer_value(v);
		return;
	case TEXT:
		*(const char **)at = arena_strdup(c->arena, json_string_value(v));
		return;
	case TEXTS:
		*(const char ***)at = texts(c, v);
		return;
	case BASES:
		*(const char ***)at = bases_read(c, v);
		return;
	}
}

static bool read_json(struct ctx *c, json_t *stored, struct ldap_settings *out)
{
	const char *key;

	*out = (struct ldap_settings){ 0 };
	for (int i = 0; i < SETTINGS; i++) {
		json_t *in = home_of(c, &table[i], stored, false, &key);
		json_t *v = in ? json_object_get(in, key) : NULL;

		fill(c, &table[i], v ? v : json_own(c, unset(&table[i])), (char *)out);
	}
	out->users_filter = filter_whole(c, out->users_filter);
	out->groups_filter = filter_whole(c, out->groups_filter);
	out->signin_filter = filter_whole(c, out->signin_filter);
	return true;
}

bool ldap_settings_read(struct ctx *c, const char *text, struct ldap_settings *out)
{
	json_t *stored = json_own(c, text ? json_loads(text, 0, NULL) : json_object());

	if (!json_is_object(stored))
		return error(c, ERR_INTERNAL, "the settings of an LDAP connection are damaged");
	return read_json(c, stored, out);
}

bool ldap_settings_check(struct ctx *c, const json_t *settings)
{
	struct ldap_settings s;

	return read_json(c, json_own(c, json_deep_copy(settings)), &s) && settings_sound(c, &s);
}
