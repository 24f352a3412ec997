/* member_replace.c - making a group's members exactly a list, by the difference. */
#include "roster/group.h"

#include <stdlib.h>
#include <string.h>

#include "base/org.h"
#include "user_store.h"

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_in(const char *text, const char *const *sorted, int n)
{
	return n && bsearch(&text, sorted, (size_t)n, sizeof(*sorted), by_text);
}

/* One column of text, sorted bytewise whatever the database's collation is. */
static bool column(struct ctx *c, const char *sql, const char *group_id, const char ***out, int *n)
{
	struct rows r;

	if (!db_run(c, &r, sql, DB_ARGS(db_text(c->org->id), db_text(group_id))))
		return false;
	*out = arena_array(c->arena, const char *, (size_t)r.count + 1);
	*n = r.count;
	for (int i = 0; i < r.count; i++)
		(*out)[i] = row_text(&r, i, 0);
	qsort(*out, (size_t)r.count, sizeof(**out), by_text);
	return true;
}

/* Those of list that are not in the sorted one. */
static const char **missing(struct ctx *c, const char *const *list, int n,
			    const char *const *sorted, int sorted_n, int *out)
{
	const char **left = arena_array(c->arena, const char *, (size_t)n + 1);

	*out = 0;
	for (int i = 0; i < n; i++)
		if (!is_in(list[i], sorted, sorted_n))
			left[(*out)++] = list[i];
	return left;
}

/* refs that are no ids have to be resolved before they can be compared. */
static bool ids_of(struct ctx *c, const char *const *refs, int n, const char ***out, int *count)
{
	*out = arena_array(c->arena, const char *, (size_t)n + 1);
	*count = 0;
	for (int i = 0; i < n; i++) {
		struct user *u;

		if (!user_find_ref(c, refs[i], &u))
			return false;
		(*out)[(*count)++] = u ? u->id : refs[i];
	}
	return true;
}

bool member_replace(struct ctx *c, struct group *g, const char *const *refs, int n, int *unknown)
{
	const char **now, **pending, **wanted, **added, **gone, **dropped, **named;
	int nows, pendings, added_n, gone_n, dropped_n, named_n;
	struct rows locked;

	if (!db_run(c, &locked,
		    arena_printf(c->arena,
				 "SELECT g.id FROM groups g WHERE g.org_id = $1 AND g.id = $2%s",
				 db_for_update(c->db)),
		    DB_ARGS(db_text(c->org->id), db_text(g->id))) ||
	    !column(c, "SELECT m.user_id FROM members m WHERE m.org_id = $1 AND m.group_id = $2",
		    g->id, &now, &nows) ||
	    !column(c,
		    "SELECT p.ref FROM pending_members p WHERE p.org_id = $1 AND p.group_id = $2",
		    g->id, &pending, &pendings))
		return false;
	added = missing(c, refs, n, now, nows, &added_n);
	if (!ids_of(c, added, added_n, &named, &named_n))
		return false;
	wanted = arena_array(c->arena, const char *, (size_t)n + (size_t)named_n + 1);
	if (n)
		memcpy(wanted, refs, (size_t)n * sizeof(*refs));
	if (named_n)
		memcpy(wanted + n, named, (size_t)named_n * sizeof(*named));
	qsort(wanted, (size_t)n + (size_t)named_n, sizeof(*wanted), by_text);
	gone = missing(c, now, nows, wanted, n + named_n, &gone_n);
	dropped = missing(c, pending, pendings, wanted, n + named_n, &dropped_n);
	return member_remove(c, g, gone, gone_n) && member_remove(c, g, dropped, dropped_n) &&
	       member_add(c, g, added, added_n, unknown);
}
