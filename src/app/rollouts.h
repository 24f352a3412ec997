/*
 * rollouts.h - goes on with what change/rollout.h left to be done: right after the request,
 * or on a thread of its own.  Private to src/app.
 */
#pragma once

#include "app.h"

void rollouts_start(struct app *app);
/* What is under way, in requests as well, stops after its batch: the next process goes on. */
void rollouts_halt(void);
void rollouts_stop(void);

/*
 * After a request that was committed and made everybody due.  One that runs where it may wait
 * does the work before it is answered, unless it says "Prefer: respond-async" (RFC 7240,
 * 4.1); what is left then is the thread's, and the answer is 202.
 */
void rollouts_follow(struct app *app, struct ctx *c, const struct http_req *q, struct http_resp *p);
