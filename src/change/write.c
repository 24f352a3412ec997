/* write.c - differences of standing and grants, a statement for many people. */
#include <string.h>

#include "base/text.h"
#include "db/batch.h"
#include "people.h"
#include "roster/local_account.h"

static bool same_standing(const struct standing *a, const struct standing *b)
{
	return a->role == b->role && a->wanted == b->wanted && a->seat == b->seat &&
	       a->matched == b->matched && a->kept == b->kept &&
	       a->waiting_since == b->waiting_since && a->held == b->held;
}

static bool write_standings(struct ctx *c, const struct people *all)
{
	struct db_batch b =
		db_batch_of(c,
			    "INSERT INTO standings (org_id, user_id, role, wanted, seat,"
			    " matched, kept, waiting_since, since, held) VALUES ",
			    9,
			    " ON CONFLICT (org_id, user_id) DO UPDATE SET"
			    " role = excluded.role, wanted = excluded.wanted,"
			    " seat = excluded.seat, matched = excluded.matched,"
			    " kept = excluded.kept, waiting_since = excluded.waiting_since,"
			    " since = excluded.since, held = excluded.held");

	for (int i = 0; i < all->n; i++) {
		const struct person *p = &all->p[i];
		const struct standing *s = &p->after;
		const struct db_val v[] = {
			db_text(p->id),
			db_text(role_code(s->role)),
			db_text(role_code(s->wanted)),
			db_bool(s->seat),
			db_bool(s->matched),
			db_bool(s->kept),
			db_int(s->waiting_since),
			db_int(s->since),
			db_bool(s->held),
		};

		if ((!p->known || !same_standing(&p->before, s)) && !db_batch_add(&b, v))
			return false;
	}
	return db_batch_send(&b);
}

static const char *origin(struct ctx *c, const struct grant *g)
{
	return arena_printf(c->arena, "%s/%s", g->rule_id, g->group_id);
}

static bool insert_grant(struct ctx *c, struct db_batch *b, const char *user_id,
			 const struct grant *g)
{
	const struct db_val v[] = {
		db_text(user_id),      db_text(scope_names[g->scope]), db_text(g->target),
		db_text(origin(c, g)), db_text(role_code(g->role)),    db_text(g->rule_id),
		db_text(g->group_id),  db_text(g->source_id),          db_int(g->revision),
		db_int(c->now),
	};

	return db_batch_add(b, v);
}

static bool delete_grant(struct ctx *c, struct db_batch *b, const char *user_id,
			 const struct grant *g)
{
	const struct db_val v[] = { db_text(user_id), db_text(scope_names[g->scope]),
				    db_text(g->target), db_text(origin(c, g)) };

	return db_batch_add(b, v);
}

/* Both lists are in the same order: one walk finds what came and what went. */
static bool grants_of(struct ctx *c, struct db_batch *in, struct db_batch *out,
		      const struct person *p)
{
	int i = 0, j = 0;

	while (i < p->mappeds || j < p->verdict.grants) {
		int order = i == p->mappeds ? 1
			    : j == p->verdict.grants
				    ? -1
				    : grant_order(&p->mapped[i], &p->verdict.grant[j]);
		bool comes =
			order > 0 || (order == 0 && p->mapped[i].role != p->verdict.grant[j].role);

		if (order < 0 && !delete_grant(c, out, p->id, &p->mapped[i]))
			return false;
		if (comes && !insert_grant(c, in, p->id, &p->verdict.grant[j]))
			return false;
		i += order <= 0;
		j += order >= 0;
	}
	return true;
}

static bool write_grants(struct ctx *c, const struct people *all)
{
	struct db_batch out = db_batch_of(c,
					  "DELETE FROM grants WHERE org_id = $1"
					  " AND (user_id, scope, target, origin) IN (VALUES ",
					  4, ")");
	struct db_batch in =
		db_batch_of(c,
			    "INSERT INTO grants (org_id, user_id, scope, target, origin,"
			    " role, rule_id, group_id, source_id, revision, since) VALUES ",
			    10,
			    " ON CONFLICT (org_id, user_id, scope, target, origin)"
			    " DO UPDATE SET role = excluded.role,"
			    " revision = excluded.revision, since = excluded.since");

	out.bare = true;
	for (int i = 0; i < all->n; i++)
		if (!grants_of(c, &in, &out, &all->p[i]))
			return false;
	return db_batch_send(&out) && db_batch_send(&in);
}

/* What SCIM shows as active; memberships and grants of the deleted go for good. */
static bool write_account(struct ctx *c, const struct person *p)
{
	bool shown = p->after.role != ROLE_DI && p->active;

	if (p->deleted)
		return local_account_remove(c, p->id) &&
		       db_push(c, "DELETE FROM grants WHERE org_id = $1 AND user_id = $2",
			       DB_ARGS(db_text(c->org->id), db_text(p->id))) &&
		       db_push(c, "DELETE FROM members WHERE org_id = $1 AND user_id = $2",
			       DB_ARGS(db_text(c->org->id), db_text(p->id)));
	if (shown == p->shown_active)
		return true;
	return db_push(c,
		       "UPDATE users SET shown_active = $3, version = version + 1, changed = $4"
		       " WHERE org_id = $1 AND id = $2",
		       DB_ARGS(db_text(c->org->id), db_text(p->id), db_bool(shown),
			       db_int(c->now)));
}

/* With the account, in the same transaction: whichever server is asked next, nobody is
 * signed in any more.  The erased leave no address and no browser behind. */
static bool end_sessions(struct ctx *c, const struct person *p)
{
	bool over = p->deleted || !role_works(p->after.role);

	if (p->why.erased)
		return db_push(c, "DELETE FROM sessions WHERE org_id = $1 AND user_id = $2",
			       DB_ARGS(db_text(c->org->id), db_text(p->id)));
	if (!over || !p->known || (!p->deleted && !role_works(p->before.role)))
		return true;
	return db_push(c,
		       "UPDATE sessions SET ended = $3, ended_reason = 'account'"
		       " WHERE org_id = $1 AND user_id = $2 AND ended = 0",
		       DB_ARGS(db_text(c->org->id), db_text(p->id), db_int(c->now)));
}

bool people_write(struct ctx *c, const struct people *all)
{
	for (int i = 0; i < all->n; i++)
		if (!write_account(c, &all->p[i]) || !end_sessions(c, &all->p[i]))
			return false;
	return write_standings(c, all) && write_grants(c, all) && brake_write(c, all);
}
