/*
 * brake.c - whether what a directory takes in this change is too much, and the lists of
 * holds that the change moved.
 */
#include <stdlib.h>
#include <string.h>

#include "access/held.h"
#include "base/org.h"
#include "base/text.h"
#include "change/holding.h"
#include "people.h"
#include "roster/source.h"

static enum hold_kind kind_of(const struct source *s)
{
	return strcmp(s->kind, "saml") == 0 ? HOLD_SIGN_IN : HOLD_MEMBERS;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* How many of these people lose something by the groups they were taken out of. */
static int64_t losses_of(struct ctx *c, struct people *all)
{
	int64_t n = 0;

	for (int i = 0; i < all->n; i++) {
		if (!all->p[i].why.lost)
			continue;
		people_judge(c, all, &all->p[i]);
		n += all->p[i].loses;
	}
	return n;
}

/* The same of all that the change is about, in the order of ids. */
static bool count_losses(struct ctx *c, int64_t *out)
{
	const struct touched *t = c->touched;
	const char **ids = arena_array(c->arena, const char *, (size_t)t->count + 1);
	struct people all;
	int n = 0;

	*out = 0;
	for (int i = 0; i < t->count; i++)
		if (t->user[i].lost)
			ids[n++] = t->user[i].id;
	qsort(ids, (size_t)n, sizeof(*ids), by_text);
	for (int i = 0; i < n; i += PEOPLE_CHUNK) {
		if (!people_load(c, ids + i, n - i < PEOPLE_CHUNK ? n - i : PEOPLE_CHUNK, &all))
			return false;
		*out += losses_of(c, &all);
	}
	return true;
}

static bool open_hold(struct ctx *c, enum hold_kind kind, const struct hold_window *w, int64_t n)
{
	const char *why = arena_printf(c->arena,
				       "%lld more would lose something, after %lld in the last 24 "
				       "hours: up to %lld go"
				       " ahead unasked",
				       (long long)n, (long long)w->used, (long long)w->threshold);

	return hold_open(c, c->actor->source->id, kind, why, &c->change->hold_id);
}

static bool decide(struct ctx *c, int64_t losses)
{
	const struct source *s = c->actor->source;
	struct hold_window w;

	if (!losses)
		return true;
	if (!hold_window(c, s->id, kind_of(s), &w))
		return false;
	if (hold_far_off(&w, losses))
		return true;
	/* others may be taking at the same time */
	if (!db_alone(c))
		return false;
	c->change->hold_id = w.open;
	return w.open || w.used + losses <= w.threshold || open_hold(c, kind_of(s), &w, losses);
}

bool brake_decide(struct ctx *c)
{
	int64_t losses = 0;

	c->change->braked = c->actor->source && !c->change->unbraked;
	c->change->hold_id = NULL;
	if (!c->change->braked || c->touched->count <= PEOPLE_CHUNK)
		return true;
	return count_losses(c, &losses) && decide(c, losses);
}

bool brake_decide_loaded(struct ctx *c, struct people *all)
{
	return !c->change->braked || c->touched->count > PEOPLE_CHUNK ||
	       decide(c, losses_of(c, all));
}

/* Named by the source, or lost by groups and not held. */
static bool counts(const struct change *ch, const struct person *p)
{
	if (p->why.deactivated || p->why.deleted)
		return role_works(p->before.role);
	return p->loses && !ch->hold_id;
}

void brake_count(struct ctx *c, const struct people *all)
{
	for (int i = 0; i < all->n && c->change->braked; i++)
		c->change->taken += counts(c->change, &all->p[i]);
}

bool brake_end(struct ctx *c)
{
	struct change *ch = c->change;
	int64_t taken = ch->taken;
	struct hold *h;
	int n = 0;

	ch->taken = 0;
	if (taken && !hold_count(c, c->actor->source->id, taken))
		return false;
	if (ch->lists_moved && !hold_renew(c, &h, &n))
		return false;
	ch->lists_moved = false;
	for (int i = 0; i < n; i++)
		if (h[i].version == 1)
			holding_note(c, "hold.opened", &h[i]);
		else if (h[i].state == HOLD_SUPERSEDED)
			holding_note(c, "hold.superseded", &h[i]);
	return true;
}

/* ---- what settling found, written ---- */

static bool same_groups(const struct person *p)
{
	if (p->helds != p->keeps)
		return false;
	for (int i = 0; i < p->keeps; i++) {
		int j = 0;

		while (j < p->helds && (strcmp(p->held[j].group.id, p->keep[i].group.id) != 0 ||
					strcmp(p->held[j].hold_id, p->keep[i].hold_id) != 0))
			j++;
		if (j == p->helds)
			return false;
	}
	return true;
}

static const struct hold_place *place_on(const struct hold_place *list, int n, const char *hold_id)
{
	for (int i = 0; i < n; i++)
		if (strcmp(list[i].hold_id, hold_id) == 0)
			return &list[i];
	return NULL;
}

static bool same_stake(const struct hold_place *a, const struct hold_place *b)
{
	return a && strcmp(a->who.what, b->who.what) == 0 &&
	       strcmp(a->who.before, b->who.before) == 0 && strcmp(a->who.after, b->who.after) == 0;
}

/* Places to be written for one person, put behind those in list. */
static void moves_of(const struct person *p, struct hold_place *list, int *n)
{
	for (int i = 0; i < p->places; i++)
		if (!same_stake(place_on(p->listed, p->listeds, p->place[i].hold_id), &p->place[i]))
			list[(*n)++] = p->place[i];
	for (int i = 0; i < p->listeds; i++)
		if (!place_on(p->place, p->places, p->listed[i].hold_id)) {
			list[*n] = p->listed[i];
			list[(*n)++].gone = true;
		}
}

static bool write_groups(struct ctx *c, const struct people *all)
{
	const char **ids = arena_array(c->arena, const char *, (size_t)all->n + 1);
	struct held_group *g;
	int n = 0, total = 0;

	for (int i = 0; i < all->n; i++)
		total += all->p[i].keeps;
	g = arena_array(c->arena, struct held_group, (size_t)total + 1);
	total = 0;
	for (int i = 0; i < all->n; i++) {
		const struct person *p = &all->p[i];

		if (same_groups(p))
			continue;
		ids[n++] = p->id;
		for (int j = 0; j < p->keeps; j++)
			g[total++] = p->keep[j];
	}
	return !n || (db_alone(c) && held_groups_set(c, ids, n, g, total));
}

bool brake_write(struct ctx *c, const struct people *all)
{
	struct hold_place *list;
	int n = 0, most = 0;

	for (int i = 0; i < all->n; i++)
		most += all->p[i].places + all->p[i].listeds;
	if (!write_groups(c, all))
		return false;
	if (!most)
		return true;
	list = arena_array(c->arena, struct hold_place, (size_t)most);
	for (int i = 0; i < all->n; i++)
		moves_of(&all->p[i], list, &n);
	if (!n)
		return true;
	c->change->lists_moved = true;
	return db_alone(c) && hold_place(c, list, n);
}
