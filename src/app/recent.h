/*
 * recent.h - what provisioning clients have sent of late, on its way to /requests.
 * Private to src/app.
 *
 * A worker copies it into memory; the background thread takes out names, never values,
 * and stores them in batches.  Of a burst the newest are kept.
 */
#pragma once

#include "http/http.h"

/* An exchange of c->org that was answered; us: how long that took. */
void recent_note(const struct ctx *c, const struct http_req *q, const char *method, int status,
		 int64_t us);

/* True if there is something to store. */
bool recent_waiting(void);
/* Stores what has come since the last time.  What cannot be stored is lost. */
bool recent_store(struct ctx *c) MUST;
