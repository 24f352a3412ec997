/* brake.c - a run that takes something from too many people waits for an administrator. */
#include <string.h>

#include "access/hold.h"
#include "access/standing.h"
#include "base/org.h"
#include "change/change.h"
#include "run.h"

enum { STANDINGS = 400 };

struct losses {
	struct hold_person *person;
	int n;
	char digest[TABLE_HEX];
	const char *reason;
	struct ldap_run *before; /* a run that waits already; NULL: none */
};

static bool is_loser(const struct table_entry *t)
{
	return t->known && (t->leaves || (t->loses && t->moves < 0));
}

/* What they have now, for whoever decides. */
static bool tell_roles(struct run *r, struct losses *l)
{
	for (int i = 0; i < l->n; i += STANDINGS) {
		int n = l->n - i < STANDINGS ? l->n - i : STANDINGS, count;
		const char **ids = arena_array(r->arena, const char *, (size_t)n);
		struct standing *s;

		for (int k = 0; k < n; k++)
			ids[k] = l->person[i + k].user_id;
		if (!standing_list(r->c, ids, n, &s, &count))
			return false;
		for (int k = 0, at = 0; k < n && at < count; k++)
			if (strcmp(s[at].user_id, ids[k]) == 0)
				l->person[i + k].before =
					arena_printf(r->arena, "{\"role\": \"%s\"}",
						     role_code(s[at++].role));
	}
	return true;
}

static bool gather(struct run *r, struct losses *l)
{
	struct table_digest d = { 0 };
	int n = 0;

	for (int i = 0; i < r->table.count; i++)
		n += is_loser(&r->table.entry[i]);
	l->person = arena_array(r->arena, struct hold_person, (size_t)n + 1);
	for (int i = 0; i < r->table.count; i++) {
		const struct table_entry *t = &r->table.entry[i];
		char uuid[37];

		if (!is_loser(t))
			continue;
		table_uuid(t->user, uuid);
		table_digest_add(&d, t->id);
		l->person[l->n++] = (struct hold_person){
			.user_id = arena_strdup(r->arena, uuid),
			.what = t->leaves ? "deactivated" : "lost",
			.after = t->leaves ? "{\"role\": \"DI\"}" : "{}",
			.before = "{}",
		};
	}
	table_digest_hex(&d, l->digest);
	return true;
}

/* Whoever was active is going: whatever the thresholds are, that is for a person to say. */
static bool is_everybody(const struct run *r, const struct losses *l)
{
	int active = 0, leaving = 0;

	for (int i = 0; i < r->table.count; i++) {
		active += r->table.entry[i].known && r->table.entry[i].active;
		leaving += r->table.entry[i].leaves;
	}
	return l->n > 1 && leaving > 1 && leaving == active && strcmp(r->row->kind, "full") == 0;
}

static bool open_hold(struct run *r, void *arg)
{
	struct losses *l = arg;
	const char *id = NULL;

	if (!hold_open_run(r->c, r->source->id, r->row->id, l->person, l->n, l->reason, &id))
		return false;
	r->row->hold_id = arena_strdup(r->arena, id);
	if (!l->before)
		return true;
	l->before->state = "done";
	l->before->ended = r->c->now;
	l->before->error = "a later run of this connection took its place";
	return ldap_run_save(r->c, l->before) && ldap_staged_clear(r->c, l->before->id, false);
}

/* The directory has healed, or somebody has decided there: nothing waits any more. */
static bool close_earlier(struct run *r, void *arg)
{
	struct losses *l = arg;

	if (!hold_close_runs(r->c, r->source->id))
		return false;
	l->before->state = "done";
	l->before->ended = r->c->now;
	l->before->error = "a later run of this connection found nothing to hold";
	return ldap_run_save(r->c, l->before) && ldap_staged_clear(r->c, l->before->id, false);
}

static bool same_people(const struct losses *l, const struct ldap_run *run)
{
	return run && run->detail && strstr(run->detail, l->digest) != NULL;
}

/* An administrator has said no to exactly these: nobody asks him again. */
static bool was_rejected(struct run *r, const struct losses *l, bool *out)
{
	struct ldap_run *last;
	struct hold *h = NULL;

	*out = false;
	if (!ldap_run_braked(r->c, r->source->id, &last))
		return false;
	if (!same_people(l, last))
		return true;
	if (!hold_find(r->c, last->hold_id, &h))
		return false;
	*out = h && h->state == HOLD_REJECTED;
	if (*out)
		r->row->hold_id = last->hold_id;
	return true;
}

static bool count_losses(struct run *r, void *arg)
{
	const struct losses *l = arg;

	return l->n == 0 || hold_count(r->c, r->source->id, l->n);
}

static bool decide(struct run *r, struct losses *l, bool over)
{
	bool full = strcmp(r->row->kind, "full") == 0, rejected;

	if (!over && l->before && full && !r->doubt && !run_change(r, close_earlier, l, true))
		return false;
	if (!over)
		return run_change(r, count_losses, l, false);
	if (!was_rejected(r, l, &rejected))
		return false;
	if (rejected) {
		run_warn(r, "an administrator has rejected these removals: nobody was touched");
		return true;
	}
	if (same_people(l, l->before)) {
		r->row->hold_id = l->before->hold_id;
		run_warn(r,
			 "the removals of the run %s wait for an administrator; this run found "
			 "the same ones",
			 l->before->id);
		return true;
	}
	return tell_roles(r, l) && run_change(r, open_hold, l, true);
}

bool brake(struct run *r, bool *parked)
{
	struct losses l = { 0 };

	*parked = false;
	if (!gather(r, &l) || !hold_over(r->c, r->source->id, l.n, parked) ||
	    !ldap_run_held(r->c, r->source->id, &l.before))
		return false;
	*parked = (*parked && l.n) || is_everybody(r, &l);
	r->losers = arena_strdup(r->arena, l.digest);
	r->n.losers = l.n;
	l.reason = arena_printf(r->arena,
				"the directory \"%.100s\" would take something from %d people at "
				"once",
				r->source->name, l.n);
	if (r->row->dry_run) {
		r->would_hold = *parked;
		*parked = false;
		return true;
	}
	return decide(r, &l, *parked);
}

bool brake_decided(struct run *r, bool *decided, bool *go)
{
	struct hold *h;

	*decided = *go = false;
	if (!hold_of_run(r->c, r->row->id, &h))
		return false;
	*decided = !h || h->state != HOLD_OPEN;
	*go = h && h->state == HOLD_APPROVED;
	return true;
}
