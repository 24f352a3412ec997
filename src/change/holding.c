/* holding.c - holds approved and rejected. */
#include "change/holding.h"

#include <string.h>

#include "access/held.h"
#include "base/org.h"
#include "base/text.h"
#include "record/history.h"
#include "roster/touched.h"

enum { PAGE = 500, NAMED = 5, TEXT_MAX = 4096, DETAIL_MAX = 16 * 1024 };

void holding_note(struct ctx *c, const char *action, const struct hold *h)
{
	struct buf b = buf_in(c->arena, DETAIL_MAX);

	buf_puts(&b, "{\"hold\":");
	buf_json(&b, h->id);
	buf_printf(&b, ",\"kind\":\"%s\",\"state\":\"%s\",\"people\":%lld,\"connection\":",
		   hold_kind_names[h->kind], hold_state_names[h->state], (long long)h->people);
	buf_json(&b, h->source_id);
	buf_puts(&b, ",\"digest\":");
	buf_json(&b, h->digest);
	buf_puts(&b, "}");
	audit_note(c, (struct audit_note){ .action = action,
					   .target_kind = "hold",
					   .target_id = h->id,
					   .after = b.p,
					   .reason = h->decision ? h->decision : h->reason });
	event_note(c, (struct event_note){ .type = action, .payload = b.p });
}

static bool decidable(struct ctx *c, const struct hold *h, bool approve)
{
	if (h->state == HOLD_OPEN || (approve && h->state == HOLD_REJECTED && h->kind != HOLD_RUN))
		return true;
	return error(c, ERR_CONFLICT, "this hold is %s: there is nothing left to decide",
		     hold_state_names[h->state]);
}

static void put_names(struct buf *b, const char *verb, const char **names, int n)
{
	buf_puts(b, verb);
	for (int i = 0; i < n && i < NAMED; i++)
		buf_printf(b, "%s%.100s", i ? ", " : " ", names[i]);
	buf_puts(b, n > NAMED ? " and others" : n ? "" : " nobody");
}

/* The version stands before the dot of a digest. */
static int64_t version_of(struct ctx *c, const char *digest)
{
	const char *dot = strchr(digest, '.');
	int64_t n = 0;

	if (!dot ||
	    !text_int(arena_strndup(c->arena, digest, (size_t)(dot - digest)), 0, INT64_MAX, &n))
		return -1;
	return n;
}

static bool refuse_other_list(struct ctx *c, const struct hold *h, const char *digest)
{
	struct buf b = buf_in(c->arena, TEXT_MAX);
	struct hold_moves m = { 0 };
	int64_t seen = version_of(c, digest);

	if (seen < 0 || seen > h->version)
		return error(c, ERR_CONFLICT,
			     "this is no digest of the hold's list: read the hold, and send the"
			     " digest that is shown with it");
	if (!hold_moves(c, h->id, seen, NAMED + 1, &m))
		return false;
	put_names(&b, "came or has something else to lose:", m.came, m.cames);
	put_names(&b, "; left:", m.left, m.lefts);
	return error(c, ERR_CONFLICT,
		     "the list of this hold has moved since it was seen (%s): look at it again,"
		     " and approve what it says now",
		     b.p);
}

/* The same people with the same at stake are the same list, whatever happened between. */
static bool same_list(const char *a, const char *b)
{
	const char *x = strchr(a, '.'), *y = strchr(b, '.');

	return x && y && strcmp(x, y) == 0;
}

static bool touch_listed(struct ctx *c, const struct hold *h)
{
	const char *after = "";
	struct hold_person *p;
	int n = PAGE;

	while (n == PAGE) {
		if (!hold_people(c, h->id, after, PAGE, &p, &n))
			return false;
		for (int i = 0; i < n; i++)
			touch_user(c, p[i].user_id);
		after = n ? p[n - 1].user_id : after;
	}
	return held_groups_drop(c, h->id);
}

static bool decide(struct ctx *c, struct hold *h, enum hold_state state, const char *why)
{
	if (!hold_decide(c, h, state, why))
		return false;
	h->state = state;
	h->decided = c->now;
	h->decided_by = c->actor->name;
	h->decision = why;
	holding_note(c, state == HOLD_APPROVED ? "hold.approved" : "hold.rejected", h);
	return true;
}

bool holding_approve(struct ctx *c, const char *id, const char *digest, struct hold **out)
{
	struct hold *h;

	if (!db_alone(c) || !hold_get(c, id, &h) || !decidable(c, h, true))
		return false;
	if (!same_list(h->digest, digest))
		return refuse_other_list(c, h, digest);
	if (!decide(c, h, HOLD_APPROVED, NULL))
		return false;
	*out = h;
	return h->kind == HOLD_RUN || touch_listed(c, h);
}

bool holding_reject(struct ctx *c, const char *id, const char *why, struct hold **out)
{
	if (!db_alone(c) || !hold_get(c, id, out) || !decidable(c, *out, false))
		return false;
	return decide(c, *out, HOLD_REJECTED, why);
}
