/* outgoing.c - the threads that send by themselves. */
#include "outgoing.h"

#include "base/log.h"
#include "loop.h"
#include "platform/feed.h"

enum { WEBHOOKS_MS = 1000, SYSLOG_MS = 5000, AWAY_MS = 2000 };

/* The last of them is for syslog. */
static struct {
	struct loop loop;
	struct arena arena; /* of the sender, which keeps connections from round to round */
} senders[OUTGOERS];

static int started;

/* One piece of work; *worked is false if there was nothing to do. */
typedef bool outgoing_work(struct db_pool *pool, struct ctx *c, struct feed_sender *s,
			   bool *worked);

static int64_t send_some(struct app *app, struct ctx *c, outgoing_work *work, struct feed_sender *s,
			 int64_t idle_ms)
{
	bool worked = false;

	if (!atomic_load(&app->database_up))
		return AWAY_MS;
	if (work(app->pool, c, s, &worked))
		return worked ? 0 : idle_ms;
	if (c->err.kind != ERR_RETRY)
		log_event(c, LOG_WARNING, "outgoing", F("err", err_name(c->err.kind)),
			  F("msg", c->err.msg));
	return idle_ms;
}

static int64_t send_events(struct app *app, struct ctx *c, void *sender)
{
	return send_some(app, c, feed_webhook_turn, sender, WEBHOOKS_MS);
}

static int64_t send_audit(struct app *app, struct ctx *c, void *sender)
{
	return send_some(app, c, feed_syslog_round, sender, SYSLOG_MS);
}

void outgoing_start(struct app *app)
{
	int n = app->config->syslog ? OUTGOERS : OUTGOERS - 1;

	for (started = 0; started < n; started++)
		loop_start(&senders[started].loop, app,
			   started < OUTGOERS - 1 ? send_events : send_audit,
			   feed_sender_new(&senders[started].arena));
}

void outgoing_wake(void)
{
	for (int i = 0; i < started; i++)
		loop_wake(&senders[i].loop);
}

void outgoing_stop(void)
{
	for (int i = 0; i < started; i++)
		loop_halt(&senders[i].loop);
	for (int i = 0; i < started; i++) {
		loop_stop(&senders[i].loop);
		arena_free(&senders[i].arena);
	}
}
