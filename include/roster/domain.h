/*
 * domain.h - mail domains of an organization, and the signposts that lead strangers to
 * the organization they belong to.
 *
 * A domain counts once it is proved by a DNS record or set by the operator; it then
 * belongs to one organization alone.
 */
#pragma once

#include "db/db.h"

enum domain_state { DOMAIN_PENDING, DOMAIN_VERIFIED, DOMAIN_OPERATOR, DOMAIN_STATES };

/* "pending", "verified", "operator". */
extern const char *const domain_state_names[DOMAIN_STATES];

struct domain {
	const char *name; /* lower case, in ASCII                              */
	enum domain_state state;
	const char *proof; /* what the TXT record must hold                     */
	int64_t created, checked;
};

static inline bool domain_owned(const struct domain *d)
{
	return d->state != DOMAIN_PENDING;
}

/* The form in which a domain is kept; NULL if it cannot be one, or is one of the public
 * mail services. */
const char *domain_clean(struct arena *a, const char *text);

/* ERR_UNIQUE if another organization owns it. */
bool domain_add(struct ctx *c, const char *name, struct domain **out) MUST;
bool domain_get(struct ctx *c, const char *name, struct domain **out) MUST; /* ERR_NOT_FOUND */
bool domain_list(struct ctx *c, struct domain **out, int *count) MUST;
bool domain_set_state(struct ctx *c, struct domain *d, enum domain_state state) MUST;
bool domain_delete(struct ctx *c, const struct domain *d) MUST;

/*
 * May somebody who signs in with this address be linked to an account of that address?
 * Once the organization owns domains: only inside them.
 */
bool domain_may_link(struct ctx *c, const char *mail, bool *out) MUST;

/* The organization that owns the domain of an address; NULL: none.  Asked before any
 * organization is entered. */
bool domain_owner(struct ctx *c, const char *mail, const char **org_id) MUST;
/* The organization where an address is at home: the owner of its domain; else, on a server
 * with one organization alone, that one; NULL: unknown. */
bool domain_home(struct ctx *c, const char *mail, const char **org_id) MUST;

/* ---- connections, for strangers who come to /saml/{connection}/... ---- */

bool signpost_put(struct ctx *c, const char *kind, const char *name) MUST; /* ERR_UNIQUE */
bool signpost_find(struct ctx *c, const char *kind, const char *name, const char **org_id) MUST;
bool signpost_remove(struct ctx *c, const char *kind, const char *name) MUST;
