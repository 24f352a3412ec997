/*
 * labelstudio.c - /intake/label-studio: what Label Studio's own webhooks send, into the
 * ledger of annotations.
 *
 * Label Studio calls people by numbers of its own, and sends nothing twice.  So what comes
 * from somebody we cannot tell is kept until its list of people, or a message that has the
 * address as well, says who that is.
 */
#include "admin.h"

#include <inttypes.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "change/change.h"
#include "record/attribution.h"
#include "roster/user.h"

enum { TEXT_MAX = 512, PEOPLE_MAX = 5000 };

/* What came of one message. */
struct taken {
	int64_t received, written, waiting, deleted;
};

/* A string, or a number as text; NULL for anything else. */
static const char *id_text(struct ctx *c, const json_t *v)
{
	if (json_is_integer(v))
		return arena_printf(c->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	return json_is_string(v) && json_string_length(v) && json_string_length(v) <= TEXT_MAX
		       ? json_string_value(v)
		       : NULL;
}

/* A thing that is named by its id, or stands there whole. */
static const char *thing_id(struct ctx *c, const json_t *v)
{
	return id_text(c, json_is_object(v) ? json_object_get(v, "id") : v);
}

/* Whoever has both a number and an address is known by the number from now on. */
static bool learn(struct ctx *c, const char *ref, const char *mail, const char **user_id,
		  int64_t *released)
{
	struct user *u;

	*released = 0;
	*user_id = NULL;
	if (!mail || !strchr(mail, '@'))
		return true;
	if (!user_find_by_mail(c, mail, &u) || !u)
		return c->err.kind == ERR_NONE;
	*user_id = u->id;
	return !ref || platform_person_learn(c, ref, u->id, released);
}

/* completed_by: 7, "ada@acme.example" or {"id": 7, "email": ...}.  *ref is NULL if it says
 * nobody. */
static bool find_author(struct ctx *c, const json_t *by, const char **ref, const char **user_id,
			struct taken *t)
{
	const char *mail =
		json_string_value(json_is_object(by) ? json_object_get(by, "email") : by);
	int64_t released;

	*ref = thing_id(c, by);
	if (!*ref)
		*ref = mail;
	if (!learn(c, *ref, mail, user_id, &released))
		return false;
	t->written += released;
	return *user_id || !*ref || platform_person_find(c, *ref, user_id);
}

static const char *digest_of(struct ctx *c, const json_t *result)
{
	char *text;

	if (!result || json_is_null(result))
		return NULL;
	text = arena_adopt(c->arena,
			   json_dumps(result, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY));
	return secret_digest(c->arena, text);
}

static bool read_annotation(struct ctx *c, const json_t *body, const json_t *j,
			    struct annotation *a)
{
	const json_t *lead = json_object_get(j, "lead_time");
	double seconds = json_number_value(lead);

	*a = (struct annotation){ .created = c->now, .lead_time_ms = -1 };
	a->id = id_text(c, json_object_get(j, "id"));
	a->project = thing_id(c, json_object_get(j, "project"));
	if (!a->project)
		a->project = thing_id(c, json_object_get(body, "project"));
	a->task = thing_id(c, json_object_get(j, "task"));
	if (!a->task)
		a->task = thing_id(c, json_object_get(body, "task"));
	if (!a->id || !a->project)
		return error(c, ERR_VALUE,
			     "the annotation has no id or no project: is this what Label Studio "
			     "sends, with its payload?");
	if (json_is_number(lead) && seconds >= 0 && seconds < 1e12)
		a->lead_time_ms = (int64_t)(seconds * 1000);
	a->digest = digest_of(c, json_object_get(j, "result"));
	if (!body_time(c, j, "created_at", &a->created))
		return false;
	a->updated = a->created;
	return body_time(c, j, "updated_at", &a->updated);
}

static bool take_one(struct ctx *c, const json_t *body, const json_t *j, struct taken *t)
{
	const char *ref, *user_id;
	struct annotation a;
	int written = 0;

	if (!json_is_object(j))
		return error(c, ERR_VALUE,
			     "there is no annotation in it: switch \"Send payload\" on in Label "
			     "Studio's webhook");
	t->received++;
	/* a task that was skipped */
	if (json_is_true(json_object_get(j, "was_cancelled")))
		return true;
	if (!read_annotation(c, body, j, &a) ||
	    !find_author(c, json_object_get(j, "completed_by"), &ref, &user_id, t))
		return false;
	if (!ref)
		return true; /* by no person: nobody to credit */
	a.user_id = user_id ? user_id : ref;
	if (!user_id) {
		t->waiting++;
		return annotation_wait(c, &a);
	}
	if (!annotation_record(c, &a, 1, &written))
		return false;
	t->written += written;
	return true;
}

/* ANNOTATIONS_CREATED has a list where the others have one. */
static bool take_written(struct ctx *c, const json_t *body, struct taken *t)
{
	const json_t *list = json_object_get(body, "annotation");

	if (!json_is_array(list))
		return take_one(c, body, list, t);
	if (json_array_size(list) > ANNOTATIONS_BATCH_MAX)
		return error(c, ERR_TOO_MANY, "at most %d annotations are taken at once",
			     ANNOTATIONS_BATCH_MAX);
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!take_one(c, body, json_array_get(list, i), t))
			return false;
	return true;
}

static bool take_deleted(struct ctx *c, const json_t *body, struct taken *t)
{
	const json_t *list = json_object_get(body, "annotations");
	size_t n = json_array_size(list);
	const char **ids;

	if (!json_is_array(list) || n > ANNOTATIONS_BATCH_MAX)
		return error(c, ERR_VALUE, "annotations must be a list of %d at most",
			     ANNOTATIONS_BATCH_MAX);
	ids = arena_array(c->arena, const char *, n + 1);
	for (size_t i = 0; i < n; i++) {
		ids[i] = thing_id(c, json_array_get(list, i));
		if (!ids[i])
			return error(c, ERR_VALUE, "an annotation without an id");
	}
	t->received = (int64_t)n;
	return annotation_mark_deleted(c, ids, (int)n, &t->deleted);
}

typedef bool taker(struct ctx *c, const json_t *body, struct taken *t);

static taker *how_to_take(const char *action)
{
	static const struct {
		const char *action;
		taker *take;
	} actions[] = {
		{ "ANNOTATION_CREATED", take_written },
		{ "ANNOTATIONS_CREATED", take_written },
		{ "ANNOTATION_UPDATED", take_written },
		{ "ANNOTATIONS_DELETED", take_deleted },
	};

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i].action, action) == 0)
			return actions[i].take;
	return NULL;
}

static void note(struct ctx *c, const char *action, const struct taken *t)
{
	if (t->written + t->waiting + t->deleted == 0)
		return;
	audit_note(c, (struct audit_note){
			      .action = action,
			      .target_kind = "annotations",
			      .after = arena_printf(c->arena,
						    "{\"written\":%" PRId64 ",\"waiting\":%" PRId64
						    ",\"deleted\":%" PRId64 "}",
						    t->written, t->waiting, t->deleted) });
}

/* Other actions are none of our business: a webhook for all of them is no error. */
bool admin_labelstudio_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct taken t = { 0 };
	const char *action = NULL;
	json_t *j, *out;
	taker *take;

	if (!json_body(c, q, &j) || !body_needs(c, j, "action") ||
	    !body_text(c, j, "action", TEXT_MAX, &action))
		return false;
	take = how_to_take(action);
	if (take && !take(c, j, &t))
		return false;
	note(c, take == take_deleted ? "annotations.deleted" : "annotations.recorded", &t);
	out = json_object();
	json_put_int(out, "received", t.received);
	json_put_int(out, "written", t.written);
	json_put_int(out, "waiting", t.waiting);
	json_put_int(out, "deleted", t.deleted);
	json_respond(c, p, 200, out);
	return true;
}

/* ---- whom its numbers stand for ---- */

/* One of Label Studio's users, or our own way to say it: {"id": 7, "user": ID}. */
static bool learn_one(struct ctx *c, const json_t *j, int64_t *known, int64_t *released)
{
	const char *ref = id_text(c, json_object_get(j, "id")), *user_id = NULL;
	const char *mail = json_string_value(json_object_get(j, "email"));
	const char *ours = json_string_value(json_object_get(j, "user"));
	struct user *u = NULL;
	int64_t n = 0;

	if (!ref)
		return error(c, ERR_VALUE, "each person has an id, and an email or a user");
	if (ours && (!user_find_former(c, ours, &u) || (!u && !user_find_by_name(c, ours, &u))))
		return false;
	if (ours && !u)
		return error(c, ERR_VALUE, "there is no user %.100s, and there was none", ours);
	if (u ? !platform_person_learn(c, ref, u->id, &n) : !learn(c, ref, mail, &user_id, &n))
		return false;
	*known += u || user_id;
	*released += n;
	return true;
}

/* The answer of Label Studio's GET /api/users, as it is; or {"people": [...]}. */
bool admin_labelstudio_people_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	int64_t known = 0, released = 0;
	json_t *j, *list, *out;

	if (!json_body_any(c, q, &j))
		return false;
	list = json_is_object(j) ? json_object_get(j, "people") : j;
	if (json_is_object(j) && !body_only(c, j, "people"))
		return false;
	if (!json_is_array(list) || json_array_size(list) > PEOPLE_MAX)
		return error(c, ERR_VALUE,
			     "a list of people is expected, %d at most: what Label Studio answers "
			     "to GET /api/users",
			     PEOPLE_MAX);
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!learn_one(c, json_array_get(list, i), &known, &released))
			return false;
	note(c, "annotations.recorded", &(struct taken){ .written = released });
	out = json_object();
	json_put_int(out, "received", (int64_t)json_array_size(list));
	json_put_int(out, "known", known);
	json_put_int(out, "written", released);
	json_respond(c, p, 200, out);
	return true;
}

bool admin_labelstudio_people(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct platform_person *list;
	struct page page;
	json_t *items, *j;
	int64_t total;
	int n;

	if (!page_read(c, q, &page) ||
	    !platform_person_list(c, page.after, page.limit, &list, &n, &total))
		return false;
	items = json_array();
	for (int i = 0; i < n; i++) {
		j = json_object();
		json_put_text(j, "id", list[i].ref);
		json_put_null(j, "user", list[i].user_id);
		json_put_null(j, "userName", list[i].user_name);
		json_put_int(j, "waiting", list[i].waiting);
		json_append(items, j);
	}
	page_respond(c, p, items, n == page.limit ? list[n - 1].ref : NULL, total);
	return true;
}
