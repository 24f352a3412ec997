/*
 * keep.c - what people would lose by the facts, and what a hold lets them keep.
 *
 * A held person is judged as if still in the groups he left: by the same pure function,
 * with the rules of the day.  He is let go when that makes no difference any more.
 */
#include <string.h>

#include "base/text.h"
#include "people.h"
#include "roster/source.h"

enum { PLACES_MAX = 64 * 1024 };

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* In it, under the name it had? */
static bool is_in(const struct person *p, const struct rule_group *was)
{
	for (int i = 0; i < p->groups; i++) {
		const struct rule_group *g = &p->group[i];

		if (strcmp(g->id, was->id) == 0 && strcmp(g->name, was->name) == 0 &&
		    same(g->external_id, was->external_id))
			return true;
	}
	return false;
}

/* An older note of the same group replaces a younger one: he had what was first. */
static void add(struct held_group *list, int *n, const struct held_group *one)
{
	for (int i = 0; i < *n; i++)
		if (strcmp(list[i].group.id, one->group.id) == 0) {
			list[i] = *one;
			return;
		}
	list[(*n)++] = *one;
}

/* What he counts in beyond his memberships, and what this change may take. */
struct parts {
	struct held_group *stay, *part;
	int stays, parts;
};

/* The source takes again from somebody who was kept against it. */
static bool judged_anew(const struct ctx *c, const struct person *p, const struct held_group *g)
{
	const struct source *s = c->actor->source;

	return s && c->change->braked && p->losts && strcmp(g->group.source_id, s->id) == 0;
}

static void sort_out(struct ctx *c, const struct person *p, struct parts *out)
{
	size_t room = (size_t)p->helds + (size_t)p->losts + 1;

	out->stay = arena_array(c->arena, struct held_group, room);
	out->part = arena_array(c->arena, struct held_group, room);
	for (int i = 0; i < p->losts; i++) {
		struct held_group g = p->lost[i];

		g.hold_id = c->change->hold_id;
		if (!is_in(p, &g.group))
			add(out->part, &out->parts, &g);
	}
	for (int i = 0; i < p->helds; i++) {
		struct held_group g = p->held[i];

		if (is_in(p, &g.group))
			continue;
		if (g.open || !judged_anew(c, p, &g)) {
			add(out->stay, &out->stays, &g);
			continue;
		}
		g.hold_id = c->change->hold_id;
		add(out->part, &out->parts, &g);
	}
}

static void judge_with(struct ctx *c, const struct people *all, const struct person *p,
		       const struct held_group *more, int n, struct verdict *out)
{
	struct rule_group *g = arena_array(c->arena, struct rule_group, (size_t)(p->groups + n));
	struct facts f = {
		.active = p->active && !p->deleted,
		.owner = p->owner && !p->deleted,
		.matched = p->before.matched,
		.group = g,
		.groups = p->deleted ? 0 : p->groups + n,
		.manual = p->manual,
		.manuals = p->deleted ? 0 : p->manuals,
	};

	if (p->groups)
		memcpy(g, p->group, (size_t)p->groups * sizeof(*g));
	for (int i = 0; i < n; i++)
		g[p->groups + i] = more[i].group;
	resolve(c->arena, &f, all->rules, c->org, out);
}

/* What was given by hand counts beside either verdict. */
static struct facts by_hand(const struct person *p)
{
	return (struct facts){ .manual = p->manual, .manuals = p->manuals };
}

static const char *taken(const struct org *policy, const struct person *p, const struct verdict *to,
			 const struct verdict *from)
{
	const struct facts f = by_hand(p);

	return resolve_taken(policy, &f, to, from);
}

static bool is_one_place(const struct grant *a, const struct grant *b)
{
	return a->scope == b->scope && strcmp(a->target, b->target) == 0;
}

/* {"role": ..., "places": those of from that are lost} */
static const char *stake(struct ctx *c, const struct person *p, const struct verdict *shown,
			 const struct verdict *to, const struct verdict *from)
{
	struct buf b = buf_in(c->arena, PLACES_MAX);
	const struct facts f = by_hand(p);
	int role, last = -1;

	buf_printf(&b, "{\"role\":\"%s\",\"places\":[", role_code(shown->wanted));
	for (int i = 0; i < from->grants; i++) {
		const struct grant *g = &from->grant[i];

		if (!resolve_loses(c->org, &f, to, from, i) ||
		    (last >= 0 && is_one_place(&from->grant[last], g)))
			continue;
		role = resolve_place(c->org, &f, shown, g);
		if (role >= 0) {
			buf_printf(&b, "%s{\"%s\":", b.p[b.n - 1] == '[' ? "" : ",",
				   scope_names[g->scope]);
			buf_json(&b, g->target);
			buf_printf(&b, ",\"role\":\"%s\"}", role_code((enum role)role));
		}
		last = i;
	}
	buf_puts(&b, "]}");
	return b.over ? "{}" : b.p;
}

/* He stays as he was: on the lists of all holds that he has groups in. */
static void keep(struct ctx *c, struct person *p, const struct parts *q, const struct verdict *kept,
		 const char *what)
{
	const char *before = stake(c, p, kept, &p->verdict, kept);
	const char *after = stake(c, p, &p->verdict, &p->verdict, kept);

	p->keep = q->stay;
	p->keeps = q->stays;
	p->place = arena_array(c->arena, struct hold_place, (size_t)q->stays);
	for (int i = 0; i < q->stays; i++) {
		int at = 0;

		while (at < p->places && strcmp(p->place[at].hold_id, q->stay[i].hold_id) != 0)
			at++;
		if (at < p->places)
			continue;
		p->place[p->places++] = (struct hold_place){
			.hold_id = q->stay[i].hold_id,
			.who = { .user_id = p->id, .what = what, .before = before, .after = after },
		};
	}
	p->verdict = *kept;
}

/* What this change takes: if too much is taken, he stays with the parts as well. */
static void take(struct ctx *c, const struct people *all, struct person *p, struct parts *q,
		 struct verdict *stay)
{
	size_t room = (size_t)q->stays + (size_t)q->parts;
	struct held_group *both = arena_array(c->arena, struct held_group, room);
	struct verdict whole;
	int n = 0;

	for (int i = 0; i < q->parts; i++)
		add(both, &n, &q->part[i]);
	for (int i = 0; i < q->stays; i++)
		add(both, &n, &q->stay[i]);
	judge_with(c, all, p, both, n, &whole);
	p->loses = taken(c->org, p, stay, &whole) != NULL;
	if (!p->loses || !c->change->hold_id)
		return;
	q->stay = both;
	q->stays = n;
	*stay = whole;
}

void people_judge(struct ctx *c, const struct people *all, struct person *p)
{
	struct parts q = { 0 };
	struct verdict stay;
	const char *what;

	p->keep = NULL;
	p->keeps = p->places = 0;
	p->loses = false;
	judge_with(c, all, p, NULL, 0, &p->verdict);
	/* who is named by his source leaves every list */
	if ((!p->helds && !p->losts) || p->deleted || !p->active)
		return;
	sort_out(c, p, &q);
	judge_with(c, all, p, q.stay, q.stays, &stay);
	if (q.parts && c->change->braked)
		take(c, all, p, &q, &stay);
	what = q.stays ? taken(c->org, p, &p->verdict, &stay) : NULL;
	if (what)
		keep(c, p, &q, &stay, what);
}
