/* worker.c - takes connections that are due under lease, and runs them. */
#include "ldapsync/worker.h"

#include <stdatomic.h>
#include <string.h>

#include "base/id.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/org.h"
#include "base/time.h"
#include "record/history.h"
#include "roster/exchange.h"
#include "roster/org.h"
#include "owner.h"
#include "run.h"

enum { DUE_MAX = 8, HELD_LOOK_MS = 3000, MINUTE_MS = 60 * 1000 };

static atomic_bool stopping;

void ldap_worker_stop(void)
{
	atomic_store(&stopping, true);
}

bool run_may_go_on(struct run *r)
{
	return !atomic_load(&stopping) ||
	       error(r->c, ERR_UNAVAILABLE, "the server is stopping; the run goes on later");
}

static const int64_t never = INT64_MAX / 2;

bool ldap_ask(struct ctx *c, const char *source_id, const struct ldap_wish *wish,
	      const char **run_id)
{
	struct ldap_run row = { .source_id = source_id,
				.dry_run = wish->dry_run,
				.whole = wish->whole,
				.asked_by =
					c->actor && c->actor->name ? c->actor->name : "system" };
	struct ldap_run *waiting;

	if (!ldap_run_queued(c, source_id, wish->dry_run, wish->whole, &waiting))
		return false;
	if (waiting)
		*run_id = waiting->id;
	else if (!ldap_run_insert(c, &row))
		return false;
	else
		*run_id = row.id;
	c->left_work = true;
	return ldap_due_put(c, source_id, 0);
}

/* Whatever else it is looked at for: has its time come since the last run? */
static bool is_time(struct run *r, bool *out)
{
	struct ldap_run *last;
	int64_t total;
	int n;

	*out = r->s.enabled && r->s.schedule_minutes;
	if (!*out)
		return true;
	if (!ldap_run_list(r->c, r->source->id, NULL, 1, &last, &n, &total))
		return false;
	*out = n == 0 || last->created + r->s.schedule_minutes * MINUTE_MS <= r->c->now;
	return true;
}

/* The open run, or the held one when it is decided, or a new one when its time has come. */
static bool find_run(struct run *r)
{
	struct ldap_wish wish = { 0 };
	const char *id;
	bool decided, go, time;

	if (!ldap_run_open(r->c, r->source->id, &r->row))
		return false;
	if (r->row)
		return true;
	if (!ldap_run_held(r->c, r->source->id, &r->row))
		return false;
	if (r->row && !brake_decided(r, &decided, &go))
		return false;
	if (r->row && decided)
		return true;
	r->row = NULL;
	if (!is_time(r, &time) || !time)
		return r->c->err.kind == ERR_NONE;
	return ldap_ask(r->c, r->source->id, &wish, &id) &&
	       ldap_run_get(r->c, r->source->id, id, &r->row);
}

static bool failed_write(struct run *r, void *arg)
{
	struct err *e = arg;
	struct exchange seen = { .kind = "ldap.sync",
				 .outcome = "refused",
				 .source_id = r->source->id,
				 .code = err_name(e->kind),
				 .reason = r->row->error };

	r->row->state = "failed";
	r->row->ended = r->c->now;
	audit_note(r->c, (struct audit_note){ .action = "sync.failed",
					      .target_kind = "connection",
					      .target_id = r->source->id,
					      .reason = r->row->error });
	return exchange_put(r->c, &seen) && ldap_staged_clear(r->c, r->row->id, true);
}

/* What went wrong is said where administrators look.  A database that is away is nothing the
 * run has done: it goes on when it is back. */
static void fail(struct run *r)
{
	struct err e = r->c->err;

	log_event(r->c, LOG_WARNING, "ldap_sync", F("connection", r->source->id),
		  F("err", err_name(e.kind)), F("msg", e.msg));
	r->c->err = (struct err){ 0 };
	if (r->lost || atomic_load(&stopping) || e.kind == ERR_RETRY || e.kind == ERR_FULL ||
	    db_broken(r->c->db))
		return;
	r->row->error = arena_strdup(r->arena, e.msg);
	if (!run_change(r, failed_write, &e, false))
		r->c->err = (struct err){ 0 };
}

static bool load(struct run *r, const char *source_id)
{
	if (!source_find(r->c, source_id, &r->source) || !r->source)
		return false;
	return ldap_row_find(r->c, source_id, &r->conn) && r->conn &&
	       ldap_settings_read(r->c, r->source->settings, &r->s);
}

static void log_run(const struct run *r)
{
	log_event(r->c, LOG_INFO, "ldap_sync", F("connection", r->source->id), F("run", r->row->id),
		  F("kind", r->row->kind), F("state", r->row->state), F_INT("read", r->row->read),
		  F_INT("changed", r->row->changed), F_INT("applied", r->row->applied));
}

static void count_run(const struct run *r)
{
	metric_add(METRIC_LDAP_RUNS,
		   r->row->kind && strcmp(r->row->kind, "delta") == 0 ? "delta" : "full",
		   strcmp(r->row->state, "failed") == 0 ? "failed"
		   : strcmp(r->row->state, "held") == 0 ? "held"
							: "done",
		   0, 1);
}

/* When the connection has something to do again. */
static int64_t next_due(struct run *r, bool open, bool held)
{
	int64_t next = never;

	if (open)
		return 0;
	if (r->s.enabled && r->s.schedule_minutes)
		next = r->c->now + r->s.schedule_minutes * MINUTE_MS;
	if (held && next > r->c->now + HELD_LOOK_MS)
		next = r->c->now + HELD_LOOK_MS;
	return next;
}

/* The lease is given up first: a wish made meanwhile is seen, or comes after. */
static bool let_go(struct run *r)
{
	struct ldap_run *open, *held;
	SCOPED_TX tx = { 0 };

	r->c->now = time_now();
	if (!tx_begin(r->c, &tx) || !db_enter_org(r->c, r->c->org->id) ||
	    !ldap_lease_end(r->c, r->source->id, r->owner, never) ||
	    !ldap_run_open(r->c, r->source->id, &open) ||
	    !ldap_run_held(r->c, r->source->id, &held))
		return false;
	return ldap_due_put(r->c, r->source->id, next_due(r, open != NULL, held != NULL)) &&
	       tx_commit(&tx);
}

static bool take_lease(struct run *r, bool *mine)
{
	SCOPED_TX tx = { 0 };

	return tx_begin(r->c, &tx) && ldap_lease(r->c, r->source->id, r->owner, mine) &&
	       tx_commit(&tx);
}

static bool find_in_tx(struct run *r)
{
	SCOPED_TX tx = { 0 };

	return tx_begin(r->c, &tx) && find_run(r) && tx_commit(&tx);
}

static void work(struct run *r)
{
	bool mine = false;

	if (!take_lease(r, &mine) || !mine)
		return;
	if (find_in_tx(r) && r->row) {
		r->metered = *r->row; /* of one that goes on, this was told before */
		if (run_go(r))
			log_run(r);
		else
			fail(r);
		count_run(r);
	}
	dir_close(r->dir);
	arena_free(&r->stage_arena);
	if (r->lost || !let_go(r))
		log_event(r->c, LOG_WARNING, "ldap_sync", F("connection", r->source->id),
			  F("msg", r->c->err.msg));
	r->c->err = (struct err){ 0 };
}

static void one_connection(struct ctx *c, struct db_pool *pool, struct db_loan *loan,
			   const struct ldap_due *due)
{
	struct arena mine = { 0 };
	struct ctx own = { .arena = &mine,
			   .db = c->db,
			   .trace = id_new(&mine),
			   .base_url = c->base_url,
			   .now = time_now(),
			   .bulk = true };
	struct run r = { .c = &own,
			 .pool = pool,
			 .loan = loan,
			 .arena = &mine,
			 .table = { .arena = &mine },
			 .group_table = { .arena = &mine } };
	struct actor actor = { .kind = "system" };
	struct org *org;

	r.owner = owner_name(&mine, own.trace);
	if (org_find(&own, due->org_id, &org) && org && db_enter_org(&own, org->id)) {
		own.org = org;
		if (load(&r, due->source_id)) {
			actor.name = arena_printf(&mine, "ldap:%s", r.source->name);
			actor.source = r.source;
			own.actor = &actor;
			work(&r);
		}
	}
	if (own.err.kind)
		log_event(&own, LOG_WARNING, "ldap_sync", F("msg", own.err.msg));
	c->db = own.db;
	arena_free(&mine);
}

/* Leases of processes of this machine that have ended need not run out. */
static bool reclaim(struct ctx *c)
{
	struct ldap_holder *list;
	int n;
	SCOPED_TX tx = { 0 };

	if (!ldap_lease_list(c, &list, &n))
		return false;
	for (int i = 0; i < n; i++) {
		struct org *org = arena_new(c->arena, struct org);

		if (!owner_has_ended(c->arena, list[i].owner))
			continue;
		org->id = list[i].org_id;
		c->org = org;
		if (!tx_begin(c, &tx) || !db_enter_org(c, org->id) ||
		    !ldap_lease_end(c, list[i].source_id, list[i].owner, 0) || !tx_commit(&tx))
			return false;
		c->org = NULL;
	}
	return true;
}

bool ldap_round(struct ctx *c, struct db_pool *pool)
{
	struct ldap_due *due;
	SCOPED_LOAN loan = { 0 };
	int n;

	if (!db_lend(pool, c, &loan) || !reclaim(c) || !ldap_due_list(c, DUE_MAX, &due, &n))
		return false;
	for (int i = 0; i < n && !atomic_load(&stopping); i++)
		one_connection(c, pool, &loan, &due[i]);
	return n == DUE_MAX && !atomic_load(&stopping);
}
