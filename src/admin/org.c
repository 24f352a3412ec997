/* org.c - /org and /seats: policies of the organization, and its licence. */
#include "admin.h"

#include "access/seat.h"
#include "change/change.h"
#include "roster/org.h"

/* A slot is a row: this keeps a slip of the pen from making a billion of them. */
enum { SEATS_MAX = 1000000, HOLD_PEOPLE_MAX = 1000000, NAME_BYTES_MAX = 200 };

static const char *const seat_policies[] = { "queue", "refuse" };

static void put_limit(json_t *j, const char *name, int64_t limit)
{
	json_put(j, name, limit == SEATS_UNLIMITED ? json_null() : json_integer(limit));
}

static json_t *show(struct ctx *c, const struct org *o)
{
	json_t *j = json_object(), *authority = json_object();

	json_put_text(j, "id", o->id);
	json_put_text(j, "name", o->name);
	put_limit(j, "seat_limit", o->seat_limit);
	json_put_text(j, "seat_policy", seat_policies[o->refuse_when_full]);
	json_put_text(j, "default_role", role_code(o->default_role));
	json_put_text(j, "never_matched", unmatched_names[o->never_matched]);
	json_put_text(j, "lost_match", unmatched_names[o->lost_match]);
	for (int s = 0; s < SCOPES; s++)
		json_put_text(authority, scope_names[s], authority_names[o->authority[s]]);
	json_put(j, "authority", authority);
	json_put_int(j, "hold_people", o->hold_people);
	json_put_int(j, "hold_percent", o->hold_percent);
	json_put_bool(j, "relink_former", o->relink_former);
	json_put_int(j, "rules_revision", o->rules_revision);
	json_put_time(c, j, "created", o->created);
	json_put_time(c, j, "changed", o->changed);
	return j;
}

bool admin_org_read(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	(void)q;
	json_respond(c, p, 200, show(c, c->org));
	return true;
}

static bool read_limit(struct ctx *c, const json_t *j, int64_t *out)
{
	const json_t *v = json_object_get(j, "seat_limit");

	if (json_is_null(v)) {
		*out = SEATS_UNLIMITED;
		return true;
	}
	return body_int(c, j, "seat_limit", 0, SEATS_MAX, out);
}

static bool read_authority(struct ctx *c, const json_t *j, struct org *o)
{
	const json_t *v = json_object_get(j, "authority");
	int word;

	if (!v)
		return true;
	if (!body_only(c, v, "org workspace project"))
		return false;
	for (int s = 0; s < SCOPES; s++) {
		word = (int)o->authority[s];
		if (!body_word(c, v, scope_names[s], authority_names, AUTHORITIES, &word))
			return false;
		o->authority[s] = (enum authority)word;
	}
	return true;
}

static bool read_default_role(struct ctx *c, const json_t *j, enum role *role)
{
	if (!body_role(c, j, "default_role", role))
		return false;
	return *role == ROLE_NO || role_assignable(*role) ||
	       error(c, ERR_VALUE, "default_role must be NO, AN, RE, MA or AD");
}

static bool read_words(struct ctx *c, const json_t *j, struct org *o)
{
	int policy = o->refuse_when_full, never = (int)o->never_matched;
	int lost = (int)o->lost_match;

	if (!body_word(c, j, "seat_policy", seat_policies, 2, &policy) ||
	    !body_word(c, j, "never_matched", unmatched_names, UNMATCHEDS, &never) ||
	    !body_word(c, j, "lost_match", unmatched_names, UNMATCHEDS, &lost))
		return false;
	o->refuse_when_full = policy;
	o->never_matched = (enum unmatched)never;
	o->lost_match = (enum unmatched)lost;
	return true;
}

static bool read_patch(struct ctx *c, const json_t *j, struct org *o)
{
	return body_text(c, j, "name", NAME_BYTES_MAX, &o->name) &&
	       read_limit(c, j, &o->seat_limit) && read_words(c, j, o) &&
	       read_default_role(c, j, &o->default_role) && read_authority(c, j, o) &&
	       body_int(c, j, "hold_people", 0, HOLD_PEOPLE_MAX, &o->hold_people) &&
	       body_int(c, j, "hold_percent", 0, 100, &o->hold_percent) &&
	       body_bool(c, j, "relink_former", &o->relink_former);
}

/* Do the roles of people hang on what was changed?  Not on seats: who waits for one is served
 * by any change that is alone. */
static bool moves_people(const struct org *a, const struct org *b)
{
	bool same = a->default_role == b->default_role && a->never_matched == b->never_matched &&
		    a->lost_match == b->lost_match;

	for (int s = 0; s < SCOPES; s++)
		same = same && a->authority[s] == b->authority[s];
	return !same;
}

static bool save(struct ctx *c, const struct org *before, struct org *after)
{
	json_t *was = json_own(c, show(c, before)), *is;

	if (!org_save(c, after) ||
	    (after->seat_limit != before->seat_limit && !seat_set_limit(c, after->seat_limit)))
		return false;
	after->changed = c->now;
	c->org = after;
	if (moves_people(before, after)) {
		touch_everybody(c);
		c->touched->policies = before;
	}
	is = json_own(c, show(c, after));
	audit_note(c, (struct audit_note){ .action = "org.updated",
					   .target_kind = "org",
					   .target_id = after->id,
					   .before = json_line(c, was),
					   .after = json_line(c, is) });
	return true;
}

static bool same_org(struct ctx *c, const struct org *a, const struct org *b)
{
	return json_equal(json_own(c, show(c, a)), json_own(c, show(c, b)));
}

bool admin_org_patch(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct org *before, *after = arena_new(c->arena, struct org);
	json_t *j;

	if (!body_read(c, q,
		       "name seat_limit seat_policy default_role never_matched lost_match "
		       "authority "
		       "hold_people hold_percent relink_former",
		       &j) ||
	    !org_alone(c, &before))
		return false;
	*after = *before;
	if (!read_patch(c, j, after))
		return false;
	if ((moves_people(before, after) && !lane_for_everybody(c)) ||
	    (!same_org(c, before, after) && !save(c, before, after)))
		return false;
	json_respond(c, p, 200, show(c, after));
	return true;
}

bool admin_seats_read(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	json_t *j = json_object();
	struct seats s;
	int64_t left;

	(void)q;
	json_own(c, j);
	if (!seat_count(c, &s))
		return false;
	left = s.limit > s.used ? s.limit - s.used : 0;
	put_limit(j, "limit", s.limit);
	json_put_int(j, "used", s.used);
	put_limit(j, "free", s.limit == SEATS_UNLIMITED ? SEATS_UNLIMITED : left);
	json_put_int(j, "waiting", s.waiting);
	json_put_int(j, "peak_this_month", s.peak_this_month);
	json_respond(c, p, 200, json_incref(j));
	return true;
}
