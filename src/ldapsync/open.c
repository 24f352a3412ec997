/* open.c - connects to the directory, and makes sure that it is the one it was. */
#include <string.h>

#include "base/org.h"
#include "base/secret.h"
#include "http/json.h"
#include "run.h"

/* Of the settings that make people of entries: where they change, everybody is looked at
 * anew. */
static void take_print(struct run *r)
{
	json_t *all = json_own(r->c, json_loads(r->source->settings, 0, NULL));
	json_t *shape = json_own(r->c, json_object());
	static const char *const members[] = { "id", "attributes", "state", "deactivate", NULL };
	const char *text;

	for (int i = 0; members[i]; i++)
		if (json_object_get(all, members[i]))
			json_object_set(shape, members[i], json_object_get(all, members[i]));
	text = arena_adopt(r->arena, json_dumps(shape, JSON_SORT_KEYS | JSON_COMPACT));
	/* 64 hex digits: the first half is enough */
	if (!table_unhex(arena_strndup(r->arena, secret_digest(r->arena, text), 2 * TABLE_ID),
			 r->print))
		memset(r->print, 0, sizeof(r->print));
}

static bool unseal(struct run *r, const char *purpose, const char *sealed, const char **out)
{
	*out = NULL;
	return !sealed || secret_unseal(r->c, purpose, sealed, out);
}

enum { DIGITS = TABLE_HEX - 1 };

/* The ids of the bases, one after the other in hexadecimal.  Of a base that is not there now
 * the id stays; one that was not known is learnt.  False: one is another than it was. */
static bool same_bases(struct run *r, const char *was, struct buf *now)
{
	unsigned char id[TABLE_ID];
	char hex[TABLE_HEX];
	int n = dir_bases(&r->users);

	buf_puts(now, "");
	if (was && strlen(was) != (size_t)n * DIGITS)
		was = NULL;
	for (int i = 0; i < n; i++) {
		const char *old = was ? arena_strndup(r->arena, was + i * DIGITS, DIGITS) : NULL;
		bool known = old && table_unhex(old, id) && !table_is_zero(id);

		table_hex(r->who.base_id[i], hex);
		if (known && r->who.bases_found >> i & 1 && strcmp(old, hex) != 0)
			return false;
		buf_puts(now, known ? old : hex);
	}
	return true;
}

/* The entries at the bases are the directory's fingerprint: they survive renames and other
 * servers, and another directory has others. */
static bool same_directory(struct run *r)
{
	json_t *was =
		r->conn->directory ? json_own(r->c, json_loads(r->conn->directory, 0, NULL)) : NULL;
	const char *base = json_string_value(json_object_get(was, "base"));
	struct buf now = buf_in(r->arena, DIR_BASES_MAX * TABLE_HEX);

	if (!r->who.bases_found)
		return error(r->c, ERR_CONFLICT,
			     "the base %.150s is not there, or the bind account may not see it: "
			     "nobody is touched",
			     r->users.bases[0]);
	if (!same_bases(r, base, &now))
		return error(r->c, ERR_CONFLICT,
			     "another directory answers at this address than before (the base "
			     "entry has another id): nobody is touched. If it has been replaced, "
			     "set accept_directory to true");
	if (!base || strcmp(base, now.p) != 0)
		r->conn->directory = arena_printf(r->arena, "{\"base\": \"%s\", \"kind\": \"%s\"}",
						  now.p, dir_kind_names[r->who.kind]);
	return true;
}

bool run_open(struct run *r)
{
	const char *password, *key;
	struct dir_opened how;

	if (!unseal(r, "ldap-bind", r->conn->password, &password) ||
	    !unseal(r, "ldap-key", r->conn->client_key, &key))
		return false;
	take_print(r);
	ldap_config(r->c, &r->s, password, key, &r->config);
	ldap_users_query(r->c, &r->s, &r->users);
	ldap_groups_query(r->c, &r->s, &r->groups);
	if (!dir_open(r->c, DIR_LANE_SYNC, &r->config, &r->dir, &how))
		return false;
	if (!r->dir)
		return error(r->c, ERR_UNAVAILABLE, "%s",
			     how.end.why ? how.end.why : "the directory cannot be reached");
	if (!dir_identify(r->c, r->dir, &r->users, &r->who))
		return false;
	if (r->who.end.state == DIR_FAILED)
		return error(r->c, ERR_UNAVAILABLE, "%s",
			     r->who.end.why ? r->who.end.why : "the directory does not answer");
	return same_directory(r);
}
