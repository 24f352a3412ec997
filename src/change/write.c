/* write.c - differences of standing and grants, a statement for many people. */
#include <string.h>

#include "base/text.h"
#include "people.h"
#include "roster/local_account.h"

enum { SQL_MAX = 256 * 1024, ROWS_MAX = 200 };

/* A statement that collects rows and goes out when it is full. */
struct batch {
	struct ctx *c;
	const char *before, *after; /* around the rows */
	int cols;
	struct buf sql;
	struct db_val *v;
	int n, room, rows;
};

static struct batch batch_of(struct ctx *c, const char *before, int cols, const char *after)
{
	return (struct batch){ .c = c, .before = before, .cols = cols, .after = after };
}

static bool batch_send(struct batch *b)
{
	bool good = true;

	if (b->rows) {
		buf_puts(&b->sql, b->after);
		good = db_push(b->c, b->sql.p, (struct db_args){ b->v, b->n });
	}
	b->rows = 0;
	return good;
}

static void put(struct batch *b, const struct db_val *v, int n)
{
	while (b->n + n > b->room) {
		int more = b->room ? b->room * 2 : 32;

		b->v = arena_grow(b->c->arena, b->v, (size_t)b->room * sizeof(*v),
				  (size_t)more * sizeof(*v));
		b->room = more;
	}
	memcpy(b->v + b->n, v, (size_t)n * sizeof(*v));
	b->n += n;
}

/* cols values, the organization before them is $1 of the statement. */
static bool batch_add(struct batch *b, const struct db_val *v, bool with_org)
{
	if (b->rows == ROWS_MAX && !batch_send(b))
		return false;
	if (!b->rows) {
		b->sql = buf_in(b->c->arena, SQL_MAX);
		b->n = b->room = 0;
		put(b, &(struct db_val){ .type = DB_TEXT, .text = b->c->org->id }, 1);
		buf_puts(&b->sql, b->before);
	}
	buf_puts(&b->sql, b->rows ? ", (" : "(");
	buf_puts(&b->sql, with_org ? "$1, " : "");
	buf_params(&b->sql, b->n + 1, b->cols);
	buf_puts(&b->sql, ")");
	put(b, v, b->cols);
	b->rows++;
	return true;
}

static bool same_standing(const struct standing *a, const struct standing *b)
{
	return a->role == b->role && a->wanted == b->wanted && a->seat == b->seat &&
	       a->matched == b->matched && a->kept == b->kept &&
	       a->waiting_since == b->waiting_since && a->held == b->held;
}

static bool write_standings(struct ctx *c, const struct people *all)
{
	struct batch b = batch_of(c,
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

		if ((!p->known || !same_standing(&p->before, s)) && !batch_add(&b, v, true))
			return false;
	}
	return batch_send(&b);
}

static const char *origin(struct ctx *c, const struct grant *g)
{
	return arena_printf(c->arena, "%s/%s", g->rule_id, g->group_id);
}

static bool insert_grant(struct ctx *c, struct batch *b, const char *user_id, const struct grant *g)
{
	const struct db_val v[] = {
		db_text(user_id),      db_text(scope_names[g->scope]), db_text(g->target),
		db_text(origin(c, g)), db_text(role_code(g->role)),    db_text(g->rule_id),
		db_text(g->group_id),  db_text(g->source_id),          db_int(g->revision),
		db_int(c->now),
	};

	return batch_add(b, v, true);
}

static bool delete_grant(struct ctx *c, struct batch *b, const char *user_id, const struct grant *g)
{
	const struct db_val v[] = { db_text(user_id), db_text(scope_names[g->scope]),
				    db_text(g->target), db_text(origin(c, g)) };

	return batch_add(b, v, false);
}

/* Both lists are in the same order: one walk finds what came and what went. */
static bool grants_of(struct ctx *c, struct batch *in, struct batch *out, const struct person *p)
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
	struct batch out = batch_of(c,
				    "DELETE FROM grants WHERE org_id = $1"
				    " AND (user_id, scope, target, origin) IN (VALUES ",
				    4, ")");
	struct batch in = batch_of(c,
				   "INSERT INTO grants (org_id, user_id, scope, target, origin,"
				   " role, rule_id, group_id, source_id, revision, since) VALUES ",
				   10,
				   " ON CONFLICT (org_id, user_id, scope, target, origin)"
				   " DO UPDATE SET role = excluded.role,"
				   " revision = excluded.revision, since = excluded.since");

	for (int i = 0; i < all->n; i++)
		if (!grants_of(c, &in, &out, &all->p[i]))
			return false;
	return batch_send(&out) && batch_send(&in);
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
