/* plan_targets.c - do the workspaces and projects exist that a draft of rules points at? */
#include <string.h>

#include "base/text.h"
#include "plan_read.h"

enum { SQL_MAX = 64 * 1024, TARGETS_AT_ONCE = 500 };

static bool check_some(struct ctx *c, const struct rule *const *rules, int n,
		       struct plan_warnings *w)
{
	struct db_val *v = arena_array(c->arena, struct db_val, (size_t)n + 1);
	struct buf sql = buf_in(c->arena, SQL_MAX);
	struct rows r;

	v[0] = db_text(c->org->id);
	for (int i = 0; i < n; i++)
		v[i + 1] = db_text(rules[i]->target);
	buf_puts(&sql,
		 "SELECT x.scope, x.id, x.personal FROM (SELECT 'workspace' AS scope, w.org_id,"
		 " w.id, w.personal FROM workspaces w UNION ALL SELECT 'project', p.org_id,"
		 " p.id, NULL FROM projects p) x WHERE x.org_id = $1 AND x.id IN ");
	buf_list(&sql, 2, n);
	if (!db_run(c, &r, sql.p, (struct db_args){ v, n + 1 }))
		return false;
	for (int i = 0; i < n; i++) {
		const char *scope = scope_names[rules[i]->scope];
		bool found = false, personal = false;

		for (int k = 0; k < r.count && !found; k++) {
			found = strcmp(row_text(&r, k, 1), rules[i]->target) == 0 &&
				strcmp(row_text(&r, k, 0), scope) == 0;
			personal = found && row_bool(&r, k, 2);
		}
		if (!found || personal)
			plan_warn(c->arena, w, found ? "personal_workspace" : "unknown_target",
				  rules[i]->id,
				  found ? "the %s %.100s is a personal one: it takes no members"
					: "there is no %s %.100s",
				  scope, rules[i]->target);
	}
	return true;
}

bool plan_check_targets(struct ctx *c, const struct rule_set *draft, struct plan_warnings *w)
{
	const struct rule **some = arena_array(c->arena, const struct rule *, TARGETS_AT_ONCE);
	int n = 0;

	for (int i = 0; i < draft->count; i++) {
		if (draft->rule[i].scope != SCOPE_ORG && !draft->rule[i].title)
			some[n++] = &draft->rule[i];
		if (n && (n == TARGETS_AT_ONCE || i == draft->count - 1)) {
			if (!check_some(c, some, n, w))
				return false;
			n = 0;
		}
	}
	return true;
}
