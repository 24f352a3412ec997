/* crowd.c - many newcomers at once: those whom nobody matches are written in bulk. */
#include "roster/crowd.h"

#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/org.h"
#include "base/text.h"
#include "db/batch.h"
#include "roster/source.h"
#include "roster/touched.h"
#include "user_store.h"

enum { SQL_MAX = 128 * 1024 };

/* What is looked for, and which newcomer it would mean. */
struct key {
	const char *text;
	int who;
};

struct keys {
	struct key *v;
	int n;
};

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct key *)a)->text, ((const struct key *)b)->text);
}

static void add(struct keys *k, const char *text, int who)
{
	if (text)
		k->v[k->n++] = (struct key){ text, who };
}

/* Whoever shares a key with somebody else of the list is looked at closer. */
static void doubt_doubles(struct keys *k, struct newcomer *list)
{
	qsort(k->v, (size_t)k->n, sizeof(*k->v), by_text);
	for (int i = 1; i < k->n; i++)
		if (strcmp(k->v[i].text, k->v[i - 1].text) == 0 && k->v[i].who != k->v[i - 1].who)
			list[k->v[i].who].made = list[k->v[i - 1].who].made = false;
}

static void doubt(const struct keys *k, struct newcomer *list, const char *text)
{
	const struct key wanted = { .text = text }, *found;

	found = k->n ? bsearch(&wanted, k->v, (size_t)k->n, sizeof(*k->v), by_text) : NULL;
	for (; found && found > k->v && strcmp(found[-1].text, text) == 0; found--)
		;
	for (; found && found < k->v + k->n && strcmp(found->text, text) == 0; found++)
		list[found->who].made = false;
}

/* "head (keys)"; each text it answers is somebody's who is there. */
static bool ask(struct ctx *c, const char *head, const struct keys *k, bool hashed, struct rows *r)
{
	struct db_val *v = arena_array(c->arena, struct db_val, (size_t)k->n + 1);
	struct buf sql = buf_in(c->arena, SQL_MAX);

	*r = (struct rows){ 0 };
	if (k->n == 0)
		return true;
	v[0] = db_text(c->org->id);
	for (int i = 0; i < k->n; i++)
		v[i + 1] = hashed ? db_int(text_hash(k->v[i].text)) : db_text(k->v[i].text);
	buf_puts(&sql, head);
	for (int i = 0; hashed && i < k->n; i++)
		buf_printf(&sql, i ? ", ($%d)" : "(VALUES (CAST($%d AS BIGINT))", i + 2);
	if (hashed)
		buf_puts(&sql, ")");
	else
		buf_list(&sql, 2, k->n);
	return db_run(c, r, sql.p, (struct db_args){ v, k->n + 1 });
}

static void doubt_rows(const struct keys *k, struct newcomer *list, const struct rows *r)
{
	for (int i = 0; i < r->count; i++)
		if (row_text(r, i, 0))
			doubt(k, list, row_text(r, i, 0));
}

static const char *mail_key(struct ctx *c, const struct user *u)
{
	const char *mail = values_primary(&u->values, "emails.value");

	return mail ? text_fold(c->arena, mail) : NULL;
}

static struct keys keys_for(struct ctx *c, int n)
{
	return (struct keys){ .v = arena_array(c->arena, struct key, (size_t)n + 1) };
}

/* made stays true for those whom nothing stored could mean. */
static bool look_around(struct ctx *c, struct newcomer *list, int n)
{
	struct keys names = keys_for(c, n), externals = keys_for(c, n), mails = keys_for(c, n);
	struct rows r;

	for (int i = 0; i < n; i++) {
		list[i].made = true;
		add(&names, text_fold(c->arena, list[i].u.user_name), i);
		add(&externals, list[i].u.external_id, i);
		add(&mails, mail_key(c, &list[i].u), i);
	}
	doubt_doubles(&names, list);
	doubt_doubles(&externals, list);
	qsort(mails.v, (size_t)mails.n, sizeof(*mails.v), by_text);
	if (!ask(c, "SELECT u.name_key FROM users u WHERE u.org_id = $1 AND u.name_key IN ", &names,
		 false, &r))
		return false;
	doubt_rows(&names, list, &r);
	if (!ask(c, "SELECT u.external_id FROM users u WHERE u.org_id = $1 AND u.external_id IN ",
		 &externals, false, &r))
		return false;
	doubt_rows(&externals, list, &r);
	if (!ask(c, "SELECT u.name_key FROM users u WHERE u.org_id = $1 AND u.name_key IN ", &mails,
		 false, &r))
		return false;
	doubt_rows(&mails, list, &r);
	if (!ask(c,
		 "SELECT v.value_key FROM person_values v WHERE v.org_id = $1"
		 " AND v.path = 'emails.value' AND v.key_hash IN ",
		 &mails, true, &r))
		return false;
	doubt_rows(&mails, list, &r);
	/* somebody's group is waiting for him under one of these */
	if (!ask(c, "SELECT p.ref_key FROM pending_members p WHERE p.org_id = $1 AND p.ref_key IN ",
		 &names, false, &r))
		return false;
	doubt_rows(&names, list, &r);
	return true;
}

static bool insert_users(struct ctx *c, struct newcomer *list, int n)
{
	struct db_batch b = db_batch_of(
		c,
		"INSERT INTO users (org_id, id, person_id, source_id, user_name, name_key,"
		" external_id, display_name, display_key, active, shown_active, guarded, version,"
		" created, changed, deleted, erased, body) VALUES ",
		17, "");

	for (int i = 0; i < n; i++) {
		struct user *u = &list[i].u;
		const char *shown = u->display_name;
		const struct db_val v[] = {
			db_text(u->id),
			db_text(u->person_id),
			db_text(u->source_id),
			db_text(u->user_name),
			db_text(text_fold(c->arena, u->user_name)),
			db_text(u->external_id),
			db_text(shown),
			db_text(shown ? text_fold(c->arena, shown) : NULL),
			db_bool(u->active),
			db_bool(u->active),
			db_bool(false),
			db_int(1),
			db_int(c->now),
			db_int(c->now),
			db_int(0),
			db_int(0),
			db_text(u->body),
		};

		if (list[i].made && !db_batch_add(&b, v))
			return false;
	}
	return db_batch_send(&b);
}

static bool insert_values(struct ctx *c, const struct newcomer *list, int n)
{
	struct db_batch b = db_batch_of(c,
					"INSERT INTO person_values (org_id, user_id, path, n,"
					" value, value_key, key_hash) VALUES ",
					6, "");

	for (int i = 0; i < n; i++)
		for (int k = 0; list[i].made && k < list[i].u.values.count; k++) {
			const struct value *one = &list[i].u.values.v[k];
			const char *key = text_fold(c->arena, one->text);
			const struct db_val v[] = {
				db_text(list[i].u.id), db_text(one->attr->path),
				db_int(one->n),        db_text(one->text),
				db_text(key),          db_int(text_hash(key)),
			};

			if (!db_batch_add(&b, v))
				return false;
		}
	return db_batch_send(&b);
}

static bool insert_members(struct ctx *c, const struct newcomer *list, int n)
{
	struct db_batch b =
		db_batch_of(c, "INSERT INTO members (org_id, group_id, user_id, since) VALUES ", 3,
			    "");

	for (int i = 0; i < n; i++)
		for (int g = 0; list[i].made && g < list[i].groups; g++) {
			const struct db_val v[] = { db_text(list[i].group[g]),
						    db_text(list[i].u.id), db_int(c->now) };

			if (!db_batch_add(&b, v))
				return false;
		}
	return db_batch_send(&b);
}

static int by_pointer_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Versions of the groups that got members, one row each. */
static bool move_groups(struct ctx *c, const char **group, int n)
{
	struct db_batch b = db_batch_of(c,
					"INSERT INTO group_changes (org_id, group_id, slot, n, at)"
					" VALUES ",
					4,
					" ON CONFLICT (org_id, group_id, slot) DO UPDATE SET"
					" n = group_changes.n + excluded.n, at = excluded.at");
	int from = 0;

	qsort(group, (size_t)n, sizeof(*group), by_pointer_text);
	for (int i = 1; i <= n; i++) {
		if (i < n && strcmp(group[i], group[from]) == 0)
			continue;
		if (!db_batch_add(&b, (const struct db_val[]){ db_text(group[from]),
							       db_int(db_slot(c->db, 64)),
							       db_int(i - from), db_int(c->now) }))
			return false;
		from = i;
	}
	return db_batch_send(&b);
}

static bool note_groups(struct ctx *c, const struct newcomer *list, int n)
{
	const char **group;
	int count = 0;

	for (int i = 0; i < n; i++)
		count += list[i].made ? list[i].groups : 0;
	group = arena_array(c->arena, const char *, (size_t)count + 1);
	count = 0;
	for (int i = 0; i < n; i++)
		for (int g = 0; list[i].made && g < list[i].groups; g++)
			group[count++] = list[i].group[g];
	return count == 0 || move_groups(c, group, count);
}

static void make(struct ctx *c, struct newcomer *who)
{
	struct user *u = &who->u;
	struct touched_user *t;

	u->id = id_new(c->arena);
	u->person_id = u->id;
	u->source_id = c->actor->source->id;
	u->version = 1;
	u->created = u->changed = c->now;
	u->shown_active = u->active;
	u->body = user_render(c, u);
	c->touched->users_created++;
	t = touch_user(c, u->id);
	t->own = t->arrived = t->fresh = true;
	t->active = u->active;
	t->group = who->group;
	t->in_groups = who->groups;
}

bool crowd_arrive(struct ctx *c, struct newcomer *list, int n)
{
	for (int i = 0; i < n; i++)
		if (!user_check(c, &list[i].u))
			return false;
	if (!look_around(c, list, n))
		return false;
	for (int i = 0; i < n; i++)
		if (list[i].made)
			make(c, &list[i]);
	return insert_users(c, list, n) && insert_values(c, list, n) &&
	       insert_members(c, list, n) && note_groups(c, list, n);
}
