/*
 * settle.c - from facts to standing: verdict, last administrator, seat.
 */
#include <string.h>

#include "access/seat.h"
#include "base/time.h"
#include "people.h"

static bool is_admin(enum role r)
{
	return r == ROLE_AD || r == ROLE_OW;
}

static void judge(struct ctx *c, const struct people *all, struct person *p)
{
	people_judge(c, all, p);
	p->after = p->before;
	p->after.user_id = p->id;
	p->after.wanted = p->verdict.wanted;
	p->after.matched = p->verdict.matched;
	p->after.kept = false;
	p->after.held = p->keeps > 0;
}

/* Administrators and Owners as they are stored. */
static bool count_admins(struct ctx *c, int64_t *out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT COUNT(*) FROM standings s WHERE s.org_id = $1"
		    " AND s.role IN ('AD', 'OW')",
		    DB_ARGS(db_text(c->org->id))))
		return false;
	*out = row_int(&r, 0, 0);
	return true;
}

/* An organization keeps its last Administrator or Owner.  A rule or a group is
 * overruled in silence (and in the audit trail); a deactivation says why not. */
static bool keep_last_admin(struct ctx *c, struct people *all, struct person *p)
{
	int64_t admins;

	if (p->owner && (p->why.deactivated || p->why.deleted))
		return error(c, ERR_CONFLICT,
			     "an Owner is not deactivated or deleted: hand the"
			     " ownership over first");
	if (!is_admin(p->before.role) || is_admin(p->after.wanted))
		return true;
	/* others may be leaving at the same time */
	if (!db_alone(c) || !count_admins(c, &admins))
		return false;
	if (admins - all->admins_lost > 1) {
		all->admins_lost++;
		return true;
	}
	if (p->deleted || !p->active)
		return error(c, ERR_CONFLICT,
			     "this is the last administrator of \"%.100s\": make"
			     " somebody else administrator first",
			     c->org->name);
	p->after.wanted = p->before.role;
	p->after.kept = true;
	return true;
}

/* Those for whom which() holds; their ids in *ids. */
static int pick(struct ctx *c, struct people *all, bool (*which)(const struct person *),
		struct person ***people, const char ***ids)
{
	int n = 0;

	*people = arena_array(c->arena, struct person *, (size_t)all->n + 1);
	*ids = arena_array(c->arena, const char *, (size_t)all->n + 1);
	for (int i = 0; i < all->n; i++)
		if (which(&all->p[i])) {
			(*people)[n] = &all->p[i];
			(*ids)[n++] = all->p[i].id;
		}
	return n;
}

static bool gives_back(const struct person *p)
{
	return p->before.seat && !role_works(p->after.wanted);
}

static bool needs_seat(const struct person *p)
{
	return !p->before.seat && role_works(p->after.wanted) && !p->before.waiting_since;
}

static bool waits_no_more(const struct person *p)
{
	return p->before.waiting_since && !role_works(p->after.wanted);
}

static bool give_back(struct ctx *c, struct people *all)
{
	struct person **p;
	const char **ids;
	int n = pick(c, all, gives_back, &p, &ids);

	for (int i = 0; i < n; i++)
		p[i]->after.seat = false;
	c->change->seats_taken -= n;
	return seat_free(c, ids, n);
}

static bool no_seat(struct ctx *c, struct person *p)
{
	if (p->why.own && c->org->refuse_when_full)
		return error(c, ERR_SEATS,
			     "all %lld seats of \"%.100s\" are taken: free one or raise the limit",
			     (long long)c->org->seat_limit, c->org->name);
	/* queueing while somebody frees one could leave it unused: alone, look again */
	if (!db_alone(c))
		return false;
	p->after.waiting_since = time_now();
	return true;
}

/* While the gate is shared, people wait only if no seat is free.  Those whom the
 * queue itself has called are the first. */
static bool nobody_waits(struct ctx *c, bool *out)
{
	const char **ids;
	int n = 0;

	if (c->alone && !c->change->serving && !seat_queue(c, 1, &ids, &n))
		return false;
	*out = n == 0;
	return true;
}

static bool take_seats(struct ctx *c, struct people *all)
{
	struct person **p;
	const char **ids;
	int n = pick(c, all, needs_seat, &p, &ids);
	bool *got = arena_array(c->arena, bool, (size_t)n + 1);
	bool first;

	if (!n)
		return true;
	/* nobody overtakes those who wait: they are served at the end, newcomers after them */
	if (!nobody_waits(c, &first) || (first && !seat_take(c, ids, n, got)))
		return false;
	for (int i = 0; i < n; i++) {
		p[i]->after.seat = got[i];
		c->change->seats_taken += got[i];
		if (!got[i] && !no_seat(c, p[i]))
			return false;
	}
	return true;
}

static enum role effective(const struct standing *s)
{
	return role_works(s->wanted) && !s->seat ? ROLE_NO : s->wanted;
}

bool people_settle(struct ctx *c, struct people *all)
{
	struct person **p;
	const char **ids;
	int n;

	for (int i = 0; i < all->n; i++) {
		judge(c, all, &all->p[i]);
		if (!keep_last_admin(c, all, &all->p[i]))
			return false;
	}
	if (!people_drop_gone(c, all))
		return false;
	n = pick(c, all, waits_no_more, &p, &ids);
	for (int i = 0; i < n; i++)
		p[i]->after.waiting_since = 0;
	if (!give_back(c, all) || !take_seats(c, all))
		return false;
	for (int i = 0; i < all->n; i++) {
		struct standing *s = &all->p[i].after;

		s->role = effective(s);
		if (s->role == ROLE_AD && all->p[i].before.role != ROLE_AD)
			c->change->admin_made = true;
		if (!all->p[i].known || s->role != all->p[i].before.role)
			s->since = c->now;
	}
	return true;
}
