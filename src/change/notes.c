/*
 * notes.c - what a change did, in the words of the audit trail and of the feed.
 *
 * Neither holds personal data: the trail cannot forget, and the platform asks
 * the API for the rest.
 */
#include <string.h>

#include "base/text.h"
#include "people.h"

enum { NOTE_MAX = 64 * 1024 };

static const char *standing_json(struct ctx *c, const struct person *p, const struct standing *s)
{
	return arena_printf(c->arena,
			    "{\"state\":\"%s\",\"role\":\"%s\",\"seat\":%s,\"waiting\":%s%s%s}",
			    p->deleted ? "deleted" : standing_state(s), role_code(s->role),
			    s->seat ? "true" : "false", s->waiting_since ? "true" : "false",
			    s->kept ? ",\"kept\":\"last administrator\"" : "",
			    s->held ? ",\"held\":true" : "");
}

/* Why a role is what it is, for the record. */
static const char *reason(struct ctx *c, const struct person *p)
{
	const struct verdict *v = &p->verdict;

	if (p->after.kept)
		return "last administrator: kept against the rules";
	if (p->after.waiting_since)
		return "waiting for a seat";
	if (p->after.held)
		return "held: what a directory took waits for an administrator";
	if (v->by_default)
		return v->matched ? "policy: no rule matches any more" : "policy: no rule matches";
	for (int i = 0; i < v->grants; i++)
		if (v->grant[i].scope == SCOPE_ORG && v->grant[i].role == v->wanted)
			return arena_printf(c->arena, "rule \"%s\" of revision %lld",
					    v->grant[i].rule_id, (long long)v->grant[i].revision);
	return NULL;
}

static void both(struct ctx *c, const char *what, const struct person *p, const char *before,
		 const char *after, const char *why)
{
	audit_note(c, (struct audit_note){ .action = what,
					   .target_kind = "user",
					   .target_id = p->id,
					   .before = before,
					   .after = after,
					   .reason = why });
	event_note(c, (struct event_note){
			      .type = what, .user_id = p->id, .payload = after ? after : "{}" });
}

/* Is he out, or in again?  By his source, or by the policy for those whom no rule matches; one of
 * them alone lets nobody in whom the other keeps out. */
static const char *switched(const struct person *p)
{
	bool was_out = p->before.role == ROLE_DI, is_out = p->after.role == ROLE_DI;

	if (was_out == is_out || p->deleted || p->why.arrived)
		return NULL;
	return is_out ? "user.deactivated" : "user.reactivated";
}

/* What happened to the account itself; true if that says what he may do. */
static bool note_account(struct ctx *c, const struct person *p, const char *after)
{
	const struct touched_user *w = &p->why;
	const char *what = switched(p);

	if (w->arrived)
		both(c, "user.created", p, NULL, after, reason(c, p));
	else if (what)
		both(c, what, p, standing_json(c, p, &p->before), after,
		     w->deactivated ? NULL : reason(c, p));
	if (w->saved && !w->arrived &&
	    (!what || (w->differs && strcmp(w->differs, "[\"active\"]") != 0)))
		both(c, "user.updated", p, NULL,
		     arena_printf(c->arena, "{\"changed\":%s}", w->differs ? w->differs : "[]"),
		     NULL);
	if (w->deleted)
		both(c, "user.deleted", p, NULL, after, NULL);
	if (w->erased)
		both(c, "user.erased", p, NULL, NULL, NULL);
	return what || w->arrived || w->deleted;
}

static void note_seat(struct ctx *c, const struct person *p)
{
	const char *type = NULL;

	if (!p->before.seat && p->after.seat)
		type = "seat.taken";
	else if (p->before.seat && !p->after.seat)
		type = "seat.freed";
	else if (!p->before.waiting_since && p->after.waiting_since)
		type = "seat.waiting";
	if (type)
		event_note(c,
			   (struct event_note){ .type = type, .user_id = p->id, .payload = "{}" });
}

static void note_places(struct ctx *c, const struct person *p)
{
	struct place_walk w = { 0 };

	for (const char *what; (what = places_moved(c, p, &w));)
		both(c, "membership.changed", p, NULL, what, NULL);
}

static void note_person(struct ctx *c, const struct person *p)
{
	const char *after = standing_json(c, p, &p->after);
	bool told = note_account(c, p, after);

	if (!told && p->before.role != p->after.role)
		both(c, "role.changed", p, standing_json(c, p, &p->before), after, reason(c, p));
	else if (p->before.role != p->after.role)
		event_note(c, (struct event_note){
				      .type = "role.changed", .user_id = p->id, .payload = after });
	note_seat(c, p);
	note_places(c, p);
}

void people_note(struct ctx *c, const struct people *all)
{
	for (int i = 0; i < all->n; i++)
		note_person(c, &all->p[i]);
}

void groups_note(struct ctx *c, const struct touched *t)
{
	for (int i = 0; i < t->groups; i++) {
		const struct touched_group *g = &t->group[i];

		if (g->user_id) {
			struct buf b = buf_in(c->arena, NOTE_MAX);

			buf_puts(&b, "{\"group\":");
			buf_json(&b, g->id);
			buf_printf(&b, ",\"in\":%s}",
				   strcmp(g->action, "joined") == 0 ? "true" : "false");
			event_note(c, (struct event_note){ .type = "group.membership",
							   .user_id = g->user_id,
							   .payload = b.p });
			continue;
		}
		audit_note(c, (struct audit_note){ .action = g->action,
						   .target_kind = "group",
						   .target_id = g->id,
						   .after = g->detail });
		event_note(c, (struct event_note){ .type = g->action,
						   .payload = arena_printf(c->arena,
									   "{\"group\":\"%s\"}",
									   g->id) });
	}
}
