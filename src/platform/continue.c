/*
 * continue.c - /login/continue: a sign-in that the identity provider began becomes this
 * browser's session, unless somebody else is signed in here: then they are asked.
 *
 * Otherwise a page elsewhere could sign people in as somebody of its choice, and have what
 * they do from then on under that name.
 */
#include <string.h>

#include "base/org.h"
#include "change/change.h"
#include "record/history.h"
#include "who.h"

struct landing {
	struct session_holder new, old; /* old.user NULL: nobody is signed in */
	const char *secret;             /* of new                             */
	const char *sealed, *to;        /* where it leads; NULL: nowhere in particular */
};

/* An absent, unknown or ended session is nobody's. */
static bool look_up(struct ctx *c, const char *presented, struct session_holder *out)
{
	*out = (struct session_holder){ 0 };
	return !presented || session_find(c, presented, false, out) ||
	       err_take(&c->err, ERR_UNAUTHENTICATED);
}

static bool find(struct ctx *c, const struct http_req *q, const char *sealed, struct landing *out)
{
	*out = (struct landing){ .secret = cookie_get(c, q, COOKIE_ARRIVED), .sealed = sealed };
	c->org = NULL;
	if (!look_up(c, cookie_get(c, q, COOKIE_SESSION), &out->old) ||
	    !look_up(c, out->secret, &out->new))
		return false;
	if (!out->new.user)
		return true;
	c->org = out->new.org;
	act_as(c, q, out->new.user->id);
	/* one of another server's key, or damaged, leads nowhere in particular */
	if (sealed && *sealed && !signin_open_target(c, sealed, &out->to)) {
		out->to = NULL;
		c->err = (struct err){ 0 };
	}
	return true;
}

static bool same_person(const struct landing *a)
{
	return strcmp(a->old.org->id, a->new.org->id) == 0 &&
	       strcmp(a->old.user->id, a->new.user->id) == 0;
}

/* In the organization of the holder. */
static bool end(struct ctx *c, const struct http_req *q, const struct session_holder *h,
		const char *reason)
{
	SCOPED_CHANGE ch = { 0 };

	c->org = h->org;
	act_as(c, q, h->user->id);
	if (!db_enter_org(c, h->org->id) || !change_begin(c, &ch) ||
	    !session_end(c, h->session.id, reason, NULL))
		return false;
	audit_note(c, (struct audit_note){ .action = "session.ended",
					   .target_kind = "session",
					   .target_id = h->session.id,
					   .reason = reason });
	return change_commit(&ch);
}

static bool go_on(struct ctx *c, const struct http_req *q, struct http_resp *p,
		  const struct landing *a)
{
	if (a->old.user && strcmp(a->old.session.id, a->new.session.id) != 0 &&
	    !end(c, q, &a->old, "signed in again"))
		return false;
	http_redirect(p, a->to ? a->to : "/login");
	cookie_set(c, p, COOKIE_SESSION, a->secret);
	cookie_drop(c, p, COOKIE_ARRIVED);
	return true;
}

static bool stay(struct ctx *c, const struct http_req *q, struct http_resp *p,
		 const struct landing *a)
{
	if (!end(c, q, &a->new, "not wanted in this browser"))
		return false;
	http_redirect(p, "/login");
	cookie_drop(c, p, COOKIE_ARRIVED);
	return true;
}

static const char *name_of(struct ctx *c, const struct session_holder *h)
{
	const struct user *u = h->user;

	if (!u->display_name || strcmp(u->display_name, u->user_name) == 0)
		return u->user_name;
	return arena_printf(c->arena, "%s (%s)", u->display_name, u->user_name);
}

static void choice(struct page *g, const char *token, const char *sealed, const char *keep,
		   const char *text)
{
	page_form(g, "/login/continue");
	page_hidden(g, "token", token);
	page_hidden(g, "to", sealed);
	page_hidden(g, "stay", keep);
	page_button(g, text);
}

static bool ask(struct ctx *c, const struct http_req *q, struct http_resp *p,
		const struct landing *a)
{
	const char *old = name_of(c, &a->old), *new = name_of(c, &a->new);
	struct page g = page_begin(c, "switch");
	const char *token;

	if (!form_token(c, q, p, &token))
		return false;
	page_text(&g, arena_printf(c->arena,
				   "You are signed in as %s, %s. Your organization's sign-in page "
				   "has sent a sign-in of %s, %s.",
				   old, a->old.org->name, new, a->new.org->name));
	page_text(&g, "If you did not ask for it, stay signed in as you are.");
	choice(&g, token, NULL, "1", arena_printf(c->arena, "Stay signed in as %s", old));
	choice(&g, token, a->sealed, NULL, arena_printf(c->arena, "Continue as %s", new));
	return page_end(&g, p, 200);
}

bool platform_continue(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct landing a;
	const char *sealed;

	if (!http_query(c, q, "to", &sealed) || !find(c, q, sealed, &a))
		return false;
	if (!a.new.user)
		return page_say(c, p, 403, "expired");
	return a.old.user && !same_person(&a) ? ask(c, q, p, &a) : go_on(c, q, p, &a);
}

bool platform_continue_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct landing a;
	struct form f;

	if (!form_ours(c, q, &f) || !find(c, q, form_value(&f, "to"), &a))
		return false;
	if (!a.new.user)
		return page_say(c, p, 403, "expired");
	return form_value(&f, "stay") ? stay(c, q, p, &a) : go_on(c, q, p, &a);
}
