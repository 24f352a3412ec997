/* plan_moved.c - why a plan is not carried out any more: what moved since. */
#include <string.h>

#include "plan.h"

enum { SHOWN = 100 };

/* Items of a plan, one page in memory at a time, in the order of people and places. */
struct cursor {
	struct ctx *c;
	const char *stored;        /* id of a stored plan, or else    */
	struct plan_reader reader; /* items of a result               */
	int64_t page;
	json_t *items; /* of the page */
	size_t at;
};

static json_t *current(const struct cursor *k)
{
	return json_array_get(k->items, k->at);
}

static bool turn(struct cursor *k)
{
	struct arena *mine = k->c->arena, page = { 0 };
	const char *text = "[]";
	bool good = true;
	int n;

	json_decref(k->items);
	k->items = NULL;
	k->at = 0;
	k->c->arena = &page;
	if (k->stored)
		good = plan_page(k->c, k->stored, k->page++, &text);
	else
		text = plan_next_page(&page, &k->reader, &n);
	if (good)
		k->items = json_loads(text, 0, NULL);
	k->c->arena = mine;
	arena_free(&page);
	return good;
}

static bool step(struct cursor *k)
{
	k->at++;
	return k->at < json_array_size(k->items) || turn(k);
}

static const char *text_of(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s ? s : "";
}

static int scope_of(const json_t *j)
{
	for (int s = 0; s < SCOPES; s++)
		if (strcmp(scope_names[s], text_of(j, "scope")) == 0)
			return s;
	return SCOPES;
}

/* The order in which both were written; the end comes last. */
static int in_order(const json_t *a, const json_t *b)
{
	int order;

	if (!a || !b)
		return (a == NULL) - (b == NULL);
	order = strcmp(text_of(a, "user"), text_of(b, "user"));
	if (!order)
		order = scope_of(a) - scope_of(b);
	return order ? order : strcmp(text_of(a, "target"), text_of(b, "target"));
}

static json_t *side(const json_t *item)
{
	json_t *j;

	if (!item)
		return json_null();
	j = json_object();
	json_put(j, "before", json_incref(json_object_get(item, "before")));
	json_put(j, "after", json_incref(json_object_get(item, "after")));
	json_put(j, "because", json_incref(json_object_get(item, "because")));
	return j;
}

static void note(json_t *list, const json_t *planned, const json_t *now)
{
	static const char *const shared[] = { "user", "userName", "scope", "target" };
	const json_t *any = planned ? planned : now;
	json_t *j;

	if (json_array_size(list) == SHOWN)
		return;
	j = json_object();
	for (int i = 0; i < 4; i++)
		json_put(j, shared[i], json_incref(json_object_get(any, shared[i])));
	json_put(j, "planned", side(planned));
	json_put(j, "now", side(now));
	json_append(list, j);
}

static bool compare(struct cursor *old, struct cursor *new, json_t *list, int64_t *total)
{
	*total = 0;
	if (!turn(old) || !turn(new))
		return false;
	while (current(old) || current(new)) {
		json_t *a = current(old), *b = current(new);
		int order = in_order(a, b);

		if (order != 0 || !json_equal(a, b)) {
			(*total)++;
			note(list, order <= 0 ? a : NULL, order >= 0 ? b : NULL);
		}
		if ((order <= 0 && !step(old)) || (order >= 0 && !step(new)))
			return false;
	}
	return true;
}

static void respond(struct ctx *c, struct http_resp *p, const char *detail, json_t *moved)
{
	json_t *j = json_object();

	json_put_text(j, "type", "urn:rosterd:problem:plan_moved");
	json_put_text(j, "title", "The world has moved since the plan was made");
	json_put_int(j, "status", 409);
	json_put_text(j, "detail", detail);
	if (c->trace)
		json_put_text(j, "instance",
			      arena_printf(c->arena, "urn:rosterd:request:%s", c->trace));
	json_put(j, "moved", moved);
	json_respond(c, p, 409, j);
	p->type = "application/problem+json";
}

void plan_moved_rules(struct ctx *c, struct http_resp *p, int64_t planned, int64_t now)
{
	json_t *moved = json_object(), *j = json_object();

	json_put_int(j, "planned", planned);
	json_put_int(j, "now", now);
	json_put(moved, "base_revision", j);
	respond(c, p, "the rules themselves were changed since: make a new plan", moved);
}

bool plan_moved_people(struct ctx *c, struct http_resp *p, const struct stored_plan *planned,
		       const struct plan_result *now)
{
	struct cursor old = { .c = c, .stored = planned->id };
	struct cursor new = { .c = c, .reader = { .block = now->plan.first } };
	json_t *list = json_array(), *moved = json_own(c, json_object());
	int64_t total;
	bool good;

	json_put(moved, "changes", list);
	good = compare(&old, &new, list, &total);
	json_decref(old.items);
	json_decref(new.items);
	if (!good)
		return false;
	json_put_int(moved, "total", total);
	respond(c, p,
		arena_printf(c->arena,
			     "people or groups were changed since, and %lld changes would be others"
			     " now: make a new plan",
			     (long long)total),
		json_incref(moved));
	return true;
}
