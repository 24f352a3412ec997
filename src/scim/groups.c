/* groups.c - one Group: POST, GET, PUT, PATCH and DELETE (RFC 7644, sections 3.3 to 3.6). */
#include "scim/scim.h"

#include "group_json.h"
#include "person.h"
#include "respond.h"

struct request {
	struct projection want;
	struct scim_settings set;
	json_t *body;
};

static bool read_request(struct ctx *c, const struct http_req *q, struct request *r)
{
	return projection_read(c, q, &r->want) &&
	       scim_settings_read(c, c->actor->source, &r->set) && json_body(c, q, &r->body);
}

static bool get_group(struct ctx *c, const struct http_req *q, struct group **out)
{
	return group_get(c, scim_source_id(c), q->param[0], out);
}

/* Members are not even read where they are not asked for. */
static bool respond(struct ctx *c, struct http_resp *p, int status, const struct projection *want,
		    const struct group *g)
{
	static const struct member nobody;
	struct buf b = scim_buf(c);
	struct scim_resource r = { .endpoint = "Groups", .id = g->id, .version = g->version };
	bool with = projection_wants(want, "members");
	struct member *members = NULL;
	int count = 0;

	if (with && !member_list(c, g, 1, &members, &count))
		return false;
	group_put(c, &b, g, with && !count ? &nobody : members, count);
	return scim_text(c, &b, &r.body) && scim_respond_resource(c, p, status, want, &r);
}

bool scim_groups_get(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct projection want;
	struct group *g;

	if (!projection_read(c, q, &want) || !get_group(c, q, &g))
		return false;
	return scim_not_modified(c, q, p, g->version) || respond(c, p, 200, &want, g);
}

/* Where the connection wants it so, people who are not there are refused. */
static bool check_refs(struct ctx *c, const struct scim_settings *set, const char *const *refs,
		       int n)
{
	struct buf b = buf_in(c->arena, 160);
	const char **unknown;
	int count;

	if (!set->refuse_unknown_members || n == 0)
		return true;
	if (!member_unknown(c, refs, n, &unknown, &count))
		return false;
	if (count == 0)
		return true;
	for (int i = 0; i < count; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", unknown[i]);
	return error(c, ERR_VALUE, "%d of the members are not Users here: %s%s", count,
		     b.p ? b.p : "", b.over ? ", ..." : "");
}

bool scim_groups_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct group_body sent = { 0 };
	struct request r;
	struct group g = { 0 }, *stored;

	if (!read_request(c, q, &r) || !group_from_json(c, &r.set, r.body, &sent) ||
	    !check_refs(c, &r.set, sent.refs, sent.n))
		return false;
	g.source_id = scim_source_id(c);
	g.display_name = sent.display_name;
	g.external_id = sent.external_id;
	if (!group_create(c, &g))
		return false;
	if (sent.n == 0)
		return respond(c, p, 201, &r.want, &g);
	return member_add(c, &g, sent.refs, sent.n, NULL) &&
	       group_get(c, g.source_id, g.id, &stored) && respond(c, p, 201, &r.want, stored);
}

/* Answers with the group as it is after its change. */
static bool respond_stored(struct ctx *c, const struct http_req *q, struct http_resp *p,
			   const struct projection *want)
{
	struct group *g;

	return get_group(c, q, &g) && respond(c, p, 200, want, g);
}

bool scim_groups_put(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct group_body sent = { 0 };
	struct group *before, after;
	struct request r;

	if (!read_request(c, q, &r) || !group_from_json(c, &r.set, r.body, &sent) ||
	    !get_group(c, q, &before) || !scim_check_version(c, q, before->version))
		return false;
	after = *before;
	after.display_name = sent.display_name;
	after.external_id = sent.external_id;
	if (!group_save(c, before, &after))
		return false;
	if ((sent.members_given || !r.set.keep_absent_members) &&
	    (!check_refs(c, &r.set, sent.refs, sent.n) ||
	     !member_replace(c, &after, sent.refs, sent.n, NULL)))
		return false;
	return respond_stored(c, q, p, &r.want);
}

static bool set_name(struct ctx *c, struct group *g, const char *name)
{
	struct group after = *g;

	if (!name)
		return error(c, ERR_MUTABILITY, "displayName is required and cannot be removed");
	after.display_name = name;
	if (!group_save(c, g, &after))
		return false;
	*g = after;
	return true;
}

static bool set_external_id(struct ctx *c, struct group *g, const char *external_id)
{
	struct group after = *g;

	after.external_id = external_id;
	if (!group_save(c, g, &after))
		return false;
	*g = after;
	return true;
}

static bool apply(struct ctx *c, const struct scim_settings *set, struct group *g,
		  const struct group_op *op)
{
	switch (op->kind) {
	case MEMBERS_ADD:
		return check_refs(c, set, op->refs, op->n) &&
		       member_add(c, g, op->refs, op->n, NULL);
	case MEMBERS_REMOVE:
		return member_remove(c, g, op->refs, op->n);
	case MEMBERS_REPLACE:
		return check_refs(c, set, op->refs, op->n) &&
		       member_replace(c, g, op->refs, op->n, NULL);
	case MEMBERS_CLEAR:
		return member_replace(c, g, NULL, 0, NULL);
	case SET_NAME:
		return set_name(c, g, op->text);
	case SET_EXTERNAL_ID:
		return set_external_id(c, g, op->text);
	}
	return error(c, ERR_INTERNAL, "unknown operation on a group");
}

bool scim_groups_patch(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct group_ops ops = { 0 };
	struct request r;
	struct group *g;

	if (!read_request(c, q, &r) || !get_group(c, q, &g) ||
	    !scim_check_version(c, q, g->version) || !group_patch(c, &r.set, r.body, &ops))
		return false;
	for (int i = 0; i < ops.count; i++)
		if (!apply(c, &r.set, g, &ops.op[i]))
			return false;
	if (r.set.group_patch_returns || r.want.only)
		return respond_stored(c, q, p, &r.want);
	p->status = 204;
	return true;
}

bool scim_groups_delete(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct group *g;

	p->status = 204;
	return get_group(c, q, &g) && scim_check_version(c, q, g->version) && group_delete(c, g);
}
