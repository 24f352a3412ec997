/* user_store.c - rows of users and their values, written as differences. */
#include "user_store.h"

#include <string.h>

#include "db/db.h"
#include "base/org.h"

enum { SQL_MAX = 256 * 1024, VALUE_COLS = 6 };

void user_fill(struct user *u, const struct rows *r, int row)
{
	*u = (struct user){
		.id = row_text(r, row, 0),
		.person_id = row_text(r, row, 1),
		.source_id = row_text(r, row, 2),
		.user_name = row_text(r, row, 3),
		.external_id = row_text(r, row, 4),
		.display_name = row_text(r, row, 5),
		.active = row_bool(r, row, 6),
		.shown_active = row_bool(r, row, 7),
		.guarded = row_bool(r, row, 8),
		.version = row_int(r, row, 9),
		.created = row_int(r, row, 10),
		.changed = row_int(r, row, 11),
		.deleted = row_int(r, row, 12),
		.body = row_text(r, row, 13),
	};
}

struct user *user_from_row(struct ctx *c, const struct rows *r, int row)
{
	struct user *u = arena_new(c->arena, struct user);

	user_fill(u, r, row);
	return u;
}

static const char *fold_or_null(struct ctx *c, const char *s)
{
	return s ? text_fold(c->arena, s) : NULL;
}

bool user_insert(struct ctx *c, struct user *u)
{
	u->body = user_render(c, u);
	return db_push(c,
		       "INSERT INTO users (org_id, id, person_id, source_id, user_name, name_key,"
		       " external_id, display_name, display_key, active, shown_active, guarded,"
		       " version, created, changed, deleted, erased, body) VALUES ($1, $2, $3, $4,"
		       " $5, $6, $7, $8, $9, $10, $10, $11, 1, $12, $12, 0, 0, $13)",
		       DB_ARGS(db_text(c->org->id), db_text(u->id), db_text(u->person_id),
			       db_text(u->source_id), db_text(u->user_name),
			       db_text(text_fold(c->arena, u->user_name)), db_text(u->external_id),
			       db_text(u->display_name), db_text(fold_or_null(c, u->display_name)),
			       db_bool(u->active), db_bool(u->guarded), db_int(c->now),
			       db_text(u->body))) &&
	       values_insert(c, u->id, u->values.v, u->values.count);
}

bool user_update(struct ctx *c, const struct user *u)
{
	return db_push(c,
		       "UPDATE users SET source_id = $3, user_name = $4, name_key = $5,"
		       " external_id = $6, display_name = $7, display_key = $8, active = $9,"
		       " shown_active = $10, guarded = $11, version = $12, changed = $13,"
		       " body = $14 WHERE org_id = $1 AND id = $2",
		       DB_ARGS(db_text(c->org->id), db_text(u->id), db_text(u->source_id),
			       db_text(u->user_name), db_text(text_fold(c->arena, u->user_name)),
			       db_text(u->external_id), db_text(u->display_name),
			       db_text(fold_or_null(c, u->display_name)), db_bool(u->active),
			       db_bool(u->shown_active), db_bool(u->guarded), db_int(u->version),
			       db_int(u->changed), db_text(u->body)));
}

static bool insert_chunk(struct ctx *c, const char *user_id, const struct value *v, int n)
{
	struct db_val *p = arena_array(c->arena, struct db_val, (size_t)n * VALUE_COLS + 2);
	struct buf sql = buf_in(c->arena, SQL_MAX);
	int at = 2;

	p[0] = db_text(c->org->id);
	p[1] = db_text(user_id);
	buf_puts(&sql, "INSERT INTO person_values"
		       " (org_id, user_id, path, n, value, value_key, key_hash) VALUES ");
	for (int i = 0; i < n; i++) {
		const char *key = text_fold(c->arena, v[i].text);

		buf_puts(&sql, i ? ", ($1, $2, " : "($1, $2, ");
		buf_params(&sql, at + 1, 5);
		buf_puts(&sql, ")");
		p[at++] = db_text(v[i].attr->path);
		p[at++] = db_int(v[i].n);
		p[at++] = db_text(v[i].text);
		p[at++] = db_text(key);
		p[at++] = db_int(text_hash(key));
	}
	buf_puts(&sql, " ON CONFLICT (org_id, user_id, path, n) DO UPDATE SET"
		       " value = excluded.value, value_key = excluded.value_key,"
		       " key_hash = excluded.key_hash");
	return db_push(c, sql.p, (struct db_args){ p, at });
}

bool values_insert(struct ctx *c, const char *user_id, const struct value *v, int n)
{
	for (int i = 0; i < n; i += CHUNK)
		if (!insert_chunk(c, user_id, v + i, n - i < CHUNK ? n - i : CHUNK))
			return false;
	return true;
}

bool values_load(struct ctx *c, struct user *u, const struct rows *r)
{
	for (int i = 0; i < r->count; i++) {
		const struct attr *a = attr_by_path(row_text(r, i, 0));

		/* a path of a newer program: kept in the table, unknown here */
		if (a)
			values_add(c->arena, &u->values, a, (int)row_int(r, i, 1),
				   row_text(r, i, 2));
	}
	values_sort(&u->values);
	return true;
}

bool values_equal(const struct values *a, const struct values *b)
{
	if (a->count != b->count)
		return false;
	for (int i = 0; i < a->count; i++) {
		const char *text = values_text(b, a->v[i].attr, a->v[i].n);

		if (!text || strcmp(text, a->v[i].text) != 0)
			return false;
	}
	return true;
}

bool values_write(struct ctx *c, const char *user_id, const struct values *before,
		  const struct values *after)
{
	struct value *fresh = arena_array(c->arena, struct value, (size_t)after->count + 1);
	int n = 0;

	for (int i = 0; i < before->count; i++) {
		const struct value *v = &before->v[i];

		if (!values_text(after, v->attr, v->n) &&
		    !db_push(c,
			     "DELETE FROM person_values WHERE org_id = $1 AND user_id = $2"
			     " AND path = $3 AND n = $4",
			     DB_ARGS(db_text(c->org->id), db_text(user_id), db_text(v->attr->path),
				     db_int(v->n))))
			return false;
	}
	for (int i = 0; i < after->count; i++) {
		const struct value *v = &after->v[i];
		const char *old = values_text(before, v->attr, v->n);

		if (!old || strcmp(old, v->text) != 0)
			fresh[n++] = *v;
	}
	return values_insert(c, user_id, fresh, n);
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void name(struct buf *b, const char *text)
{
	buf_puts(b, b->n > 1 ? ", " : "");
	buf_json(b, text);
}

/* Names only: the audit trail cannot forget, so personal data stays out of it. */
const char *values_difference(struct ctx *c, const struct user *before, const struct user *after)
{
	struct buf b = buf_in(c->arena, 16 * 1024);
	const struct values *lists[] = { &before->values, &after->values };

	buf_puts(&b, "[");
	if (!same(before->user_name, after->user_name))
		name(&b, "userName");
	if (!same(before->external_id, after->external_id))
		name(&b, "externalId");
	if (!same(before->display_name, after->display_name))
		name(&b, "displayName");
	if (before->active != after->active)
		name(&b, "active");
	if (!same(before->source_id, after->source_id))
		name(&b, "source");
	for (int side = 0; side < 2; side++)
		for (int i = 0; i < lists[side]->count; i++) {
			const struct value *v = &lists[side]->v[i];
			const char *other = values_text(lists[!side], v->attr, v->n);

			if (!other || (side && strcmp(other, v->text) != 0))
				name(&b, v->attr->path);
		}
	buf_puts(&b, "]");
	return b.over ? "[]" : b.p;
}
