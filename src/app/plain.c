/* plain.c - one line of text for people who look with a browser or curl. */
#include "plain.h"

#include <string.h>

static int status_of(enum err_kind kind)
{
	static const int status[ERR_KINDS] = {
		[ERR_TOO_LARGE] = 413,     [ERR_MEDIA] = 415,     [ERR_UNAUTHENTICATED] = 401,
		[ERR_FORBIDDEN] = 403,     [ERR_STEP_UP] = 403,   [ERR_SEATS] = 403,
		[ERR_BUSY] = 429,          [ERR_NOT_FOUND] = 404, [ERR_METHOD] = 405,
		[ERR_UNIQUE] = 409,        [ERR_CONFLICT] = 409,  [ERR_VERSION] = 412,
		[ERR_UNIMPLEMENTED] = 501, [ERR_RETRY] = 503,     [ERR_UNAVAILABLE] = 503,
		[ERR_FULL] = 507,          [ERR_INTERNAL] = 500,  [ERR_GONE] = 410,
	};

	return status[kind] ? status[kind] : 400;
}

void plain_respond(struct http_resp *p, int status, struct slice text)
{
	p->status = status;
	p->type = "text/plain; charset=utf-8";
	p->body = text;
}

void plain_error(struct ctx *c, struct http_resp *p)
{
	bool ours = c->err.kind >= ERR_RETRY;
	const char *text = arena_printf(c->arena, "%s (reference %s)\n",
					ours ? "not available at the moment" : c->err.msg,
					c->trace ? c->trace : "-");

	p->headers = 0;
	plain_respond(p, status_of(c->err.kind), (struct slice){ text, strlen(text) });
}
