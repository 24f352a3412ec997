/* show_user.c - a user as the admin API shows him. */
#include "show_user.h"

#include "admin.h"

/* The address marked primary, else the first, out of the rendered body. */
static const char *email_of(struct ctx *c, const struct user *u)
{
	json_t *j = u->body ? json_loads(arena_printf(c->arena, "%s}", u->body), 0, NULL) : NULL;
	const json_t *emails, *mail;
	const char *first = NULL;
	size_t i;

	if (!j)
		return NULL;
	emails = json_object_get(json_own(c, j), "emails");
	json_array_foreach(emails, i, mail)
	{
		const char *value = json_string_value(json_object_get(mail, "value"));

		if (value && json_is_true(json_object_get(mail, "primary")))
			return value;
		first = first ? first : value;
	}
	return first;
}

static json_t *show_groups(const struct user_view *v)
{
	json_t *list = json_array(), *j;

	for (int i = 0; i < v->groups; i++) {
		j = json_object();
		json_put_text(j, "id", v->group[i].id);
		json_put_text(j, "name", v->group[i].name);
		json_put_null(j, "source", v->group[i].source_name);
		json_append(list, j);
	}
	return list;
}

static json_t *show_places(const struct user_view *v, enum scope scope)
{
	json_t *list = json_array(), *j;

	for (int i = 0; i < v->places; i++) {
		if (v->place[i].scope != scope)
			continue;
		j = json_object();
		json_put_text(j, "id", v->place[i].id);
		json_put_null(j, "title", v->place[i].title);
		json_put_text(j, "role", scope_role(scope, v->place[i].role));
		json_append(list, j);
	}
	return list;
}

static void put_standing(struct ctx *c, json_t *j, const struct standing *s)
{
	json_put_text(j, "state", s ? standing_state(s) : "pending");
	json_put_text(j, "role", role_code(s ? s->role : ROLE_NO));
	json_put_text(j, "wanted_role", role_code(s ? s->wanted : ROLE_NO));
	json_put_bool(j, "seat", s && s->seat);
	json_put_bool(j, "held", s && s->held);
	json_put_time(c, j, "waiting_since", s ? s->waiting_since : 0);
}

json_t *show_user(struct ctx *c, const struct user_view *v)
{
	const struct user *u = v->user;
	json_t *j = json_object(), *from = json_object();

	json_put_text(j, "id", u->id);
	json_put_text(j, "userName", u->user_name);
	json_put_null(j, "displayName", u->display_name);
	json_put_null(j, "email", email_of(c, u));
	json_put_null(j, "externalId", u->external_id);
	put_standing(c, j, v->standing);
	json_put_null(j, "source", v->source_kind);
	json_put_text(from, "id", u->source_id);
	json_put_null(from, "name", v->source_name);
	json_put(j, "connection", from);
	json_put_bool(j, "owner", u->guarded);
	json_put(j, "groups", show_groups(v));
	json_put(j, "workspaces", show_places(v, SCOPE_WORKSPACE));
	json_put(j, "projects", show_places(v, SCOPE_PROJECT));
	json_put_time(c, j, "created", u->created);
	json_put_time(c, j, "changed", u->changed);
	return j;
}

bool respond_user(struct ctx *c, struct http_resp *p, int status, const struct user *u)
{
	struct user_view *v;

	if (!view_users(c, u, 1, &v))
		return false;
	json_respond(c, p, status, show_user(c, v));
	return true;
}
