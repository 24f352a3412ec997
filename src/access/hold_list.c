/* hold_list.c - lists of holds, written: places on them, their digests, decisions about them. */
#include "access/held.h"

#include <string.h>

#include "base/id.h"
#include "base/secret.h"
#include "base/text.h"

enum { SQL_MAX = 64 * 1024, PAGE = 500, ROWS_MAX = 250, PAGE_TEXT_MAX = 64 * 1024 * 1024 };

static bool insert(struct ctx *c, const struct hold *h)
{
	return db_push(c,
		       "INSERT INTO holds (org_id, id, source_id, kind, run_id, state, digest,"
		       " version, people, reason, created, expires, decided)"
		       " VALUES ($1, $2, $3, $4, $5, 'open', '', 0, 0, $6, $7, $8, 0)",
		       DB_ARGS(db_text(c->org->id), db_text(h->id), db_text(h->source_id),
			       db_text(hold_kind_names[h->kind]), db_text(h->run_id),
			       db_text(h->reason), db_int(c->now), db_int(h->expires)));
}

bool hold_open(struct ctx *c, const char *source_id, enum hold_kind kind, const char *reason,
	       const char **id)
{
	struct hold h = {
		.id = id_new(c->arena), .source_id = source_id, .kind = kind, .reason = reason
	};

	*id = h.id;
	return insert(c, &h);
}

/* n <= ROWS_MAX */
static bool place_some(struct ctx *c, const struct hold_place *places, int n)
{
	struct db_val *v = arena_array(c->arena, struct db_val, (size_t)n * 6 + 1);
	struct buf sql = buf_in(c->arena, SQL_MAX);
	int at = 1;

	v[0] = db_text(c->org->id);
	buf_puts(&sql, "INSERT INTO hold_people (org_id, hold_id, user_id, what, before, after,"
		       " gone, moved) VALUES ");
	for (int i = 0; i < n; i++) {
		const struct hold_place *p = &places[i];

		buf_puts(&sql, i ? ", ($1, " : "($1, ");
		buf_params(&sql, at + 1, 6);
		buf_puts(&sql, ", 0)");
		v[at++] = db_text(p->hold_id);
		v[at++] = db_text(p->who.user_id);
		v[at++] = db_text(p->who.what);
		v[at++] = db_text(p->who.before);
		v[at++] = db_text(p->who.after);
		v[at++] = db_bool(p->gone);
	}
	buf_puts(&sql, " ON CONFLICT (org_id, hold_id, user_id) DO UPDATE SET"
		       " what = excluded.what, before = excluded.before,"
		       " after = excluded.after, gone = excluded.gone, moved = 0");
	return db_push(c, sql.p, (struct db_args){ v, at });
}

bool hold_place(struct ctx *c, const struct hold_place *places, int n)
{
	for (int i = 0; i < n; i += ROWS_MAX)
		if (!place_some(c, places + i, n - i < ROWS_MAX ? n - i : ROWS_MAX))
			return false;
	return true;
}

/* A digest over a page and the digest of what was before it. */
static const char *digest_on(struct ctx *c, const char *before, const struct hold_person *p, int n)
{
	struct buf b = buf_in(c->arena, PAGE_TEXT_MAX);

	buf_puts(&b, before);
	for (int i = 0; i < n; i++)
		buf_printf(&b, "\n%s\n%s\n%s\n%s", p[i].user_id, p[i].what, p[i].before,
			   p[i].after);
	return secret_digest(c->arena, b.p);
}

static bool read_list(struct ctx *c, const char *id, const char **digest, int64_t *people)
{
	const char *after = "";
	struct hold_person *p;
	int n = PAGE;

	*digest = "";
	*people = 0;
	while (n == PAGE) {
		if (!hold_people(c, id, after, PAGE, &p, &n))
			return false;
		*digest = digest_on(c, *digest, p, n);
		*people += n;
		after = n ? p[n - 1].user_id : after;
	}
	return true;
}

static bool renew(struct ctx *c, const char *id, struct hold *out)
{
	const char *digest;
	struct hold *h;
	bool empty;

	if (!hold_get(c, id, &h) || !read_list(c, id, &digest, &h->people))
		return false;
	empty = h->people == 0 && h->state == HOLD_OPEN;
	h->version++;
	h->digest = arena_printf(c->arena, "%lld.%s", (long long)h->version, digest);
	if (empty) {
		h->state = HOLD_SUPERSEDED;
		h->decided = c->now;
	}
	*out = *h;
	return db_push(c,
		       "UPDATE hold_people SET moved = $3 WHERE org_id = $1 AND hold_id = $2"
		       " AND moved = 0",
		       DB_ARGS(db_text(c->org->id), db_text(id), db_int(h->version))) &&
	       db_push(c,
		       "UPDATE holds SET digest = $3, version = $4, people = $5, state = $6,"
		       " decided = $7 WHERE org_id = $1 AND id = $2",
		       DB_ARGS(db_text(c->org->id), db_text(id), db_text(h->digest),
			       db_int(h->version), db_int(h->people),
			       db_text(hold_state_names[h->state]), db_int(h->decided)));
}

bool hold_renew(struct ctx *c, struct hold **out, int *count)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT DISTINCT p.hold_id FROM hold_people p WHERE p.org_id = $1"
		    " AND p.moved = 0 ORDER BY p.hold_id",
		    DB_ARGS(db_text(c->org->id))))
		return false;
	*out = arena_array(c->arena, struct hold, (size_t)r.count + 1);
	*count = r.count;
	for (int i = 0; i < r.count; i++)
		if (!renew(c, row_text(&r, i, 0), &(*out)[i]))
			return false;
	return true;
}

bool hold_places(struct ctx *c, const char *const *user_ids, int n, struct hold_place **out,
		 int *count)
{
	struct buf sql = buf_in(c->arena, SQL_MAX);
	struct db_val *v = arena_array(c->arena, struct db_val, (size_t)n + 1);
	struct rows r = { 0 };

	v[0] = db_text(c->org->id);
	for (int i = 0; i < n; i++)
		v[i + 1] = db_text(user_ids[i]);
	buf_puts(&sql, "SELECT p.hold_id, p.user_id, p.what, p.before, p.after FROM hold_people p"
		       " JOIN holds h ON h.org_id = p.org_id AND h.id = p.hold_id"
		       " WHERE p.org_id = $1 AND h.state IN ('open', 'rejected')"
		       " AND h.kind <> 'run' AND NOT p.gone AND p.user_id IN ");
	buf_list(&sql, 2, n);
	buf_puts(&sql, " ORDER BY p.user_id, p.hold_id");
	if (n && !db_run(c, &r, sql.p, (struct db_args){ v, n + 1 }))
		return false;
	*out = arena_array(c->arena, struct hold_place, (size_t)r.count + 1);
	*count = r.count;
	for (int i = 0; i < r.count; i++)
		(*out)[i] = (struct hold_place){ .hold_id = row_text(&r, i, 0),
						 .who = { .user_id = row_text(&r, i, 1),
							  .what = row_text(&r, i, 2),
							  .before = row_text(&r, i, 3),
							  .after = row_text(&r, i, 4) } };
	return true;
}

bool hold_decide(struct ctx *c, const struct hold *h, enum hold_state state, const char *why)
{
	return db_push(c,
		       "UPDATE holds SET state = $3, decided = $4, decided_by = $5, decision = $6"
		       " WHERE org_id = $1 AND id = $2",
		       DB_ARGS(db_text(c->org->id), db_text(h->id),
			       db_text(hold_state_names[state]), db_int(c->now),
			       db_text(c->actor->name), db_text(why)));
}

bool hold_close_runs(struct ctx *c, const char *source_id)
{
	return db_push(c,
		       "UPDATE holds SET state = 'superseded', decided = $3 WHERE org_id = $1"
		       " AND source_id = $2 AND kind = 'run' AND state = 'open'",
		       DB_ARGS(db_text(c->org->id), db_text(source_id), db_int(c->now)));
}

bool hold_open_run(struct ctx *c, const char *source_id, const char *run_id,
		   const struct hold_person *people, int n, const char *reason, const char **id)
{
	struct hold h = { .id = id_new(c->arena),
			  .source_id = source_id,
			  .run_id = run_id,
			  .kind = HOLD_RUN,
			  .reason = reason,
			  .expires = c->now + HOLD_RUN_DAYS * (int64_t)HOLD_WINDOW_MS };
	struct hold_place *places = arena_array(c->arena, struct hold_place, (size_t)n + 1);

	for (int i = 0; i < n; i++)
		places[i] = (struct hold_place){ .hold_id = h.id, .who = people[i] };
	*id = h.id;
	return db_alone(c) && hold_close_runs(c, source_id) && insert(c, &h) &&
	       hold_place(c, places, n) && renew(c, h.id, &h);
}
