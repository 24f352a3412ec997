/*
 * plan_seats.c - the end of a plan: seats and the last administrator, in the order in
 * which a change would deal with them.
 */
#include <stdlib.h>
#include <string.h>

#include "plan.h"

static bool is_admin(enum role r)
{
	return r == ROLE_AD || r == ROLE_OW;
}

static unsigned kind_of_role(enum role before, enum role after)
{
	if (before == after)
		return 0;
	if (after == ROLE_DI)
		return 1U << PLAN_DEACTIVATED;
	if (role_works(before) != role_works(after) && before != ROLE_DI)
		return 1U << (role_works(after) ? PLAN_GAINED : PLAN_LOST);
	if (before == ROLE_DI)
		return 1U << (role_works(after) ? PLAN_GAINED : PLAN_RAISED);
	return 1U << (after > before ? PLAN_RAISED : PLAN_LOWERED);
}

static void count_admin(struct plan *p, const struct plan_case *of, enum role after)
{
	enum { ROOM = sizeof(p->admin) / sizeof(p->admin[0]) };

	if (is_admin(of->before) && !is_admin(after)) {
		if (p->admins_lowered < ROOM)
			p->admin[p->admins_lowered] = of->name;
		p->admins_lowered++;
	}
	if (of->author && after < of->before)
		p->author_loses = true;
}

/* The last word on somebody. */
static void count(struct plan *p, const struct plan_case *of, enum role after, bool waits)
{
	static const unsigned takes = 1U << PLAN_LOST | 1U << PLAN_LOWERED | 1U << PLAN_DEACTIVATED;
	bool waits_anew = waits && !of->waiting_since;
	bool gives_up = of->waiting_since && !waits && of->before == after;
	unsigned flags =
		of->flags | kind_of_role(of->before, after) | (gives_up ? 1U << PLAN_LOST : 0);

	p->changed += flags != 0 || waits_anew;
	p->losers += (flags & takes) && of->before != ROLE_DI;
	for (int k = 0; k < PLAN_KINDS; k++)
		p->users[k] += (flags >> k) & 1;
	count_admin(p, of, after);
	if (!of->item)
		return;
	of->item->after = after;
	of->item->waits = waits;
	of->item->none = of->before == after && !waits_anew && !gives_up;
}

static void put_case(struct plan *p, struct plan_cases *all, const struct plan_case *of)
{
	if (all->n == all->room) {
		int more = all->room ? all->room * 2 : 64;

		all->list = arena_grow(p->arena, all->list, (size_t)all->room * sizeof(*of),
				       (size_t)more * sizeof(*of));
		all->room = more;
	}
	all->list[all->n++] = *of;
}

static void free_seat(struct plan *p, const struct plan_case *of)
{
	p->state->freed += of->seat && !role_works(of->wanted);
}

/* Whoever comes after in the order of ids is the last so far: the one before is lowered. */
static void lose_admin(struct plan *p, const struct plan_case *of)
{
	struct plan_state *s = p->state;

	if (s->has_last) {
		free_seat(p, &s->last_admin);
		count(p, &s->last_admin, s->last_admin.wanted, false);
	}
	s->admins_lost++;
	s->last_admin = *of;
	s->has_last = true;
}

void plan_defer(struct plan *p, const struct plan_person *who, struct plan_case *of)
{
	struct plan_state *s = p->state;
	bool lost = is_admin(of->before) && !is_admin(of->wanted);

	if (role_works(of->wanted) && !of->seat) {
		of->id = of->id ? of->id : arena_strdup(p->arena, who->id);
		put_case(p, of->waiting_since ? &s->waiting : &s->coming, of);
		return;
	}
	if (lost) {
		of->id = of->id ? of->id : arena_strdup(p->arena, who->id);
		of->name = of->name ? of->name : arena_strdup(p->arena, who->name);
		lose_admin(p, of);
		return;
	}
	s->admins_made += is_admin(of->wanted) && !is_admin(of->before);
	free_seat(p, of);
	count(p, of, of->wanted, false);
}

static int by_arrival(const void *x, const void *y)
{
	const struct plan_case *a = x, *b = y;

	if (a->waiting_since != b->waiting_since)
		return a->waiting_since < b->waiting_since ? -1 : 1;
	return strcmp(a->id, b->id);
}

/* Those who wait come first, then the others in the order of ids. */
static struct plan_case *in_line(struct plan_state *s, int i)
{
	return i < s->waiting.n ? &s->waiting.list[i] : &s->coming.list[i - s->waiting.n];
}

static int64_t places_left(const struct plan *p)
{
	int64_t held = p->seats_before - p->state->freed;

	if (p->policy->seat_limit == SEATS_UNLIMITED)
		return INT32_MAX;
	return p->policy->seat_limit > held ? p->policy->seat_limit - held : 0;
}

/* True if one of those from *served on who get a seat is an administrator. */
static bool serve(struct plan *p, int *served)
{
	struct plan_state *s = p->state;
	int64_t room = places_left(p);
	bool admin = false;

	for (; *served < s->waiting.n + s->coming.n && *served < room; (*served)++)
		admin = admin || is_admin(in_line(s, *served)->wanted);
	return admin;
}

static void settle_last_admin(struct plan *p, int *served)
{
	struct plan_state *s = p->state;
	bool others = s->admins - s->admins_lost + s->admins_made > 0;

	if (s->has_last && others)
		free_seat(p, &s->last_admin);
	others = serve(p, served) || others;
	if (!s->has_last)
		return;
	if (!others) {
		p->kept = s->last_admin.name;
		count(p, &s->last_admin, s->last_admin.before, false);
		return;
	}
	count(p, &s->last_admin, s->last_admin.wanted, false);
	if (s->admins - s->admins_lost + s->admins_made > 0)
		return;
	/* kept until somebody else had a seat: now his own is free */
	free_seat(p, &s->last_admin);
	IGNORE(serve(p, served));
}

void plan_finish(struct plan *p)
{
	struct plan_state *s = plan_state_of(p);
	int served = 0;

	if (s->waiting.n)
		qsort(s->waiting.list, (size_t)s->waiting.n, sizeof(*s->waiting.list), by_arrival);
	settle_last_admin(p, &served);
	for (int i = 0; i < s->waiting.n + s->coming.n; i++) {
		const struct plan_case *of = in_line(s, i);
		bool seated = i < served;

		count(p, of, seated ? of->wanted : ROLE_NO, !seated);
		/* who gets what nobody's own facts say */
		if (seated == (of->waiting_since > 0))
			buf_printf(&s->line, "%s %s %d\n", seated ? "served" : "waits", of->id,
				   (int)of->wanted);
		plan_digest(p, false);
	}
	p->seats_after = p->seats_before - s->freed + served;
	p->waiting_after = s->waiting.n + s->coming.n - served;
	buf_printf(&s->line, "kept %s\n", p->kept ? p->kept : "");
	plan_digest(p, true);
	p->digest = s->digest;
}
