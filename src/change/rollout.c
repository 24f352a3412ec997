/* rollout.c - everybody of an organization recomputed, in one go or in batches. */
#include "change/rollout.h"

#include <string.h>

#include "access/rule.h"
#include "base/org.h"
#include "base/time.h"
#include "change/change.h"
#include "people.h"

enum { ID_ROOM = 64, IDS_AT_ONCE = 8 * PEOPLE_CHUNK, TRIES = 5 };

/* ---- a page of people ---- */

/* Where a walk over everybody is. */
struct walk {
	char after[ID_ROOM];
	int64_t done; /* people */
	bool more;
};

static bool next_people(struct ctx *c, const char *after, struct rows *r)
{
	return db_run(c, r,
		      "SELECT u.id FROM users u WHERE u.org_id = $1 AND u.deleted = 0"
		      " AND u.id > $2 ORDER BY u.id LIMIT $3",
		      DB_ARGS(db_text(c->org->id), db_text(after), db_int(IDS_AT_ONCE)));
}

/* What was noted is written, and nothing of this page is needed any more. */
static bool page_done(struct ctx *c)
{
	struct rows r;

	if (!history_write(c))
		return false;
	*c->history = (struct history){ 0 };
	return db_run(c, &r, "SELECT 1", DB_NONE);
}

/* Those from one id up to another, in an arena of their own: a million need the memory of
 * one page. */
static bool settle_page(struct ctx *c, const char *first, const char *last)
{
	struct arena *mine = c->arena, page = { 0 };
	const struct org *org = c->org;
	bool good;

	c->arena = &page;
	good = people_take_effect_from(c, first, last) && page_done(c);
	c->arena = mine;
	c->org = org;
	arena_free(&page);
	return good;
}

/* Rules may fill a table of grants that was empty: look at it whenever it has doubled. */
static bool heed_growth(struct ctx *c, int64_t done)
{
	int64_t pages = done / PEOPLE_CHUNK;
	bool doubled = pages >= 4 && (pages & (pages - 1)) == 0;

	return !doubled || db_grown(c, "grants", done);
}

/* Pages until the end or, but for the first, until a moment of time_monotonic(). */
static bool walk_on(struct ctx *c, struct walk *w, int64_t until)
{
	struct rows ids;
	int n;

	if (!next_people(c, w->after, &ids))
		return false;
	w->more = ids.count == IDS_AT_ONCE;
	for (int at = 0; at < ids.count; at += n) {
		n = ids.count - at < PEOPLE_CHUNK ? ids.count - at : PEOPLE_CHUNK;
		if (!settle_page(c, row_text(&ids, at, 0), row_text(&ids, at + n - 1, 0)))
			return false;
		w->done += n;
		memcpy(w->after, row_text(&ids, at + n - 1, 0),
		       strnlen(row_text(&ids, at + n - 1, 0), ID_ROOM - 1) + 1);
		if (!heed_growth(c, w->done))
			return false;
		if (time_monotonic() >= until && at + n < ids.count) {
			w->more = true;
			return true;
		}
	}
	return true;
}

/* ---- within a change ---- */

static bool count_people(struct ctx *c, int64_t limit, int64_t *out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT COUNT(*) FROM (SELECT u.id FROM users u WHERE u.org_id = $1"
		    " AND u.deleted = 0 LIMIT $2) x",
		    DB_ARGS(db_text(c->org->id), db_int(limit))))
		return false;
	*out = row_int(&r, 0, 0);
	return true;
}

bool rollout_takes_long(struct ctx *c, bool *out)
{
	int64_t people;

	if (!count_people(c, ROLLOUT_AT_ONCE + 1, &people))
		return false;
	*out = people > ROLLOUT_AT_ONCE;
	return true;
}

static bool set_rolling(struct ctx *c, int64_t at)
{
	return db_push(c, "UPDATE orgs SET rolling = $2 WHERE id = $1 AND rolling <> $2",
		       DB_ARGS(db_text(c->org->id), db_int(at)));
}

static bool over(struct ctx *c)
{
	return db_push(c, "DELETE FROM rollouts WHERE org_id = $1", DB_ARGS(db_text(c->org->id))) &&
	       set_rolling(c, 0);
}

static bool at_once(struct ctx *c)
{
	struct walk w = { .more = true };

	/* so that pages do not drop what is noted already */
	if (!history_write(c))
		return false;
	*c->history = (struct history){ 0 };
	while (w.more)
		if (!walk_on(c, &w, INT64_MAX))
			return false;
	/* whatever was left of an earlier one is done with it */
	return over(c);
}

/* One that is under way begins again: those whom it has reached have the older rules. */
static bool begin(struct ctx *c, int64_t total)
{
	c->rollout = true;
	return set_rolling(c, 1) &&
	       db_push(c,
		       "INSERT INTO rollouts (org_id, revision, after_user, done, total, started,"
		       " actor, address, trace) VALUES ($1, $2, '', 0, $3, $4, $5, $6, $7)"
		       " ON CONFLICT (org_id) DO UPDATE SET revision = excluded.revision,"
		       " after_user = '', done = 0, total = excluded.total,"
		       " started = excluded.started, actor = excluded.actor,"
		       " address = excluded.address, trace = excluded.trace",
		       DB_ARGS(db_text(c->org->id), db_int(c->org->rules_revision), db_int(total),
			       db_int(c->now), db_text(c->actor->name), db_text(c->actor->address),
			       db_text(c->trace)));
}

/* What the platform is told of places is the difference of what counts: where it counts by
 * other policies from here on, nobody may be recomputed who does not know the former ones. */
static bool counts_otherwise(const struct ctx *c)
{
	const struct org *before = c->touched->policies;

	return before &&
	       (before->authority[SCOPE_WORKSPACE] != c->org->authority[SCOPE_WORKSPACE] ||
		before->authority[SCOPE_PROJECT] != c->org->authority[SCOPE_PROJECT]);
}

bool rollout_begin(struct ctx *c)
{
	int64_t people;

	if (!db_alone(c) || !count_people(c, INT64_MAX, &people))
		return false;
	if (people <= ROLLOUT_AT_ONCE || counts_otherwise(c))
		return at_once(c);
	return begin(c, people);
}

/* ---- after it ---- */

/* As it is stored. */
struct under_way {
	struct rollout r;
	struct walk walk;
	struct actor actor;
	const char *trace;
};

static bool read(struct ctx *c, struct under_way *out, bool *found)
{
	const char *after;
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT r.revision, r.after_user, r.done, r.total, r.started, r.actor,"
		    " r.address, r.trace FROM rollouts r WHERE r.org_id = $1",
		    DB_ARGS(db_text(c->org->id))))
		return false;
	*found = r.count > 0;
	if (!*found)
		return true;
	*out = (struct under_way){
		.r = { .revision = row_int(&r, 0, 0),
		       .done = row_int(&r, 0, 2),
		       .total = row_int(&r, 0, 3),
		       .started = row_int(&r, 0, 4) },
		.actor = { .kind = "system",
			   .name = row_text(&r, 0, 5),
			   .address = row_text(&r, 0, 6) },
		.trace = row_text(&r, 0, 7),
	};
	out->walk.done = out->r.done;
	after = row_text(&r, 0, 1);
	memcpy(out->walk.after, after, strnlen(after, ID_ROOM - 1) + 1);
	return true;
}

bool rollout_find(struct ctx *c, struct rollout **out)
{
	struct under_way u;
	bool found;

	*out = NULL;
	if (!read(c, &u, &found))
		return false;
	if (found) {
		*out = arena_new(c->arena, struct rollout);
		**out = u.r;
	}
	return true;
}

bool rollouts_left(struct ctx *c, const char ***org_ids, int *n)
{
	struct rows r;

	if (!db_run(c, &r, "SELECT id FROM orgs WHERE rolling > 0 AND rolling < $1",
		    DB_ARGS(db_int(c->now - ROLLOUT_LEFT_MS))))
		return false;
	*n = r.count;
	*org_ids = arena_array(c->arena, const char *, (size_t)r.count);
	for (int i = 0; i < r.count; i++)
		(*org_ids)[i] = row_text(&r, i, 0);
	return true;
}

static bool remember(struct ctx *c, const struct walk *w)
{
	return set_rolling(c, c->now) &&
	       db_push(c, "UPDATE rollouts SET after_user = $2, done = $3 WHERE org_id = $1",
		       DB_ARGS(db_text(c->org->id), db_text(w->after), db_int(w->done)));
}

static bool finish(struct ctx *c, const struct under_way *u)
{
	audit_note(c, (struct audit_note){
			      .action = "rules.rolled_out",
			      .target_kind = "rules",
			      .target_id = arena_printf(c->arena, "%lld", (long long)u->r.revision),
			      .after = arena_printf(c->arena, "{\"people\":%lld,\"ms\":%lld}",
						    (long long)u->walk.done,
						    (long long)(c->now - u->r.started)) });
	return over(c);
}

static bool batch(struct ctx *c, bool *more)
{
	int64_t until = time_monotonic() + ROLLOUT_BATCH_MS;
	struct under_way *u = arena_new(c->arena, struct under_way);
	SCOPED_CHANGE change = { 0 };

	*more = false;
	if (!change_begin(c, &change) || !read(c, u, more))
		return false;
	if (!*more)
		return true;
	c->actor = &u->actor;
	c->trace = u->trace;
	if (!walk_on(c, &u->walk, until))
		return false;
	*more = u->walk.more;
	return (*more ? remember(c, &u->walk) : finish(c, u)) && change_commit(&change);
}

static bool try_batch(struct ctx *c, bool *more)
{
	const struct org *org = c->org;
	bool done = false;

	for (int i = 0; i < TRIES && !done; i++) {
		c->org = org;
		c->now = time_now();
		done = batch(c, more);
		if (!done && (i == TRIES - 1 || !err_take(&c->err, ERR_RETRY)))
			break;
	}
	return done;
}

bool rollout_step(struct ctx *c, bool *more)
{
	struct arena *mine = c->arena, own = { 0 };
	const struct ctx before = *c;
	bool done;

	c->arena = &own;
	c->alone = true;
	done = try_batch(c, more);
	c->arena = mine;
	c->org = before.org;
	c->actor = before.actor;
	c->trace = before.trace;
	c->alone = before.alone;
	arena_free(&own);
	return done;
}
