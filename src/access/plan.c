/* plan.c - what other rules would do to people, one after the other. */
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"

enum { DIGEST_PIECE = 64 * 1024, DIGEST_ROOM = 2 * DIGEST_PIECE };

const char *const plan_kind_names[PLAN_KINDS] = { "gained", "lost", "raised", "lowered",
						  "deactivated" };

/* One place before and after: the grant that counts on either side, NULL if there is none. */
struct side {
	const struct grant *grant;
	int n;
};

struct plan_state *plan_state_of(struct plan *p)
{
	if (!p->state) {
		p->state = arena_new(p->arena, struct plan_state);
		p->state->line = buf_in(p->arena, DIGEST_ROOM);
		p->state->digest = "";
	}
	return p->state;
}

void plan_digest(struct plan *p, bool last)
{
	struct plan_state *s = plan_state_of(p);

	if (!last && s->line.n < DIGEST_PIECE)
		return;
	buf_puts(&s->line, s->digest);
	s->digest = secret_digest(p->arena, s->line.p ? s->line.p : "");
	s->line.n = 0;
}

static void digest_item(struct plan *p, const struct plan_item *i)
{
	struct buf *b = &plan_state_of(p)->line;

	buf_puts(b, i->user);
	buf_printf(b, " %d ", (int)i->scope);
	buf_puts(b, i->target);
	buf_printf(b, " %d %d %d %d ", i->had, (int)i->before, i->has, (int)i->after);
	buf_puts(b, i->rule ? i->rule : i->why ? i->why : "");
	buf_puts(b, "\n");
	plan_digest(p, false);
}

/* A copy that outlives the page of people; NULL when there are too many. */
static struct plan_item *keep_item(struct plan *p, struct plan_case *of, const struct plan_item *i)
{
	struct plan_item *k;

	/* those who wait for a seat move by the seats alone: see plan_finish() */
	if (i->scope != SCOPE_ORG || !of->waiting_since || !role_works(of->wanted))
		digest_item(p, i);
	if (p->items >= PLAN_ITEMS_MAX) {
		p->items_over++;
		return NULL;
	}
	if (!p->last || p->last->n == PLAN_BLOCK) {
		struct plan_block *b = arena_new(p->arena, struct plan_block);

		*(p->last ? &p->last->next : &p->first) = b;
		p->last = b;
	}
	k = &p->last->item[p->last->n++];
	p->items++;
	*k = *i;
	if (!of->id)
		of->id = arena_strdup(p->arena, i->user);
	if (!of->name)
		of->name = arena_strdup(p->arena, i->name);
	k->user = of->id;
	k->name = of->name;
	k->target = *i->target ? arena_strdup(p->arena, i->target) : "";
	k->rule = arena_strdup(p->arena, i->rule);
	k->group = arena_strdup(p->arena, i->group);
	k->why = arena_strdup(p->arena, i->why);
	return k;
}

/* ---- places ---- */

static int by_place(const void *x, const void *y)
{
	const struct grant *a = x, *b = y;
	int order = (int)a->scope - (int)b->scope;

	return order ? order : strcmp(a->target, b->target);
}

/* The grants of one place at the beginning of a sorted list. */
static int run_of(const struct grant *g, int n)
{
	int k = 1;

	while (k < n && by_place(&g[0], &g[k]) == 0)
		k++;
	return n ? k : 0;
}

/* The one that decides in a run. */
static const struct grant *decisive(const struct org *policy, const struct grant *g, int n)
{
	enum role best;

	if (!n || !resolve_scope(policy, g, n, g->scope, g->target, &best))
		return NULL;
	for (int i = 0; i < n; i++) {
		enum role alone;

		if (resolve_scope(policy, &g[i], 1, g->scope, g->target, &alone) && alone == best)
			return &g[i];
	}
	return NULL;
}

static unsigned kind_of_place(const struct grant *before, const struct grant *after)
{
	if (!before || !after)
		return 1U << (after ? PLAN_GAINED : PLAN_LOST);
	return 1U << (after->role > before->role ? PLAN_RAISED : PLAN_LOWERED);
}

static void compare_place(struct plan *p, const struct plan_person *who, struct plan_case *of,
			  const struct grant *before, const struct grant *after)
{
	const struct grant *decides = after ? after : before;

	if (!decides || (before && after && before->role == after->role))
		return;
	of->flags |= kind_of_place(before, after);
	IGNORE(keep_item(p, of,
			 &(struct plan_item){
				 .user = who->id,
				 .name = who->name,
				 .scope = decides->scope,
				 .target = decides->target,
				 .had = before,
				 .has = after,
				 .before = before ? before->role : ROLE_NONE,
				 .after = after ? after->role : ROLE_NONE,
				 .rule = decides->rule_id,
				 .group = decides->group_id,
				 .why = decides->manual ? "manual" : NULL,
			 }));
}

/* Both sorted: one walk meets every place of either side. */
static void walk_places(struct plan *p, const struct plan_person *who, struct plan_case *of,
			struct side old, struct side new)
{
	while (old.n || new.n) {
		int order = !old.n ? 1 : !new.n ? -1 : by_place(old.grant, new.grant);
		int n = order <= 0 ? run_of(old.grant, old.n) : 0;
		int m = order >= 0 ? run_of(new.grant, new.n) : 0;

		compare_place(p, who, of, decisive(p->policy, old.grant, n),
			      decisive(p->policy, new.grant, m));
		old.grant += n;
		old.n -= n;
		new.grant += m;
		new.n -= m;
	}
}

static void compare_places(struct plan *p, struct arena *scratch, const struct plan_person *who,
			   struct plan_case *of, const struct verdict *v)
{
	struct grant *old, *new;
	int n = 0;

	for (int i = 0; i < v->grants; i++)
		n += v->grant[i].scope != SCOPE_ORG;
	if (!n && !who->n)
		return;
	old = arena_array(scratch, struct grant, (size_t)who->n);
	new = arena_array(scratch, struct grant, (size_t)(n + who->n));
	n = 0;
	for (int i = 0; i < who->n; i++) {
		old[i] = who->stored[i];
		if (old[i].manual)
			new[n++] = old[i];
	}
	for (int i = 0; i < v->grants; i++)
		if (v->grant[i].scope != SCOPE_ORG)
			new[n++] = v->grant[i];
	qsort(old, (size_t)who->n, sizeof(*old), by_place);
	qsort(new, (size_t)n, sizeof(*new), by_place);
	walk_places(p, who, of, (struct side){ old, who->n }, (struct side){ new, n });
}

/* ---- the organization ---- */

/* What gives the role that is wanted. */
static void reason(const struct plan_person *who, const struct verdict *v, struct plan_item *i)
{
	for (int k = 0; k < v->grants; k++)
		if (v->grant[k].scope == SCOPE_ORG && v->grant[k].role == v->wanted) {
			i->rule = v->grant[k].rule_id;
			i->group = v->grant[k].group_id;
			return;
		}
	/* in a plan nobody is switched off but by hand */
	if (v->by_default && who->facts.active)
		i->why =
			v->matched ? "policy: no rule matches any more" : "policy: no rule matches";
	else
		i->why = "manual";
}

static bool is_admin(enum role r)
{
	return r == ROLE_AD || r == ROLE_OW;
}

static void compare_org(struct plan *p, const struct plan_person *who, struct plan_case *of,
			const struct verdict *v)
{
	struct plan_item i = { .user = who->id,
			       .name = who->name,
			       .scope = SCOPE_ORG,
			       .target = "",
			       .had = true,
			       .has = true,
			       .before = who->role,
			       .after = v->wanted };

	i.waited = who->waiting_since > 0;
	if (who->role == v->wanted && !i.waited)
		return;
	reason(who, v, &i);
	of->item = keep_item(p, of, &i);
}

void plan_person(struct plan *p, struct arena *scratch, const struct plan_person *who)
{
	struct plan_state *s = plan_state_of(p);
	struct plan_case of = { .before = who->role,
				.seat = who->seat,
				.waiting_since = who->waiting_since };
	struct verdict v;

	resolve_kept(scratch, &who->facts, who->held, who->helds, p->rules, p->policy, &v);
	if (p->gones)
		verdict_drop(&v, p->gone, p->gones);
	of.wanted = v.wanted;
	of.author = p->author && strcmp(p->author, who->id) == 0;
	p->people++;
	p->seats_before += who->seat;
	p->waiting_before += who->waiting_since > 0;
	s->admins += is_admin(who->role);
	compare_org(p, who, &of, &v);
	compare_places(p, scratch, who, &of, &v);
	plan_defer(p, who, &of);
}
