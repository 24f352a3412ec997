/* apply.h - pages of staged rows, and what becomes of each.  Private to src/ldapsync. */
#pragma once

#include "roster/user.h"
#include "run.h"

/* What a step gets; row[i].outcome is set for what cannot be applied by itself. */
struct apply_page {
	struct ldap_staged *row;
	int n;
	const char *after; /* the entry before the first */
	bool single;       /* an entry on its own, after its page failed */
};

/* Each inside a change; arg is the page. */
run_step apply_leave, apply_rename, apply_arrive, apply_update, apply_members;
run_step apply_groups, apply_group_gone, apply_group_set, apply_notes;

/* What a staged row says of a person. */
struct staged_person {
	const char *user_name, *mail, *first_name, *last_name, *display_name;
	const char *state, *content, *dn, *primary;
	int64_t expires;
	bool active;
};
bool staged_person_read(struct ctx *c, const struct ldap_staged *s, struct staged_person *out) MUST;
/* Puts it into the profile of u. */
void staged_person_put(struct ctx *c, const struct staged_person *p, struct user *u);
/* The entry as it is to be remembered. */
struct ldap_entry entry_now(const struct ldap_staged *s, const struct staged_person *p,
			    const char *user_id);
/* The rank of who manages u, see source_rank(). */
bool manager_rank(struct ctx *c, const struct user *u, int *rank) MUST;

/* What was known of the rows' entries: [i] is row[i]'s, NULL: nothing. */
bool entries_of(struct run *r, const struct apply_page *p, struct ldap_entry ***out) MUST;
