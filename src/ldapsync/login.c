/* login.c - the page that asks for a directory's password, and what comes of it. */
#include "ldapsync/login.h"

#include <string.h>
#include <strings.h>

#include "access.h"
#include "base/org.h"
#include "change/change.h"
#include "http/cookie.h"
#include "http/form.h"
#include "http/lane.h"
#include "http/page.h"
#include "roster/domain.h"
#include "roster/org.h"
#include "roster/signin_settings.h"

enum { ID_MAX = 64, NEXT_MAX = 2000 };

struct door {
	struct source *source;
	struct ldap_settings s;
};

static void act_as(struct ctx *c, const struct http_req *q, const struct source *source)
{
	struct actor *actor = arena_new(c->arena, struct actor);

	*actor = (struct actor){
		.kind = "ldap",
		.name = arena_printf(c->arena, "connection:%s", source->id),
		.source = source,
		.address = q->address,
	};
	c->actor = actor;
}

/* d->source NULL: there is no such connection, or nobody signs in through it. */
static bool enter(struct ctx *c, const struct http_req *q, struct door *d)
{
	struct source *source = NULL;
	struct org *org = NULL;

	*d = (struct door){ 0 };
	c->org = NULL;
	if (strlen(q->param[0]) > ID_MAX || strlen(q->param[1]) > ID_MAX)
		return true;
	if (!db_enter_org(c, q->param[0]) || !org_find(c, q->param[0], &org))
		return false;
	if (!org)
		return true;
	c->org = org;
	if (!source_find(c, q->param[1], &source))
		return false;
	if (!source || strcmp(source->kind, "ldap") != 0)
		return true;
	if (!ldap_settings_read(c, source->settings, &d->s))
		return false;
	if (!d->s.enabled || !d->s.signin)
		return true;
	d->source = source;
	act_as(c, q, source);
	return true;
}

static bool ask(struct ctx *c, const struct http_req *q, struct http_resp *p, const char *login,
		const char *next, const char *alert, int status)
{
	struct page g = page_begin(c, "directory");
	const char *token;

	if (!form_token(c, q, p, &token))
		return false;
	page_alert(&g, alert);
	page_form(&g, arena_printf(c->arena, "/ldap/%s/%s/login", q->param[0], q->param[1]));
	page_hidden(&g, "token", token);
	page_hidden(&g, "next", next);
	page_input(&g, "login", "User name or e-mail address", "text", "username", login);
	page_input(&g, "password", "Password", "password", "current-password", NULL);
	page_button(&g, "Sign in");
	return page_end(&g, p, status);
}

static const char *next_of(const char *text)
{
	return text && *text && strlen(text) <= NEXT_MAX ? text : NULL;
}

bool ldap_login(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	const char *next;
	struct door d;

	if (!enter(c, q, &d) || !cookie_possible(c) || !http_query(c, q, "next", &next))
		return false;
	if (!d.source)
		return page_say(c, p, 404, "error");
	return ask(c, q, p, NULL, next_of(next), NULL, 200);
}

static const struct {
	int status;
	const char *text;
} answers[DIR_VERDICTS] = {
	[DIR_WRONG] = { 403, "This did not work. The name or the password is wrong, the account "
			     "is locked, or there were too many attempts. Check them and try "
			     "again in a few minutes." },
	[DIR_MUST_CHANGE] = { 403, "Your password has to be changed before you can sign in. "
				   "Change it where your organization lets you, then come back." },
	[DIR_EXPIRED] = { 403, "Your password has expired. Change it where your organization lets "
			       "you, then come back." },
	[DIR_DISABLED] = { 403, "Your organization has switched this account off. Ask an "
				"administrator if you think that this is a mistake." },
	[DIR_OVER] = { 403, "This account has expired. Ask an administrator of your organization "
			    "to extend it." },
	[DIR_RESTRICTED] = { 403, "Your organization does not allow this account to sign in now "
				  "or from here. Ask an administrator." },
	[DIR_AWAY] = { 503, "Your organization's directory does not answer at the moment. Try "
			    "again in a few minutes." },
};

static bool refuse(struct ctx *c, const struct http_req *q, struct http_resp *p,
		   const struct access *a, const char *next)
{
	/* that an account is locked is told without its password being right */
	enum dir_verdict v = a->verdict == DIR_LOCKED ? DIR_WRONG : a->verdict;

	return ask(c, q, p, a->login, next, answers[v].text, answers[v].status);
}

static bool admit(struct ctx *c, const struct http_req *q, const struct door *d,
		  const struct access *a, struct admission *in)
{
	const struct session_new how = {
		.user_id = a->user_id,
		.method = "ldap",
		.source_id = d->source->id,
		.address = q->address,
		.agent = http_header(q, "User-Agent"),
		.replaces = cookie_get(c, q, COOKIE_SESSION),
	};
	SCOPED_CHANGE ch = { 0 };

	return change_begin(c, &ch) && signin_admit(c, &how, in) && change_commit(&ch);
}

static bool welcome(struct ctx *c, const struct http_req *q, struct http_resp *p,
		    const struct door *d, const struct access *a, const char *next)
{
	struct signin_settings settings;
	struct admission in;
	const char *to;

	/* the directory knows him, and no run has taken him over yet */
	if (!a->user_id)
		return page_say(c, p, 403, "not_yet");
	if (!admit(c, q, d, a, &in))
		return false;
	if (in.page)
		return page_say(c, p, 403, in.page);
	if (!signin_settings_get(c, &settings))
		return false;
	to = return_target_allowed(&settings, next);
	cookie_set(c, p, COOKIE_SESSION, in.secret);
	http_redirect(p, to ? to : "/login");
	return true;
}

bool ldap_login_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct access a = { 0 };
	const char *next;
	struct door d;
	struct form f;

	if (!form_ours(c, q, &f) || !enter(c, q, &d))
		return false;
	if (!d.source)
		return page_say(c, p, 404, "error");
	next = next_of(form_value(&f, "next"));
	a.login = form_value(&f, "login");
	a.password = form_value(&f, "password");
	if (!access_possible(&a))
		return ask(c, q, p, a.login, next, "Enter your name and your password.", 400);
	if (!lane_wait(c) || !access_check(c, q->address, d.source, &d.s, &a))
		return false;
	if (a.verdict != DIR_RIGHT)
		return refuse(c, q, p, &a, next);
	return welcome(c, q, p, &d, &a, next);
}

/* ---- ways for an address ---- */

static bool offers(const struct ldap_settings *s, const char *domain)
{
	if (!s->enabled || !s->signin)
		return false;
	for (int i = 0; s->domains[i]; i++)
		if (strcasecmp(s->domains[i], domain) == 0)
			return true;
	return !s->domains[0];
}

bool ldap_options(struct ctx *c, const char *address, struct signin_option **out, int *n)
{
	const char *domain = strchr(address, '@') + 1;
	struct ldap_settings s;
	struct source *sources;
	int count;

	*n = 0;
	if (!source_list(c, "ldap", &sources, &count))
		return false;
	*out = arena_array(c->arena, struct signin_option, (size_t)count + 1);
	for (int i = 0; i < count; i++) {
		if (!ldap_settings_read(c, sources[i].settings, &s))
			return false;
		if (offers(&s, domain))
			(*out)[(*n)++] = (struct signin_option){
				.name = sources[i].name,
				.url = arena_printf(c->arena, "/ldap/%s/%s/login", c->org->id,
						    sources[i].id)
			};
	}
	return true;
}
