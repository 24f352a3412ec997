/* who.c - sessions of a browser. */
#include "who.h"

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
