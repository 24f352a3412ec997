/* report.c - leavers, people who do not come, and who has what. */
#include "change/report.h"

#include <string.h>

#include "base/org.h"

#define COUNT_OF(list) ((int)(sizeof(list) / sizeof((list)[0])))

static bool ask(struct ctx *c, struct report_page *out, const char *count,
		struct db_args count_args, const char *sql, struct db_args args)
{
	struct rows n;

	if (!db_run(c, &n, count, count_args) || !db_run(c, &out->rows, sql, args))
		return false;
	out->total = row_int(&n, 0, 0);
	return true;
}

/* Rows have the cursor in the first column, and are as many as was asked for. */
static void find_next(struct report_page *p, int64_t limit)
{
	if (p->rows.count == limit && limit > 0)
		p->next = row_text(&p->rows, p->rows.count - 1, 0);
}

/* ---- leavers ---- */

static const struct report_column leaver_columns[] = {
	{ "user", CELL_TEXT },
	{ "person", CELL_TEXT },
	{ "userName", CELL_TEXT },
	{ "displayName", CELL_TEXT },
	{ "state", CELL_TEXT },
	{ "source", CELL_TEXT },
	{ "joined", CELL_TIME },
	{ "left", CELL_TIME },
	{ "returned", CELL_BOOL },
	{ "annotations", CELL_INT },
	{ "projects", CELL_INT },
	{ "lead_time_ms", CELL_INT },
	{ "first_annotation", CELL_TIME },
	{ "last_annotation", CELL_TIME },
};

#define LEAVERS                                                                                    \
	" FROM (SELECT u.id, u.person_id, u.user_name, u.display_name, u.source_id, u.created,"    \
	" CASE WHEN u.erased > 0 THEN 'erased' WHEN u.deleted > 0 THEN 'former'"                   \
	" ELSE 'deactivated' END AS state, CASE WHEN u.deleted > 0 THEN u.deleted ELSE"            \
	" COALESCE((SELECT t.since FROM standings t WHERE t.org_id = $1 AND t.user_id = u.id"      \
	" AND t.role = 'DI'), u.changed) END AS gone"                                              \
	" FROM users u WHERE u.org_id = $1 AND (u.deleted > 0 OR NOT u.shown_active)) l"           \
	" WHERE l.gone >= $2 AND l.gone < $3"
#define OF_ANNOTATIONS " FROM annotations n WHERE n.org_id = $1 AND n.user_id = l.id"

bool report_leavers(struct ctx *c, const struct report_query *q, struct report_page *out)
{
	const struct db_val v[] = { db_text(c->org->id), db_int(q->from),
				    db_int(q->until ? q->until : INT64_MAX), db_text(q->after),
				    db_int(q->limit) };

	*out = (struct report_page){ .column = leaver_columns,
				     .columns = COUNT_OF(leaver_columns) };
	if (!ask(c, out, "SELECT COUNT(*)" LEAVERS, (struct db_args){ v, 3 },
		 "SELECT l.id, l.person_id, l.user_name, l.display_name, l.state,"
		 " (SELECT s.kind FROM sources s WHERE s.org_id = $1 AND s.id = l.source_id),"
		 " l.created, l.gone, CASE WHEN EXISTS (SELECT 1 FROM users o WHERE o.org_id = $1"
		 " AND o.person_id = l.person_id AND o.id <> l.id AND o.deleted = 0"
		 " AND o.shown_active) THEN 1 ELSE 0 END, (SELECT COUNT(*)" OF_ANNOTATIONS
		 "), (SELECT COUNT(DISTINCT n.project)" OF_ANNOTATIONS
		 "), (SELECT COALESCE(SUM(n.lead_time_ms), 0)" OF_ANNOTATIONS
		 " AND n.lead_time_ms > 0), (SELECT MIN(n.created)" OF_ANNOTATIONS
		 "), (SELECT MAX(n.created)" OF_ANNOTATIONS ")" LEAVERS
		 " AND l.id > $4 ORDER BY l.id LIMIT $5",
		 (struct db_args){ v, 5 }))
		return false;
	find_next(out, q->limit);
	return true;
}

/* ---- people who do not come ---- */

static const struct report_column idle_columns[] = {
	{ "user", CELL_TEXT },    { "userName", CELL_TEXT },    { "displayName", CELL_TEXT },
	{ "role", CELL_TEXT },    { "seat", CELL_BOOL },        { "source", CELL_TEXT },
	{ "created", CELL_TIME }, { "last_signin", CELL_TIME }, { "last_annotation", CELL_TIME },
};

#define IDLE                                                                                       \
	" FROM (SELECT u.id, u.user_name, u.display_name, u.source_id, u.created, t.role, t.seat," \
	" (SELECT MAX(d.at) FROM audit d WHERE d.org_id = $1 AND d.target_id = u.id"               \
	" AND d.action IN ('signin.accepted', 'signin.break_glass')) AS seen"                      \
	" FROM users u JOIN standings t ON t.org_id = $1 AND t.user_id = u.id"                     \
	" WHERE u.org_id = $1 AND u.deleted = 0 AND t.role NOT IN ('DI', 'NO')"                    \
	" AND u.created < $2) p WHERE COALESCE(p.seen, 0) < $2"

static const int64_t day_ms = 24 * 60 * 60 * 1000;

bool report_idle(struct ctx *c, const struct report_query *q, struct report_page *out)
{
	const struct db_val v[] = { db_text(c->org->id), db_int(c->now - q->days * day_ms),
				    db_text(q->after), db_int(q->limit) };

	*out = (struct report_page){ .column = idle_columns, .columns = COUNT_OF(idle_columns) };
	if (!ask(c, out, "SELECT COUNT(*)" IDLE, (struct db_args){ v, 2 },
		 "SELECT p.id, p.user_name, p.display_name, p.role, p.seat,"
		 " (SELECT s.kind FROM sources s WHERE s.org_id = $1 AND s.id = p.source_id),"
		 " p.created, p.seen, (SELECT MAX(n.created) FROM annotations n"
		 " WHERE n.org_id = $1 AND n.user_id = p.id)" IDLE
		 " AND p.id > $3 ORDER BY p.id LIMIT $4",
		 (struct db_args){ v, 4 }))
		return false;
	find_next(out, q->limit);
	return true;
}

/* ---- who has what ---- */

static const struct report_column access_columns[] = {
	{ "user", CELL_TEXT },  { "userName", CELL_TEXT },   { "displayName", CELL_TEXT },
	{ "state", CELL_TEXT }, { "role", CELL_TEXT },       { "seat", CELL_BOOL },
	{ "scope", CELL_TEXT }, { "target", CELL_TEXT },     { "title", CELL_TEXT },
	{ "given", CELL_TEXT }, { "rule", CELL_TEXT },       { "revision", CELL_INT },
	{ "group", CELL_TEXT }, { "group_name", CELL_TEXT }, { "source", CELL_TEXT },
	{ "by", CELL_TEXT },    { "since", CELL_TIME },
};

/* A workspace knows members and managers; in a project no role is that of the
 * organization. */
#define GIVEN                                                                                      \
	"CASE WHEN g.scope = 'workspace' THEN CASE WHEN g.role = 'MA' THEN 'manager'"              \
	" ELSE 'member' END ELSE g.role END"

bool report_access(struct ctx *c, const struct report_query *q, struct report_page *out)
{
	struct db_args org = DB_ARGS(db_text(c->org->id));
	const char *last = NULL;
	int64_t people = 0;

	*out = (struct report_page){ .column = access_columns,
				     .columns = COUNT_OF(access_columns) };
	if (!ask(c, out, "SELECT COUNT(*) FROM users u WHERE u.org_id = $1 AND u.deleted = 0", org,
		 "SELECT u.id, u.user_name, u.display_name, CASE WHEN t.role IS NULL OR t.role ="
		 " 'NO' THEN 'pending' WHEN t.role = 'DI' THEN 'deactivated' ELSE 'active' END,"
		 " COALESCE(t.role, 'NO'), t.seat, g.scope, CASE WHEN g.scope = 'org' THEN NULL"
		 " ELSE g.target END, COALESCE(w.title, p.title), " GIVEN ", g.rule_id,"
		 " CASE WHEN g.rule_id IS NULL THEN NULL ELSE g.revision END, g.group_id,"
		 " r.display_name, s.name, g.granted_by, g.since FROM users u"
		 " LEFT JOIN standings t ON t.org_id = $1 AND t.user_id = u.id"
		 " LEFT JOIN grants g ON g.org_id = $1 AND g.user_id = u.id"
		 " LEFT JOIN workspaces w ON w.org_id = $1 AND g.scope = 'workspace'"
		 " AND w.id = g.target LEFT JOIN projects p ON p.org_id = $1"
		 " AND g.scope = 'project' AND p.id = g.target"
		 " LEFT JOIN groups r ON r.org_id = $1 AND r.id = g.group_id"
		 " LEFT JOIN sources s ON s.org_id = $1 AND s.id = g.source_id"
		 " WHERE u.org_id = $1 AND u.id IN (SELECT x.id FROM users x WHERE x.org_id = $1"
		 " AND x.deleted = 0 AND x.id > $2 ORDER BY x.id LIMIT $3)"
		 " ORDER BY u.id, g.scope, g.target, g.origin",
		 DB_ARGS(db_text(c->org->id), db_text(q->after), db_int(q->limit))))
		return false;
	for (int i = 0; i < out->rows.count; i++) {
		people += !last || strcmp(last, row_text(&out->rows, i, 0)) != 0;
		last = row_text(&out->rows, i, 0);
	}
	out->next = people == q->limit ? last : NULL;
	return true;
}
