/*
 * targets.c - the workspaces and projects that rules name: what is given in one that is not
 * there, or takes no members, is given to nobody.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "people.h"
#include "plan_read.h"

enum { SQL_MAX = 64 * 1024, TARGETS_AT_ONCE = 500 };

/* Of n places (TARGETS_AT_ONCE at most) those that are there: scope, id, personal. */
static bool look_for(struct ctx *c, const struct grant *list, int n, struct rows *out)
{
	struct db_val *v = arena_array(c->arena, struct db_val, (size_t)n + 1);
	struct buf sql = buf_in(c->arena, SQL_MAX);

	v[0] = db_text(c->org->id);
	for (int i = 0; i < n; i++)
		v[i + 1] = db_text(list[i].target);
	buf_puts(&sql,
		 "SELECT x.scope, x.id, x.personal FROM (SELECT 'workspace' AS scope, w.org_id,"
		 " w.id, w.personal FROM workspaces w UNION ALL SELECT 'project', p.org_id,"
		 " p.id, NULL FROM projects p) x WHERE x.org_id = $1 AND x.id IN ");
	buf_list(&sql, 2, n);
	return db_run(c, out, sql.p, (struct db_args){ v, n + 1 });
}

/* *personal: it is there, and takes no members. */
static bool takes_members(const struct rows *r, const struct grant *g, bool *personal)
{
	*personal = false;
	for (int i = 0; i < r->count; i++)
		if (strcmp(row_text(r, i, 1), g->target) == 0 &&
		    strcmp(row_text(r, i, 0), scope_names[g->scope]) == 0) {
			*personal = row_bool(r, i, 2);
			return !*personal;
		}
	return false;
}

static void warn(struct ctx *c, struct plan_warnings *w, const struct grant *g, bool personal)
{
	plan_warn(c->arena, w, personal ? "personal_workspace" : "unknown_target", g->rule_id,
		  personal ? "the %s %.100s is a personal one: it takes no members"
			   : "there is no %s %.100s",
		  scope_names[g->scope], g->target);
}

/* Leaves in the list those that nobody gets into, *n of them; w (may be NULL) is told why. */
static bool keep_gone(struct ctx *c, struct grant *list, int *n, struct plan_warnings *w)
{
	int all = *n;

	*n = 0;
	for (int i = 0; i < all; i += TARGETS_AT_ONCE) {
		int some = all - i < TARGETS_AT_ONCE ? all - i : TARGETS_AT_ONCE;
		struct rows r;
		bool personal;

		if (!look_for(c, list + i, some, &r))
			return false;
		for (int k = i; k < i + some; k++) {
			if (takes_members(&r, &list[k], &personal))
				continue;
			if (w)
				warn(c, w, &list[k], personal);
			list[(*n)++] = list[k];
		}
	}
	return true;
}

/* ---- people ---- */

static int by_place(const void *x, const void *y)
{
	const struct grant *a = x, *b = y;
	int order = (int)a->scope - (int)b->scope;

	return order ? order : strcmp(a->target, b->target);
}

static bool has(const struct person *p, const struct grant *g)
{
	for (int i = 0; i < p->mappeds; i++)
		if (by_place(&p->mapped[i], g) == 0)
			return true;
	return false;
}

/* What rules gave before is there: a place that goes takes its grants along.  Each once. */
static int list_new(struct ctx *c, const struct people *all, struct grant **out)
{
	int n = 0, kept = 0;

	for (int i = 0; i < all->n; i++)
		n += all->p[i].verdict.grants;
	*out = arena_array(c->arena, struct grant, (size_t)n);
	n = 0;
	for (int i = 0; i < all->n; i++) {
		const struct person *p = &all->p[i];

		if (person_is_given_the_same(p))
			continue;
		for (int k = 0; k < p->verdict.grants; k++)
			if (p->verdict.grant[k].scope != SCOPE_ORG && !has(p, &p->verdict.grant[k]))
				(*out)[n++] = p->verdict.grant[k];
	}
	if (n)
		qsort(*out, (size_t)n, sizeof(**out), by_place);
	for (int i = 0; i < n; i++)
		if (!kept || by_place(&(*out)[kept - 1], &(*out)[i]) != 0)
			(*out)[kept++] = (*out)[i];
	return kept;
}

bool people_drop_gone(struct ctx *c, struct people *all)
{
	struct grant *list;
	int n = list_new(c, all, &list);

	if (!keep_gone(c, list, &n, NULL))
		return false;
	for (int i = 0; i < all->n && n; i++)
		verdict_drop(&all->p[i].verdict, list, n);
	return true;
}

/* ---- plans ---- */

bool plan_check_targets(struct ctx *c, const struct rule_set *draft, struct plan *p,
			struct plan_warnings *w)
{
	struct grant *list = arena_array(c->arena, struct grant, (size_t)draft->count);
	int n = 0;

	for (int i = 0; i < draft->count; i++) {
		const struct rule *r = &draft->rule[i];

		if (r->scope != SCOPE_ORG && !r->title)
			list[n++] = (struct grant){ .scope = r->scope,
						    .target = r->target,
						    .rule_id = r->id };
	}
	if (!keep_gone(c, list, &n, w))
		return false;
	p->gone = list;
	p->gones = n;
	return true;
}
