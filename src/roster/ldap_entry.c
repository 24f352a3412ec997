/* ldap_entry.c - what is known of the entries and groups of a directory. */
#include "roster/ldap_entry.h"

#include "base/org.h"
#include "base/text.h"
#include "db/batch.h"

enum { IN_MAX = 400, SQL_MAX = 64 * 1024 };

#define COLS                                                                                       \
	"e.entry_id, e.user_id, e.content, e.dn_key, e.state, e.expires, e.missing,"               \
	" e.primary_key"

static void fill(struct ldap_entry *e, const struct rows *r, int row)
{
	*e = (struct ldap_entry){
		.entry_id = row_text(r, row, 0),
		.user_id = row_text(r, row, 1),
		.content = row_text(r, row, 2),
		.dn_key = row_text(r, row, 3),
		.state = row_text(r, row, 4),
		.expires = row_int(r, row, 5),
		.missing = row_int(r, row, 6),
		.primary_key = row_text(r, row, 7),
	};
}

static void fill_all(struct ctx *c, const struct rows *r, struct ldap_entry **out, int *count)
{
	*out = arena_array(c->arena, struct ldap_entry, (size_t)r->count + 1);
	*count = r->count;
	for (int i = 0; i < r->count; i++)
		fill(&(*out)[i], r, i);
}

bool ldap_entry_page(struct ctx *c, const char *source_id, const char *after,
		     struct ldap_entry **out, int *count)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT " COLS " FROM ldap_entries e WHERE e.org_id = $1 AND e.source_id = $2"
		    " AND e.entry_id > $3 ORDER BY e.entry_id LIMIT $4",
		    DB_ARGS(db_text(c->org->id), db_text(source_id), db_text(after),
			    db_int(LDAP_PAGE))))
		return false;
	fill_all(c, &r, out, count);
	return true;
}

/* Of some hundred texts at a time. */
static bool find_in(struct ctx *c, const char *head, const char *source_id, const char *const *text,
		    int n, struct rows *r)
{
	struct db_val *v = arena_array(c->arena, struct db_val, (size_t)n + 2);
	struct buf sql = buf_in(c->arena, SQL_MAX);

	v[0] = db_text(c->org->id);
	v[1] = db_text(source_id);
	for (int i = 0; i < n; i++)
		v[i + 2] = db_text(text[i]);
	buf_puts(&sql, head);
	buf_list(&sql, 3, n);
	return db_run(c, r, sql.p, (struct db_args){ v, n + 2 });
}

static bool find_all(struct ctx *c, const char *head, const char *source_id,
		     const char *const *text, int n, struct ldap_entry **out, int *count)
{
	struct rows r;

	*out = arena_array(c->arena, struct ldap_entry, (size_t)n + 1);
	*count = 0;
	for (int i = 0; i < n; i += IN_MAX) {
		if (!find_in(c, head, source_id, text + i, n - i < IN_MAX ? n - i : IN_MAX, &r))
			return false;
		for (int row = 0; row < r.count && *count < n; row++)
			fill(&(*out)[(*count)++], &r, row);
	}
	return true;
}

bool ldap_entry_find(struct ctx *c, const char *source_id, const char *const *ids, int n,
		     struct ldap_entry **out, int *count)
{
	return find_all(c,
			"SELECT " COLS " FROM ldap_entries e WHERE e.org_id = $1"
			" AND e.source_id = $2 AND e.entry_id IN ",
			source_id, ids, n, out, count);
}

/* Two entries may have had the same DN one after the other: the one that is there counts. */
bool ldap_entry_by_dn(struct ctx *c, const char *source_id, const char *const *keys, int n,
		      struct ldap_entry **out, int *count)
{
	return find_all(c,
			"SELECT " COLS " FROM ldap_entries e WHERE e.org_id = $1"
			" AND e.source_id = $2 AND e.missing = 0 AND e.dn_key IN ",
			source_id, keys, n, out, count);
}

bool ldap_entry_by_user(struct ctx *c, const char *source_id, const char *const *users, int n,
			struct ldap_entry **out, int *count)
{
	return find_all(c,
			"SELECT " COLS " FROM ldap_entries e WHERE e.org_id = $1"
			" AND e.source_id = $2 AND e.missing = 0 AND e.user_id IN ",
			source_id, users, n, out, count);
}

bool ldap_entry_expired(struct ctx *c, const char *source_id, int64_t limit,
			struct ldap_entry **out, int *count)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT " COLS " FROM ldap_entries e WHERE e.org_id = $1 AND e.source_id = $2"
		    " AND e.expires > 0 AND e.expires <= $3 AND e.state = 'active'"
		    " AND e.missing = 0 ORDER BY e.entry_id LIMIT $4",
		    DB_ARGS(db_text(c->org->id), db_text(source_id), db_int(c->now),
			    db_int(limit))))
		return false;
	fill_all(c, &r, out, count);
	return true;
}

bool ldap_entry_put(struct ctx *c, const char *source_id, const struct ldap_entry *list, int n)
{
	struct db_batch b = db_batch_of(c,
					"INSERT INTO ldap_entries (org_id, source_id, entry_id,"
					" user_id, content, dn_key, state, expires, missing,"
					" primary_key) VALUES ",
					9,
					" ON CONFLICT (org_id, source_id, entry_id) DO UPDATE SET"
					" user_id = excluded.user_id, content = excluded.content,"
					" dn_key = excluded.dn_key, state = excluded.state,"
					" expires = excluded.expires, missing = excluded.missing,"
					" primary_key = excluded.primary_key");

	for (int i = 0; i < n; i++) {
		const struct ldap_entry *e = &list[i];
		const struct db_val v[] = {
			db_text(source_id),  db_text(e->entry_id), db_text(e->user_id),
			db_text(e->content), db_text(e->dn_key),   db_text(e->state),
			db_int(e->expires),  db_int(e->missing),   db_text(e->primary_key),
		};

		if (!db_batch_add(&b, v))
			return false;
	}
	return db_batch_send(&b);
}

bool ldap_entry_count(struct ctx *c, const char *source_id, int64_t *people, int64_t *groups)
{
	struct db_args args = DB_ARGS(db_text(c->org->id), db_text(source_id));
	struct rows p, g;
	const struct db_stmt reads[] = {
		{ "SELECT COUNT(*) FROM ldap_entries e WHERE e.org_id = $1 AND e.source_id = $2"
		  " AND e.missing = 0",
		  args, &p },
		{ "SELECT COUNT(*) FROM ldap_groups g WHERE g.org_id = $1 AND g.source_id = $2",
		  args, &g },
	};

	if (!db_run_all(c, reads, 2))
		return false;
	*people = row_int(&p, 0, 0);
	*groups = row_int(&g, 0, 0);
	return true;
}

bool ldap_group_all(struct ctx *c, const char *source_id, struct ldap_group_row **out, int *count)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT g.entry_id, g.group_id, g.content, g.members, g.dn_key, g.nested"
		    " FROM ldap_groups g WHERE g.org_id = $1 AND g.source_id = $2"
		    " ORDER BY g.entry_id",
		    DB_ARGS(db_text(c->org->id), db_text(source_id))))
		return false;
	*out = arena_array(c->arena, struct ldap_group_row, (size_t)r.count + 1);
	*count = r.count;
	for (int i = 0; i < r.count; i++)
		(*out)[i] = (struct ldap_group_row){
			.entry_id = row_text(&r, i, 0),
			.group_id = row_text(&r, i, 1),
			.content = row_text(&r, i, 2),
			.members = row_text(&r, i, 3),
			.dn_key = row_text(&r, i, 4),
			.nested = row_bool(&r, i, 5),
		};
	return true;
}

bool ldap_group_put(struct ctx *c, const char *source_id, const struct ldap_group_row *list, int n)
{
	struct db_batch b = db_batch_of(c,
					"INSERT INTO ldap_groups (org_id, source_id, entry_id,"
					" group_id, content, members, dn_key, nested) VALUES ",
					7,
					" ON CONFLICT (org_id, source_id, entry_id) DO UPDATE SET"
					" group_id = excluded.group_id, content = excluded.content,"
					" members = excluded.members, dn_key = excluded.dn_key,"
					" nested = excluded.nested");

	for (int i = 0; i < n; i++) {
		const struct ldap_group_row *g = &list[i];
		const struct db_val v[] = {
			db_text(source_id),  db_text(g->entry_id), db_text(g->group_id),
			db_text(g->content), db_text(g->members),  db_text(g->dn_key),
			db_bool(g->nested),
		};

		if (!db_batch_add(&b, v))
			return false;
	}
	return db_batch_send(&b);
}

bool ldap_group_forget(struct ctx *c, const char *source_id, const char *entry_id)
{
	return db_push(c,
		       "DELETE FROM ldap_groups WHERE org_id = $1 AND source_id = $2"
		       " AND entry_id = $3",
		       DB_ARGS(db_text(c->org->id), db_text(source_id), db_text(entry_id)));
}
