/* clock.c - rules that begin and end by themselves: whom it is about, and when next. */
#include "change/clock.h"

#include <string.h>

#include "access/rule.h"
#include "base/text.h"
#include "base/time.h"
#include "change/change.h"
#include "change/rollout.h"
#include "roster/org.h"

enum { NOTE_MAX = 64 * 1024, TRIES = 5 };

bool rules_due(struct ctx *c, const char ***org_ids, int *n)
{
	struct rows r;

	if (!db_run(c, &r, "SELECT id FROM orgs WHERE rules_next > 0 AND rules_next <= $1",
		    DB_ARGS(db_int(c->now))))
		return false;
	*n = r.count;
	*org_ids = arena_array(c->arena, const char *, (size_t)r.count);
	for (int i = 0; i < r.count; i++)
		(*org_ids)[i] = row_text(&r, i, 0);
	return true;
}

/* Does this rule begin or end in the time that is passed over?  One that makes workspaces
 * may have been stopped by the day's cap. */
static bool is_about(const struct rule *r, int64_t from, int64_t to)
{
	return r->title || (r->from > from && r->from <= to) || (r->until > from && r->until <= to);
}

/* And those whom a hold lets count in it. */
static bool touch_members(struct ctx *c, const char *group_id)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT m.user_id FROM members m WHERE m.org_id = $1 AND m.group_id = $2"
		    " UNION SELECT k.user_id FROM held_groups k"
		    " WHERE k.org_id = $1 AND k.group_id = $2",
		    DB_ARGS(db_text(c->org->id), db_text(group_id))))
		return false;
	for (int i = 0; i < r.count; i++)
		touch_user(c, row_text(&r, i, 0));
	return true;
}

/* Groups as they are, and as holds remember them. */
static bool touch_concerned(struct ctx *c, const struct rule_set *set, int64_t to)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT g.id, g.external_id, g.display_name, g.name_key, g.source_id, s.name"
		    " FROM groups g JOIN sources s ON s.org_id = g.org_id AND s.id = g.source_id"
		    " WHERE g.org_id = $1 UNION SELECT k.group_id, k.external_id, k.name,"
		    " k.name_key, k.source_id, s.name FROM held_groups k"
		    " JOIN sources s ON s.org_id = k.org_id AND s.id = k.source_id"
		    " WHERE k.org_id = $1",
		    DB_ARGS(db_text(c->org->id))))
		return false;
	for (int i = 0; i < r.count; i++) {
		struct rule_group g = { .id = row_text(&r, i, 0),
					.external_id = row_text(&r, i, 1),
					.name = row_text(&r, i, 2),
					.key = row_text(&r, i, 3),
					.source_id = row_text(&r, i, 4),
					.source_name = row_text(&r, i, 5) };
		bool concerned = false;

		for (int k = 0; k < set->count && !concerned; k++)
			concerned = is_about(&set->rule[k], c->org->rules_at, to) &&
				    rule_matches(&set->rule[k], &g);
		if (concerned && !touch_members(c, g.id))
			return false;
	}
	return true;
}

static void note(struct ctx *c, const struct rule_set *set, int64_t to)
{
	struct buf b = buf_in(c->arena, NOTE_MAX);
	int n = 0;

	buf_puts(&b, "{\"rules\":[");
	for (int i = 0; i < set->count; i++)
		if (is_about(&set->rule[i], c->org->rules_at, to)) {
			buf_puts(&b, n++ ? "," : "");
			buf_json(&b, set->rule[i].id);
		}
	buf_printf(&b, "],\"at\":\"%s\"}", time_text(c->arena, to));
	audit_note(c, (struct audit_note){
			      .action = "rules.moved",
			      .target_kind = "rules",
			      .target_id = arena_printf(c->arena, "%lld", (long long)set->revision),
			      .after = b.over ? "{}" : b.p,
			      .reason = "rules begin or end at their time" });
}

/* Alone, and with the organization as it then is: another process may have done it. */
static bool move(struct ctx *c)
{
	const struct rule_set *set;
	struct org *o;

	if (!db_alone(c) || !org_find(c, c->org->id, &o))
		return false;
	if (!o || !o->rules_next || o->rules_next > c->now)
		return true;
	c->org = o;
	if (!rule_set_compiled(c, o->rules_revision, &set) || !touch_concerned(c, set, c->now))
		return false;
	/* so many are not for one transaction */
	if (c->touched->count > ROLLOUT_AT_ONCE) {
		*c->touched = (struct touched){ 0 };
		touch_everybody(c);
	}
	note(c, set, c->now);
	return rule_clock_move(c, set);
}

bool rules_tick(struct ctx *c)
{
	const struct org *org = c->org;
	bool done = false;

	for (int i = 0; i < TRIES && !done; i++) {
		SCOPED_CHANGE change = { 0 };

		c->org = org;
		done = change_begin(c, &change) && move(c) && change_commit(&change);
		if (!done && (i == TRIES - 1 || !err_take(&c->err, ERR_RETRY)))
			break;
	}
	c->alone = false;
	return done;
}
