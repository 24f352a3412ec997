/* token.c - /auth/token and /.well-known/jwks.json: who is signed in, signed. */
#include <string.h>

#include "base/id.h"
#include "base/org.h"
#include "base/text.h"
#include "change/listing.h"
#include "http/json.h"
#include "jwt.h"
#include "roster/card.h"
#include "who.h"

static void put_groups(json_t *claims, const struct card *card)
{
	json_t *list = json_array();

	for (int i = 0; i < card->groups; i++)
		json_array_append_new(list, json_string(card->group[i]));
	json_object_set_new(claims, "groups", list);
}

/* Workspaces come first among the places. */
static void put_places(json_t *claims, const struct user_view *v)
{
	json_t *workspaces = json_array(), *projects = json_array();

	for (int i = 0; i < v->places; i++) {
		const struct view_place *at = &v->place[i];
		bool project = at->scope == SCOPE_PROJECT;
		json_t *j = json_object();

		json_put_text(j, "id", at->id);
		json_put_text(j, "title", at->title);
		json_put_text(j, "role",
			      project               ? role_code(at->role)
			      : at->role == ROLE_MA ? "manager"
						    : "member");
		json_array_append_new(project ? projects : workspaces, j);
	}
	json_object_set_new(claims, "workspaces", workspaces);
	json_object_set_new(claims, "projects", projects);
}

static bool claims_of(struct ctx *c, const struct session_holder *h, json_t **out)
{
	json_t *j = *out = json_own(c, json_object());
	struct user_view *v;
	struct card card;

	if (!card_get(c, h->user, &card) || !view_users(c, h->user, 1, &v))
		return false;
	json_put_text(j, "iss", c->base_url);
	json_put_text(j, "sub", h->user->id);
	json_put_text(j, "aud", "platform");
	json_put_int(j, "iat", c->now / 1000);
	json_put_int(j, "nbf", c->now / 1000);
	json_put_int(j, "exp", c->now / 1000 + JWT_LIFE_S);
	json_put_text(j, "jti", id_new(c->arena));
	json_put_text(j, "sid", h->session.id);
	json_put_text(j, "org", h->org->id);
	json_put_text(j, "org_name", h->org->name);
	json_put_text(j, "user", h->user->id);
	json_put_text(j, "userName", h->user->user_name);
	json_put_text(j, "name", h->user->display_name);
	json_put_text(j, "email", card.mail);
	json_put_text(j, "role", role_code(h->role));
	put_groups(j, &card);
	put_places(j, v);
	return true;
}

static void problem(struct ctx *c, struct http_resp *p)
{
	const char *text =
		arena_printf(c->arena,
			     "{\"title\": \"Unauthorized\", \"status\": 401, \"detail\": "
			     "\"%s\"}",
			     c->err.msg);

	c->err = (struct err){ 0 };
	json_respond_text(p, 401, "application/problem+json", (struct slice){ text, strlen(text) });
}

/* For a session only: a token of a program says nothing about a person. */
bool platform_token(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct session_holder h;
	const char *token;
	json_t *claims, *j;

	if (!who_is(c, q, p, &h)) {
		if (c->err.kind != ERR_UNAUTHENTICATED)
			return false;
		problem(c, p);
		return true;
	}
	if (!claims_of(c, &h, &claims) || !jwt_sign(c, claims, &token))
		return false;
	j = json_object();
	json_put_text(j, "token", token);
	json_put_text(j, "token_type", "Bearer");
	json_put_int(j, "expires_in", JWT_LIFE_S);
	json_respond(c, p, 200, j);
	return true;
}

bool platform_keys(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	json_t *keys;

	(void)q;
	if (!jwt_keys(c, &keys))
		return false;
	json_respond(c, p, 200, keys);
	p->type = "application/jwk-set+json";
	http_add_header(p, "Cache-Control", "public, max-age=300");
	return true;
}
