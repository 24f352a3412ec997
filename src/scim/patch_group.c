/* patch_group.c - PATCH of a Group: what it does to the name and to the members, in order. */

#include <stdint.h>
#include <string.h>

#include "members.h"
#include "patch.h"

struct writer {
	struct assign s;
	struct group_ops *out;
	int room, refs_room; /* of out->op, and of the refs of its last one */
};

static struct group_op *put(struct writer *w, struct group_op op)
{
	struct group_ops *g = w->out;

	if (g->count == w->room) {
		struct group_op *old = g->op;

		w->room = w->room ? w->room * 2 : 16;
		g->op = arena_array(w->s.c->arena, struct group_op, (size_t)w->room);
		if (g->count)
			memcpy(g->op, old, (size_t)g->count * sizeof(*old));
	}
	g->op[g->count] = op;
	return &g->op[g->count++];
}

/* Neighbouring operations of one kind are one: some clients send a remove per member. */
static void put_members(struct writer *w, unsigned kind, const char **refs, int n)
{
	struct group_op *last = w->out->count ? &w->out->op[w->out->count - 1] : NULL;

	if (n == 0 && kind != MEMBERS_REPLACE)
		return;
	if (!last || last->kind != kind || kind == MEMBERS_REPLACE) {
		put(w, (struct group_op){ .kind = n ? kind : MEMBERS_CLEAR, .refs = refs, .n = n });
		w->refs_room = n;
		return;
	}
	if (last->n + n > w->refs_room) {
		const char **old = last->refs;

		w->refs_room = (last->n + n) * 2;
		last->refs = arena_array(w->s.c->arena, const char *, (size_t)w->refs_room);
		memcpy(last->refs, old, (size_t)last->n * sizeof(*old));
	}
	memcpy(last->refs + last->n, refs, (size_t)n * sizeof(*refs));
	last->n += n;
}

static bool refuse_filter(struct ctx *c)
{
	return error(c, ERR_FILTER,
		     "members can be selected by value alone, as in members[value eq \"ID\"]");
}

static bool is_eq(const struct filter *f, const char *name)
{
	return f->op == OP_EQ && slice_is(f->name, name) && f->value.type == DB_TEXT;
}

/* The values of "value eq x or value eq y"; a type beside them says nothing. */
static bool selected(struct ctx *c, const struct filter *f, const char **refs, int *n)
{
	if (f->op == OP_OR)
		return selected(c, f->left, refs, n) && selected(c, f->right, refs, n);
	if (f->op == OP_AND && is_eq(f->left, "type"))
		return selected(c, f->right, refs, n);
	if (f->op == OP_AND && is_eq(f->right, "type"))
		return selected(c, f->left, refs, n);
	if (!is_eq(f, "value"))
		return refuse_filter(c);
	refs[(*n)++] = f->value.text;
	return true;
}

static bool apply_selected(struct writer *w, const struct operation *o, const struct path *p)
{
	const char **refs = arena_array(w->s.c->arena, const char *, FILTER_TERMS_MAX * 2);
	int n = 0;

	if (!selected(w->s.c, p->filter, refs, &n))
		return false;
	if (p->n.sub.n && !slice_is(p->n.sub, "value"))
		return true; /* display and type of a member are not the client's to set */
	if (o->op == PATCH_REPLACE || (p->n.sub.n && o->op == PATCH_ADD))
		return error(w->s.c, ERR_MUTABILITY,
			     "the value of a member cannot change; remove the member and add "
			     "another");
	put_members(w, o->op == PATCH_REMOVE ? MEMBERS_REMOVE : MEMBERS_ADD, refs, n);
	return true;
}

static bool apply_members(struct writer *w, const struct operation *o)
{
	static const unsigned kinds[] = {
		[PATCH_ADD] = MEMBERS_ADD,
		[PATCH_REMOVE] = MEMBERS_REMOVE,
		[PATCH_REPLACE] = MEMBERS_REPLACE,
	};
	const char **refs;
	int n;

	if (o->op == PATCH_REMOVE && (!o->value || json_is_null(o->value))) {
		put(w, (struct group_op){ .kind = MEMBERS_CLEAR });
		return true;
	}
	if (!members_read(w->s.c, o->value, &refs, &n))
		return false;
	put_members(w, kinds[o->op], refs, n);
	return true;
}

static bool apply_text(struct writer *w, const struct operation *o, bool name)
{
	struct group_op op = { .kind = name ? SET_NAME : SET_EXTERNAL_ID };

	if (o->op == PATCH_REMOVE && name)
		return error(w->s.c, ERR_MUTABILITY,
			     "displayName is required and cannot be removed");
	if (o->op != PATCH_REMOVE &&
	    !group_text(&w->s, name ? "displayName" : "externalId", o->value, &op.text))
		return false;
	if (name && !op.text)
		return error(w->s.c, ERR_VALUE, "displayName is required");
	put(w, op);
	return true;
}

static bool is_read_only(struct slice name)
{
	return slice_is(name, "id") || slice_is(name, "meta");
}

/* path is the operation's own, or a key of its value. */
static bool apply_path(struct writer *w, const struct operation *o, const char *path)
{
	struct scim_name *n;
	struct path p;

	if (!path_parse_form(w->s.c, path, &p))
		return false;
	n = &p.n;
	if (n->schema && strcmp(n->schema, SCHEMA_GROUP) != 0)
		return assign_unknown(&w->s, path, strlen(path));
	if (slice_is(n->name, "members"))
		return p.filter ? apply_selected(w, o, &p)
		       : n->sub.n && !slice_is(n->sub, "value")
			       ? assign_unknown(&w->s, path, strlen(path))
			       : apply_members(w, o);
	if (!n->sub.n && !p.filter && slice_is(n->name, "displayName"))
		return apply_text(w, o, true);
	if (!n->sub.n && !p.filter && slice_is(n->name, "externalId"))
		return apply_text(w, o, false);
	if (is_read_only(n->name))
		return w->s.quiet || error(w->s.c, ERR_MUTABILITY, "%.*s is read-only",
					   (int)n->name.n, n->name.p);
	return slice_is(n->name, "schemas") || assign_unknown(&w->s, path, strlen(path));
}

/* A value without path: its keys are paths, or noise. */
static bool apply_object(struct writer *w, const struct operation *o)
{
	struct operation one = *o;
	struct scim_name n;
	const char *key;

	w->s.quiet = true;
	json_object_foreach(o->value, key, one.value)
	{
		struct slice text = { key, strlen(key) };

		if (!strchr(key, '[') && !name_split(w->s.c->arena, text, &n)) {
			if (!assign_unknown(&w->s, key, text.n))
				return false;
		} else if (slice_is(text, SCHEMA_GROUP) && json_is_object(one.value)) {
			if (!apply_object(w, &one))
				return false;
		} else if (!apply_path(w, &one, key)) {
			return false;
		}
	}
	w->s.quiet = false;
	return true;
}

bool group_patch(struct ctx *c, const struct scim_settings *set, const json_t *body,
		 struct group_ops *out)
{
	struct writer w = { .s = { .c = c, .set = set, .patch = true }, .out = out };
	struct operation *ops;
	int count;

	*out = (struct group_ops){ 0 };
	if (!patch_operations(c, body, &ops, &count))
		return false;
	for (int i = 0; i < count; i++)
		if (ops[i].path ? !apply_path(&w, &ops[i], ops[i].path)
				: !apply_object(&w, &ops[i]))
			return false;
	for (int i = 0; i < out->count; i++)
		members_unique(c->arena, out->op[i].refs, &out->op[i].n);
	return true;
}
