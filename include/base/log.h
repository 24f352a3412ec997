/*
 * log.h - one line per event, for machines first: logfmt on stderr.
 *
 *	at=2026-01-02T03:04:05.678Z level=info event=request trace=9f2c
 *	actor=acme/token:42 route=/scim/v2/Users status=201 ms=3 err=none
 *
 * event is a fixed word, never built from data.  Secrets are never fields.
 * level is one of syslog's: LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG.
 */
#pragma once

#include <syslog.h>

#include "base/ctx.h"

struct log_field {
	const char *key, *text; /* text NULL: num is the value */
	int64_t num;
};

static inline struct log_field log_text(const char *key, const char *text)
{
	return (struct log_field){ .key = key, .text = text ? text : "-" };
}

#define F(k, s)     log_text((k), (s))
#define F_INT(k, n) ((struct log_field){ .key = (k), .num = (n) })

/* Lines less urgent than level are left out from here on; LOG_INFO at start. */
void log_set_level(int level);

#define log_event(c, level, event, ...)                                                            \
	log_write((c), (level), (event), (const struct log_field[]){ __VA_ARGS__ },                \
		  sizeof((const struct log_field[]){ __VA_ARGS__ }) / sizeof(struct log_field))

void log_write(const struct ctx *c, int level, const char *event, const struct log_field *field,
	       size_t n);
