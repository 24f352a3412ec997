/* run.c - a run from where it stands to its end. */
#include "run.h"

#include <string.h>

#include "access/hold.h"
#include "access/seat.h"
#include "base/log.h"
#include "base/org.h"
#include "base/time.h"
#include "change/change.h"
#include "http/json.h"
#include "record/history.h"

enum {
	KEPT = 50,      /* runs of a connection that are remembered      */
	APPROVED = 100, /* added to the phase while a held rest is applied */
	DETAIL_MAX = 64 * 1024,
	HOUR_MS = 60 * 60 * 1000
};

const char *feed_text(struct run *r, const char *users, const char *groups)
{
	struct buf b = buf_in(r->arena, 1 << 20);

	if (!users || !groups)
		return NULL;
	buf_puts(&b, "{\"users\": ");
	buf_json(&b, users);
	buf_puts(&b, ", \"groups\": ");
	buf_json(&b, groups);
	buf_puts(&b, "}");
	return b.over ? NULL : b.p;
}

/* ---- reading ---- */

static enum dir_strategy strategy(const struct run *r)
{
	return ldap_strategy(&r->s, &r->who);
}

static bool may_follow(const struct run *r)
{
	int64_t age = r->c->now - r->conn->full_at;

	return r->conn->feed && !r->row->whole && !dir_base_missing(&r->users, &r->who) &&
	       strategy(r) != DIR_FULL && r->conn->full_at && age < r->s.full_hours * HOUR_MS;
}

static bool marks_by(struct run *r, enum dir_strategy how, const char **users, const char **groups,
		     struct dir_end *end)
{
	*groups = "";
	if (!dir_mark(r->c, r->dir, &r->users, &r->who, how, users, end))
		return false;
	return !*users || !r->s.groups_bases[0] ||
	       dir_mark(r->c, r->dir, &r->groups, &r->who, how, groups, end);
}

/* Before the listing, so that nothing that happens during it is missed. */
static bool take_marks(struct run *r)
{
	const char *users, *groups;
	struct dir_end end = { 0 };

	if (strategy(r) == DIR_FULL)
		return true;
	if (!marks_by(r, strategy(r), &users, &groups, &end))
		return false;
	if (end.code == DIR_CODE_NO_RIGHT && strategy(r) == DIR_DIRSYNC &&
	    r->s.strategy == LDAP_AUTO) {
		run_warn(r, "changes are followed by uSNChanged instead: %s", end.why);
		if (!marks_by(r, DIR_USN, &users, &groups, &end))
			return false;
	}
	if (!users || !groups)
		run_warn(r, "changes cannot be followed, so each run lists everything: %s",
			 end.why ? end.why : "the directory has no feed");
	r->row->feed = feed_text(r, users, groups);
	return true;
}

static bool clear_staged(struct run *r, void *arg)
{
	(void)arg;
	return ldap_staged_clear(r->c, r->row->id, false);
}

static void forget(struct run *r)
{
	r->table = r->group_table = r->named = (struct table){ .arena = r->arena };
	r->group = NULL;
	r->people = r->nested = NULL;
	r->pending = NULL;
	r->naming = NULL;
	r->naming_room = 0;
	r->namings = 0;
	r->partly = false;
	r->group_room = r->pendings = r->pending_room = r->known_groups = 0;
	r->n = (struct counts){ 0 };
	r->doubt = NULL;
	arena_free(&r->stage_arena);
	r->staged = NULL;
	r->stageds = 0;
	r->row->read = r->row->compared = r->row->changed = r->row->applied = 0;
	r->row->feed = NULL;
}

static bool full_run(struct run *r)
{
	r->row->kind = "full";
	return take_marks(r) && run_state(r, "reading") && people_full(r) && groups_full(r) &&
	       run_state(r, "comparing") && members_compare(r, true) && stage_flush(r);
}

static bool read_directory(struct run *r)
{
	const char *full = NULL;

	forget(r);
	r->row->started = r->c->now;
	r->row->phase = 0;
	r->row->place = "";
	r->row->state = "reading";
	if (!run_write(r, clear_staged, NULL) || !run_open(r))
		return false;
	if (may_follow(r)) {
		r->row->kind = "delta";
		if (!delta_run(r, &full))
			return false;
		if (!full)
			return true;
		run_warn(r, "a full listing was needed: %s", full);
		forget(r);
		if (!run_write(r, clear_staged, NULL))
			return false;
	}
	return full_run(r);
}

/* ---- what came of it ---- */

static const char *detail(struct run *r, const struct seats *before, const struct seats *after)
{
	struct buf b = buf_in(r->arena, DETAIL_MAX);
	const struct {
		const char *name;
		int64_t n;
	} counts[] = {
		{ "unchanged", r->n.unchanged },
		{ "created", r->n.arrive },
		{ "updated", r->n.update },
		{ "deactivated", r->n.leave },
		{ "problems", r->n.problems },
		{ "groups_created", r->n.groups_new },
		{ "groups_updated", r->n.groups_changed },
		{ "groups_deleted", r->n.groups_gone },
		{ "members_added", r->n.joins },
		{ "members_removed", r->n.parts },
		{ "people_losing", r->n.losers },
	};

	buf_puts(&b, "{\"counts\": {");
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		buf_printf(&b, "%s\"%s\": %lld", i ? ", " : "", counts[i].name,
			   (long long)counts[i].n);
	buf_printf(&b, "}, \"seats\": {\"before\": %lld, \"after\": %lld}", (long long)before->used,
		   (long long)after->used);
	buf_printf(&b, ", \"would_hold\": %s, \"losers\": ", r->would_hold ? "true" : "false");
	buf_json(&b, r->losers);
	buf_puts(&b, ", \"doubt\": ");
	buf_json(&b, r->doubt);
	buf_printf(&b, ", \"warnings\": [%s]}", r->warned ? r->warnings.p : "");
	return b.over ? "{}" : b.p;
}

static bool ready(struct run *r)
{
	int64_t staged[LDAP_PHASES];
	struct seats seats, after;

	if (!ldap_staged_count(r->c, r->row->id, staged) || !seat_count(r->c, &seats))
		return false;
	r->row->total = 0;
	for (int i = 0; i < LDAP_PHASES; i++)
		if (i != LDAP_PROBLEM && i != LDAP_JOIN)
			r->row->total += staged[i];
	dir_close(r->dir);
	r->dir = NULL;
	after = seats;
	if (r->row->dry_run && !apply_preview(r))
		return false;
	after.used += r->seats_moved;
	if (seats.limit != SEATS_UNLIMITED && after.used > seats.limit)
		after.used = seats.limit;
	r->row->detail = detail(r, &seats, &after);
	if (r->row->dry_run)
		return true;
	r->row->phase = 0;
	r->row->place = "";
	return run_state(r, "applying");
}

/* ---- the end ---- */

static void audit(struct run *r, const char *action, const char *reason)
{
	struct buf b = buf_in(r->c->arena, 1024);

	buf_puts(&b, "{\"run\": ");
	buf_json(&b, r->row->id);
	buf_puts(&b, ", \"kind\": ");
	buf_json(&b, r->row->kind);
	buf_printf(&b, ", \"read\": %lld, \"changed\": %lld, \"applied\": %lld}",
		   (long long)r->row->read, (long long)r->row->changed, (long long)r->row->applied);
	audit_note(r->c, (struct audit_note){ .action = action,
					      .target_kind = "connection",
					      .target_id = r->source->id,
					      .after = b.p,
					      .reason = reason });
}

static const char *doubt_of(struct run *r)
{
	json_t *j = r->row->detail ? json_own(r->c, json_loads(r->row->detail, 0, NULL)) : NULL;

	return json_string_value(json_object_get(j, "doubt"));
}

static bool remember(struct run *r)
{
	if (r->row->feed)
		r->conn->feed = r->row->feed;
	if (r->row->kind && strcmp(r->row->kind, "full") == 0) {
		r->conn->full_at = r->row->started;
		r->conn->feed = r->row->feed;
	}
	return ldap_row_save(r->c, r->conn);
}

static bool seats_after(struct run *r)
{
	json_t *j = r->row->detail ? json_own(r->c, json_loads(r->row->detail, 0, NULL)) : NULL;
	struct seats now;

	if (!j || !seat_count(r->c, &now))
		return j == NULL;
	json_object_set_new(json_object_get(j, "seats"), "after", json_integer(now.used));
	r->row->detail = arena_adopt(r->arena, json_dumps(j, 0));
	return true;
}

static bool end_well(struct run *r, void *arg)
{
	const char *doubt = doubt_of(r);

	(void)arg;
	r->row->ended = r->c->now;
	r->row->state = doubt ? "failed" : "done";
	r->row->error = doubt ? arena_strdup(r->arena, doubt) : r->row->error;
	if (!seats_after(r) || (!doubt && !remember(r)) ||
	    !ldap_staged_clear(r->c, r->row->id, !r->row->dry_run) ||
	    !ldap_run_sweep(r->c, r->source->id, KEPT))
		return false;
	if (doubt || r->row->applied)
		audit(r, doubt ? "sync.incomplete" : "sync.done", NULL);
	return true;
}

static bool wait_for_decision(struct run *r, void *arg)
{
	(void)arg;
	r->row->state = "held";
	audit(r, "sync.held", "the run would take something from too many people");
	return ldap_staged_keep_negative(r->c, r->row->id) && (doubt_of(r) || remember(r));
}

static bool end_dry(struct run *r, void *arg)
{
	(void)arg;
	r->row->ended = r->c->now;
	r->row->state = "done";
	r->row->feed = NULL;
	return ldap_run_sweep(r->c, r->source->id, KEPT);
}

/* ---- steps ---- */

/* A hold of its own; a run that found what an earlier one holds has none. */
static bool has_hold(struct run *r, bool *out)
{
	struct hold *h;

	if (!hold_of_run(r->c, r->row->id, &h))
		return false;
	*out = h && h->state == HOLD_OPEN;
	return true;
}

static bool apply(struct run *r)
{
	bool waits = false;

	if (!r->row->hold_id)
		return apply_run(r, APPLY_ALL) && run_change(r, end_well, NULL, false);
	if (r->row->phase >= APPROVED) {
		r->base = APPROVED;
		return apply_run(r, APPLY_NEGATIVE) && run_change(r, end_well, NULL, false);
	}
	return apply_run(r, APPLY_POSITIVE) && has_hold(r, &waits) &&
	       run_change(r, waits ? wait_for_decision : end_well, NULL, false);
}

static bool decide(struct run *r)
{
	bool decided, go;

	if (!brake_decided(r, &decided, &go) || !decided)
		return r->c->err.kind == ERR_NONE;
	if (!go) {
		r->row->error = "the removals were not approved: nobody was touched";
		return run_change(r, end_well, NULL, false);
	}
	r->row->phase = APPROVED;
	r->row->place = "";
	return run_state(r, "applying") && apply(r);
}

bool run_go(struct run *r)
{
	const char *state = r->row->state;

	if (strcmp(state, "held") == 0)
		return decide(r);
	if (strcmp(state, "applying") == 0)
		return apply(r);
	if (!read_directory(r) || !ready(r))
		return false;
	return r->row->dry_run ? run_change(r, end_dry, NULL, false) : apply(r);
}
