/* plan.c - /rules/plan and /rules/apply: see what a change would do, then do exactly that. */
#include "plan.h"

#include <inttypes.h>
#include <string.h>

#include "change/change.h"
#include "change/rollout.h"

/* A body is a document, or names a former revision; what GET shows may come with it. */
static const char known[] = "rules tests revision base_revision author created active rollout";

static const char nothing[] = "{\"rules\":[]}";

static bool read_draft(struct ctx *c, const struct http_req *q, json_t **out)
{
	struct revision *active, *wanted;
	int64_t number = 0;
	json_t *j;

	if (!body_read(c, q, known, &j) || !rule_set_find(c, 0, &active))
		return false;
	if (json_object_get(j, "rules")) {
		*out = j;
		return rules_check_base(c, q, j, active ? active->number : 0);
	}
	if (!body_needs(c, j, "revision") || !body_int(c, j, "revision", 1, INT64_MAX, &number) ||
	    !rule_set_find(c, number, &wanted))
		return false;
	if (!wanted)
		return error(c, ERR_NOT_FOUND, "there is no revision %" PRId64 " of the rules",
			     number);
	*out = json_own(c, json_parsed(wanted->document));
	return true;
}

/* The active revision, if the document says nothing else; 0: it would be a new one. */
static int64_t number_of(struct ctx *c, const struct revision *active, const char *document)
{
	return active && rules_same(c, active, document) ? active->number : 0;
}

/* In one snapshot, together with the rules that are active in it. */
static bool evaluate(struct ctx *c, const char *document, struct rule_set *set,
		     struct plan_result *r, struct revision **active)
{
	SCOPED_TX tx = { 0 };

	if (!tx_begin_read(c, &tx) || !db_enter_org(c, c->org->id) || !rule_set_find(c, 0, active))
		return false;
	set->revision = number_of(c, *active, document);
	return plan_evaluate(c, set, r) && tx_commit(&tx);
}

static const char *state_of(const struct ctx *c, const struct stored_plan *s)
{
	if (s->applied)
		return "applied";
	if (s->expires <= c->now)
		return "expired";
	return s->base_revision == c->org->rules_revision ? "open" : "outdated";
}

/* The stored summary with what is known of the plan by now. */
static json_t *show(struct ctx *c, const struct stored_plan *s)
{
	json_t *j = json_parsed(s->summary);

	json_put_text(j, "plan", s->id);
	json_put_text(j, "hash", s->hash);
	json_put_text(j, "state", state_of(c, s));
	json_put(j, "revision", s->applied > 0 ? json_integer(s->applied) : json_null());
	json_put_text(j, "author", s->author);
	json_put_time(c, j, "created", s->created);
	json_put_time(c, j, "expires", s->expires);
	return j;
}

bool plan_put_rollout(struct ctx *c, json_t *j, int64_t revision)
{
	struct rollout *r;
	json_t *shown;

	if (!rollout_find(c, &r))
		return false;
	if (!r || r->revision != revision)
		return true;
	shown = json_object();
	json_put_int(shown, "done", r->done);
	json_put_int(shown, "total", r->total);
	json_put_time(c, shown, "started", r->started);
	json_put(j, "rollout", shown);
	return true;
}

/* limit items from one on, out of the stored pages. */
static bool put_changes(struct ctx *c, json_t *j, const struct stored_plan *s, int64_t from,
			int64_t limit)
{
	json_t *list = json_array();
	int64_t at = from, end = from + limit < s->items ? from + limit : s->items;
	const char *text;

	json_put(j, "changes", list);
	while (at < end) {
		json_t *page;

		if (!plan_page(c, s->id, at / PLAN_PAGE, &text))
			return false;
		page = json_own(c, json_parsed(text));
		do
			json_append(list,
				    json_incref(json_array_get(page, (size_t)(at % PLAN_PAGE))));
		while (++at < end && at % PLAN_PAGE);
	}
	json_put_int(j, "total", s->items);
	json_put_null(j, "next", end < s->items ? arena_printf(c->arena, "%" PRId64, end) : NULL);
	return true;
}

bool plan_respond(struct ctx *c, struct http_resp *p, int status, const struct stored_plan *s,
		  int64_t from, int64_t limit)
{
	json_t *j = json_own(c, show(c, s));

	if (!put_changes(c, j, s, from, limit) ||
	    (s->applied > 0 && !plan_put_rollout(c, j, s->applied)))
		return false;
	json_respond(c, p, status, json_incref(j));
	return true;
}

bool admin_plan_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct stored_plan s = { 0 };
	struct revision *active;
	struct plan_result r;
	struct rule_set *set;
	json_t *draft = NULL, *summary;

	if (!lane_for_everybody(c) || !read_draft(c, q, &draft) ||
	    !rules_document(c, draft, &s.document, &set) ||
	    !evaluate(c, s.document, set, &r, &active))
		return false;
	summary =
		json_own(c,
			 plan_summary(c, &r, set,
				      json_own(c, json_parsed(active ? active->document : nothing)),
				      json_own(c, json_parsed(s.document))));
	s.summary = json_line(c, summary);
	return plan_store(c, &r, &s) && plan_respond(c, p, 201, &s, 0, PAGE_DEFAULT);
}

bool admin_plan_read(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct stored_plan *s;
	struct page page;
	int64_t from = 0;

	if (!page_read(c, q, &page) || !plan_get(c, q->param[0], &s))
		return false;
	if (*page.after && !text_int(page.after, 0, INT64_MAX / 2, &from))
		return error(c, ERR_VALUE, "after must be what \"next\" of the page before was");
	return plan_respond(c, p, 200, s, from, page.limit);
}

bool plan_read_order(struct ctx *c, const struct http_req *q, bool by_hand,
		     struct stored_plan **out)
{
	const char *id = NULL, *hash = NULL;
	json_t *j;

	if (!body_read(c, q, "plan hash", &j) || !body_needs(c, j, "plan") ||
	    !body_needs(c, j, "hash") || !body_text(c, j, "plan", 100, &id) ||
	    !body_text(c, j, "hash", 100, &hash) || !plan_get(c, id, out))
		return false;
	if (by_hand != (strstr((*out)->document, "\"users\":") == (*out)->document + 1))
		return error(c, ERR_VALUE,
			     by_hand ? "that plan is about rules: /rules/apply"
				     : "that plan is about people: /people/apply");
	return strcmp(hash, (*out)->hash) == 0 ||
	       error(c, ERR_VALUE, "the hash is not that of the plan: look at the plan again");
}

/* Makes the document the next revision, and everybody is recomputed either way. */
static bool carry_out(struct ctx *c, struct stored_plan *s, const struct rule_set *set,
		      const struct revision *active)
{
	int64_t revision = set->revision;

	touch_everybody(c);
	if (!revision && !rules_store(c, s->document, set, active ? active->number : 0, &revision))
		return false;
	s->applied = revision;
	audit_note(c, (struct audit_note){ .action = "rules.applied",
					   .target_kind = "plan",
					   .target_id = s->id,
					   .after = arena_printf(c->arena,
								 "{\"revision\":%" PRId64 "}",
								 revision) });
	return plan_applied(c, s->id, revision);
}

bool plan_in_time(struct ctx *c, const struct stored_plan *s)
{
	return s->expires > c->now ||
	       error(c, ERR_CONFLICT, "the plan is over an hour old: make a new one");
}

/* The plan as it would be now must be the plan as it was. */
static bool apply(struct ctx *c, struct http_resp *p, struct stored_plan *s)
{
	struct revision *active;
	struct plan_result now;
	struct rule_set *set;

	if (!plan_in_time(c, s) || !rule_set_find(c, 0, &active) ||
	    !rule_set_parse(c, s->document, &set) || !rule_tests_hold(c, set))
		return false;
	if ((active ? active->number : 0) != s->base_revision) {
		plan_moved_rules(c, p, s->base_revision, active ? active->number : 0);
		return true;
	}
	set->revision = number_of(c, active, s->document);
	if (!plan_evaluate(c, set, &now))
		return false;
	if (strcmp(now.plan.digest, s->digest) != 0)
		return plan_moved_people(c, p, s, &now);
	return carry_out(c, s, set, active) && plan_respond(c, p, 200, s, 0, PAGE_DEFAULT);
}

bool admin_plan_apply(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct stored_plan *s;
	struct org *o;

	if (!lane_for_everybody(c) || !org_alone(c, &o) || !plan_read_order(c, q, false, &s))
		return false;
	/* whoever lost the first answer gets it again */
	if (s->applied)
		return plan_respond(c, p, 200, s, 0, PAGE_DEFAULT);
	return apply(c, p, s);
}
