/* login.c - the connection a browser comes to, its metadata, and the way to its identity
 * provider. */
#include "login.h"

#include <lasso/lasso.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/org.h"
#include "base/secret.h"
#include "change/change.h"
#include "fetch.h"
#include "http/cookie.h"
#include "http/page.h"
#include "job.h"
#include "request.h"
#include "roster/domain.h"
#include "roster/org.h"
#include "roster/signin_settings.h"
#include "saml/saml.h"

enum { BROWSER_BYTES = 24, TEST_LIFE_MS = 10 * 60 * 1000, ID_MAX = 64 };

static struct saml_pool *pool_here;

struct saml_pool *saml_pool_here(void)
{
	return pool_here;
}

/* What goes wrong in lasso comes back as a number, and is told with it. */
static void say_nothing(const gchar *domain, GLogLevelFlags level, const gchar *text, gpointer arg)
{
	(void)domain, (void)level, (void)text, (void)arg;
}

bool saml_start(struct ctx *c, struct saml_pool *pool)
{
	unsetenv("LASSO_FLAG");
	unsetenv("LASSO_DEFAULT_KEY_ENCRYPTION_METHOD");
	/* lasso's debugging asks for the local time line by line */
	setenv("TZ", "UTC", 1);
	pool_here = pool;
	g_log_set_default_handler(say_nothing, NULL);
	if (lasso_init() != 0)
		return error(c, ERR_INTERNAL, "lasso cannot be used");
	/* lasso fills xmlsec's lists: this leaves a short list in them */
	saml_lock_down();
	return true;
}

/* Everything that happens from here on is in the name of the connection. */
static void act_as(struct ctx *c, const struct http_req *q, const struct saml_connection *s)
{
	struct actor *actor = arena_new(c->arena, struct actor);

	*actor = (struct actor){
		.kind = "saml",
		.name = arena_printf(c->arena, "connection:%s", s->source->id),
		.source = s->source,
		.address = q->address,
	};
	c->actor = actor;
}

bool login_enter(struct ctx *c, const struct http_req *q, struct saml_connection **s)
{
	const char *id = q->param[0], *org_id = NULL;
	struct org *org = NULL;

	*s = NULL;
	if (strlen(id) > ID_MAX || !signpost_find(c, "saml", id, &org_id))
		return c->err.kind == ERR_NONE;
	if (!org_id)
		return true;
	if (!db_enter_org(c, org_id) || !org_find(c, org_id, &org))
		return false;
	if (!org)
		return true;
	c->org = org;
	if (!saml_connection_find(c, id, s))
		return false;
	if (*s)
		act_as(c, q, *s);
	return true;
}

bool saml_metadata(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct saml_connection *s;
	const char *text;

	if (!login_enter(c, q, &s))
		return false;
	if (!s)
		return page_say(c, p, 404, "error");
	text = sp_metadata(c, s);
	p->type = "application/samlmetadata+xml; charset=utf-8";
	p->body = (struct slice){ text, strlen(text) };
	http_add_header(p, "Cache-Control", "max-age=300");
	return true;
}

/* The cookie's value: the one the browser has, so that several requests can be under way
 * in it, else a new one. */
static const char *browser_of(struct ctx *c, const struct http_req *q, bool *fresh)
{
	const char *has = cookie_get(c, q, COOKIE_REQUEST);

	*fresh = !has || strlen(has) != strlen(secret_random(c->arena, BROWSER_BYTES));
	return *fresh ? secret_random(c->arena, BROWSER_BYTES) : has;
}

/* Where to go afterwards, if that is allowed; else nowhere in particular. */
static bool read_return(struct ctx *c, const struct http_req *q, const char **out)
{
	struct signin_settings set;
	const char *next;

	*out = NULL;
	if (!http_query(c, q, "next", &next))
		return false;
	if (!next)
		return true;
	if (!signin_settings_get(c, &set))
		return false;
	*out = return_target_allowed(&set, next);
	return true;
}

/* A test sign-in is begun by an administrator, with an address that works once. */
static bool take_test(struct ctx *c, const struct http_req *q, const struct saml_connection *s,
		      const char **kind)
{
	struct saml_pending *start;
	const char *token;

	*kind = "login";
	if (!http_query(c, q, "test", &token))
		return false;
	if (!token)
		return true;
	*kind = NULL;
	if (!saml_pending_take(c, s->source->id, secret_digest(c->arena, token), &start))
		return false;
	if (start && strcmp(start->kind, "start") == 0)
		*kind = "test";
	return true;
}

static bool remember(struct ctx *c, const struct saml_connection *s, const char *id,
		     const char *kind, const char *browser, const char *return_to, int64_t life)
{
	const struct saml_pending p = {
		.digest = secret_digest(c->arena, id),
		.source_id = s->source->id,
		.kind = kind,
		.browser = browser ? secret_digest(c->arena, browser) : NULL,
		.return_to = return_to,
		.created = c->now,
		.expires = c->now + life,
	};

	return saml_pending_put(c, &p);
}

bool saml_test_url(struct ctx *c, const struct saml_connection *s, const char **url)
{
	const char *token = secret_random(c->arena, BROWSER_BYTES);

	*url = arena_printf(c->arena, "%s?test=%s", s->login_url, token);
	return remember(c, s, token, "start", NULL, NULL, TEST_LIFE_MS);
}

/* Somebody who is about to touch secrets shows anew who he is: again=1. */
static bool asked_anew(struct ctx *c, const struct http_req *q, bool *out)
{
	const char *again;

	if (!http_query(c, q, "again", &again))
		return false;
	*out = again != NULL;
	return true;
}

static bool begin(struct ctx *c, const struct http_req *q, struct http_resp *p,
		  const struct saml_connection *s)
{
	const char *browser, *return_to, *kind;
	struct outgoing out;
	SCOPED_TX tx = { 0 };
	bool fresh, again;

	browser = browser_of(c, q, &fresh);
	if (!read_return(c, q, &return_to) || !asked_anew(c, q, &again) ||
	    !request_authn(c, s, again || s->settings.force_authn, &out) || !tx_begin(c, &tx) ||
	    !take_test(c, q, s, &kind))
		return false;
	if (!kind)
		return page_say(c, p, 403, "expired");
	if (!remember(c, s, out.id, kind, browser, return_to, REQUEST_LIFE_MS) || !tx_commit(&tx))
		return false;
	if (!request_send(c, p, &out, "SAMLRequest", NULL))
		return false;
	cookie_set_for(c, p, COOKIE_REQUEST, browser, REQUEST_LIFE_MS / 1000, true);
	return true;
}

bool saml_login(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct saml_connection *s;
	struct refused why;

	if (!login_few(c, q, true) || !login_enter(c, q, &s) || !cookie_possible(c))
		return false;
	if (!s)
		why = refused_login(LOGIN_NO_SUCH, NULL);
	else if (!s->settings.enabled)
		why = refused_login(LOGIN_DISABLED, NULL);
	else if (!s->idp.entity_id)
		why = refused_login(LOGIN_NO_METADATA, NULL);
	else
		return begin(c, q, p, s);
	return login_refuse(c, q, p, s, "saml.login", &why);
}

static bool offers(const struct saml_connection *s, const char *domain)
{
	if (!s->settings.enabled || !s->idp.entity_id)
		return false;
	for (int i = 0; domain && s->settings.domains[i]; i++)
		if (strcasecmp(s->settings.domains[i], domain) == 0)
			return true;
	return !domain || !s->settings.domains[0];
}

bool saml_options(struct ctx *c, const char *address, struct signin_option **out, int *n)
{
	const char *domain = address ? strchr(address, '@') + 1 : NULL;
	struct saml_connection *s;
	struct source *sources;
	int count;

	*n = 0;
	if (!source_list(c, "saml", &sources, &count))
		return false;
	*out = arena_array(c->arena, struct signin_option, (size_t)count);
	for (int i = 0; i < count; i++) {
		if (!saml_connection_find(c, sources[i].id, &s))
			return false;
		if (s && offers(s, domain))
			(*out)[(*n)++] = (struct signin_option){
				.name = s->source->name,
				.url = arena_printf(c->arena, "/saml/%s/login", s->source->id)
			};
	}
	return true;
}
