/* invite.c - /invite/{link}: who invites whom, and on to the organization's sign-in. */
#include <string.h>

#include "base/org.h"
#include "base/time.h"
#include "change/invite.h"
#include "http/tries.h"
#include "who.h"

static const char place[] = "invite";

static bool gone(struct ctx *c)
{
	return error(c, ERR_NOT_FOUND,
		     "this invitation was used or taken back, is too old, or has a newer link; ask "
		     "whoever sent it for another");
}

/* Guessing is hopeless; this keeps it from being free. */
static bool few_guesses(struct ctx *c, const struct http_req *q, int64_t now)
{
	return tries_few(q->address, place, TRIES_SIGNIN, now) ||
	       error(c, ERR_BUSY, "too many links that do not exist; try again in a minute");
}

static bool find_link(struct ctx *c, const struct http_req *q, struct invitation *out)
{
	int64_t now = time_monotonic();
	struct invitation *found = NULL;
	bool stands = false;

	*out = (struct invitation){ 0 };
	c->org = NULL;
	if (!few_guesses(c, q, now))
		return false;
	if (invitation_open(c, q->param[0], &found) && found) {
		*out = *found;
		return invite_stands(c, found, &stands) && (stands || gone(c));
	}
	if (c->err.kind == ERR_NOT_FOUND)
		tries_failed(q->address, place, now);
	return false;
}

static bool inviter(struct ctx *c, const struct invitation *v, const char **out)
{
	struct user *u = NULL;

	if (strncmp(v->created_by, "user:", 5) == 0 && !user_find(c, v->created_by + 5, &u))
		return false;
	*out = !u ? "An administrator" : u->display_name ? u->display_name : u->user_name;
	return true;
}

static void describe(struct page *g, const struct invitation *v, const char *from)
{
	page_row_begin(g);
	page_row(g, "Organization", g->c->org->name);
	page_row(g, "Invited by", from);
	if (v->email)
		page_row(g, "For", v->email);
	if (role_works(v->role))
		page_row(g, "Role", role_name(v->role));
	page_row(g, "Good until", time_text(g->c->arena, v->expires));
	page_row_end(g);
}

bool platform_invite(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct page g = page_begin(c, "invited");
	const char *token, *from;
	struct invitation v;

	if (!cookie_possible(c) || !find_link(c, q, &v) || !inviter(c, &v, &from) ||
	    !form_token(c, q, p, &token))
		return false;
	describe(&g, &v, from);
	page_text(&g, v.shared ? "Sign in as you do everywhere else in your organization."
			       : "Sign in as you do everywhere else in your organization, with "
				 "the address above: the invitation is for nobody else.");
	if (!role_works(v.role))
		page_text(&g, "Afterwards an administrator gives you a role.");
	page_form(&g, arena_printf(c->arena, "/invite/%s", q->param[0]));
	page_hidden(&g, "token", token);
	page_button(&g, "Continue to sign in");
	http_add_header(p, "Cache-Control", "no-store");
	return page_end(&g, p, 200);
}

static bool lead_on(struct ctx *c, struct http_resp *p, const struct signin_option *list, int n)
{
	struct page g;

	if (n == 1) {
		http_redirect(p, list[0].url);
		return true;
	}
	g = page_begin(c, "choose");
	for (int i = 0; i < n; i++)
		page_link(&g, list[i].url, list[i].name);
	return page_end(&g, p, 200);
}

bool platform_invite_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct signin_option *list = NULL;
	struct invitation v;
	struct form f;
	int n = 0;

	if (!form_ours(c, q, &f) || !find_link(c, q, &v) ||
	    (attached.in_org && !attached.in_org(c, v.email, &list, &n)))
		return false;
	if (!n)
		return page_say(c, p, 409, "no_way");
	/* who has an invitation of his own is known by his address */
	if (v.shared)
		cookie_set_for(c, p, COOKIE_INVITED, q->param[0], INVITED_SECONDS, true);
	return lead_on(c, p, list, n);
}
