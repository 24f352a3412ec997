/*
 * person.c - who signed in: the identity (connection, stable id), else an account that
 * may be linked, else a new one.
 *
 * A sign-in never makes anybody active again, and writes about nobody whom SCIM or LDAP
 * looks after.
 */
#include <string.h>

#include "change/invite.h"
#include "login.h"
#include "roster/domain.h"
#include "roster/identity.h"
#include "roster/touched.h"

static void put(struct ctx *c, struct user *u, const char *path, const char *text)
{
	const struct attr *attr = attr_by_path(path);

	for (int i = 0; text && i < u->values.count; i++)
		if (u->values.v[i].attr == attr && u->values.v[i].n == 0) {
			u->values.v[i].text = text;
			return;
		}
	if (text)
		values_add(c->arena, &u->values, attr, 0, text);
}

/* What the assertion says; what it does not say stays. */
static void describe(struct ctx *c, const struct claims *claims, struct user *u)
{
	const char *first = claims->first_name, *last = claims->last_name;

	if (claims->display_name)
		u->display_name = claims->display_name;
	else if (first && last && !u->display_name)
		u->display_name = arena_printf(c->arena, "%s %s", first, last);
	put(c, u, "name.givenName", first);
	put(c, u, "name.familyName", last);
	if (claims->mail) {
		put(c, u, "emails.value", claims->mail);
		put(c, u, "emails.type", "work");
		put(c, u, "emails.primary", "true");
	}
}

/* The profile follows the provider where this connection looks after the person. */
static bool refresh(struct ctx *c, const struct saml_connection *s, const struct claims *claims,
		    const struct user *found, bool take_over)
{
	struct user *before, after;
	bool ours = strcmp(found->source_id, s->source->id) == 0;

	if ((!ours && !take_over) || !s->settings.update_profile || found->guarded)
		return true;
	if (!user_get_all(c, found->id, &before))
		return false;
	after = *before;
	after.values = values_copy(c->arena, &before->values);
	describe(c, claims, &after);
	return user_save(c, before, &after);
}

static bool source_is_manual(struct ctx *c, const struct user *u, bool *out)
{
	struct source *manager;

	if (!source_find(c, u->source_id, &manager))
		return false;
	*out = manager && strcmp(manager->kind, "manual") == 0;
	return true;
}

static bool link_to(struct ctx *c, const struct saml_connection *s, const struct claims *claims,
		    const struct user *found, struct person *out)
{
	bool may = false, manual;

	if (found->guarded) {
		out->why = refused_login(LOGIN_GUARDED, NULL);
		return true;
	}
	if (s->settings.link && !domain_may_link(c, claims->mail, &may))
		return false;
	if (!may) {
		out->why = refused_login(LOGIN_LINK, NULL);
		return true;
	}
	out->user_id = found->id;
	out->linked = true;
	return source_is_manual(c, found, &manual) &&
	       identity_bind(c, s->source->id, claims->subject, found->id) &&
	       refresh(c, s, claims, found, manual);
}

static bool create(struct ctx *c, const struct saml_connection *s, const struct claims *claims,
		   bool invited, struct person *out)
{
	struct user u = { .user_name = claims->mail,
			  .external_id = strlen(claims->subject) <= EXTERNAL_ID_MAX
						 ? claims->subject
						 : NULL,
			  .active = true };
	enum arrival how;
	bool removed;

	if (!s->settings.jit && !invited) {
		out->why = refused_login(LOGIN_NO_ACCOUNT, NULL);
		return true;
	}
	if (!identity_removed(c, claims->mail, &removed))
		return false;
	if (removed) {
		out->why = refused_login(LOGIN_REMOVED, NULL);
		return true;
	}
	describe(c, claims, &u);
	if (!user_arrive(c, &u, &how))
		return false;
	out->user_id = u.id;
	out->made = true;
	return identity_bind(c, s->source->id, claims->subject, u.id);
}

static bool first_time(struct ctx *c, const struct saml_connection *s, const struct claims *claims,
		       bool invited, struct person *out)
{
	struct user *found;
	int n;

	if (!claims->mail) {
		out->why = refused_login(LOGIN_NO_MAIL, NULL);
		return true;
	}
	if (!identity_candidates(c, claims->mail, &found, &n))
		return false;
	if (n > 1)
		out->why = refused_login(LOGIN_LINK, "the address names several people");
	else if (n == 1)
		return link_to(c, s, claims, found, out);
	else
		return create(c, s, claims, invited, out);
	return true;
}

static bool set_groups(struct ctx *c, const struct saml_connection *s, const struct claims *claims,
		       struct person *out)
{
	struct login_groups g = { .source_id = s->source->id,
				  .user_id = out->user_id,
				  .name = claims->group,
				  .names = claims->groups,
				  .by_id = s->settings.groups_by_id,
				  .create = s->settings.create_groups };

	if (claims->groups_state != GROUPS_SENT)
		return true;
	touch_user(c, out->user_id)->own = true;
	return login_groups_set(c, &g);
}

bool person_find(struct ctx *c, const struct saml_connection *s, const struct claims *claims,
		 const char *link, struct person *out)
{
	struct invitation *invitation;
	struct user *known;

	*out = (struct person){ 0 };
	if (!identity_find(c, s->source->id, claims->subject, &known) ||
	    !invite_find(c, claims->mail, link, &invitation))
		return false;
	if (known) {
		out->user_id = known->id;
		if (!refresh(c, s, claims, known, false))
			return false;
	} else if (!first_time(c, s, claims, invitation != NULL, out)) {
		return false;
	}
	return out->why.code || (set_groups(c, s, claims, out) &&
				 invite_take(c, invitation, out->user_id, out->made));
}
