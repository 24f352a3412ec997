/* explain.c - every grant of a person, and what became of it. */
#include "change/explain.h"

#include <string.h>

#include "access/resolve.h"
#include "base/text.h"

/* The first grant that gives a higher role in the same place; NULL if none does. */
static const struct grant *winner(const struct org *policy, const struct user_grant *all, int n,
				  const struct grant *g)
{
	for (int i = 0; i < n; i++) {
		const struct grant *o = &all[i].grant;

		if (grant_counts(policy, o) && o->scope == g->scope &&
		    strcmp(o->target, g->target) == 0 && o->role > g->role)
			return o;
	}
	return NULL;
}

static const char *role_in(const struct grant *g)
{
	return scope_role(g->scope, g->role);
}

static void judge(struct ctx *c, const struct user_grant *all, int n, struct explained *e)
{
	const struct grant *g = &e->grant, *won;

	if (!grant_counts(c->org, g)) {
		e->lost_to = g->manual ? "policy: the directory decides"
				       : "policy: administrators decide";
		e->why = arena_printf(c->arena, "%s roles are decided by %s in this organization",
				      scope_names[g->scope],
				      g->manual ? "the directory alone" : "administrators alone");
		return;
	}
	won = winner(c->org, all, n, g);
	e->counts = !won;
	if (!won)
		return;
	e->lost_to = won->manual ? "manual" : won->rule_id;
	e->why = won->manual
			 ? arena_printf(c->arena, "given by hand there: %s, which is more than %s",
					role_in(won), role_in(g))
			 : arena_printf(c->arena,
					"the rule \"%s\" gives %s there, which is more than %s",
					won->rule_id, role_in(won), role_in(g));
}

static bool names_of_groups(struct ctx *c, const char *user_id, struct explanation *out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT g.id, g.display_name, s.name, 0 FROM members m"
		    " JOIN groups g ON g.org_id = $1 AND g.id = m.group_id"
		    " JOIN sources s ON s.org_id = $1 AND s.id = g.source_id"
		    " WHERE m.org_id = $1 AND m.user_id = $2"
		    " UNION ALL SELECT k.group_id, k.name, s.name, 1 FROM held_groups k"
		    " JOIN sources s ON s.org_id = $1 AND s.id = k.source_id"
		    " WHERE k.org_id = $1 AND k.user_id = $2",
		    DB_ARGS(db_text(c->org->id), db_text(user_id))))
		return false;
	for (int i = 0; i < out->grants; i++)
		for (int j = 0; j < r.count; j++) {
			const char *group = out->grant[i].grant.group_id;

			if (!group || strcmp(group, row_text(&r, j, 0)) != 0)
				continue;
			out->grant[i].group_name = row_text(&r, j, 1);
			out->grant[i].source_name = row_text(&r, j, 2);
			out->grant[i].held = row_int(&r, j, 3) != 0;
		}
	return true;
}

static const struct explained *deciding(const struct explanation *e)
{
	for (int i = 0; i < e->grants; i++)
		if (e->grant[i].grant.scope == SCOPE_ORG && e->grant[i].counts)
			return &e->grant[i];
	return NULL;
}

static const char *because(struct ctx *c, const struct explanation *e)
{
	const struct explained *g = deciding(e);

	if (e->standing->kept)
		return "kept as the last administrator, although no rule gives it any more";
	if (!g)
		return e->standing->matched
			       ? "no rule matches any more: the organization's policy decides"
			       : "no rule matches: the organization's policy decides";
	if (g->grant.manual)
		return arena_printf(c->arena, "given by hand (%s)",
				    g->grant.by ? g->grant.by : "unknown");
	return arena_printf(c->arena, "rule \"%s\" (revision %lld) through the group \"%s\" of %s",
			    g->grant.rule_id, (long long)g->grant.revision,
			    g->group_name ? g->group_name : g->grant.group_id,
			    g->source_name ? g->source_name : "a former connection");
}

/* What he keeps although his source says otherwise; "" if nothing. */
static const char *held(struct ctx *c, const struct explanation *e)
{
	const struct hold *h = e->holds ? &e->hold[0] : NULL;
	const char *what;

	if (!h)
		return "";
	what = arena_printf(c->arena, "%s \"%s\" %s",
			    h->kind == HOLD_RUN ? "a run of" : "the connection",
			    h->source_name ? h->source_name : "removed",
			    h->kind == HOLD_RUN ? "would take something away" : "took groups away");
	return arena_printf(c->arena, "; held: %s, and %s (hold %s)", what,
			    h->state == HOLD_OPEN ? "that waits for an administrator"
						  : "an administrator rejected that",
			    h->id);
}

static const char *sum_up(struct ctx *c, const struct explanation *e)
{
	const struct standing *s = e->standing;

	if (!e->user->active && s->role == ROLE_DI)
		return "Deactivated: the managing source or an administrator said so. Mapped grants"
		       " are kept and count again on return.";
	if (s->waiting_since)
		return arena_printf(c->arena, "Pending: waits for a seat to become %s; %s.",
				    role_name(s->wanted), because(c, e));
	return arena_printf(c->arena, "%s: %s%s.", role_name(s->role), because(c, e), held(c, e));
}

bool explain_user(struct ctx *c, const char *user_id, struct explanation *out)
{
	static struct standing nowhere = { .role = ROLE_NO, .wanted = ROLE_NO };
	struct user_grant *all;
	int n;

	*out = (struct explanation){ 0 };
	if (!user_get(c, user_id, &out->user) || !standing_find(c, user_id, &out->standing) ||
	    !grant_list(c, &user_id, 1, &all, &n) ||
	    !hold_list_of(c, user_id, &out->hold, &out->holds))
		return false;
	if (!out->standing)
		out->standing = &nowhere;
	out->grant = arena_array(c->arena, struct explained, (size_t)n);
	out->grants = n;
	for (int i = 0; i < n; i++) {
		out->grant[i] = (struct explained){ .grant = all[i].grant };
		judge(c, all, n, &out->grant[i]);
	}
	if (!names_of_groups(c, user_id, out))
		return false;
	out->summary = sum_up(c, out);
	return true;
}
