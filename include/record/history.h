/*
 * history.h - what a change leaves behind: audit records and outbox events,
 * collected while it runs and written with it, in one statement each.
 */
#pragma once

#include "base/ctx.h"

/* One audit record.  Texts are copied; before and after are JSON or NULL,
 * without secrets. */
struct audit_note {
	const char *action;      /* "user.created"; a fixed word    */
	const char *target_kind; /* "user", "group", "rules", ...   */
	const char *target_id;
	const char *before, *after;
	const char *reason; /* NULL, or why, in words */
};

struct event_note {
	const char *type;    /* "user.created"                        */
	const char *user_id; /* whose order it keeps; NULL if nobody's */
	const char *payload; /* JSON object                           */
};

struct history {
	struct audit_note *audit;
	struct event_note *event;
	int audits, audit_room, events, event_room;
};

/* Notes for the open change (c->history). */
void audit_note(struct ctx *c, struct audit_note note);
void event_note(struct ctx *c, struct event_note note);

/* Writes what was noted; the change does this before it commits. */
bool history_write(struct ctx *c) MUST;

/* An audit record outside a change (a refused sign-in, a token used wrongly),
 * in a transaction of its own. */
bool audit_write_now(struct ctx *c, struct audit_note note) MUST;
