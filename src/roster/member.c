/* member.c - who is in a group; the cost of a change does not know the group's size. */
#include "roster/group.h"

#include <string.h>

#include "base/org.h"
#include "base/text.h"
#include "group_note.h"
#include "roster/touched.h"
#include "user_store.h"

enum { SQL_MAX = 64 * 1024 };

/* References, sorted out: the ids of people, and what names nobody yet. */
struct resolved {
	const char **id, **unknown;
	int ids, unknowns;
};

/* Parameters: the organization, then extra, then the n texts. */
static struct db_args args_of(struct ctx *c, struct db_val extra, const char *const *text, int n)
{
	struct db_val *p = arena_array(c->arena, struct db_val, (size_t)n + 2);

	p[0] = db_text(c->org->id);
	p[1] = extra;
	for (int i = 0; i < n; i++)
		p[i + 2] = db_text(text[i]);
	return (struct db_args){ p, n + 2 };
}

static const char *statement(struct ctx *c, const char *before, int n, const char *after)
{
	struct buf sql = buf_in(c->arena, SQL_MAX);

	buf_puts(&sql, before);
	buf_list(&sql, 3, n);
	buf_puts(&sql, after);
	return sql.p;
}

static bool is_among(const char *text, const struct rows *r)
{
	for (int i = 0; i < r->count; i++)
		if (strcmp(row_text(r, i, 0), text) == 0)
			return true;
	return false;
}

static bool is_listed(const char *text, const char *const *list, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(list[i], text) == 0)
			return true;
	return false;
}

/* By externalId, exactly, or by userName, without case: ids were tried before. */
static bool by_name(struct ctx *c, const char *ref, struct resolved *out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT u.id FROM users u WHERE u.org_id = $1 AND u.deleted = 0"
		    " AND u.external_id = $2 UNION ALL SELECT u.id FROM users u"
		    " WHERE u.org_id = $1 AND u.name_key = $3",
		    DB_ARGS(db_text(c->org->id), db_text(ref), db_text(text_fold(c->arena, ref)))))
		return false;
	if (!r.count)
		out->unknown[out->unknowns++] = ref;
	else if (!is_listed(row_text(&r, 0, 0), out->id, out->ids))
		out->id[out->ids++] = row_text(&r, 0, 0);
	return true;
}

/* n <= CHUNK */
static bool resolve_refs(struct ctx *c, const char *const *refs, int n, struct resolved *out)
{
	struct rows r;

	*out = (struct resolved){ .id = arena_array(c->arena, const char *, (size_t)n),
				  .unknown = arena_array(c->arena, const char *, (size_t)n) };
	if (!db_run(c, &r,
		    statement(c,
			      "SELECT u.id FROM users u WHERE u.org_id = $1 AND u.deleted = $2"
			      " AND u.id IN ",
			      n, ""),
		    args_of(c, db_int(0), refs, n)))
		return false;
	for (int i = 0; i < r.count; i++)
		out->id[out->ids++] = row_text(&r, i, 0);
	for (int i = 0; i < n && out->ids + out->unknowns < n; i++)
		if (!is_among(refs[i], &r) && !by_name(c, refs[i], out))
			return false;
	return true;
}

static void note_moves(struct ctx *c, const struct group *g, const struct rows *moved, bool in)
{
	for (int i = 0; i < moved->count; i++)
		membership_note(c, g, row_text(moved, i, 0), in);
	group_note(c, in ? "group.members_added" : "group.members_removed", g, moved);
}

static bool insert(struct ctx *c, struct group *g, const struct resolved *who)
{
	struct rows r;
	struct db_val *p = arena_array(c->arena, struct db_val, (size_t)who->ids + 3);
	struct buf sql = buf_in(c->arena, SQL_MAX);

	p[0] = db_text(c->org->id);
	p[1] = db_text(g->id);
	p[2] = db_int(c->now);
	buf_puts(&sql, "INSERT INTO members (org_id, group_id, user_id, since) VALUES ");
	for (int i = 0; i < who->ids; i++) {
		buf_printf(&sql, "%s($1, $2, $%d, $3)", i ? ", " : "", i + 4);
		p[i + 3] = db_text(who->id[i]);
	}
	buf_puts(&sql, " ON CONFLICT DO NOTHING RETURNING user_id");
	if (!db_run(c, &r, sql.p, (struct db_args){ p, who->ids + 3 }))
		return false;
	if (!r.count)
		return true;
	for (int i = 0; i < r.count; i++)
		touch_user(c, row_text(&r, i, 0));
	g->version += r.count;
	g->changed = c->now;
	note_moves(c, g, &r, true);
	return group_moved(c, g->id, r.count);
}

/* Kept until they arrive.  Alone, so that nobody arrives unseen meanwhile. */
static bool keep_pending(struct ctx *c, const struct group *g, const struct resolved *who)
{
	if (!db_alone(c))
		return false;
	for (int i = 0; i < who->unknowns; i++)
		if (!db_push(c,
			     "INSERT INTO pending_members (org_id, group_id, ref, ref_key, since)"
			     " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
			     DB_ARGS(db_text(c->org->id), db_text(g->id), db_text(who->unknown[i]),
				     db_text(text_fold(c->arena, who->unknown[i])),
				     db_int(c->now))))
			return false;
	return true;
}

bool member_add(struct ctx *c, struct group *g, const char *const *refs, int n, int *unknown)
{
	struct resolved who;

	if (unknown)
		*unknown = 0;
	for (int i = 0; i < n; i += CHUNK) {
		if (!resolve_refs(c, refs + i, n - i < CHUNK ? n - i : CHUNK, &who))
			return false;
		if (who.ids && !insert(c, g, &who))
			return false;
		if (who.unknowns && !keep_pending(c, g, &who))
			return false;
		if (unknown)
			*unknown += who.unknowns;
	}
	return true;
}

static bool remove_ids(struct ctx *c, struct group *g, const char *const *ids, int n)
{
	struct rows r;

	if (!n)
		return true;
	if (!db_run(c, &r,
		    statement(c,
			      "DELETE FROM members WHERE org_id = $1 AND group_id = $2"
			      " AND user_id IN ",
			      n, " RETURNING user_id"),
		    args_of(c, db_text(g->id), ids, n)))
		return false;
	if (!r.count)
		return true;
	for (int i = 0; i < r.count; i++)
		touch_lost(c, row_text(&r, i, 0), g);
	g->version += r.count;
	g->changed = c->now;
	note_moves(c, g, &r, false);
	return group_moved(c, g->id, r.count);
}

bool member_remove(struct ctx *c, struct group *g, const char *const *refs, int n)
{
	struct resolved who;

	for (int i = 0; i < n; i += CHUNK) {
		int part = n - i < CHUNK ? n - i : CHUNK;

		if (!resolve_refs(c, refs + i, part, &who) || !remove_ids(c, g, who.id, who.ids) ||
		    !db_push(c,
			     statement(c,
				       "DELETE FROM pending_members WHERE org_id = $1"
				       " AND group_id = $2 AND ref IN ",
				       part, ""),
			     args_of(c, db_text(g->id), refs + i, part)))
			return false;
	}
	return true;
}

bool member_unknown(struct ctx *c, const char *const *refs, int n, const char ***out, int *count)
{
	struct resolved who;

	*out = arena_array(c->arena, const char *, (size_t)n);
	*count = 0;
	for (int i = 0; i < n; i += CHUNK) {
		if (!resolve_refs(c, refs + i, n - i < CHUNK ? n - i : CHUNK, &who))
			return false;
		for (int j = 0; j < who.unknowns; j++)
			(*out)[(*count)++] = who.unknown[j];
	}
	return true;
}

bool member_count(struct ctx *c, const char *group_id, int64_t *out)
{
	struct rows r;

	if (!db_run(c, &r, "SELECT COUNT(*) FROM members m WHERE m.org_id = $1 AND m.group_id = $2",
		    DB_ARGS(db_text(c->org->id), db_text(group_id))))
		return false;
	*out = row_int(&r, 0, 0);
	return true;
}

bool member_list(struct ctx *c, const struct group *groups, int count, struct member **out,
		 int *out_count)
{
	const char **ids = arena_array(c->arena, const char *, (size_t)count + 1);
	struct rows r = { 0 };

	for (int i = 0; i < count; i++)
		ids[i] = groups[i].id;
	if (count &&
	    !db_run(c, &r,
		    statement(c,
			      "SELECT m.group_id, m.user_id, COALESCE(u.display_name, u.user_name)"
			      " FROM members m JOIN users u ON u.org_id = m.org_id"
			      " AND u.id = m.user_id WHERE m.org_id = $1 AND u.deleted = $2"
			      " AND m.group_id IN ",
			      count, " ORDER BY m.group_id, m.user_id"),
		    args_of(c, db_int(0), ids, count)))
		return false;
	*out = arena_array(c->arena, struct member, (size_t)r.count);
	*out_count = r.count;
	for (int i = 0; i < r.count; i++)
		(*out)[i] = (struct member){ .group_id = row_text(&r, i, 0),
					     .user_id = row_text(&r, i, 1),
					     .display = row_text(&r, i, 2) };
	return true;
}
