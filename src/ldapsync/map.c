/* map.c - an entry as a person or as a group. */
#include "map.h"

#include <string.h>
#include <strings.h>

#include "filter.h"
#include "parts.h"

enum {
	AD_DISABLED = 0x2,
	AD_MACHINES = 0x800 | 0x1000 | 0x2000, /* trusts, workstations, controllers */
	TEXT_BYTES_MAX = 1024,
};

#define DAY_MS INT64_C(86400000)

const char *const ldap_state_names[LDAP_STATES] = { "active", "disabled", "expired", "locked" };

static const struct dir_attr *attr_of(const struct dir_query *q, const struct dir_entry *e,
				      const char *name)
{
	int i = want_of(q, name);

	return i < 0 || e->attr[i].n == 0 ? NULL : &e->attr[i];
}

/* Of several values the first in order of bytes, so that it is always the same one. */
static const char *text_of(const struct dir_query *q, const struct dir_entry *e, const char *name)
{
	const struct dir_attr *at = attr_of(q, e, name);

	return at ? at->value[0].p : NULL;
}

static char *trimmed(struct arena *a, const char *s)
{
	size_t n;

	s += strspn(s, " ");
	for (n = strlen(s); n > 0 && s[n - 1] == ' '; n--)
		;
	return arena_strndup(a, s, n);
}

/* The first of the names that has something in it. */
static const char *first_of(struct arena *a, const struct dir_query *q, const struct dir_entry *e,
			    const struct ldap_names *names)
{
	for (const char **name = names->name; *name; name++) {
		const char *text = text_of(q, e, *name);

		text = text ? trimmed(a, text) : NULL;
		if (text && *text && strlen(text) <= TEXT_BYTES_MAX)
			return text;
	}
	return NULL;
}

/* ---- an account's state ---- */

/* What one attribute says: sets flags, or the time at which the account ends (the earliest
 * counts). */
struct said {
	bool disabled, locked, skip;
	int64_t ends;
};

static void say_control(const char *text, struct said *out)
{
	int64_t bits;

	if (!text_int(text, INT32_MIN, UINT32_MAX, &bits))
		return;
	out->disabled = out->disabled || bits & AD_DISABLED;
	out->skip = out->skip || bits & AD_MACHINES;
}

static void end_at(int64_t ms, struct said *out)
{
	if (ms < out->ends)
		out->ends = ms;
}

static void say_filetime(const char *text, struct said *out)
{
	int64_t ms;

	if (filetime_parse(text, &ms))
		end_at(ms, out);
}

static void say_time(const char *text, struct said *out)
{
	int64_t ms;

	if (gentime_parse(text, &ms))
		end_at(ms, out);
}

static void say_days(const char *text, struct said *out)
{
	int64_t days;

	if (text_int(text, 0, 10000000, &days))
		end_at(days * DAY_MS, out);
}

static void say_disabled(const char *text, struct said *out)
{
	out->disabled = out->disabled || strcasecmp(text, "TRUE") == 0;
}

static void say_critical(const char *text, struct said *out)
{
	out->skip = out->skip || strcasecmp(text, "TRUE") == 0;
}

/* Any other time is a lockout after wrong passwords, which passes by itself. */
static void say_locked(const char *text, struct said *out)
{
	out->locked = out->locked || strcmp(text, "000001010000Z") == 0;
}

static const struct {
	const char *attr;
	void (*say)(const char *text, struct said *out);
} states[] = {
	{ "userAccountControl", say_control },
	{ "accountExpires", say_filetime },
	{ "isCriticalSystemObject", say_critical },
	{ "nsAccountLock", say_disabled },
	{ "krbPrincipalExpiration", say_time },
	{ "pwdAccountLockedTime", say_locked },
	{ "pwdEndTime", say_time },
	{ "loginDisabled", say_disabled },
	{ "loginExpirationTime", say_time },
	{ "shadowExpire", say_days },
};

static void read_state(const struct ldap_settings *s, const struct dir_query *q,
		       const struct dir_entry *e, int64_t now, struct ldap_person *out)
{
	struct said said = { .ends = LDAP_NEVER };
	const char *text;

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		text = text_of(q, e, states[i].attr);
		if (!text)
			continue;
		out->state_seen = true;
		states[i].say(text, &said);
	}
	out->skip = said.skip;
	if (said.disabled)
		out->state = LDAP_DISABLED;
	else if (said.ends <= now)
		out->state = LDAP_EXPIRED;
	else if (said.locked)
		out->state = LDAP_LOCKED;
	if (s->deactivate_expired && said.ends > now && said.ends != LDAP_NEVER)
		out->expires = said.ends;
	out->active = !((out->state == LDAP_DISABLED && s->deactivate_disabled) ||
			(said.ends <= now && s->deactivate_expired) ||
			(said.locked && s->deactivate_locked));
}

/* ---- people ---- */

/* AD names everybody's primary group by its number within the domain alone. */
static void read_primary_group(const struct dir_query *q, const struct dir_entry *e,
			       struct ldap_person *out)
{
	const struct dir_attr *sid = attr_of(q, e, "objectSid");
	const char *rid = text_of(q, e, "primaryGroupID");
	int64_t n;

	if (sid && rid && text_int(rid, 0, UINT32_MAX, &n))
		IGNORE(sid_key(sid->value[0], n, out->primary_group));
}

/* No value is an answer as well: it says that he is in no group. */
static const struct dir_attr *member_of_of(const struct ldap_settings *s, const struct dir_query *q,
					   const struct dir_entry *e)
{
	int i = *s->member_of ? want_of(q, s->member_of) : -1;

	return i < 0 ? NULL : &e->attr[i];
}

void ldap_map_person(struct arena *a, const struct ldap_settings *s, const struct dir_query *q,
		     const struct dir_entry *e, int64_t now, struct ldap_person *out)
{
	*out = (struct ldap_person){ 0 };
	out->user_name = first_of(a, q, e, &s->user_name);
	out->mail = first_of(a, q, e, &s->mail);
	out->first_name = first_of(a, q, e, &s->first_name);
	out->last_name = first_of(a, q, e, &s->last_name);
	out->display_name = first_of(a, q, e, &s->display_name);
	out->login = first_of(a, q, e, &s->login);
	if (out->mail && !strchr(out->mail, '@'))
		out->mail = NULL;
	read_state(s, q, e, now, out);
	if (s->primary_groups)
		read_primary_group(q, e, out);
	out->member_of = member_of_of(s, q, e);
	if (!out->user_name)
		out->bad = arena_printf(a, "has no value for attributes.user_name (%s)",
					s->user_name.name[0]);
}

/* ---- groups ---- */

/* The first of the names that has values; one that is incomplete makes all so. */
static const struct dir_attr *list_of(const struct dir_query *q, const struct dir_entry *e,
				      const struct ldap_names *names, bool *incomplete)
{
	const struct dir_attr *found = NULL;

	for (const char **name = names->name; *name; name++) {
		int i = want_of(q, *name);

		if (i < 0)
			continue;
		*incomplete = *incomplete || e->attr[i].incomplete;
		if (!found && e->attr[i].n)
			found = &e->attr[i];
	}
	return found;
}

void ldap_map_group(struct arena *a, const struct ldap_settings *s, const struct dir_query *q,
		    const struct dir_entry *e, struct ldap_group *out)
{
	const struct dir_attr *sid = attr_of(q, e, "objectSid");

	*out = (struct ldap_group){ 0 };
	out->name = first_of(a, q, e, &s->group_name);
	out->members = list_of(q, e, &s->members, &out->incomplete);
	out->member_uids = list_of(q, e, &s->member_uids, &out->incomplete);
	if (sid)
		IGNORE(sid_key(sid->value[0], -1, out->sid_key));
	if (!out->name)
		out->bad = arena_printf(a, "has no value for groups.name (%s)",
					s->group_name.name[0] ? s->group_name.name[0] : "none");
}
