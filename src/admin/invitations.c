/* invitations.c - /invitations: links that bring people in, by address or shared. */
#include <string.h>

#include "admin.h"
#include "change/change.h"
#include "change/signin.h"
#include "ldapsync/login.h"
#include "roster/identity.h"
#include "roster/invitation.h"
#include "roster/place.h"
#include "saml/saml.h"

enum { EMAIL_BYTES_MAX = 320, ID_BYTES_MAX = 100, DAY_MS = 86400000 };

static json_t *show(struct ctx *c, const struct invitation *v)
{
	json_t *j = json_object(), *places = json_array();

	for (int i = 0; v->workspace[i]; i++)
		json_append(places, json_string(v->workspace[i]));
	json_put_text(j, "id", v->id);
	json_put_null(j, "email", v->email);
	json_put_bool(j, "shared", v->shared);
	json_put_text(j, "role", role_code(v->role));
	json_put(j, "workspaces", places);
	json_put_text(j, "state", invitation_state(c, v));
	json_put_int(j, "joined", v->joined);
	json_put_null(j, "user", v->used_by);
	json_put_time(c, j, "created", v->created);
	json_put_text(j, "created_by", v->created_by);
	json_put_time(c, j, "expires", v->expires);
	return j;
}

/* The link stands in this answer and nowhere else. */
static void respond(struct ctx *c, struct http_resp *p, int status, const struct invitation *v,
		    const char *secret)
{
	json_t *j = show(c, v);

	json_put_text(j, "link", arena_printf(c->arena, "%s/invite/%s", c->base_url, secret));
	json_respond(c, p, status, j);
}

/* The address stays out of what is never erased: the invitation knows it. */
static void note(struct ctx *c, const char *action, const struct invitation *v)
{
	json_t *j = json_own(c, json_object());
	const char *after;

	json_put_text(j, "invitation", v->id);
	json_put_text(j, "role", role_code(v->role));
	json_put_bool(j, "shared", v->shared);
	after = json_line(c, j);
	audit_note(c, (struct audit_note){ .action = action,
					   .target_kind = "invitation",
					   .target_id = v->id,
					   .after = after });
	event_note(c, (struct event_note){ .type = action, .payload = after });
}

bool admin_invitations_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct invitation *v;
	struct page page;
	json_t *items;
	int64_t total;
	int n;

	if (!page_read(c, q, &page) || !invitation_list(c, page.after, page.limit, &v, &n, &total))
		return false;
	items = json_array();
	for (int i = 0; i < n; i++)
		json_append(items, show(c, &v[i]));
	page_respond(c, p, items, n == page.limit ? v[n - 1].id : NULL, total);
	return true;
}

/* One "@" with something on either side, and nothing that is no part of an address. */
static bool is_address(const char *text)
{
	const char *at = strchr(text, '@');

	for (const char *s = text; *s; s++)
		if ((unsigned char)*s <= ' ' || strchr("<>()\",;:\\", *s))
			return false;
	return at && at > text && at[1] && !strchr(at + 1, '@');
}

static bool check_address(struct ctx *c, const char *email)
{
	struct user *found;
	int n;

	if (!is_address(email))
		return error(c, ERR_VALUE, "email must be an address such as ada@acme.example");
	if (!identity_candidates(c, email, &found, &n))
		return false;
	return n == 0 || error(c, ERR_CONFLICT,
			       "somebody with this address is here already: give the role to the "
			       "account");
}

static bool read_workspaces(struct ctx *c, const json_t *j, struct invitation *v)
{
	const json_t *list = json_object_get(j, "workspaces"), *one;
	struct workspace *w;
	size_t i;

	v->workspace = arena_array(c->arena, const char *, INVITATION_WORKSPACES_MAX + 1);
	if (!list)
		return true;
	if (!json_is_array(list) || json_array_size(list) > INVITATION_WORKSPACES_MAX)
		return error(c, ERR_VALUE, "workspaces must be a list of %d ids at most",
			     INVITATION_WORKSPACES_MAX);
	json_array_foreach(list, i, one)
	{
		if (!json_is_string(one) || json_string_length(one) > ID_BYTES_MAX)
			return error(c, ERR_VALUE, "workspaces must be a list of ids");
		v->workspace[i] = json_string_value(one);
		if (!workspace_get(c, v->workspace[i], &w))
			return false;
		if (w->personal)
			return error(c, ERR_CONFLICT, "a personal workspace takes no members");
	}
	return true;
}

/* NO, or left out: whoever comes waits for a role. */
static bool read_role(struct ctx *c, const json_t *j, struct invitation *v)
{
	v->role = ROLE_NO;
	if (!body_role(c, j, "role", &v->role))
		return false;
	if (v->role == ROLE_NO)
		return true;
	if (!scope_role_read(c, SCOPE_ORG, j, "role", &v->role))
		return false;
	return !v->shared || v->role < ROLE_AD ||
	       error(c, ERR_VALUE,
		     "an Administrator is invited by address: a shared link may end up anywhere");
}

static bool check_authority(struct ctx *c, const struct invitation *v)
{
	enum scope s = role_works(v->role) && c->org->authority[SCOPE_ORG] == AUTHORITY_DIRECTORY
			       ? SCOPE_ORG
			       : SCOPE_WORKSPACE;
	bool wanted = s == SCOPE_ORG || v->workspace[0];

	return !wanted || c->org->authority[s] != AUTHORITY_DIRECTORY ||
	       error(c, ERR_FORBIDDEN,
		     "%s roles are decided by the directory here: invite without, and let a rule "
		     "give it",
		     scope_names[s]);
}

/* Nobody gets a password here: without a sign-in page an invitation leads nowhere. */
static bool check_way(struct ctx *c, const struct invitation *v)
{
	struct signin_option *list;
	int saml, ldap;

	if (!saml_options(c, v->email, &list, &saml) || !ldap_options(c, v->email, &list, &ldap))
		return false;
	return saml + ldap > 0 || error(c, ERR_CONFLICT,
					"nobody could sign in with it: rosterd keeps no passwords "
					"of people. First make "
					"a SAML or LDAP connection%s",
					v->email ? " that serves the domain of this address" : "");
}

static bool read_days(struct ctx *c, const json_t *j, const struct invitation *v, int64_t *expires)
{
	int64_t days = v->shared ? INVITATION_DAYS_SHARED : INVITATION_DAYS;

	if (!body_int(c, j, "expires_days", 1, INVITATION_DAYS_MAX, &days))
		return false;
	*expires = c->now + days * DAY_MS;
	return true;
}

bool admin_invitation_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct invitation v = { 0 };
	const char *secret;
	json_t *j;

	if (!body_read(c, q, "email role workspaces expires_days", &j) ||
	    !body_text(c, j, "email", EMAIL_BYTES_MAX, &v.email))
		return false;
	v.shared = !v.email;
	if ((v.email && !check_address(c, v.email)) || !read_role(c, j, &v) ||
	    !read_workspaces(c, j, &v) || !read_days(c, j, &v, &v.expires) ||
	    !check_authority(c, &v) || !check_way(c, &v) || !invitation_make(c, &v, &secret))
		return false;
	note(c, "invitation.created", &v);
	respond(c, p, 201, &v, secret);
	return true;
}

bool admin_invitation_reset(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct invitation *v;
	const char *secret;
	int64_t expires;
	json_t *j;

	j = json_own(c, json_object());
	if ((q->body.n && !body_read(c, q, "expires_days", &j)) ||
	    !invitation_get(c, q->param[0], &v) || !read_days(c, j, v, &expires) ||
	    !invitation_reset(c, v, expires, &secret))
		return false;
	note(c, "invitation.reset", v);
	respond(c, p, 200, v, secret);
	return true;
}

bool admin_invitation_drop(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct invitation *v;

	if (!invitation_get(c, q->param[0], &v) || !invitation_revoke(c, v->id))
		return false;
	note(c, "invitation.revoked", v);
	p->status = 204;
	return true;
}
