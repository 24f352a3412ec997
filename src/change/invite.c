/* invite.c - what a sign-in takes from an invitation. */
#include "change/invite.h"

#include <string.h>

#include "access/grant.h"
#include "access/standing.h"
#include "base/text.h"
#include "record/history.h"
#include "roster/touched.h"
#include "roster/user.h"

enum { PAYLOAD_MAX = 1024 };

bool invite_stands(struct ctx *c, const struct invitation *v, bool *out)
{
	struct standing *s;

	*out = true;
	if (strncmp(v->created_by, "user:", 5) != 0)
		return true;
	if (!standing_find(c, v->created_by + 5, &s))
		return false;
	*out = s && s->role >= ROLE_AD;
	return true;
}

bool invite_find(struct ctx *c, const char *address, const char *link, struct invitation **out)
{
	bool stands;

	if (!invitation_find(c, address, link, out))
		return false;
	if (*out && !invite_stands(c, *out, &stands))
		return false;
	if (*out && !stands)
		*out = NULL;
	return true;
}

/* Is there anything for this person to take? */
static bool fits(struct ctx *c, const struct invitation *v, const char *user_id, bool made,
		 bool *out)
{
	struct standing *s;
	struct user *u;

	*out = false;
	if (!user_find(c, user_id, &u))
		return false;
	if (!u || !u->active || u->guarded)
		return true;
	*out = true;
	if (made || !v->shared)
		return true;
	if (!standing_find(c, user_id, &s))
		return false;
	*out = s && s->role == ROLE_NO;
	return true;
}

static bool give_role(struct ctx *c, const struct invitation *v, const char *user_id, bool made)
{
	if (c->org->authority[SCOPE_ORG] == AUTHORITY_DIRECTORY)
		return true;
	if (role_assignable(v->role))
		return grant_give(c, user_id, SCOPE_ORG, "", v->role);
	return !made || grant_wait(c, user_id);
}

static bool has_by_hand(const struct user_grant *all, int n, const char *workspace)
{
	for (int i = 0; i < n; i++)
		if (all[i].grant.manual && all[i].grant.scope == SCOPE_WORKSPACE &&
		    strcmp(all[i].grant.target, workspace) == 0)
			return true;
	return false;
}

/* A workspace may be gone by now; who is in it by hand already stays what he is there. */
static bool give_workspaces(struct ctx *c, const struct invitation *v, const char *user_id)
{
	struct user_grant *have;
	int n;

	if (c->org->authority[SCOPE_WORKSPACE] == AUTHORITY_DIRECTORY)
		return true;
	if (!grant_list(c, &user_id, 1, &have, &n))
		return false;
	for (int i = 0; v->workspace[i]; i++) {
		const char *id = v->workspace[i];

		if (has_by_hand(have, n, id))
			continue;
		if (!grant_give(c, user_id, SCOPE_WORKSPACE, id, ROLE_NONE)) {
			if (!err_take(&c->err, ERR_VALUE) && !err_take(&c->err, ERR_CONFLICT))
				return false;
			continue;
		}
		touch_place(c, user_id,
			    &(struct touched_place){
				    .scope = SCOPE_WORKSPACE, .target = id, .manual = true });
	}
	return true;
}

/* Whoever invited has given what the person gets. */
static bool give(struct ctx *c, const struct invitation *v, const char *user_id, bool made)
{
	const struct actor *mine = c->actor;
	struct actor inviter = *mine;
	bool good;

	inviter.name = v->created_by;
	c->actor = &inviter;
	good = give_role(c, v, user_id, made) && give_workspaces(c, v, user_id);
	c->actor = mine;
	return good;
}

static void note(struct ctx *c, const struct invitation *v, const char *user_id)
{
	struct buf b = buf_in(c->arena, PAYLOAD_MAX);

	buf_puts(&b, "{\"invitation\":");
	buf_json(&b, v->id);
	buf_puts(&b, ",\"by\":");
	buf_json(&b, v->created_by);
	buf_puts(&b, ",\"role\":");
	buf_json(&b, role_code(v->role));
	buf_puts(&b, ",\"user\":");
	buf_json(&b, user_id);
	buf_printf(&b, ",\"shared\":%s}", v->shared ? "true" : "false");
	audit_note(c, (struct audit_note){ .action = "invitation.taken",
					   .target_kind = "user",
					   .target_id = user_id,
					   .after = b.p });
	/* nobody's order: the events of somebody new begin with user.created */
	event_note(c, (struct event_note){ .type = "invitation.taken", .payload = b.p });
}

bool invite_take(struct ctx *c, const struct invitation *v, const char *user_id, bool made)
{
	bool fit, taken;

	if (!v)
		return true;
	if (!fits(c, v, user_id, made, &fit))
		return false;
	if (!fit)
		return true;
	if (!invitation_use(c, v, user_id, &taken))
		return false;
	if (!taken)
		return true;
	touch_user(c, user_id)->own = true;
	touch_user(c, user_id)->fresh = false;
	note(c, v, user_id);
	return give(c, v, user_id, made);
}
