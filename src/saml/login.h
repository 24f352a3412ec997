/* login.h - a sign-in under way.  Private to src/saml. */
#pragma once

#include "change/signin.h"
#include "roster/user.h"
#include "saml/connection.h"
#include "saml/pool.h"
#include "saml/verify.h"

struct saml_pool *saml_pool_here(void);

/* Cookie that ties requests to the browser that asked for them. */
#define COOKIE_REQUEST "rosterd-saml"

enum { REQUEST_LIFE_MS = 15 * 60 * 1000 };

/* Beside the refusals of verify.h: what one message alone does not tell. */
enum login_refusal {
	LOGIN_GOOD,
	LOGIN_NO_SUCH,
	LOGIN_DISABLED,
	LOGIN_NO_METADATA,
	LOGIN_FORM,
	LOGIN_UNSOLICITED,
	LOGIN_REQUEST,
	LOGIN_BROWSER,
	LOGIN_REPLAY,
	LOGIN_RELAY,
	LOGIN_ARTIFACT,
	LOGIN_NO_ID,
	LOGIN_NO_MAIL,
	LOGIN_AMBIGUOUS,
	LOGIN_NO_ACCOUNT,
	LOGIN_LINK,
	LOGIN_GUARDED,
	LOGIN_REMOVED,
	LOGIN_SEATS,
	LOGIN_REFUSALS
};

/* Why not, for the record; code NULL: nothing was refused. */
struct refused {
	const char *code, *reason, *remedy; /* of a table: live as long as the process */
	const char *detail;                 /* what was found; NULL                    */
	const char *page;                   /* to show: "refused", "unknown", ...      */
};
struct refused refused_login(enum login_refusal r, const char *detail);
struct refused refused_message(enum saml_refusal r, const char *detail);

/* ERR_BUSY if this address was refused too often at the connection of the path, or, with
 * begins, began too many sign-ins there.  Before anything is looked up. */
bool login_few(struct ctx *c, const struct http_req *q, bool begins) MUST;
/* Finds the connection of the path and enters its organization; *s is NULL, with the
 * error page still to be shown, if there is none that could serve. */
bool login_enter(struct ctx *c, const struct http_req *q, struct saml_connection **s) MUST;

/* Counts (for login_few() as well), records and logs a refusal and answers with a page that tells
 * only the reference.  s may be NULL.  Outside a transaction. */
bool login_refuse(struct ctx *c, const struct http_req *q, struct http_resp *p,
		  const struct saml_connection *s, const char *kind,
		  const struct refused *why) MUST;

/* ---- what an assertion says about a person (attributes.c) ---- */

enum { GROUPS_MAX = 1000, GROUP_BYTES_MAX = 256 };

enum groups_state {
	GROUPS_MISSING, /* not sent: changes nothing                      */
	GROUPS_OVERAGE, /* the provider cut them off: changes nothing     */
	GROUPS_TOO_MANY,
	GROUPS_SENT
};
extern const char *const groups_state_names[GROUPS_SENT + 1];

struct claims {
	const char *subject, *mail, *first_name, *last_name, *display_name;
	enum groups_state groups_state;
	const char **group;
	int groups, groups_left_out; /* left out: too long, empty */
};
/* Refused claims are in *why. */
void claims_read(struct ctx *c, const struct saml_settings *s, const struct saml_assertion *a,
		 struct claims *out, struct refused *why);

/* ---- from claims to a user of ours (person.c) ---- */

struct person {
	const char *user_id;
	bool made, linked;
	struct refused why; /* code set: nobody, and nothing was written */
};
/* Inside a change. */
bool person_find(struct ctx *c, const struct saml_connection *s, const struct claims *claims,
		 struct person *out) MUST;

/* ---- the end (finish.c) ---- */

struct login {
	struct saml_connection *s;
	struct saml_pending *pending; /* NULL: the identity provider began */
	struct saml_assertion a;
	struct claims claims;
	const char *return_to;
	const char *address, *agent;
};
/* The page of a test sign-in.  Outside a transaction; writes nothing about people. */
bool test_show(struct ctx *c, struct http_resp *p, struct login *l) MUST;

/* Inside the change: a session for the person, or the page that says why there is none. */
bool login_admit(struct ctx *c, const struct login *l, const char *user_id,
		 struct admission *in) MUST;

/* What may be recorded of a sign-in: names, never values.  JSON. */
const char *login_detail(struct ctx *c, const struct login *l);
