/* grant.c - grants as they are stored. */
#include "access/grant.h"

#include <string.h>

#include "base/text.h"

static bool target_exists(struct ctx *c, enum scope scope, const char *target)
{
	static const char *const sql[SCOPES] = {
		[SCOPE_WORKSPACE] = "SELECT w.personal FROM workspaces w WHERE w.org_id = $1"
				    " AND w.id = $2",
		[SCOPE_PROJECT] = "SELECT 0 FROM projects p WHERE p.org_id = $1 AND p.id = $2",
	};
	struct rows r;

	if (scope == SCOPE_ORG)
		return true;
	if (!db_run(c, &r, sql[scope], DB_ARGS(db_text(c->org->id), db_text(target))))
		return false;
	if (!r.count)
		return error(c, ERR_VALUE, "there is no %s %.100s", scope_names[scope], target);
	if (scope == SCOPE_WORKSPACE && row_bool(&r, 0, 0))
		return error(c, ERR_CONFLICT, "a personal workspace takes no members");
	return true;
}

static bool role_fits(struct ctx *c, enum scope scope, enum role role)
{
	static const char *const wanted[SCOPES] = {
		"an organization role is AN, RE, MA or AD",
		"a workspace role is member or manager",
		"a project role is AN, RE or Inherit",
	};
	bool fits = scope == SCOPE_ORG ? role_assignable(role)
		    : scope == SCOPE_WORKSPACE
			    ? role == ROLE_NONE || role == ROLE_MA
			    : role == ROLE_NONE || role == ROLE_AN || role == ROLE_RE;

	return fits || error(c, ERR_VALUE, "%s", wanted[scope]);
}

static bool put(struct ctx *c, const char *user_id, enum scope scope, const char *target,
		enum role role)
{
	return db_push(c,
		       "INSERT INTO grants (org_id, user_id, scope, target, origin, role, revision,"
		       " granted_by, since) VALUES ($1, $2, $3, $4, 'manual', $5, 0, $6, $7)"
		       " ON CONFLICT (org_id, user_id, scope, target, origin) DO UPDATE SET"
		       " role = excluded.role, granted_by = excluded.granted_by,"
		       " since = excluded.since WHERE grants.role <> excluded.role",
		       DB_ARGS(db_text(c->org->id), db_text(user_id), db_text(scope_names[scope]),
			       db_text(target), db_text(role_code(role)), db_text(c->actor->name),
			       db_int(c->now)));
}

bool grant_give(struct ctx *c, const char *user_id, enum scope scope, const char *target,
		enum role role)
{
	if (!role_fits(c, scope, role))
		return false;
	if (c->org->authority[scope] == AUTHORITY_DIRECTORY)
		return error(c, ERR_FORBIDDEN,
			     "%s roles are decided by the directory here: change the group or the"
			     " rule, or the organization's authority setting",
			     scope_names[scope]);
	return target_exists(c, scope, target) && put(c, user_id, scope, target, role);
}

bool grant_wait(struct ctx *c, const char *user_id)
{
	return put(c, user_id, SCOPE_ORG, "", ROLE_NO);
}

bool grant_take(struct ctx *c, const char *user_id, enum scope scope, const char *target)
{
	struct rows r;

	if (!db_run(c, &r,
		    "DELETE FROM grants WHERE org_id = $1 AND user_id = $2 AND scope = $3"
		    " AND target = $4 AND origin = 'manual' AND role <> 'OW' RETURNING role",
		    DB_ARGS(db_text(c->org->id), db_text(user_id), db_text(scope_names[scope]),
			    db_text(target))))
		return false;
	return r.count || error(c, ERR_NOT_FOUND, "there is no such manual grant");
}

void grant_fill(struct grant *g, const struct rows *r, int row)
{
	*g = (struct grant){
		.target = row_text(r, row, 2),
		.manual = strcmp(row_text(r, row, 4), "manual") == 0,
		.rule_id = row_text(r, row, 5),
		.group_id = row_text(r, row, 6),
		.source_id = row_text(r, row, 7),
		.revision = row_int(r, row, 8),
		.by = row_text(r, row, 9),
		.since = row_int(r, row, 10),
	};
	IGNORE(role_parse(row_text(r, row, 3), &g->role));
	for (int s = 0; s < SCOPES; s++)
		if (strcmp(scope_names[s], row_text(r, row, 1)) == 0)
			g->scope = (enum scope)s;
}

static void grants_from(struct ctx *c, const struct rows *r, struct user_grant **out, int *count)
{
	*out = arena_array(c->arena, struct user_grant, (size_t)r->count);
	*count = r->count;
	for (int i = 0; i < r->count; i++) {
		(*out)[i].user_id = row_text(r, i, 0);
		grant_fill(&(*out)[i].grant, r, i);
	}
}

bool grant_list(struct ctx *c, const char *const *user_ids, int n, struct user_grant **out,
		int *count)
{
	struct buf sql = buf_in(c->arena, 64 * 1024);
	struct db_val *p = arena_array(c->arena, struct db_val, (size_t)n + 1);
	struct rows r = { 0 };

	p[0] = db_text(c->org->id);
	for (int i = 0; i < n; i++)
		p[i + 1] = db_text(user_ids[i]);
	buf_puts(&sql,
		 "SELECT " GRANT_COLUMNS " FROM grants g WHERE g.org_id = $1 AND g.user_id IN ");
	buf_list(&sql, 2, n);
	buf_puts(&sql, " ORDER BY g.user_id, g.scope, g.target, g.origin");
	if (n && !db_run(c, &r, sql.p, (struct db_args){ p, n + 1 }))
		return false;
	grants_from(c, &r, out, count);
	return true;
}

bool grant_list_manual(struct ctx *c, const char *after, int64_t limit, struct user_grant **out,
		       int *count)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT " GRANT_COLUMNS
		    " FROM grants g WHERE g.org_id = $1 AND g.origin = 'manual'"
		    " AND g.user_id || ':' || g.scope || ':' || g.target > $2"
		    " ORDER BY g.user_id || ':' || g.scope || ':' || g.target LIMIT $3",
		    DB_ARGS(db_text(c->org->id), db_text(after), db_int(limit))))
		return false;
	grants_from(c, &r, out, count);
	return true;
}
