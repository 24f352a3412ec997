/* bases.c - below which DNs people and groups are: one, or a list of them. */
#include "bases.h"

#include <string.h>

#include "parts.h"

enum { BASE_BYTES_MAX = 1000 };

int dir_bases(const struct dir_query *q)
{
	int n = 0;

	while (q->bases && n < DIR_BASES_MAX && q->bases[n])
		n++;
	return n;
}

const char *dir_base_missing(const struct dir_query *q, const struct dir_identity *i)
{
	for (int k = 0; k < dir_bases(q); k++)
		if (!(i->bases_found >> k & 1))
			return q->bases[k];
	return NULL;
}

/* Both canonical: a comma within a value is escaped. */
static bool in_scope_of(const char *dn, const char *base, const struct dir_query *q)
{
	size_t left;

	if (!dn_is_within(dn, base))
		return false;
	left = strlen(dn) - strlen(base);
	if (left == 0)
		return q->scope != DIR_ONE;
	left -= *base != '\0';
	return q->scope == DIR_SUBTREE || (q->scope == DIR_ONE && !memchr(dn, ',', left));
}

bool dn_in_scope(struct arena *a, const char *dn, const struct dir_query *q)
{
	const char *whole = dn_canonical(a, (struct slice){ dn, strlen(dn) }), *base;

	for (int i = 0; whole && i < dir_bases(q); i++) {
		base = dn_canonical(a, (struct slice){ q->bases[i], strlen(q->bases[i]) });
		if (base && in_scope_of(whole, base, q))
			return true;
	}
	return false;
}

static bool is_base(const json_t *v, size_t least)
{
	return json_is_string(v) && json_string_length(v) >= least &&
	       json_string_length(v) <= BASE_BYTES_MAX;
}

bool bases_check(struct ctx *c, const char *setting, const json_t *given)
{
	size_t n = json_array_size(given);
	bool good = json_is_array(given) ? n <= DIR_BASES_MAX : is_base(given, 0);

	for (size_t i = 0; i < n; i++)
		good = good && is_base(json_array_get(given, i), 1);
	return good || error(c, ERR_VALUE,
			     "%s must be a DN of at most %d bytes, or a list of at most %d DNs",
			     setting, BASE_BYTES_MAX, DIR_BASES_MAX);
}

const char **bases_read(struct ctx *c, const json_t *given)
{
	const char **out = arena_array(c->arena, const char *, DIR_BASES_MAX + 1);
	const char *text = json_string_value(given);

	if (text && *text)
		out[0] = arena_strdup(c->arena, text);
	for (size_t i = 0; i < json_array_size(given) && i < DIR_BASES_MAX; i++)
		out[i] = arena_strdup(c->arena, json_string_value(json_array_get(given, i)));
	return out;
}

/* A single base is for the server to understand: Active Directory has forms that are no DN. */
static bool check_apart(struct ctx *c, const char *setting, const char *const *base, int64_t scope)
{
	const char *dn[DIR_BASES_MAX];

	for (int i = 0; base[0] && base[1] && base[i]; i++) {
		dn[i] = dn_canonical(c->arena, (struct slice){ base[i], strlen(base[i]) });
		if (!dn[i])
			return error(c, ERR_VALUE,
				     "%s: \"%.200s\" is not a distinguished name, as each of "
				     "several has to be",
				     setting, base[i]);
		for (int k = 0; k < i; k++)
			if (strcmp(dn[i], dn[k]) == 0 ||
			    (scope == DIR_SUBTREE &&
			     (dn_is_within(dn[i], dn[k]) || dn_is_within(dn[k], dn[i]))))
				return error(c, ERR_VALUE,
					     "%s: \"%.200s\" and \"%.200s\" overlap, and what is "
					     "in "
					     "both would come twice; leave one out",
					     setting, base[k], base[i]);
	}
	return true;
}

bool bases_are_several(const struct ldap_settings *s)
{
	return (s->users_bases[0] && s->users_bases[1]) ||
	       (s->groups_bases[0] && s->groups_bases[1]);
}

bool bases_sound(struct ctx *c, const struct ldap_settings *s)
{
	if (!s->users_bases[0])
		return error(c, ERR_VALUE,
			     "users.base must say where people are: "
			     "ou=people,dc=acme,dc=example");
	if (bases_are_several(s) && dir_strategy_is_single((enum dir_strategy)s->strategy))
		return error(c, ERR_VALUE,
			     "strategy \"%s\" follows one base; with several take \"auto\", or "
			     "make a connection for each",
			     dir_strategy_names[s->strategy]);
	return check_apart(c, "users.base", s->users_bases, s->users_scope) &&
	       check_apart(c, "groups.base", s->groups_bases, s->groups_scope);
}

bool bases_are_same(const char *const *a, const char *const *b)
{
	for (; *a && *b && strcmp(*a, *b) == 0; a++, b++)
		;
	return !*a && !*b;
}
