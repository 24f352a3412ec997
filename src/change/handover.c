/*
 * handover.c - whoever leads or reviews leaves open work behind: the platform is told what he
 * had, and where nobody is left to do it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "people.h"

enum { TARGETS_AT_ONCE = 500, SQL_MAX = 64 * 1024 };

/* A leaver with what he had. */
struct leaver {
	const struct person *who;
	struct place_walk had;
};

static bool leaves(const struct person *p)
{
	return p->before.role >= ROLE_RE && !role_works(p->after.role);
}

/* Manager of a workspace; reviewer of a project, be it by the role in the organization. */
static bool leads(const struct person *p, const struct grant *g)
{
	if (g->scope == SCOPE_WORKSPACE)
		return g->role == ROLE_MA;
	return g->role == ROLE_RE || (g->role == ROLE_NONE && p->before.role >= ROLE_RE);
}

/* Of n places of one scope (TARGETS_AT_ONCE at most) those that somebody still leads. */
static bool find_led(struct ctx *c, enum scope scope, const char *const *targets, int n,
		     struct rows *out)
{
	bool project = scope == SCOPE_PROJECT;
	struct db_val *v = arena_array(c->arena, struct db_val, (size_t)n + 5);
	struct buf sql = buf_in(c->arena, SQL_MAX);

	v[0] = db_text(c->org->id);
	v[1] = db_text(scope_names[scope]);
	v[2] = db_text(role_code(project ? ROLE_RE : ROLE_MA));
	v[3] = db_bool(project);
	v[4] = db_bool(c->org->authority[scope] != AUTHORITY_DIRECTORY);
	for (int i = 0; i < n; i++)
		v[i + 5] = db_text(targets[i]);
	buf_puts(&sql, "SELECT DISTINCT g.target FROM grants g JOIN standings s"
		       " ON s.org_id = g.org_id AND s.user_id = g.user_id"
		       " WHERE g.org_id = $1 AND g.scope = $2 AND s.role NOT IN ('NO', 'DI')"
		       " AND (g.role = $3 OR ($4 AND g.role = 'Inherit' AND s.role <> 'AN'))"
		       " AND (g.origin <> 'manual' OR $5) AND g.target IN ");
	buf_list(&sql, 6, n);
	return db_run(c, out, sql.p, (struct db_args){ v, n + 5 });
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The places of a scope that leavers led, each once. */
static int list_targets(struct ctx *c, const struct leaver *list, int n, enum scope scope,
			const char ***out)
{
	int total = 0, kept = 0;

	for (int i = 0; i < n; i++)
		total += list[i].had.old.n;
	*out = arena_array(c->arena, const char *, (size_t)total);
	total = 0;
	for (int i = 0; i < n; i++)
		for (int k = 0; k < list[i].had.old.n; k++) {
			const struct grant *g = &list[i].had.old.list[k];

			if (g->scope == scope && leads(list[i].who, g))
				(*out)[total++] = g->target;
		}
	if (total)
		qsort(*out, (size_t)total, sizeof(**out), by_text);
	for (int i = 0; i < total; i++)
		if (!kept || strcmp((*out)[kept - 1], (*out)[i]) != 0)
			(*out)[kept++] = (*out)[i];
	return kept;
}

static void mark(struct leaver *one, enum scope scope, const char *target)
{
	for (int i = 0; i < one->had.old.n; i++) {
		const struct grant *g = &one->had.old.list[i];

		if (g->scope == scope && strcmp(g->target, target) == 0)
			one->had.last[i] = leads(one->who, g);
	}
}

/* Whoever leaves in the same change leads no more: standings are written already. */
static bool mark_last(struct ctx *c, struct leaver *list, int n, enum scope scope)
{
	const char **targets;
	int total = list_targets(c, list, n, scope, &targets);

	for (int at = 0; at < total; at += TARGETS_AT_ONCE) {
		int some = total - at < TARGETS_AT_ONCE ? total - at : TARGETS_AT_ONCE;
		struct rows led;

		if (!find_led(c, scope, targets + at, some, &led))
			return false;
		for (int i = at; i < at + some; i++) {
			bool found = false;

			for (int k = 0; k < led.count && !found; k++)
				found = strcmp(row_text(&led, k, 0), targets[i]) == 0;
			for (int k = 0; k < n && !found; k++)
				mark(&list[k], scope, targets[i]);
		}
	}
	return true;
}

static void note(struct ctx *c, struct leaver *one)
{
	const char *had;

	while ((had = places_had(c, &one->had)))
		event_note(c,
			   (struct event_note){
				   .type = "user.handover",
				   .user_id = one->who->id,
				   .payload =
					   arena_printf(c->arena, "{\"role\":\"%s\",\"places\":%s}",
							role_code(one->who->before.role), had) });
}

bool people_hand_over(struct ctx *c, const struct people *all)
{
	struct leaver *list = arena_array(c->arena, struct leaver, (size_t)all->n);
	int n = 0;

	for (int i = 0; i < all->n; i++)
		if (leaves(&all->p[i])) {
			list[n].who = &all->p[i];
			places_begin(c, &all->p[i], &list[n++].had);
		}
	if (n && (!mark_last(c, list, n, SCOPE_WORKSPACE) || !mark_last(c, list, n, SCOPE_PROJECT)))
		return false;
	for (int i = 0; i < n; i++)
		note(c, &list[i]);
	return true;
}
