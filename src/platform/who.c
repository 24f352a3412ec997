/* who.c - sessions and forms of a browser. */
#include "who.h"

#include <string.h>

#include "base/secret.h"

enum { TOKEN_BYTES = 32, TOKEN_CHARS = 43 };

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct attached attached;

void platform_attach(signin_options *options, platform_leave *leave)
{
	attached = (struct attached){ options, leave };
}

void act_as(struct ctx *c, const struct http_req *q, const char *user_id)
{
	struct actor *actor = arena_new(c->arena, struct actor);

	*actor = (struct actor){ .kind = "user",
				 .name = arena_printf(c->arena, "user:%s", user_id),
				 .address = q->address };
	c->actor = actor;
}

bool who_is(struct ctx *c, const struct http_req *q, struct http_resp *p,
	    struct session_holder *out)
{
	if (!session_find(c, cookie_get(c, q, COOKIE_SESSION), p != NULL, out))
		return false;
	c->org = out->org;
	act_as(c, q, out->user->id);
	if (p && out->secret)
		cookie_set(c, p, COOKIE_SESSION, out->secret);
	return true;
}

/* One that we could have set; NULL if there is none. */
static const char *form_cookie(struct ctx *c, const struct http_req *q)
{
	const char *value = cookie_get(c, q, COOKIE_FORM);

	return value && strlen(value) == TOKEN_CHARS && strspn(value, digits) == TOKEN_CHARS ? value
											     : NULL;
}

bool form_token(struct ctx *c, const struct http_req *q, struct http_resp *p, const char **out)
{
	const char *value = form_cookie(c, q);

	if (!cookie_possible(c))
		return false;
	if (!value) {
		value = secret_random(c->arena, TOKEN_BYTES);
		cookie_set(c, p, COOKIE_FORM, value);
	}
	return secret_mac(c, "form", value, out);
}

bool form_ours(struct ctx *c, const struct http_req *q, struct form *out)
{
	const char *cookie = form_cookie(c, q), *sent, *want;

	if (!form_body(c, q, out))
		return false;
	sent = form_value(out, "token");
	if (!http_same_origin(c, q) || !cookie || !sent)
		return error(c, ERR_FORBIDDEN,
			     "this form was not sent from a page of this server in this browser; "
			     "go "
			     "back, load the page again and allow its cookies");
	if (!secret_mac(c, "form", cookie, &want))
		return false;
	return secret_same(want, sent) ||
	       error(c, ERR_FORBIDDEN, "this form is out of date; go back and load the page again");
}
