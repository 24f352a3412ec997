/*
 * notes_places.c - the workspaces and projects that somebody has, whatever gave them: rules,
 * and administrators by hand.  The platform is told what came, went, or has another role.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "people.h"

/* Of one event; what is more comes in another. */
enum { PLACES_AT_ONCE = 400, PLACES_BYTES_MAX = 128 * 1024 };

static int by_place(const void *x, const void *y)
{
	const struct grant *a = x, *b = y;
	int order = (int)a->scope - (int)b->scope;

	return order ? order : strcmp(a->target, b->target);
}

/* The highest role of a place first. */
static int by_place_and_role(const void *x, const void *y)
{
	int order = by_place(x, y);

	return order ? order
		     : (int)((const struct grant *)y)->role - (int)((const struct grant *)x)->role;
}

static void add(struct places *p, const struct org *policy, const struct grant *list, int n)
{
	for (int i = 0; i < n; i++)
		if (list[i].scope != SCOPE_ORG && grant_counts(policy, &list[i]))
			p->list[p->n++] = list[i];
}

static void keep_highest(struct places *p)
{
	int kept = 0;

	if (p->n)
		qsort(p->list, (size_t)p->n, sizeof(*p->list), by_place_and_role);
	for (int i = 0; i < p->n; i++)
		if (!kept || by_place(&p->list[kept - 1], &p->list[i]) != 0)
			p->list[kept++] = p->list[i];
	p->n = kept;
}

static bool moved(const struct person *p, const struct grant *g)
{
	const struct touched_place *t = p->why.place;

	while (t && (t->scope != g->scope || strcmp(t->target, g->target) != 0))
		t = t->next;
	return t;
}

static struct places places_before(struct ctx *c, const struct person *p)
{
	const struct org *policy = c->touched->policies ? c->touched->policies : c->org;
	struct places out = { 0 };
	int n = p->mappeds + p->manuals;

	for (const struct touched_place *t = p->why.place; t; t = t->next)
		n++;
	out.list = arena_array(c->arena, struct grant, (size_t)n);
	add(&out, policy, p->mapped, p->mappeds);
	for (int i = 0; i < p->manuals; i++)
		if (!moved(p, &p->manual[i]))
			add(&out, policy, &p->manual[i], 1);
	for (const struct touched_place *t = p->why.place; t; t = t->next)
		if (t->had)
			add(&out, policy,
			    &(struct grant){ .scope = t->scope,
					     .target = t->target,
					     .role = t->role,
					     .manual = t->manual },
			    1);
	keep_highest(&out);
	return out;
}

static struct places places_after(struct ctx *c, const struct person *p)
{
	struct places out = { 0 };

	out.list = arena_array(c->arena, struct grant, (size_t)(p->verdict.grants + p->manuals));
	add(&out, c->org, p->verdict.grant, p->verdict.grants);
	add(&out, c->org, p->manual, p->manuals);
	keep_highest(&out);
	return out;
}

static void put_place(struct buf *b, const struct grant *g, const struct grant *before, bool last)
{
	buf_printf(b, "%s{\"%s\":", b->n ? "," : "", scope_names[g->scope]);
	buf_json(b, g->target);
	buf_printf(b, ",\"role\":\"%s\"", scope_role(g->scope, g->role));
	if (before)
		buf_printf(b, ",\"before\":\"%s\"", scope_role(before->scope, before->role));
	buf_puts(b, last ? ",\"last\":true}" : "}");
}

/* {"added": [...], "changed": [...], "removed": [...]}; NULL if nothing more moved. */
static const char *difference(struct ctx *c, struct place_walk *w)
{
	struct buf added = buf_in(c->arena, PLACES_BYTES_MAX), changed = added, removed = added;
	int put = 0;

	while ((w->i < w->old.n || w->j < w->new.n) && put < PLACES_AT_ONCE) {
		const struct grant *was = &w->old.list[w->i], *is = &w->new.list[w->j];
		int order = w->i == w->old.n ? 1 : w->j == w->new.n ? -1 : by_place(was, is);

		if (order < 0)
			put_place(&removed, was, NULL, false);
		else if (order > 0)
			put_place(&added, is, NULL, false);
		else if (was->role != is->role)
			put_place(&changed, is, was, false);
		put += order != 0 || was->role != is->role;
		w->i += order <= 0;
		w->j += order >= 0;
	}
	if (!put)
		return NULL;
	return arena_printf(c->arena, "{\"added\":[%s],\"changed\":[%s],\"removed\":[%s]}",
			    added.n ? added.p : "", changed.n ? changed.p : "",
			    removed.n ? removed.p : "");
}

bool person_is_given_the_same(const struct person *p)
{
	if (p->mappeds != p->verdict.grants)
		return false;
	for (int i = 0; i < p->mappeds; i++)
		if (grant_order(&p->mapped[i], &p->verdict.grant[i]) != 0 ||
		    p->mapped[i].role != p->verdict.grant[i].role)
			return false;
	return true;
}

void places_begin(struct ctx *c, const struct person *p, struct place_walk *w)
{
	*w = (struct place_walk){ .begun = true,
				  .old = places_before(c, p),
				  .new = places_after(c, p) };
	w->last = arena_array(c->arena, bool, (size_t)w->old.n);
}

const char *places_moved(struct ctx *c, const struct person *p, struct place_walk *w)
{
	if (!w->begun && person_is_given_the_same(p) && !p->why.place && !c->touched->policies)
		return NULL;
	if (!w->begun)
		places_begin(c, p, w);
	return difference(c, w);
}

const char *places_had(struct ctx *c, struct place_walk *w)
{
	struct buf b = buf_in(c->arena, PLACES_BYTES_MAX);
	int put = 0;

	if (w->told && w->i == w->old.n)
		return NULL;
	w->told = true;
	for (; w->i < w->old.n && put < PLACES_AT_ONCE; put++, w->i++)
		put_place(&b, &w->old.list[w->i], NULL, w->last[w->i]);
	return arena_printf(c->arena, "[%s]", b.n ? b.p : "");
}
