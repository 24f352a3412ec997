/* org.c - the list of organizations and their policies. */
#include "roster/org.h"

#include <string.h>

#include "base/id.h"
#include "base/text.h"
#include "roster/source.h"

enum { NAME_MAX_BYTES = 200 };

static int word_in(const char *const *words, int n, const char *text, int unset)
{
	for (int i = 0; i < n; i++)
		if (text_same(words[i], text))
			return i;
	return unset;
}

struct org *org_from_row(struct ctx *c, const struct rows *r, int row, int col)
{
	struct org *o = arena_new(c->arena, struct org);

	o->id = row_text(r, row, col);
	o->name = row_text(r, row, col + 1);
	o->seat_limit = row_int(r, row, col + 2);
	o->refuse_when_full = row_bool(r, row, col + 3);
	if (!role_parse(row_text(r, row, col + 4), &o->default_role))
		o->default_role = ROLE_NO;
	o->never_matched = (enum unmatched)word_in(unmatched_names, UNMATCHEDS,
						   row_text(r, row, col + 5), UNMATCHED_PENDING);
	o->lost_match = (enum unmatched)word_in(unmatched_names, UNMATCHEDS,
						row_text(r, row, col + 6), UNMATCHED_PENDING);
	for (int s = 0; s < SCOPES; s++)
		o->authority[s] =
			(enum authority)word_in(authority_names, AUTHORITIES,
						row_text(r, row, col + 7 + s), AUTHORITY_BOTH);
	o->hold_people = row_int(r, row, col + 10);
	o->hold_percent = row_int(r, row, col + 11);
	o->relink_former = row_bool(r, row, col + 12);
	o->rules_revision = row_int(r, row, col + 13);
	o->created = row_int(r, row, col + 14);
	o->changed = row_int(r, row, col + 15);
	o->stamp = row_int(r, row, col + 16);
	o->rules_at = row_int(r, row, col + 17);
	o->rules_next = row_int(r, row, col + 18);
	return o;
}

static bool check_name(struct ctx *c, const char *name)
{
	if (!name || !*name || strlen(name) > NAME_MAX_BYTES)
		return error(c, ERR_VALUE, "an organization needs a name of 1 to %d bytes",
			     NAME_MAX_BYTES);
	return true;
}

bool org_create(struct ctx *c, struct org *o)
{
	struct source manual = { .kind = "manual", .name = "manual" };
	const struct org *before = c->org;
	struct rows r;

	if (!check_name(c, o->name))
		return false;
	o->id = id_new(c->arena);
	o->created = o->changed = c->now;
	o->rules_revision = 0;
	if (!db_run(c, &r,
		    "INSERT INTO orgs (id, name, name_key, seat_limit, refuse_when_full,"
		    " default_role, never_matched, lost_match, org_authority,"
		    " workspace_authority, project_authority, hold_people, hold_percent,"
		    " relink_former, rules_revision, created, changed)"
		    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0,"
		    " $15, $15) ON CONFLICT (name_key) DO NOTHING RETURNING id",
		    DB_ARGS(db_text(o->id), db_text(o->name), db_text(text_fold(c->arena, o->name)),
			    db_int(SEATS_UNLIMITED), db_bool(o->refuse_when_full),
			    db_text(role_code(o->default_role)),
			    db_text(unmatched_names[o->never_matched]),
			    db_text(unmatched_names[o->lost_match]),
			    db_text(authority_names[o->authority[SCOPE_ORG]]),
			    db_text(authority_names[o->authority[SCOPE_WORKSPACE]]),
			    db_text(authority_names[o->authority[SCOPE_PROJECT]]),
			    db_int(o->hold_people), db_int(o->hold_percent),
			    db_bool(o->relink_former), db_int(c->now))))
		return false;
	if (r.count == 0)
		return error(c, ERR_UNIQUE, "there is an organization \"%s\" already", o->name);
	if (!db_enter_org(c, o->id))
		return false;
	c->org = o;
	if (!source_create(c, &manual)) {
		c->org = before;
		return false;
	}
	c->org = before;
	return true;
}

static bool find(struct ctx *c, const char *sql, const char *key, struct org **out)
{
	struct rows r;

	if (!db_run(c, &r, sql, DB_ARGS(db_text(key))))
		return false;
	*out = r.count ? org_from_row(c, &r, 0, 0) : NULL;
	return true;
}

bool org_find(struct ctx *c, const char *id, struct org **out)
{
	return find(c, "SELECT " ORG_COLUMNS " FROM orgs o WHERE o.id = $1", id, out);
}

bool org_find_by_name(struct ctx *c, const char *name, struct org **out)
{
	return find(c, "SELECT " ORG_COLUMNS " FROM orgs o WHERE o.name_key = $1",
		    text_fold(c->arena, name), out);
}

bool org_list(struct ctx *c, struct org **out, int *count)
{
	struct rows r;

	if (!db_run(c, &r, "SELECT " ORG_COLUMNS " FROM orgs o ORDER BY o.id", DB_NONE))
		return false;
	*out = arena_array(c->arena, struct org, (size_t)r.count);
	*count = r.count;
	for (int i = 0; i < r.count; i++)
		(*out)[i] = *org_from_row(c, &r, i, 0);
	return true;
}

bool org_only(struct ctx *c, const char **id)
{
	struct rows r;

	if (!db_run(c, &r, "SELECT o.id FROM orgs o LIMIT 2", DB_NONE))
		return false;
	*id = r.count == 1 ? row_text(&r, 0, 0) : NULL;
	return true;
}

bool org_moved(struct ctx *c)
{
	return db_run(c, NULL, "UPDATE orgs SET stamp = stamp + 1 WHERE id = $1",
		      DB_ARGS(db_text(c->org->id)));
}

bool org_save(struct ctx *c, const struct org *o)
{
	struct rows r;

	if (!check_name(c, o->name))
		return false;
	if (!db_run(c, &r, "SELECT id FROM orgs WHERE name_key = $1 AND id <> $2",
		    DB_ARGS(db_text(text_fold(c->arena, o->name)), db_text(c->org->id))))
		return false;
	if (r.count)
		return error(c, ERR_UNIQUE, "there is an organization \"%s\" already", o->name);
	return db_push(c,
		       "UPDATE orgs SET name = $2, name_key = $3, refuse_when_full = $4,"
		       " default_role = $5, never_matched = $6, lost_match = $7,"
		       " org_authority = $8, workspace_authority = $9, project_authority = $10,"
		       " hold_people = $11, hold_percent = $12, relink_former = $13,"
		       " changed = $14, stamp = stamp + 1 WHERE id = $1",
		       DB_ARGS(db_text(c->org->id), db_text(o->name),
			       db_text(text_fold(c->arena, o->name)), db_bool(o->refuse_when_full),
			       db_text(role_code(o->default_role)),
			       db_text(unmatched_names[o->never_matched]),
			       db_text(unmatched_names[o->lost_match]),
			       db_text(authority_names[o->authority[SCOPE_ORG]]),
			       db_text(authority_names[o->authority[SCOPE_WORKSPACE]]),
			       db_text(authority_names[o->authority[SCOPE_PROJECT]]),
			       db_int(o->hold_people), db_int(o->hold_percent),
			       db_bool(o->relink_former), db_int(c->now)));
}
