/*
 * change.c - the one door for writes.
 *
 * The order at the end of a change: people in chunks (load, settle, write,
 * note; everybody: rollout.c), then, if it had the organization to itself, seats for those who wait
 * and administrators kept against their grants; then history, tallies, commit.
 */
#include "change/change.h"

#include <stdlib.h>
#include <string.h>

#include "access/seat.h"
#include "base/text.h"
#include "people.h"
#include "roster/org.h"

bool change_begin(struct ctx *c, struct change *ch)
{
	*ch = (struct change){ .c = c };
	c->touched = &ch->touched;
	c->history = &ch->history;
	c->change = ch;
	return tx_begin(c, &ch->tx) && db_enter_org(c, c->org->id) &&
	       db_gate(c, c->org->id, c->alone);
}

void change_end(struct change *ch)
{
	struct ctx *c = ch->c;

	if (!c)
		return;
	tx_end(&ch->tx);
	c->touched = NULL;
	c->history = NULL;
	c->change = NULL;
	ch->c = NULL;
}

static bool settle(struct ctx *c, struct people *all)
{
	if (!brake_decide_loaded(c, all) || !people_settle(c, all) || !people_write(c, all))
		return false;
	people_note(c, all);
	brake_count(c, all);
	return people_hand_over(c, all);
}

static bool settle_chunk(struct ctx *c, const char *const *ids, int n)
{
	struct people all;

	return people_load(c, ids, n, &all) && settle(c, &all);
}

bool people_take_effect_from(struct ctx *c, const char *first, const char *last)
{
	struct people all;

	return people_load_from(c, first, last, &all) && settle(c, &all);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In the order of ids, so that two changes lock people in the same order. */
static bool settle_touched(struct ctx *c)
{
	struct touched *t = c->touched;
	const char **ids = arena_array(c->arena, const char *, (size_t)t->count + 1);
	int n = t->count;

	for (int i = 0; i < n; i++)
		ids[i] = t->user[i].id;
	qsort(ids, (size_t)n, sizeof(*ids), by_text);
	for (int i = 0; i < n; i += PEOPLE_CHUNK)
		if (!settle_chunk(c, ids + i, n - i < PEOPLE_CHUNK ? n - i : PEOPLE_CHUNK))
			return false;
	return true;
}

/* Those who wait the longest get what is free.  Their verdict is known: they
 * are settled again, now with a seat to take. */
static bool serve_queue(struct ctx *c)
{
	const char **ids;
	int64_t left;
	int n;

	for (;;) {
		if (!seat_queue(c, PEOPLE_CHUNK, &ids, &n))
			return false;
		if (n && !seats_left(c, n, &left))
			return false;
		if (!n || !left)
			return true;
		if (!seat_call(c, ids, (int)left))
			return false;
		qsort(ids, (size_t)left, sizeof(*ids), by_text);
		c->change->serving = true;
		if (!settle_chunk(c, ids, (int)left))
			return false;
		c->change->serving = false;
	}
}

/* Administrators kept as the last one, now that there may be others. */
static bool release_kept(struct ctx *c)
{
	const char *ids[PEOPLE_CHUNK];
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT s.user_id FROM standings s WHERE s.org_id = $1"
		    " AND s.role IN ('AD', 'OW') AND s.kept = $2 LIMIT 250",
		    DB_ARGS(db_text(c->org->id), db_bool(true))))
		return false;
	for (int i = 0; i < r.count; i++)
		ids[i] = row_text(&r, i, 0);
	qsort(ids, (size_t)r.count, sizeof(*ids), by_text);
	return !r.count || (db_alone(c) && settle_chunk(c, ids, r.count));
}

static bool refresh_org(struct ctx *c)
{
	struct org *fresh;

	if (!org_find(c, c->org->id, &fresh))
		return false;
	if (fresh)
		c->org = fresh;
	return true;
}

bool change_flush(struct ctx *c)
{
	struct touched *t = c->touched;

	if (!brake_decide(c) || (t->everybody && !rollout_begin(c)) || !settle_touched(c))
		return false;
	c->change->fresh_groups = (struct fresh_groups){ 0 };
	groups_note(c, t);
	*t = (struct touched){ .users_created = t->users_created,
			       .users_deleted = t->users_deleted };
	/* policies, the limit among them, may have changed in this very change */
	if (c->alone && !refresh_org(c))
		return false;
	/* whoever is released may free a seat, whoever gets one may be an administrator */
	do {
		if (c->change->admin_made && !release_kept(c))
			return false;
		c->change->admin_made = false;
		if (c->alone && !serve_queue(c))
			return false;
	} while (c->change->admin_made);
	return brake_end(c);
}

/* The counts that moved, in one statement. */
static bool write_tallies(struct change *ch)
{
	const struct {
		const char *what;
		int64_t n;
	} moved[] = {
		{ "seats", ch->seats_taken },
		{ "users.created", ch->touched.users_created },
		{ "users.deleted", ch->touched.users_deleted },
	};
	enum { KINDS = sizeof(moved) / sizeof(moved[0]) };
	struct ctx *c = ch->c;
	struct buf sql = buf_in(c->arena, 1024);
	struct db_val v[2 + 2 * KINDS];
	int n = 2;

	v[0] = db_text(c->org->id);
	v[1] = db_int(db_slot(c->db, 64));
	buf_puts(&sql, "INSERT INTO tallies (org_id, slot, what, n) VALUES ");
	for (int i = 0; i < KINDS; i++) {
		if (!moved[i].n)
			continue;
		buf_printf(&sql, "%s($1, $2, $%d, $%d)", n > 2 ? ", " : "", n + 1, n + 2);
		v[n++] = db_text(moved[i].what);
		v[n++] = db_int(moved[i].n);
	}
	buf_puts(&sql, " ON CONFLICT (org_id, what, slot) DO UPDATE SET"
		       " n = tallies.n + excluded.n");
	return n == 2 || db_push(c, sql.p, (struct db_args){ v, n });
}

bool change_commit(struct change *ch)
{
	struct ctx *c = ch->c;

	if (!change_flush(c) || !history_write(c) || !write_tallies(ch) || !tx_commit(&ch->tx))
		return false;
	change_end(ch);
	return true;
}
