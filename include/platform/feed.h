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

/*
 * The syslog server that gets the audit trail: "tls://HOST:PORT" or "tcp://HOST:PORT", with
 * the file of certificates that vouch for it (NULL: the system's).  ERR_VALUE if it is no
 * such address, or the file does not load.  Before any thread.
 */
bool feed_syslog_set(struct ctx *c, const char *url, const char *ca_file) MUST;

/*
 * Streams what is sealed and not streamed yet, of all organizations, as RFC 5424 messages
 * in octet-counted frames (RFC 6587, RFC 5425).  One process at a time has the lease for
 * it.  What the server has is noted once its machine has acknowledged every byte, so that a
 * broken connection repeats and does not lose.  *worked: there may be more.
 */
bool feed_syslog_round(struct db_pool *pool, struct ctx *c, struct feed_sender *s,
		       bool *worked) MUST;
