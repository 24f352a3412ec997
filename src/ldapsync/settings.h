/*
 * settings.h - what can be set about an LDAP connection: JSON to a struct and to queries.
 *
 * Passwords and private keys are not among the settings: they are kept under seal and
 * given to ldap_config() by the caller.
 */
#pragma once

#include <jansson.h>

#include "directory.h"

/* Names of attributes; the first that has a value counts. */
struct ldap_names {
	const char **name; /* ends with NULL */
};

enum ldap_strategy_wish { LDAP_AUTO = DIR_STRATEGIES }; /* else an enum dir_strategy */

struct ldap_settings {
	bool enabled;
	const char **uris;
	int64_t tls; /* enum dir_tls */
	const char *ca_pem, *pin, *client_cert_pem;
	int64_t bind_method; /* enum dir_method */
	const char *bind_dn;

	const char **users_bases, **groups_bases; /* end with NULL; none: no groups */
	const char *users_filter, *groups_filter;
	int64_t users_scope;
	int64_t groups_scope;

	const char *id_attribute;
	int64_t id_form; /* enum dir_id_form */

	/* people: lists of attribute names */
	struct ldap_names user_name, mail, first_name, last_name, display_name, login;
	/* groups */
	struct ldap_names group_name, members, member_uids;
	const char *member_of; /* of a person: DNs of his groups; "": not asked for */
	bool nested;           /* members of groups in a group are its members       */
	bool primary_groups;   /* AD: primaryGroupID counts                          */

	const char **state_attributes; /* asked for to know an account's state          */
	/* which states of an account deactivate */
	bool deactivate_disabled, deactivate_expired, deactivate_locked;
	bool ad_state; /* everybody has a state: one that cannot be read is in doubt  */

	bool link;                /* people known by address are linked */
	int64_t schedule_minutes; /* 0: only when asked */
	int64_t full_hours;       /* a full listing at least so often */
	int64_t strategy;         /* enum dir_strategy or LDAP_AUTO */
	const char **canaries;    /* DNs that every complete listing of people must hold */

	bool signin;
	const char **domains;      /* of addresses that may sign in here; none: all */
	const char *signin_filter; /* with {login} in it                            */

	int64_t page_size, connect_s, answer_s, run_minutes;
	int64_t entries_max, entry_kib_max;
};

/* Writes what is given over settings, member by member (within "tls", "bind", ... too);
 * null unsets; ERR_VALUE names what is wrong.  bind.password and tls.client_key_pem are for the
 * caller to take out before. */
bool ldap_settings_merge(struct ctx *c, const json_t *given, json_t *settings) MUST;
/* What holds as a whole: URIs, TLS, binds; after the last merge, before it is stored. */
bool ldap_settings_check(struct ctx *c, const json_t *settings) MUST;
/* All that is set where nothing is said. */
json_t *ldap_settings_default(struct ctx *c);
/* From the text that is stored; ERR_INTERNAL if it is damaged. */
bool ldap_settings_read(struct ctx *c, const char *text, struct ldap_settings *out) MUST;
/* The i-th name at the top, for schemas, each once; false behind the last. */
bool ldap_setting_name(int i, const char **out);

/* True if a stored password must not be used with the new settings: other servers, or
 * less protection on the way. */
bool ldap_settings_move(const struct ldap_settings *before, const struct ldap_settings *after);

/* In c's arena; s must live as long.  password and key: unsealed, or NULL. */
void ldap_config(struct ctx *c, const struct ldap_settings *s, const char *password,
		 const char *client_key_pem, struct dir_config *out);
/* What is read about people and about groups; what map.h knows how to read. */
void ldap_users_query(struct ctx *c, const struct ldap_settings *s, struct dir_query *out);
void ldap_groups_query(struct ctx *c, const struct ldap_settings *s, struct dir_query *out);
/* The feed that is set, or else the best that this server has for these bases. */
enum dir_strategy ldap_strategy(const struct ldap_settings *s, const struct dir_identity *i);
