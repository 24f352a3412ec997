/* feed.h - what goes out by itself: events to webhooks, the audit trail to syslog.  Each is
 * one piece of work for a thread that may wait for other machines. */
#pragma once

#include "base/ctx.h"
#include "db/pool.h"

/* What one thread keeps between two pieces of work: connections that are open. */
struct feed_sender;
struct feed_sender *feed_sender_new(struct arena *a);

/*
 * Takes the turn of one endpoint (record/webhook.h) and sends what is due.  Borrows a
 * connection to the database before and after, never while it sends.  *worked is false if
 * no endpoint is due.
 */
bool feed_webhook_turn(struct db_pool *pool, struct ctx *c, struct feed_sender *s,
		       bool *worked) MUST;
