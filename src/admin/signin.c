/* signin.c - /signin: how people of the organization sign in; links to set passwords. */
#include "admin.h"

#include <string.h>

#include "access/standing.h"
#include "change/change.h"
#include "roster/local_account.h"
#include "roster/signin_settings.h"
#include "roster/user.h"
#include "saml/connection.h"

static json_t *show(const struct signin_settings *s)
{
	json_t *j = json_object(), *targets = json_array();

	json_put_int(j, "idle_minutes", s->idle_minutes);
	json_put_int(j, "absolute_minutes", s->absolute_minutes);
	json_put_bool(j, "sso_only", s->sso_only);
	for (int i = 0; i < s->return_targets; i++)
		json_append(targets, json_string(s->return_target[i]));
	json_put(j, "return_targets", targets);
	return j;
}

bool admin_signin_read(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct signin_settings s;

	(void)q;
	if (!signin_settings_get(c, &s))
		return false;
	json_respond(c, p, 200, show(&s));
	return true;
}

static bool read_targets(struct ctx *c, const json_t *j, struct signin_settings *s)
{
	const json_t *list = json_object_get(j, "return_targets"), *one;
	size_t i;

	if (!list)
		return true;
	if (!json_is_array(list) || json_array_size(list) > RETURN_TARGETS_MAX)
		return error(c, ERR_VALUE, "return_targets must be a list of %d addresses at most",
			     RETURN_TARGETS_MAX);
	s->return_target = arena_array(c->arena, const char *, RETURN_TARGETS_MAX);
	s->return_targets = 0;
	json_array_foreach(list, i, one)
	{
		if (!json_is_string(one))
			return error(c, ERR_VALUE, "return_targets must be a list of texts");
		s->return_target[s->return_targets++] =
			arena_strdup(c->arena, json_string_value(one));
	}
	return true;
}

/* Before anybody is sent there for good, somebody must have come back from there. */
static bool was_tested(struct ctx *c)
{
	struct saml_connection *s;
	struct source *list;
	int n;

	if (!source_list(c, "saml", &list, &n))
		return false;
	for (int i = 0; i < n; i++) {
		if (!saml_connection_find(c, list[i].id, &s))
			return false;
		if (s && s->settings.enabled && s->idp.entity_id && s->row->tested)
			return true;
	}
	return error(c, ERR_CONFLICT,
		     "sso_only needs an enabled connection with a successful test sign-in; make "
		     "one first");
}

static bool read_patch(struct ctx *c, const json_t *j, struct signin_settings *s)
{
	bool before = s->sso_only;

	return body_int(c, j, "idle_minutes", SESSION_MINUTES_MIN, SESSION_MINUTES_MAX,
			&s->idle_minutes) &&
	       body_int(c, j, "absolute_minutes", SESSION_MINUTES_MIN, SESSION_MINUTES_MAX,
			&s->absolute_minutes) &&
	       body_bool(c, j, "sso_only", &s->sso_only) && read_targets(c, j, s) &&
	       (before || !s->sso_only || was_tested(c));
}

bool admin_signin_patch(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct signin_settings s;
	json_t *j, *was;

	if (!body_read(c, q, "idle_minutes absolute_minutes sso_only return_targets", &j) ||
	    !signin_settings_get(c, &s))
		return false;
	was = json_own(c, show(&s));
	if (!read_patch(c, j, &s) || !signin_settings_save(c, &s))
		return false;
	j = show(&s);
	if (!json_equal(was, j))
		audit_note(c, (struct audit_note){ .action = "signin.settings",
						   .target_kind = "org",
						   .target_id = c->org->id,
						   .before = json_line(c, was),
						   .after = json_line(c, j) });
	json_respond(c, p, 200, j);
	return true;
}

/* An Owner's password is an Owner's affair, or that of whoever has the machine. */
static bool may_link(struct ctx *c, const struct user *u)
{
	struct standing *s;

	if (!standing_find(c, u->id, &s))
		return false;
	if (!s || s->role < ROLE_AD)
		return error(c, ERR_CONFLICT,
			     "passwords are for administrators and owners; others sign in through "
			     "a connection");
	return s->role != ROLE_OW ||
	       strcmp(c->actor->name, arena_printf(c->arena, "user:%s", u->id)) == 0 ||
	       error(c, ERR_FORBIDDEN,
		     "an Owner's link is made on the server: rosterctl org owner");
}

bool admin_password_link_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	const char *secret;
	struct user *u;
	json_t *j;

	if (!user_get(c, q->param[0], &u) || !may_link(c, u) ||
	    !password_link_make(c, u->id, &secret))
		return false;
	audit_note(c, (struct audit_note){ .action = "password.link",
					   .target_kind = "user",
					   .target_id = u->id });
	j = json_object();
	json_put_text(j, "url", arena_printf(c->arena, "%s/password/%s", c->base_url, secret));
	json_put_time(c, j, "expires", c->now + INT64_C(3600) * 1000 * PASSWORD_LINK_HOURS);
	json_respond(c, p, 201, j);
	return true;
}
