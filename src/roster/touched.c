/* touched.c - the set of people a change is about. */
#include "roster/touched.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "roster/group.h"

static int find_slot(const struct touched *t, const char *id)
{
	int i = (int)(text_hash(id) % t->slots);

	while (t->slot[i] && strcmp(t->user[t->slot[i] - 1].id, id) != 0)
		i = (i + 1) % t->slots;
	return i;
}

static void grow(struct arena *a, struct touched *t)
{
	struct touched_user *old = t->user;

	t->room = t->room ? t->room * 2 : 16;
	t->user = arena_array(a, struct touched_user, (size_t)t->room);
	if (t->count)
		memcpy(t->user, old, (size_t)t->count * sizeof(*old));
	t->slots = t->room * 2;
	t->slot = arena_array(a, int, (size_t)t->slots);
	for (int i = 0; i < t->count; i++)
		t->slot[find_slot(t, t->user[i].id)] = i + 1;
}

struct touched_user *touch_user(struct ctx *c, const char *id)
{
	struct touched *t = c->touched;
	int slot;

	if (!t)
		abort(); /* a write outside a change: a bug of the caller */
	if (t->count == t->room)
		grow(c->arena, t);
	slot = find_slot(t, id);
	if (!t->slot[slot]) {
		t->user[t->count++] = (struct touched_user){ .id = id };
		t->slot[slot] = t->count;
	}
	/* whoever touches him again may have added something */
	t->user[t->slot[slot] - 1].fresh = false;
	return &t->user[t->slot[slot] - 1];
}

void touch_lost(struct ctx *c, const char *id, const struct group *was)
{
	struct touched_user *t = touch_user(c, id);
	struct touched_lost *lost = arena_new(c->arena, struct touched_lost);

	*lost = (struct touched_lost){ .id = was->id,
				       .external_id = was->external_id,
				       .name = was->display_name,
				       .source_id = was->source_id,
				       .next = t->lost };
	t->lost = lost;
}

void touch_place(struct ctx *c, const char *id, const struct touched_place *was)
{
	struct touched_user *t = touch_user(c, id);
	struct touched_place *place;

	for (const struct touched_place *p = t->place; p && was->manual; p = p->next)
		if (p->manual && p->scope == was->scope && strcmp(p->target, was->target) == 0)
			return;
	place = arena_new(c->arena, struct touched_place);
	*place = *was;
	place->target = arena_strdup(c->arena, was->target);
	place->next = t->place;
	t->place = place;
}

const struct touched_user *touched_find(const struct touched *t, const char *id)
{
	int at = t->slots ? t->slot[find_slot(t, id)] : 0;

	return at ? &t->user[at - 1] : NULL;
}

void touch_everybody(struct ctx *c)
{
	if (!c->touched)
		abort();
	c->touched->everybody = true;
}
