/*
 * map.h - entries as people and groups: pure functions of settings, entry and time.
 */
#pragma once

#include "settings.h"

enum ldap_state { LDAP_ACTIVE, LDAP_DISABLED, LDAP_EXPIRED, LDAP_LOCKED, LDAP_STATES };
extern const char *const ldap_state_names[LDAP_STATES]; /* "active", "disabled", ... */

struct ldap_person {
	const char *user_name, *mail, *first_name, *last_name, *display_name;
	const char *login; /* what memberUid names                            */
	bool active;       /* after deactivate_* of the settings              */
	enum ldap_state state;
	int64_t expires; /* ms: becomes inactive by itself then; 0: never   */
	bool state_seen; /* any attribute of the account's state was there  */
	bool skip;       /* a machine, a trust, a system object: nobody     */
	/* AD: key of the primary group's SID, see ldap_group.sid_key; zero: none */
	unsigned char primary_group[DIR_KEY_BYTES];
	const struct dir_attr *member_of; /* DNs of groups with their keys; NULL: not asked for */
	const char *bad;                  /* not NULL: cannot be taken in; a sentence          */
};

/* e came from ldap_users_query(). */
void ldap_map_person(struct arena *a, const struct ldap_settings *s, const struct dir_query *q,
		     const struct dir_entry *e, int64_t now, struct ldap_person *out);

struct ldap_group {
	const char *name;
	const struct dir_attr *members;       /* DNs with their keys; NULL: none  */
	const struct dir_attr *member_uids;   /* logins; NULL: none               */
	bool incomplete;                      /* keep the membership there was    */
	unsigned char sid_key[DIR_KEY_BYTES]; /* zero: no objectSid             */
	const char *bad;
};

/* e came from ldap_groups_query(). */
void ldap_map_group(struct arena *a, const struct ldap_settings *s, const struct dir_query *q,
		    const struct dir_entry *e, struct ldap_group *out);
