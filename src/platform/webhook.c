/*
 * webhook.c - one turn of one endpoint: what is due is sent, one by one, and written down.
 *
 * A process that dies in between has sent what it does not remember: the next one sends it
 * again, under the same Webhook-Id.
 */
#include "webhook.h"

#include <sodium.h>
#include <string.h>

#include "base/id.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/org.h"
#include "base/secret.h"
#include "base/time.h"
#include "platform/feed.h"
#include "record/history.h"
#include "roster/org.h"

enum {
	BATCH = 200,          /* events looked at in one turn                       */
	SENT_MAX = 50,        /* of these sent                                      */
	TURN_MS = 20 * 1000,  /* no new message after this; far below the lease     */
	AILING = 3,           /* failures in a row: then only now and then one try  */
	AILING_REST_S = 3600, /* between two such tries, at most                    */
	REFUSED_TRIES = 3,    /* of a message that the receiver does not want       */
	WAIT_MAX_S = 3600,    /* what a receiver may ask for with Retry-After       */
	SAVE_TRIES = 5
};
static const int64_t long_ms = 24 * 60 * 60 * 1000; /* of nothing but failures: paused */

/* Rest after the n-th try, in seconds; dead after the last. */
static const int rests[] = { 5, 30, 120, 600, 1800, 3600, 10800, 21600, 43200, 86400 };
enum { RESTS = sizeof(rests) / sizeof(rests[0]) };

struct work {
	struct turn turn;
	struct webhook *hook;
	const char *secret, *old_secret; /* open */
	struct delivery *list;
	int count, sent;
	bool was_paused;
	int64_t rest_until; /* of the whole endpoint; 0: none */
};

struct feed_sender *feed_sender_new(struct arena *a)
{
	struct feed_sender *s = arena_new(a, struct feed_sender);

	s->owner = id_new(a);
	s->curl = curl_easy_init();
	arena_defer(a, curl_easy_cleanup, s->curl);
	return s;
}

/* Up to a fifth more or less, so that those who failed together part. */
static int64_t with_jitter(int64_t seconds)
{
	return seconds * 800 + (int64_t)randombytes_uniform((uint32_t)(seconds * 400 + 1));
}

static bool open_secrets(struct ctx *c, struct work *w)
{
	bool both = w->hook->old_secret && w->hook->old_until > c->now;

	return secret_unseal(c, WEBHOOK_PURPOSE, w->hook->secret, &w->secret) &&
	       (!both || secret_unseal(c, WEBHOOK_PURPOSE, w->hook->old_secret, &w->old_secret));
}

/* The organization may be gone between the list of turns and now: then nothing is done. */
static bool load(struct ctx *c, struct work *w)
{
	struct org *org;

	if (!org_find(c, w->turn.org_id, &org))
		return false;
	if (!org)
		return error(c, ERR_NOT_FOUND, "the organization of a webhook is gone");
	c->org = org;
	if (!db_enter_org(c, org->id) || !webhook_get(c, w->turn.webhook_id, &w->hook))
		return false;
	if (w->hook->paused)
		return true;
	return open_secrets(c, w) && delivery_due(c, w->hook, BATCH, &w->list, &w->count);
}

/* Somebody the receiver has just refused, or whose earlier news wait. */
static bool is_behind(const struct work *w, int i)
{
	const char *lane = w->list[i].event.user_id ? w->list[i].event.user_id : "";

	if (w->list[i].behind)
		return true;
	for (int k = 0; k < i; k++) {
		const struct delivery *d = &w->list[k];

		if ((d->fate == FATE_FAILED || d->fate == FATE_BEHIND) &&
		    strcmp(d->event.user_id ? d->event.user_id : "", lane) == 0)
			return true;
	}
	return false;
}

/* It has read the message and does not want it: asking again later changes little. */
static bool is_refusal(int64_t status)
{
	static const int may_pass[] = { 401, 403, 404, 407, 408, 409, 410, 421, 423, 425, 429 };

	for (size_t i = 0; i < sizeof(may_pass) / sizeof(may_pass[0]); i++)
		if (status == may_pass[i])
			return false;
	return status >= 400 && status <= 499;
}

static void note_success(struct ctx *c, struct webhook *h)
{
	h->failures = h->failing_since = 0;
	h->last_error = NULL;
	h->delivered = c->now;
}

static void note_failure(struct ctx *c, struct work *w, struct delivery *d, int64_t wait)
{
	struct webhook *h = w->hook;
	int64_t tries_max = is_refusal(d->status) ? REFUSED_TRIES : RESTS, rest;

	d->tries++;
	if (d->tries >= tries_max)
		d->fate = FATE_DEAD;
	else
		d->next_at = c->now + with_jitter(rests[d->tries - 1]);
	h->failures++;
	h->failing_since = h->failing_since ? h->failing_since : c->now;
	h->last_error = d->error;
	if (h->failures >= AILING) {
		rest = h->failures - AILING < RESTS ? rests[h->failures - AILING] : AILING_REST_S;
		w->rest_until = c->now + with_jitter(rest < AILING_REST_S ? rest : AILING_REST_S);
	}
	if (wait > 0 && c->now + wait * 1000 > w->rest_until)
		w->rest_until = c->now + (wait < WAIT_MAX_S ? wait : WAIT_MAX_S) * 1000;
	if (d->status == 410)
		h->paused = "the receiver says that it is gone for good (HTTP 410)";
	else if (c->now - h->failing_since >= long_ms)
		h->paused = "nothing was taken for a day";
}

static bool send_one(struct ctx *c, struct feed_sender *s, struct work *w, struct delivery *d)
{
	int64_t wait = 0;

	if (!webhook_send(c, s->curl, w->hook->url, w->secret, w->old_secret, d, &wait))
		return false;
	c->now = time_now();
	w->sent++;
	metric_add(METRIC_WEBHOOKS, d->fate == FATE_TAKEN ? "taken" : "failed", NULL, 0, 1);
	if (d->fate == FATE_TAKEN)
		note_success(c, w->hook);
	else
		note_failure(c, w, d, wait);
	return true;
}

/* False when this turn should end before the next message. */
static bool goes_on(const struct work *w, int64_t started)
{
	return !w->hook->paused && !w->rest_until && w->sent < SENT_MAX &&
	       time_monotonic() - started < TURN_MS;
}

/* The place moves over what was taken, put aside or not wanted. */
static bool send_all(struct ctx *c, struct feed_sender *s, struct work *w)
{
	int64_t started = time_monotonic();
	int i = 0;

	for (; i < w->count && goes_on(w, started); i++) {
		struct delivery *d = &w->list[i];

		if (!d->id && !webhook_wants(w->hook, &d->event))
			d->fate = FATE_NONE;
		else if (!d->id && is_behind(w, i))
			d->fate = FATE_BEHIND;
		else if (!send_one(c, s, w, d))
			return false;
		if (!d->id)
			w->hook->place = d->event.seq;
	}
	w->count = i;
	return true;
}

static bool due_again(struct ctx *c, const struct work *w, bool more, int64_t *due)
{
	*due = INT64_MAX;
	if (w->hook->paused)
		return true;
	if (more) {
		*due = 0;
		return true;
	}
	return delivery_next(c, w->hook->id, due);
}

/* An endpoint that is given up is a matter for administrators. */
static bool note_pause(struct ctx *c, const struct webhook *h)
{
	bool good;

	log_event(c, LOG_WARNING, "webhook_paused", F("webhook", h->id), F("msg", h->paused));
	c->history = arena_new(c->arena, struct history);
	audit_note(c, (struct audit_note){ .action = "webhook.paused",
					   .target_kind = "webhook",
					   .target_id = h->id,
					   .reason = h->paused });
	good = history_write(c);
	c->history = NULL;
	return good;
}

/* Of an endpoint that was paused nothing is known that an administrator, who may have resumed
 * it meanwhile, does not know better. */
static bool save_work(struct ctx *c, const struct work *w)
{
	return w->was_paused || (delivery_save(c, w->hook, w->list, w->count) &&
				 (!w->hook->paused || note_pause(c, w->hook)));
}

static bool save(struct ctx *c, const struct work *w, bool more)
{
	SCOPED_TX tx = { 0 };
	int64_t due;

	return tx_begin(c, &tx) && db_enter_org(c, c->org->id) && save_work(c, w) &&
	       due_again(c, w, more, &due) && turn_end(c, &w->turn, due, w->rest_until) &&
	       tx_commit(&tx);
}

static bool begin(struct db_pool *pool, struct ctx *c, struct feed_sender *s, struct work *w,
		  bool *got)
{
	SCOPED_LOAN loan = { 0 };

	return db_lend(pool, c, &loan) && db_enter_org(c, NULL) &&
	       turn_take(c, s->owner, &w->turn, got) && (!*got || load(c, w));
}

/* What was sent is sent: a database that asks for another try gets it. */
static bool finish(struct db_pool *pool, struct ctx *c, const struct work *w, bool more)
{
	bool good = false;

	for (int i = 0; i < SAVE_TRIES && !good; i++) {
		SCOPED_LOAN loan = { 0 };

		if (i && !err_take(&c->err, ERR_RETRY))
			return false;
		good = db_lend(pool, c, &loan) && save(c, w, more);
	}
	return good;
}

bool feed_webhook_turn(struct db_pool *pool, struct ctx *c, struct feed_sender *s, bool *worked)
{
	struct work w = { 0 };
	int loaded;

	if (!begin(pool, c, s, &w, worked) || !*worked)
		return !*worked && c->err.kind == ERR_NONE;
	w.was_paused = w.hook->paused != NULL;
	loaded = w.count;
	if (!send_all(c, s, &w))
		return false;
	return finish(pool, c, &w, loaded > 0);
}
