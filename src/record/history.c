/* history.c - audit records and events of a change: collected first, written with it. */
#include "record/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/org.h"
#include "db/db.h"
#include "sql.h"

/* With the organization, which is $1 of every row. */
enum { AUDIT_COLS = 13, EVENT_COLS = 6, FIRST_ROOM = 8 };
/* Records have many columns: so many rows are a text that is still kept prepared. */
enum { AUDIT_ROWS = 100 };

static const char audit_head[] =
	"INSERT INTO audit (org_id, id, at, actor, source_id, action, target_kind, target_id,"
	" before, after, reason, trace, address) VALUES";
static const char event_head[] =
	"INSERT INTO outbox (org_id, id, at, type, user_id, payload) VALUES";

/* Room for one more of size bytes in a list that doubles. */
static void *room_for(struct ctx *c, void *list, int count, int *room, size_t size)
{
	size_t before = (size_t)*room * size;

	if (count < *room)
		return list;
	*room = *room ? *room * 2 : FIRST_ROOM;
	return arena_grow(c->arena, list, before, (size_t)*room * size);
}

/* Noting something that no change is open to write would lose it in silence. */
static struct history *open_history(struct ctx *c)
{
	if (!c->history)
		abort();
	return c->history;
}

static struct audit_note copy_note(struct arena *a, const struct audit_note *n)
{
	return (struct audit_note){
		.action = arena_strdup(a, n->action),
		.target_kind = arena_strdup(a, n->target_kind),
		.target_id = arena_strdup(a, n->target_id),
		.before = arena_strdup(a, n->before),
		.after = arena_strdup(a, n->after),
		.reason = arena_strdup(a, n->reason),
	};
}

void audit_note(struct ctx *c, struct audit_note note)
{
	struct history *h = open_history(c);

	h->audit = room_for(c, h->audit, h->audits, &h->audit_room, sizeof(*h->audit));
	h->audit[h->audits++] = copy_note(c->arena, &note);
}

void event_note(struct ctx *c, struct event_note note)
{
	struct history *h = open_history(c);

	h->event = room_for(c, h->event, h->events, &h->event_room, sizeof(*h->event));
	h->event[h->events++] = (struct event_note){
		.type = arena_strdup(c->arena, note.type),
		.user_id = arena_strdup(c->arena, note.user_id),
		.payload = arena_strdup(c->arena, note.payload),
	};
}

/* struct source belongs to roster and begins with its id, like struct org. */
static const char *source_id(const struct actor *who)
{
	return who && who->source ? *(const char *const *)(const void *)who->source : NULL;
}

/* The values of one audit row, without the organization. */
static struct db_val *put_audit(struct ctx *c, struct db_val *v, const struct audit_note *n)
{
	const struct actor *who = c->actor;

	*v++ = db_text(id_new(c->arena));
	*v++ = db_int(c->now);
	*v++ = db_text(who && who->name ? who->name : "system");
	*v++ = db_text(source_id(who));
	*v++ = db_text(n->action);
	*v++ = db_text(n->target_kind);
	*v++ = db_text(n->target_id);
	*v++ = db_text(n->before);
	*v++ = db_text(n->after);
	*v++ = db_text(n->reason);
	*v++ = db_text(c->trace);
	*v++ = db_text(who ? who->address : NULL);
	return v;
}

static struct db_val *put_event(struct ctx *c, struct db_val *v, const struct event_note *n)
{
	*v++ = db_text(id_new(c->arena));
	*v++ = db_int(c->now);
	*v++ = db_text(n->type);
	*v++ = db_text(n->user_id);
	*v++ = db_text(n->payload);
	return v;
}

static struct db_args audit_args(struct ctx *c, const struct audit_note *note, int n)
{
	struct db_val *list = arena_array(c->arena, struct db_val, (size_t)n * AUDIT_COLS);
	struct db_val *v = list;

	*v++ = db_text(c->org->id);
	for (int i = 0; i < n; i++)
		v = put_audit(c, v, &note[i]);
	return (struct db_args){ list, (int)(v - list) };
}

static struct db_args event_args(struct ctx *c, const struct event_note *note, int n)
{
	struct db_val *list = arena_array(c->arena, struct db_val, (size_t)n * EVENT_COLS);
	struct db_val *v = list;

	*v++ = db_text(c->org->id);
	for (int i = 0; i < n; i++)
		v = put_event(c, v, &note[i]);
	return (struct db_args){ list, (int)(v - list) };
}

static int chunk(int left, int most)
{
	return left < most ? left : most;
}

static bool push_audit(struct ctx *c, const struct audit_note *note, int n)
{
	for (int done = 0, now; done < n; done += now) {
		now = chunk(n - done, AUDIT_ROWS);
		if (!db_push(c, insert_sql(c->arena, audit_head, now, AUDIT_COLS, ""),
			     audit_args(c, note + done, now)))
			return false;
	}
	return true;
}

static bool push_events(struct ctx *c, const struct event_note *note, int n)
{
	for (int done = 0, now; done < n; done += now) {
		now = chunk(n - done, INSERT_ROWS);
		if (!db_push(c, insert_sql(c->arena, event_head, now, EVENT_COLS, ""),
			     event_args(c, note + done, now)))
			return false;
	}
	return true;
}

bool history_write(struct ctx *c)
{
	struct history *h = open_history(c);
	int audits = h->audits, events = h->events;

	h->audits = 0;
	h->events = 0;
	return push_audit(c, h->audit, audits) && push_events(c, h->event, events);
}

bool audit_write_now(struct ctx *c, struct audit_note note)
{
	SCOPED_TX tx = { 0 };

	if (!c->org)
		return error(c, ERR_INTERNAL, "an audit record needs an organization");
	if (!tx_begin(c, &tx) || !push_audit(c, &note, 1))
		return false;
	return tx_commit(&tx);
}
