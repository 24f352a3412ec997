/* webhook.h - one webhook message on its way.  Private to src/platform. */
#pragma once

#include <curl/curl.h>

#include "record/webhook.h"

struct feed_sender {
	const char *owner; /* of leases: this thread of this process */
	CURL *curl;
};

/* Sends one event: d->fate is FATE_TAKEN or FATE_FAILED, with status and error; *wait is how
 * long the receiver asks us to leave it alone, in seconds.  secret, and old_secret if it is
 * not NULL, are open. */
bool webhook_send(struct ctx *c, CURL *h, const char *url, const char *secret,
		  const char *old_secret, struct delivery *d, int64_t *wait) MUST;
