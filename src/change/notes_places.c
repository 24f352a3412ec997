/*
 * notes_places.c - the workspaces and projects that somebody has, whatever gave them: rules,
 * and administrators by hand.  The platform is told what came, went, or has another role.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "people.h"

enum { PLACES_BYTES_MAX = 64 * 1024 };

/* Each place once, with the role that counts there, in one order. */
struct places {
	struct grant *list;
	int n;
};

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

static void put_place(struct buf *b, const struct grant *g, const struct grant *before)
{
	buf_printf(b, "%s{\"%s\":", b->n ? "," : "", scope_names[g->scope]);
	buf_json(b, g->target);
	buf_printf(b, ",\"role\":\"%s\"", scope_role(g->scope, g->role));
	if (before)
		buf_printf(b, ",\"before\":\"%s\"", scope_role(before->scope, before->role));
	buf_puts(b, "}");
}

/* {"added": [...], "changed": [...], "removed": [...]}; NULL if nothing moved. */
static const char *difference(struct ctx *c, struct places old, struct places new)
{
	struct buf added = buf_in(c->arena, PLACES_BYTES_MAX), changed = added, removed = added;
	int i = 0, j = 0;

	while (i < old.n || j < new.n) {
		int order = i == old.n ? 1 : j == new.n ? -1 : by_place(&old.list[i], &new.list[j]);

		if (order < 0)
			put_place(&removed, &old.list[i], NULL);
		else if (order > 0)
			put_place(&added, &new.list[j], NULL);
		else if (old.list[i].role != new.list[j].role)
			put_place(&changed, &new.list[j], &old.list[i]);
		i += order <= 0;
		j += order >= 0;
	}
	if (added.over || changed.over || removed.over)
		return "{}";
	if (!added.n && !changed.n && !removed.n)
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

const char *places_moved(struct ctx *c, const struct person *p)
{
	if (person_is_given_the_same(p) && !p->why.place && !c->touched->policies)
		return NULL;
	return difference(c, places_before(c, p), places_after(c, p));
}

const char *places_had(struct ctx *c, const struct person *p)
{
	struct places had = places_before(c, p);
	struct buf b = buf_in(c->arena, PLACES_BYTES_MAX);

	for (int i = 0; i < had.n; i++)
		put_place(&b, &had.list[i], NULL);
	return arena_printf(c->arena, "[%s]", b.n && !b.over ? b.p : "");
}
