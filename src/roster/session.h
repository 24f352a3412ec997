/* session.h - what the files of sessions share.  Private to src/roster. */
#pragma once

#include "roster/session.h"

#define SESSION_COLUMNS                                                                            \
	"s.id, s.user_id, s.method, s.source_id, s.address, s.agent, s.created, s.last_seen,"      \
	" s.expires, s.idle_ms, s.ended, s.ended_reason, s.proved"
enum { SESSION_COLUMN_COUNT = 13 };
void session_fill(struct session *s, const struct rows *r, int row);

/* A new value for a cookie of c->org. */
const char *session_secret(struct ctx *c);

/* The organization a cookie or link names; false if it is not of their form. */
bool session_parse(struct ctx *c, const char *text, const char **org_id);
