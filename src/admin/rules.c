/* rules.c - /rules: which group gives which role, in numbered revisions. */
#include "admin.h"

#include <inttypes.h>
#include <string.h>

#include "access/rule.h"
#include "change/change.h"
#include "change/rollout.h"
#include "http/lane.h"
#include "plan.h"

/* What GET shows beside the rules may come back with PUT. */
static const char known[] = "rules tests revision base_revision author created active rollout";

/* Members of the stored document, and what is known of its revision. */
static json_t *show(struct ctx *c, const struct revision *r)
{
	json_t *j = json_object(), *document;

	json_put_int(j, "revision", r ? r->number : 0);
	json_put_null(j, "author", r ? r->author : NULL);
	json_put_time(c, j, "created", r ? r->created : 0);
	json_put_bool(j, "active", !r || r->number == c->org->rules_revision);
	document = json_own(c, json_parsed(r ? r->document : "{\"rules\":[]}"));
	json_put(j, "rules", json_incref(json_object_get(document, "rules")));
	if (json_object_get(document, "tests"))
		json_put(j, "tests", json_incref(json_object_get(document, "tests")));
	return j;
}

static void put_tag(struct ctx *c, struct http_resp *p, int64_t revision)
{
	http_add_header(p, "ETag", arena_printf(c->arena, "\"%" PRId64 "\"", revision));
}

bool admin_rules_read(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct revision *r;
	json_t *j;

	(void)q;
	if (!rule_set_find(c, 0, &r))
		return false;
	j = json_own(c, show(c, r));
	if (!plan_put_rollout(c, j, r ? r->number : 0))
		return false;
	json_respond(c, p, 200, json_incref(j));
	put_tag(c, p, r ? r->number : 0);
	return true;
}

/* The revision that If-Match names; "*" is any. */
static bool tag_matches(const char *tag, int64_t revision)
{
	int64_t n;
	char bare[32] = { 0 };

	if (strcmp(tag, "*") == 0)
		return true;
	if (strncmp(tag, "W/", 2) == 0)
		tag += 2;
	if (*tag == '"')
		tag++;
	if (strlen(tag) >= sizeof(bare))
		return false;
	memcpy(bare, tag, strcspn(tag, "\""));
	return text_int(bare, 0, INT64_MAX, &n) && n == revision;
}

/* Whoever says on which revision his document is based is told if it moved. */
bool rules_check_base(struct ctx *c, const struct http_req *q, const json_t *j, int64_t active)
{
	const char *tag = http_header(q, "If-Match");
	int64_t base = active;

	if (!body_int(c, j, "revision", 0, INT64_MAX, &base) ||
	    !body_int(c, j, "base_revision", 0, INT64_MAX, &base))
		return false;
	if (base != active || (tag && !tag_matches(tag, active)))
		return error(c, ERR_VERSION,
			     "the rules are at revision %" PRId64 " by now; read them again",
			     active);
	return true;
}

bool rules_store(struct ctx *c, const char *text, const struct rule_set *set, int64_t before,
		 int64_t *revision)
{
	struct org *after = arena_new(c->arena, struct org);

	if (!rule_set_store(c, text, set, revision))
		return false;
	*after = *c->org;
	after->rules_revision = *revision;
	c->org = after;
	touch_everybody(c);
	audit_note(c,
		   (struct audit_note){
			   .action = "rules.replaced",
			   .target_kind = "rules",
			   .target_id = arena_printf(c->arena, "%" PRId64, *revision),
			   .before = arena_printf(c->arena, "{\"revision\":%" PRId64 "}", before),
			   .after =
				   arena_printf(c->arena, "{\"revision\":%" PRId64 ",\"rules\":%d}",
						*revision, set->count) });
	return true;
}

bool rules_document(struct ctx *c, const json_t *from, const char **text, struct rule_set **set)
{
	json_t *document = json_own(c, json_object());

	json_put(document, "rules", json_incref(json_object_get(from, "rules")));
	if (json_object_get(from, "tests"))
		json_put(document, "tests", json_incref(json_object_get(from, "tests")));
	*text = json_line(c, document);
	return rule_set_parse(c, *text, set);
}

bool rules_same(struct ctx *c, const struct revision *r, const char *text)
{
	return json_equal(json_own(c, json_parsed(r->document)), json_own(c, json_parsed(text)));
}

/* Stores the document as the next revision unless it is the active one already. */
static bool replace(struct ctx *c, const json_t *from, const struct revision *active)
{
	struct rule_set *set;
	const char *text;
	int64_t revision;

	if (!rules_document(c, from, &text, &set) || !rule_tests_hold(c, set))
		return false;
	if (active && rules_same(c, active, text))
		return true;
	return rules_store(c, text, set, active ? active->number : 0, &revision);
}

bool lane_for_everybody(struct ctx *c)
{
	bool large = false;

	if (!c->brief)
		return true;
	return rollout_takes_long(c, &large) && (!large || lane_wait(c));
}

/* Alone, so that two administrators at once cannot both follow the same revision. */
static bool read_active(struct ctx *c, struct revision **out)
{
	struct org *o;

	return org_alone(c, &o) && rule_set_find(c, 0, out);
}

static bool respond(struct ctx *c, struct http_resp *p)
{
	struct revision *r;

	if (!rule_set_find(c, 0, &r))
		return false;
	json_respond(c, p, 200, show(c, r));
	put_tag(c, p, r ? r->number : 0);
	return true;
}

bool admin_rules_put(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct revision *active;
	json_t *j;

	if (!lane_for_everybody(c) || !body_read(c, q, known, &j) || !body_needs(c, j, "rules") ||
	    !read_active(c, &active))
		return false;
	return rules_check_base(c, q, j, active ? active->number : 0) && replace(c, j, active) &&
	       respond(c, p);
}

bool admin_revisions_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct revision *list;
	struct page page;
	int64_t before = 0;
	json_t *items, *j;
	int n;

	if (!page_read(c, q, &page))
		return false;
	if (*page.after && !text_int(page.after, 1, INT64_MAX, &before))
		return error(c, ERR_VALUE, "after must be what \"next\" of the page before was");
	if (!rule_set_list(c, before, page.limit, &list, &n))
		return false;
	items = json_array();
	for (int i = 0; i < n; i++) {
		j = json_object();
		json_put_int(j, "revision", list[i].number);
		json_put_int(j, "rules", list[i].rules);
		json_put_text(j, "author", list[i].author);
		json_put_time(c, j, "created", list[i].created);
		json_put_bool(j, "active", list[i].number == c->org->rules_revision);
		json_append(items, j);
	}
	page_respond(c, p, items,
		     n == page.limit && list[n - 1].number > 1
			     ? arena_printf(c->arena, "%" PRId64, list[n - 1].number)
			     : NULL,
		     c->org->rules_revision);
	return true;
}

static bool get_revision(struct ctx *c, const char *text, struct revision **out)
{
	int64_t number;

	/* what is no number names a revision that there is not */
	if (!text_int(text, 1, INT64_MAX, &number))
		number = INT64_MAX;
	if (!rule_set_find(c, number, out))
		return false;
	return *out || error(c, ERR_NOT_FOUND, "there is no revision %.40s of the rules", text);
}

bool admin_revision_read(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct revision *r;

	if (!get_revision(c, q->param[0], &r))
		return false;
	json_respond(c, p, 200, show(c, r));
	return true;
}

bool admin_revision_activate(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct revision *active, *wanted;
	json_t *document;

	if (!lane_for_everybody(c) || !read_active(c, &active) ||
	    !get_revision(c, q->param[0], &wanted))
		return false;
	document = json_own(c, json_parsed(wanted->document));
	return replace(c, document, active) && respond(c, p);
}
