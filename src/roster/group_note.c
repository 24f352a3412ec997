/* group_note.c - what happened to groups, for the change to record. */
#include "group_note.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "roster/touched.h"

enum { LISTED_MAX = 100 };

static struct touched_group *add_note(struct ctx *c)
{
	struct touched *t = c->touched;

	if (!t)
		abort();
	if (t->groups == t->group_room) {
		struct touched_group *old = t->group;

		t->group_room = t->group_room ? t->group_room * 2 : 8;
		t->group = arena_array(c->arena, struct touched_group, (size_t)t->group_room);
		if (t->groups)
			memcpy(t->group, old, (size_t)t->groups * sizeof(*old));
	}
	return &t->group[t->groups++];
}

void group_note(struct ctx *c, const char *action, const struct group *g, const struct rows *moved)
{
	struct buf b = buf_in(c->arena, 64 * 1024);

	buf_puts(&b, "{\"displayName\":");
	buf_json(&b, g->display_name);
	if (moved) {
		buf_printf(&b, ",\"count\":%d,\"users\":[", moved->count);
		for (int i = 0; i < moved->count && i < LISTED_MAX; i++) {
			buf_puts(&b, i ? "," : "");
			buf_json(&b, row_text(moved, i, 0));
		}
		buf_puts(&b, "]");
	}
	buf_puts(&b, "}");
	*add_note(c) = (struct touched_group){ .action = action, .id = g->id, .detail = b.p };
}

void membership_note(struct ctx *c, const struct group *g, const char *user_id, bool in)
{
	*add_note(c) = (struct touched_group){ .action = in ? "joined" : "left",
					       .id = g->id,
					       .user_id = user_id };
}
