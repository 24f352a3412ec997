/* step.c - how a run writes: in changes and transactions of its own, under its lease. */
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "base/id.h"
#include "base/metric.h"
#include "base/org.h"
#include "base/time.h"
#include "change/change.h"
#include "run.h"

enum { TRIES = 10, REST_MS = 20, TELL_MS = 1000, WARNINGS_MAX = 20, WARNINGS_BYTES = 16 * 1024 };

void scratch_begin(struct ctx *c, struct scratch *s)
{
	*s = (struct scratch){ .c = c, .before = c->arena, .org = c->org };
	c->arena = &s->own;
}

void scratch_end(struct scratch *s)
{
	s->c->arena = s->before;
	s->c->org = s->org;
	arena_free(&s->own);
}

/* Another process may have taken over from one that was thought dead: it must not write. */
static bool hold_lease(struct run *r)
{
	bool mine;

	if (!ldap_lease(r->c, r->source->id, r->owner, &mine))
		return false;
	r->lost = !mine;
	return mine || error(r->c, ERR_CONFLICT, "another server has taken the connection over");
}

static bool change_once(struct run *r, run_step *step, void *arg)
{
	struct ctx *c = r->c;
	SCOPED_CHANGE ch = { 0 };

	if (!change_begin(c, &ch))
		return false;
	ch.unbraked = true;
	return step(r, arg) && hold_lease(r) && ldap_run_save(c, r->row) && change_commit(&ch);
}

static bool write_once(struct run *r, run_step *step, void *arg)
{
	SCOPED_TX tx = { 0 };

	return tx_begin(r->c, &tx) && db_enter_org(r->c, r->c->org->id) &&
	       (!step || step(r, arg)) && hold_lease(r) && ldap_run_save(r->c, r->row) &&
	       tx_commit(&tx);
}

static void rest(int tries)
{
	struct timespec t = { .tv_nsec = (tries % 8 + 1) * REST_MS * 1000000L };

	nanosleep(&t, NULL);
}

/* A connection that broke is replaced. */
static bool again(struct run *r, int tries)
{
	if (tries >= TRIES || !err_take(&r->c->err, ERR_RETRY))
		return false;
	if (tries)
		rest(tries);
	if (!db_broken(r->c->db))
		return true;
	db_loan_end(r->loan);
	return db_lend(r->pool, r->c, r->loan) && db_enter_org(r->c, r->c->org->id);
}

/* Its effects come to pass, are counted, and are gone again. */
static bool preview_once(struct run *r, run_step *step, void *arg)
{
	SCOPED_CHANGE ch = { 0 };

	if (!change_begin(r->c, &ch))
		return false;
	ch.unbraked = true;
	if (!step(r, arg) || !change_flush(r->c) || !hold_lease(r))
		return false;
	r->seats_moved += ch.seats_taken;
	return true;
}

static void add(const char *what, int64_t now, int64_t *told)
{
	if (now > *told)
		metric_add(METRIC_LDAP_ENTRIES, what, NULL, 0, now - *told);
	*told = now;
}

/* While the run goes on, for whoever watches it there; one that begins anew counts again. */
static void tell_metrics(struct run *r)
{
	add("read", r->row->read, &r->metered.read);
	add("compared", r->row->compared, &r->metered.compared);
	add("changed", r->row->changed, &r->metered.changed);
	add("applied", r->row->applied, &r->metered.applied);
}

typedef bool once_fn(struct run *r, run_step *step, void *arg);

static bool repeat(struct run *r, once_fn *once, run_step *step, void *arg)
{
	struct ctx *c = r->c;
	struct ldap_run row = *r->row;
	struct scratch s;
	bool good;

	if (!run_may_go_on(r))
		return false;
	for (int tries = 0;; tries++) {
		*r->row = row;
		scratch_begin(c, &s);
		c->now = time_now();
		good = once(r, step, arg);
		scratch_end(&s);
		if (good || !again(r, tries))
			break;
	}
	if (good)
		tell_metrics(r);
	return good;
}

bool run_change(struct run *r, run_step *step, void *arg, bool alone)
{
	r->c->alone = alone;
	return repeat(r, change_once, step, arg);
}

bool run_preview(struct run *r, run_step *step, void *arg)
{
	r->c->alone = false;
	return repeat(r, preview_once, step, arg);
}

bool run_write(struct run *r, run_step *step, void *arg)
{
	r->c->alone = false;
	return repeat(r, write_once, step, arg);
}

bool run_tell(struct run *r, bool now)
{
	if (!now && time_monotonic() - r->told < TELL_MS)
		return true;
	r->told = time_monotonic();
	return run_write(r, NULL, NULL);
}

bool run_state(struct run *r, const char *state)
{
	r->row->state = state;
	return run_tell(r, true);
}

void run_warn(struct run *r, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (r->warned == WARNINGS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!r->warned)
		r->warnings = buf_in(r->arena, WARNINGS_BYTES);
	buf_puts(&r->warnings, r->warned++ ? ", " : "");
	buf_json(&r->warnings, text);
}
