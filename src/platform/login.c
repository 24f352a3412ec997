/* login.c - /login: from an address to the way its owner signs in. */
#include <string.h>

#include "base/org.h"
#include "local.h"

enum { ADDRESS_MAX = 320, NEXT_MAX = 2000 };

static const char wrong[] = "This did not work. The address, the password or the code is wrong, "
			    "or there were too many attempts. Check them and try again in a few "
			    "minutes.";

/* Where to go afterwards, as far as it can be known before the organization is: it is
 * checked again at the end. */
static const char *next_of(const char *text)
{
	return text && *text && strlen(text) <= NEXT_MAX ? text : NULL;
}

/* What the person came for, kept through the forms. */
struct way {
	const char *next;
	bool again; /* signed in already, and to show anew who he is */
};

static void hide(struct page *g, const struct way *w)
{
	page_hidden(g, "next", w->next);
	page_hidden(g, "again", w->again ? "1" : NULL);
}

static bool ask_address(struct ctx *c, const struct http_req *q, struct http_resp *p,
			const struct way *w, const char *alert)
{
	struct page g = page_begin(c, "sign_in");
	const char *token;

	if (!form_token(c, q, p, &token))
		return false;
	page_alert(&g, alert);
	page_form(&g, "/login");
	page_hidden(&g, "token", token);
	hide(&g, w);
	page_input(&g, "address", "E-mail address", "email", "username", NULL);
	page_button(&g, "Continue");
	return page_end(&g, p, alert ? 400 : 200);
}

static bool ask_password(struct ctx *c, const struct http_req *q, struct http_resp *p,
			 const char *address, const struct way *w, const char *alert)
{
	struct page g = page_begin(c, "password");
	const char *token;

	if (!form_token(c, q, p, &token))
		return false;
	page_alert(&g, alert);
	page_form(&g, "/login");
	page_hidden(&g, "token", token);
	hide(&g, w);
	page_input(&g, "address", "E-mail address", "email", "username", address);
	page_input(&g, "password", "Password", "password", "current-password", NULL);
	page_input(&g, "code", "Code from your authenticator app", "text", "one-time-code", NULL);
	page_button(&g, "Sign in");
	return page_end(&g, p, alert ? 403 : 200);
}

static const char *encoded(struct ctx *c, const char *s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~/";
	struct buf b = buf_in(c->arena, 3 * NEXT_MAX + 1);

	for (; *s; s++)
		if (strchr(plain, *s))
			buf_put(&b, s, 1);
		else
			buf_printf(&b, "%%%02X", (unsigned)(unsigned char)*s);
	return b.p;
}

static const char *with_way(struct ctx *c, const char *url, const struct way *w)
{
	if (w->again)
		url = arena_printf(c->arena, "%s%cagain=1", url, strchr(url, '?') ? '&' : '?');
	if (!w->next)
		return url;
	return arena_printf(c->arena, "%s%cnext=%s", url, strchr(url, '?') ? '&' : '?',
			    encoded(c, w->next));
}

static bool choose(struct ctx *c, struct http_resp *p, const struct signin_option *list, int n,
		   const struct way *w)
{
	struct page g = page_begin(c, "choose");

	for (int i = 0; i < n; i++)
		page_link(&g, with_way(c, list[i].url, w), list[i].name);
	page_link(&g, with_way(c, "/login?with=password", w), "Emergency password");
	return page_end(&g, p, 200);
}

static bool find_way(struct ctx *c, const struct http_req *q, struct http_resp *p,
		     const char *address, const struct way *w)
{
	struct signin_option *list = NULL;
	int n = 0;

	if (attached.options && !attached.options(c, address, &list, &n))
		return false;
	if (n == 0)
		return ask_password(c, q, p, address, w, NULL);
	if (n > 1)
		return choose(c, p, list, n, w);
	http_redirect(p, with_way(c, list[0].url, w));
	return true;
}

static bool say_signed_in(struct ctx *c, const struct http_req *q, struct http_resp *p,
			  const struct session_holder *h)
{
	struct page g = page_begin(c, "signed_in");
	const char *token;

	if (!form_token(c, q, p, &token))
		return false;
	page_row_begin(&g);
	page_row(&g, "Name", h->user->display_name ? h->user->display_name : h->user->user_name);
	page_row(&g, "Organization", h->org->name);
	page_row(&g, "Role", role_name(h->role));
	page_row_end(&g);
	page_form(&g, "/logout");
	page_hidden(&g, "token", token);
	page_button(&g, "Sign out");
	return page_end(&g, p, 200);
}

/* c->org is known: to where the person wanted to go, if that is allowed. */
static bool lead_on(struct ctx *c, struct http_resp *p, const char *next)
{
	struct signin_settings settings;
	const char *to;

	if (!signin_settings_get(c, &settings))
		return false;
	to = return_target_allowed(&settings, next);
	http_redirect(p, to ? to : "/login");
	return true;
}

bool platform_login(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct session_holder h;
	const char *next, *with, *again;
	struct way w;

	if (!http_query(c, q, "next", &next) || !http_query(c, q, "with", &with) ||
	    !http_query(c, q, "again", &again))
		return false;
	w = (struct way){ next_of(next), again != NULL };
	if (!w.again && who_is(c, q, p, &h))
		return w.next ? lead_on(c, p, w.next) : say_signed_in(c, q, p, &h);
	if (!w.again && !err_take(&c->err, ERR_UNAUTHENTICATED))
		return false;
	if (with && strcmp(with, "password") == 0)
		return ask_password(c, q, p, NULL, &w, NULL);
	return ask_address(c, q, p, &w, NULL);
}

static bool check_password(struct ctx *c, const struct http_req *q, struct http_resp *p,
			   const struct attempt *a, const struct way *w)
{
	struct admission in;

	if (!local_sign_in(c, q, a, &in))
		return false;
	if (in.page)
		return page_say(c, p, 403, in.page);
	if (!in.secret)
		return ask_password(c, q, p, a->address, w, wrong);
	cookie_set(c, p, COOKIE_SESSION, in.secret);
	return lead_on(c, p, w->next);
}

bool platform_login_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct attempt a;
	struct form f;
	struct way w;

	c->org = NULL;
	if (!form_ours(c, q, &f))
		return false;
	w = (struct way){ next_of(form_value(&f, "next")), form_value(&f, "again") != NULL };
	a = (struct attempt){ form_value(&f, "address"), form_value(&f, "password"),
			      form_value(&f, "code") };
	if (!a.address || !strchr(a.address, '@') || strlen(a.address) > ADDRESS_MAX)
		return ask_address(c, q, p, &w, "Enter your e-mail address.");
	if (!a.password)
		return find_way(c, q, p, a.address, &w);
	if (!a.code)
		a.code = "";
	return check_password(c, q, p, &a, &w);
}
