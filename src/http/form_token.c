/* form_token.c - forms that only a page of ours can send, from the browser that got it. */
#include <string.h>

#include "base/secret.h"
#include "http/cookie.h"
#include "http/form.h"

enum { TOKEN_BYTES = 32, TOKEN_CHARS = 43 };

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

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
