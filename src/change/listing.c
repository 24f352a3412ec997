/* listing.c - lists for administrators that span the domain rooms. */
#include "change/listing.h"

#include <string.h>

#include "base/org.h"

/* Pattern of what begins like text; the wildcards in it are themselves. */
static const char *prefix_pattern(struct ctx *c, const char *text)
{
	struct buf b = buf_in(c->arena, 64 * 1024);

	if (!text)
		return NULL;
	for (text = text_fold(c->arena, text); *text; text++) {
		if (strchr("%_\\", *text))
			buf_puts(&b, "\\");
		buf_put(&b, text, 1);
	}
	buf_puts(&b, "%");
	return b.p;
}

/* A condition that does not count where its parameter is NULL. */
#define IF(n, condition) " AND (CAST($" n " AS TEXT) IS NULL OR " condition ")"

/* Workspaces of the Manager $who, as far as grants of origin $by count. */
#define OWN_WORKSPACES(who, by)                                                                    \
	"(SELECT k.target FROM grants k WHERE k.org_id = $1 AND k.user_id = $" who                 \
	" AND k.scope = 'workspace' AND (CAST($" by " AS TEXT) IS NULL OR k.origin = $" by "))"

static struct db_val seer(const struct ctx *c)
{
	return db_text(c->actor ? c->actor->sees_as : NULL);
}

/* Whose grants count for memberships of workspaces; NULL: everybody's. */
static struct db_val origin(const struct ctx *c)
{
	enum authority a = c->org->authority[SCOPE_WORKSPACE];

	return db_text(a == AUTHORITY_DIRECTORY ? "rule" : a == AUTHORITY_MANUAL ? "manual" : NULL);
}

#define SEEN_BY_9                                                                                  \
	"u.id IN (SELECT g.user_id FROM grants g WHERE g.org_id = $1 AND g.scope = 'workspace'"    \
	" AND (CAST($10 AS TEXT) IS NULL OR g.origin = $10)"                                       \
	" AND g.target IN " OWN_WORKSPACES("9", "10") ")"

#define USERS_ASKED                                                                                \
	" FROM users u WHERE u.org_id = $1 AND u.deleted = 0" IF(                                  \
		"2",                                                                               \
		"u.id IN (SELECT s.user_id FROM standings s WHERE s.org_id = $1"                   \
		" AND CASE s.role WHEN 'NO' THEN 'pending' WHEN 'DI' THEN 'deactivated'"           \
		" ELSE 'active' END = $2)") IF("3", "u.id IN (SELECT s.user_id FROM standings s "  \
						    "WHERE s.org_id = $1 AND s.role = $3)")        \
		IF("4", "u.name_key LIKE $4 ESCAPE '\\' OR u.display_key LIKE $4 ESCAPE '\\'")     \
			IF("5", "u.id IN (SELECT m.user_id FROM members m WHERE m.org_id = $1 "    \
				"AND m.group_id = $5)")                                            \
				IF("6", "u.source_id IN (SELECT t.id FROM sources t WHERE "        \
					"t.org_id = $1"                                            \
					" AND (t.id = $6 OR t.kind = $6))")                        \
					IF("7", "u.id IN (SELECT g.user_id FROM grants g "         \
						"WHERE g.org_id = $1 AND g.target = $7)")          \
						IF("8", "u.id = $8") IF("9", SEEN_BY_9)

bool list_users(struct ctx *c, const struct user_query *q, struct user **out, int *count,
		int64_t *total)
{
	const struct db_val asked[] = {
		db_text(c->org->id),
		db_text(q->state),
		db_text(q->role),
		db_text(prefix_pattern(c, q->prefix)),
		db_text(q->group_id),
		db_text(q->source),
		db_text(q->place),
		db_text(q->id),
		seer(c),
		origin(c),
		db_text(q->after),
		db_int(q->limit),
	};
	struct rows r, all;
	const struct db_stmt reads[] = {
		{ "SELECT COUNT(*)" USERS_ASKED, { asked, 10 }, &all },
		{ "SELECT " USER_COLUMNS USERS_ASKED " AND u.id > $11 ORDER BY u.id LIMIT $12",
		  { asked, 12 },
		  &r },
	};

	if (!db_run_all(c, reads, 2))
		return false;
	*total = row_int(&all, 0, 0);
	*count = r.count;
	*out = arena_array(c->arena, struct user, (size_t)r.count);
	for (int i = 0; i < r.count; i++)
		user_fill(&(*out)[i], &r, i);
	return true;
}

#define GROUPS_ASKED                                                                               \
	" FROM groups g JOIN sources t ON t.org_id = g.org_id AND t.id = g.source_id"              \
	" WHERE g.org_id = $1" IF("2", "g.id = $2") IF("3", "g.name_key LIKE $3 ESCAPE '\\'")      \
		IF("4", "t.id = $4 OR t.kind = $4")

#define GROUPS_CHANGED                                                                             \
	"(SELECT COALESCE(SUM(k.n), 0) FROM group_changes k WHERE k.org_id = $1"                   \
	" AND k.group_id = g.id), (SELECT COALESCE(MAX(k.at), 0) FROM group_changes k"             \
	" WHERE k.org_id = $1 AND k.group_id = g.id)"

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void fill_group(struct group_view *v, const struct rows *r, int row)
{
	*v = (struct group_view){
		.group = { .id = row_text(r, row, 0),
			   .source_id = row_text(r, row, 1),
			   .display_name = row_text(r, row, 2),
			   .external_id = row_text(r, row, 3),
			   .version = row_int(r, row, 4) + row_int(r, row, 11),
			   .created = row_int(r, row, 5),
			   .changed = later(row_int(r, row, 6), row_int(r, row, 12)) },
		.source_kind = row_text(r, row, 7),
		.source_name = row_text(r, row, 8),
		.members = row_int(r, row, 9),
		.pending = row_int(r, row, 10),
	};
}

bool list_groups(struct ctx *c, const struct group_query *q, struct group_view **out, int *count,
		 int64_t *total)
{
	const struct db_val asked[] = {
		db_text(c->org->id), db_text(q->id),    db_text(prefix_pattern(c, q->prefix)),
		db_text(q->source),  db_text(q->after), db_int(q->limit),
	};
	struct rows r, all;
	const struct db_stmt reads[] = {
		{ "SELECT COUNT(*)" GROUPS_ASKED, { asked, 4 }, &all },
		{ "SELECT g.id, g.source_id, g.display_name, g.external_id, g.version, g.created,"
		  " g.changed, t.kind, t.name, (SELECT COUNT(*) FROM members m"
		  " WHERE m.org_id = $1 AND m.group_id = g.id), (SELECT COUNT(*) FROM"
		  " pending_members p WHERE p.org_id = $1 AND p.group_id = g.id),"
		  " " GROUPS_CHANGED GROUPS_ASKED " AND g.id > $5 ORDER BY g.id LIMIT $6",
		  { asked, 6 },
		  &r },
	};

	if (!db_run_all(c, reads, 2))
		return false;
	*total = row_int(&all, 0, 0);
	*count = r.count;
	*out = arena_array(c->arena, struct group_view, (size_t)r.count);
	for (int i = 0; i < r.count; i++)
		fill_group(&(*out)[i], &r, i);
	return true;
}

#define WORKSPACES_ASKED                                                                           \
	" FROM workspaces w WHERE w.org_id = $1" IF("2", "w.id = $2")                              \
		IF("3", "w.id IN " OWN_WORKSPACES("3", "4"))

bool list_workspaces(struct ctx *c, const char *id, const char *after, int64_t limit,
		     struct workspace **out, int *count, int64_t *total)
{
	const struct db_val asked[] = { db_text(c->org->id), db_text(id),    seer(c),
					origin(c),           db_text(after), db_int(limit) };
	struct rows r, all;
	const struct db_stmt reads[] = {
		{ "SELECT COUNT(*)" WORKSPACES_ASKED, { asked, 4 }, &all },
		{ "SELECT w.id, w.title, w.personal, w.created, w.changed" WORKSPACES_ASKED
		  " AND w.id > $5 ORDER BY w.id LIMIT $6",
		  { asked, 6 },
		  &r },
	};

	if (!db_run_all(c, reads, 2))
		return false;
	*total = row_int(&all, 0, 0);
	*count = r.count;
	*out = arena_array(c->arena, struct workspace, (size_t)r.count);
	for (int i = 0; i < r.count; i++)
		(*out)[i] = (struct workspace){
			.id = row_text(&r, i, 0),
			.title = row_text(&r, i, 1),
			.personal = row_bool(&r, i, 2),
			.created = row_int(&r, i, 3),
			.changed = row_int(&r, i, 4),
		};
	return true;
}

#define PROJECTS_ASKED                                                                             \
	" FROM projects p WHERE p.org_id = $1" IF("2", "p.workspace_id = $2") IF("3", "p.id = $3") \
		IF("4", "p.workspace_id IN " OWN_WORKSPACES("4", "5"))

bool list_projects(struct ctx *c, const char *workspace_id, const char *id, const char *after,
		   int64_t limit, struct project **out, int *count, int64_t *total)
{
	const struct db_val asked[] = { db_text(c->org->id), db_text(workspace_id),
					db_text(id),         seer(c),
					origin(c),           db_text(after),
					db_int(limit) };
	struct rows r, all;
	const struct db_stmt reads[] = {
		{ "SELECT COUNT(*)" PROJECTS_ASKED, { asked, 5 }, &all },
		{ "SELECT p.id, p.workspace_id, p.title, p.created, p.changed" PROJECTS_ASKED
		  " AND p.id > $6 ORDER BY p.id LIMIT $7",
		  { asked, 7 },
		  &r },
	};

	if (!db_run_all(c, reads, 2))
		return false;
	*total = row_int(&all, 0, 0);
	*count = r.count;
	*out = arena_array(c->arena, struct project, (size_t)r.count);
	for (int i = 0; i < r.count; i++)
		(*out)[i] = (struct project){
			.id = row_text(&r, i, 0),
			.workspace_id = row_text(&r, i, 1),
			.title = row_text(&r, i, 2),
			.created = row_int(&r, i, 3),
			.changed = row_int(&r, i, 4),
		};
	return true;
}

bool count_source(struct ctx *c, const char *source_id, struct source_contents *out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT (SELECT COUNT(*) FROM groups g WHERE g.org_id = $1 AND g.source_id = "
		    "$2),"
		    " (SELECT COUNT(*) FROM members m JOIN groups g ON g.org_id = m.org_id"
		    " AND g.id = m.group_id WHERE m.org_id = $1 AND g.source_id = $2),"
		    " (SELECT COUNT(*) FROM pending_members m JOIN groups g ON g.org_id = m.org_id"
		    " AND g.id = m.group_id WHERE m.org_id = $1 AND g.source_id = $2),"
		    " (SELECT COUNT(*) FROM tokens t WHERE t.org_id = $1 AND t.source_id = $2"
		    " AND t.revoked = 0),"
		    " (SELECT COUNT(*) FROM users u WHERE u.org_id = $1 AND u.source_id = $2"
		    " AND u.deleted = 0)",
		    DB_ARGS(db_text(c->org->id), db_text(source_id))))
		return false;
	*out = (struct source_contents){
		.groups = row_int(&r, 0, 0),
		.memberships = row_int(&r, 0, 1),
		.pending_members = row_int(&r, 0, 2),
		.tokens = row_int(&r, 0, 3),
		.users = row_int(&r, 0, 4),
	};
	return true;
}

#define GRANTS_ASKED                                                                               \
	" FROM grants a JOIN users u ON u.org_id = a.org_id AND u.id = a.user_id"                  \
	" WHERE a.org_id = $1 AND a.origin = 'manual'" IF("2", "a.user_id = $2")

static enum scope scope_named(const char *name)
{
	for (int s = 0; s < SCOPES; s++)
		if (strcmp(scope_names[s], name) == 0)
			return (enum scope)s;
	return SCOPE_ORG;
}

static void fill_grant(struct grant_view *v, const struct rows *r, int row)
{
	*v = (struct grant_view){
		.held = { .user_id = row_text(r, row, 0),
			  .grant = { .scope = scope_named(row_text(r, row, 1)),
				     .target = row_text(r, row, 2),
				     .manual = true,
				     .by = row_text(r, row, 4),
				     .since = row_int(r, row, 5) } },
		.user_name = row_text(r, row, 6),
		.title = row_text(r, row, 7),
	};
	if (!role_parse(row_text(r, row, 3), &v->held.grant.role))
		v->held.grant.role = ROLE_NONE;
}

bool list_manual_grants(struct ctx *c, const char *user_id, const struct grant_position *after,
			int64_t limit, struct grant_view **out, int *n, int64_t *total)
{
	const struct db_val asked[] = {
		db_text(c->org->id),   db_text(user_id),       db_text(after->user_id),
		db_text(after->scope), db_text(after->target), db_int(limit),
	};
	struct rows r, all;
	const struct db_stmt reads[] = {
		{ "SELECT COUNT(*)" GRANTS_ASKED, { asked, 2 }, &all },
		{ "SELECT a.user_id, a.scope, a.target, a.role, a.granted_by, a.since, u.user_name,"
		  " COALESCE((SELECT w.title FROM workspaces w WHERE w.org_id = $1"
		  " AND w.id = a.target), (SELECT p.title FROM projects p WHERE p.org_id = $1"
		  " AND p.id = a.target))" GRANTS_ASKED
		  " AND (a.user_id, a.scope, a.target) > (CAST($3 AS TEXT), CAST($4 AS TEXT),"
		  " CAST($5 AS TEXT)) ORDER BY a.user_id, a.scope, a.target LIMIT $6",
		  { asked, 6 },
		  &r },
	};

	if (!db_run_all(c, reads, 2))
		return false;
	*total = row_int(&all, 0, 0);
	*n = r.count;
	*out = arena_array(c->arena, struct grant_view, (size_t)r.count);
	for (int i = 0; i < r.count; i++)
		fill_grant(&(*out)[i], &r, i);
	return true;
}
