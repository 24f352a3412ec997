/* users.c - one User: POST, GET, PUT, PATCH and DELETE (RFC 7644, sections 3.3 to 3.6). */
#include "scim/scim.h"

#include "base/org.h"
#include "change/change.h"
#include "person.h"
#include "respond.h"

/* What all operations start with. */
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

static bool respond(struct ctx *c, struct http_resp *p, int status, const struct projection *want,
		    const struct user *u, const struct user_group *groups, int count)
{
	struct buf b = scim_buf(c);
	struct scim_resource r = { .endpoint = "Users", .id = u->id, .version = u->version };

	user_finish(c, &b, u, groups, count);
	return scim_text(c, &b, &r.body) && scim_respond_resource(c, p, status, want, &r);
}

/* As it is stored now, with its groups and what the effects made of it. */
static bool respond_stored(struct ctx *c, struct http_resp *p, int status,
			   const struct projection *want, const char *id)
{
	struct user_group *groups;
	struct user *u;
	int count;

	if (!change_flush(c) || !user_find_with_groups(c, id, &u, &groups, &count))
		return false;
	if (!u)
		return error(c, ERR_INTERNAL, "user %s is gone in the middle of its change", id);
	return respond(c, p, status, want, u, groups, count);
}

bool scim_users_get(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct projection want;
	struct user_group *groups;
	struct user *u;
	int count;

	if (!projection_read(c, q, &want) ||
	    !user_find_with_groups(c, q->param[0], &u, &groups, &count))
		return false;
	if (!u)
		return error(c, ERR_NOT_FOUND, "there is no User with this id");
	if (scim_not_modified(c, q, p, u->version))
		return true;
	return respond(c, p, 200, &want, u, groups, count);
}

/* A new person's row is the answer, unless something about him can already be
 * otherwise than it was sent. */
static bool shows_as_sent(struct ctx *c, const struct user *u, enum arrival how)
{
	return how == ARRIVED_NEW && !touched_find(c->touched, u->id)->joined &&
	       c->org->never_matched != UNMATCHED_DEACTIVATE;
}

bool scim_users_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct user u = { 0 };
	struct request r;
	enum arrival how;
	bool active_given; /* true without */

	if (!read_request(c, q, &r) || !user_from_json(c, &r.set, r.body, &u, &active_given))
		return false;
	if (!user_arrive(c, &u, &how))
		return false;
	if (how == ARRIVED_REVIVED && !r.set.revive_on_post)
		return error(c, ERR_UNIQUE,
			     "userName or externalId belongs to an inactive User of this "
			     "connection; activate that one instead");
	if (!shows_as_sent(c, &u, how))
		return respond_stored(c, p, 201, &r.want, u.id);
	return change_flush(c) && respond(c, p, 201, &r.want, &u, NULL, 0);
}

/* What a client cannot change stays as it is. */
static void keep_identity(struct user *after, const struct user *before)
{
	after->id = before->id;
	after->person_id = before->person_id;
	after->source_id = before->source_id;
	after->shown_active = before->shown_active;
	after->guarded = before->guarded;
	after->version = before->version;
	after->created = before->created;
	after->changed = before->changed;
	after->body = before->body;
}

bool scim_users_put(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct user *before, after = { 0 };
	struct request r;
	bool active_given;

	if (!read_request(c, q, &r) || !user_get_all(c, q->param[0], &before) ||
	    !scim_check_version(c, q, before->version) ||
	    !user_from_json(c, &r.set, r.body, &after, &active_given))
		return false;
	keep_identity(&after, before);
	if (!active_given)
		after.active = before->active;
	if (!user_save(c, before, &after))
		return false;
	return respond_stored(c, p, 200, &r.want, after.id);
}

bool scim_users_patch(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct user *before, after;
	struct request r;

	if (!read_request(c, q, &r) || !user_get_all(c, q->param[0], &before) ||
	    !scim_check_version(c, q, before->version))
		return false;
	after = *before;
	after.values = values_copy(c->arena, &before->values);
	if (!user_patch(c, &r.set, r.body, &after) || !user_save(c, before, &after))
		return false;
	return respond_stored(c, p, 200, &r.want, after.id);
}

bool scim_users_delete(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct user *u;

	if (http_header(q, "If-Match") &&
	    (!user_get_all(c, q->param[0], &u) || !scim_check_version(c, q, u->version)))
		return false;
	p->status = 204;
	return user_delete(c, q->param[0]);
}
