/* check.c - /auth/check: what a reverse proxy asks before it lets a request through. */
#include <string.h>

#include "base/org.h"
#include "base/text.h"
#include "roster/card.h"
#include "who.h"

/* A proxy's buffer for the headers of an answer is 4 KB as a rule. */
enum { VALUE_MAX = 1024, GROUPS_MAX = 2500, PATH_MAX_BYTES = 2000 };

/* Visible ASCII as it is; anything else, and what has a meaning in a list, as %XX of its
 * UTF-8: a name can then never become a second header or a second group. */
static void put_value(struct buf *b, const char *s)
{
	for (; s && *s; s++) {
		unsigned char ch = (unsigned char)*s;

		if (ch >= ' ' && ch < 0x7f && ch != '%' && ch != ',')
			buf_put(b, s, 1);
		else
			buf_printf(b, "%%%02X", ch);
	}
}

static void add(struct ctx *c, struct http_resp *p, const char *name, const char *value)
{
	struct buf b = buf_in(c->arena, VALUE_MAX);

	put_value(&b, value);
	if (b.n && !b.over)
		http_add_header(p, name, b.p);
}

/* All or none: a list cut off would look like a person with fewer rights. */
static void add_groups(struct ctx *c, struct http_resp *p, const struct card *card)
{
	struct buf b = buf_in(c->arena, GROUPS_MAX);

	for (int i = 0; i < card->groups; i++) {
		buf_puts(&b, i ? "," : "");
		put_value(&b, card->group[i]);
	}
	if (b.over)
		http_add_header(p, "Remote-Groups-Left-Out", "too long; ask /auth/token");
	else if (b.n)
		http_add_header(p, "Remote-Groups", b.p);
}

static bool answer(struct ctx *c, struct http_resp *p, const struct session_holder *h)
{
	struct card card;

	if (!card_get(c, h->user, &card))
		return false;
	add(c, p, "Remote-User", h->user->user_name);
	add(c, p, "Remote-User-Id", h->user->id);
	add(c, p, "Remote-Email", card.mail);
	add(c, p, "Remote-Name",
	    h->user->display_name ? h->user->display_name : h->user->user_name);
	add(c, p, "Remote-Org", h->org->id);
	add(c, p, "Remote-Role", role_code(h->role));
	add_groups(c, p, &card);
	return true;
}

static const char *escaped(struct ctx *c, const char *path)
{
	struct buf b = buf_in(c->arena, 3 * PATH_MAX_BYTES + 1);

	for (; *path; path++)
		if (strchr("&#+%\"<> ", *path))
			buf_printf(&b, "%%%02X", (unsigned)(unsigned char)*path);
		else
			buf_put(&b, path, 1);
	return b.p;
}

/*
 * Traefik and Caddy hand on what we answer to the browser, and say with X-Forwarded-Uri
 * what it wanted: somebody who looks at a page is taken to sign in.  nginx says
 * nothing and must get a 401.
 */
static const char *where_to(struct ctx *c, const struct http_req *q)
{
	const char *uri = http_header(q, "X-Forwarded-Uri"), *accept = http_header(q, "Accept");
	const char *method = http_header(q, "X-Forwarded-Method");

	if (!uri || strlen(uri) > PATH_MAX_BYTES || !return_target_allowed(NULL, uri) ||
	    (method && strcmp(method, "GET") != 0) || !accept || !strstr(accept, "text/html"))
		return NULL;
	return arena_printf(c->arena, "%s/login?next=%s", c->base_url, escaped(c, uri));
}

bool platform_check(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct session_holder h;
	const char *url;

	/* this answer need not reach the browser, so no new cookie goes with it */
	if (who_is(c, q, NULL, &h))
		return answer(c, p, &h);
	if (!err_take(&c->err, ERR_UNAUTHENTICATED))
		return false;
	p->status = 401;
	url = where_to(c, q);
	if (url)
		http_redirect(p, url);
	return true;
}
