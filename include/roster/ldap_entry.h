/*
 * ldap_entry.h - what is known of each entry of a directory, and what a run has found to
 * be different.
 *
 * Ids of entries are their 16 bytes in hex; keys of DNs are 16 bytes in hex as well, equal for
 * all spellings of a DN.
 */
#pragma once

#include "db/db.h"

enum { LDAP_PAGE = 5000 };

struct ldap_entry {
	const char *entry_id, *user_id;
	const char *content; /* digest of what was applied last                         */
	const char *dn_key;
	const char *state;       /* "active", "disabled", ...: what the directory said last; "off":
				  * it was off by somebody else's word; "gone": it has left   */
	int64_t expires;         /* the account ends by itself then; 0: never               */
	int64_t missing;         /* not found since; 0: it is there                         */
	const char *primary_key; /* AD: of the primary group; NULL: none                */
};

/* After an id ("" from the start), in the order of ids, LDAP_PAGE at most. */
bool ldap_entry_page(struct ctx *c, const char *source_id, const char *after,
		     struct ldap_entry **out, int *count) MUST;
/* Those of the ids, of the keys, or of the people, that are known; in no order. */
bool ldap_entry_find(struct ctx *c, const char *source_id, const char *const *ids, int n,
		     struct ldap_entry **out, int *count) MUST;
bool ldap_entry_by_dn(struct ctx *c, const char *source_id, const char *const *keys, int n,
		      struct ldap_entry **out, int *count) MUST;
bool ldap_entry_by_user(struct ctx *c, const char *source_id, const char *const *users, int n,
			struct ldap_entry **out, int *count) MUST;
/* Accounts that said they would be over by now and still count as active. */
bool ldap_entry_expired(struct ctx *c, const char *source_id, int64_t limit,
			struct ldap_entry **out, int *count) MUST;
/* Writes them whole, whether they are known or not. */
bool ldap_entry_put(struct ctx *c, const char *source_id, const struct ldap_entry *list,
		    int n) MUST;
bool ldap_entry_count(struct ctx *c, const char *source_id, int64_t *people, int64_t *groups) MUST;

struct ldap_group_row {
	const char *entry_id, *group_id, *content;
	const char *members; /* digest of the effective members' entry ids */
	const char *dn_key;
	bool nested; /* has groups in it, or is in one */
};
bool ldap_group_all(struct ctx *c, const char *source_id, struct ldap_group_row **out,
		    int *count) MUST;
bool ldap_group_put(struct ctx *c, const char *source_id, const struct ldap_group_row *list,
		    int n) MUST;
bool ldap_group_forget(struct ctx *c, const char *source_id, const char *entry_id) MUST;

/* ---- what a run found ---- */

/* In the order in which it is applied: who frees a name or a seat comes first. */
enum ldap_phase {
	LDAP_LEAVE = 1, /* people who are off or gone                          */
	LDAP_OUT,       /* people who only lose groups                         */
	LDAP_RENAME,    /* people whose userName changes                       */
	LDAP_GROUP,     /* groups made or renamed                              */
	LDAP_ARRIVE,    /* people not known yet                                */
	LDAP_UPDATE,    /* people who changed or came back                     */
	LDAP_MEMBER,    /* memberships of people who are known                 */
	LDAP_JOIN,      /* memberships of those who arrive, applied with them  */
	LDAP_GROUP_GONE,
	LDAP_GROUP_SET, /* what is remembered of groups                        */
	LDAP_NOTE,      /* entries whose account stays as it is                     */
	LDAP_PROBLEM,   /* entries that cannot be taken in, with the reason       */
	LDAP_PHASES
};

struct ldap_staged {
	int64_t phase;
	const char *entry_id, *what; /* what: a word for lists, such as "disabled"   */
	const char *data;            /* JSON                                        */
	const char *outcome;         /* why it could not be applied; NULL           */
};
bool ldap_stage(struct ctx *c, const char *run_id, const struct ldap_staged *list, int n) MUST;
/* Of a phase, after an entry id and up to one (NULL: no end). */
bool ldap_staged_page(struct ctx *c, const char *run_id, int64_t phase, const char *after,
		      const char *upto, int64_t limit, struct ldap_staged **out, int *count) MUST;
/* All phases, for people to read: after "PHASE:ENTRY" ("" from the start). */
bool ldap_staged_list(struct ctx *c, const char *run_id, int64_t phase, const char *after,
		      int64_t limit, struct ldap_staged **out, int *count, int64_t *total) MUST;
bool ldap_staged_failed(struct ctx *c, const char *run_id, const struct ldap_staged *s,
			const char *outcome) MUST;
bool ldap_staged_count(struct ctx *c, const char *run_id, int64_t out[LDAP_PHASES]) MUST;
/* keep_failed: those with an outcome, and problems, stay. */
bool ldap_staged_clear(struct ctx *c, const char *run_id, bool keep_failed) MUST;
/* Only what waits for an administrator, and what he has to read. */
bool ldap_staged_keep_negative(struct ctx *c, const char *run_id) MUST;
