/* annotations.c - /annotations: the ledger of who made what. */
#include "admin.h"

#include <inttypes.h>
#include <string.h>

#include "change/change.h"
#include "record/attribution.h"
#include "roster/user.h"

enum { TEXT_MAX = 512 };

/* Batches name few people many times over. */
struct known_user {
	const char *ref, *id;
};

struct batch {
	struct annotation *list;
	struct known_user *known;
	int n, users;
};

/* A userName becomes an id; an id stays, so that former users can be named by it. */
static bool resolve_user(struct ctx *c, struct batch *b, const char *ref, const char **id)
{
	struct user *u;

	for (int i = 0; i < b->users; i++)
		if (strcmp(b->known[i].ref, ref) == 0) {
			*id = b->known[i].id;
			return true;
		}
	if (!user_find_former(c, ref, &u) || (!u && !user_find_by_name(c, ref, &u)))
		return false;
	if (!u)
		return error(c, ERR_VALUE, "there is no user %.100s", ref);
	*id = u->id;
	b->known[b->users++] = (struct known_user){ ref, *id };
	return true;
}

/* Label Studio counts its annotations, tasks and projects: numbers are taken as text. */
static bool read_number(struct ctx *c, const json_t *j, const char *name, const char **out)
{
	const json_t *v = json_object_get(j, name);

	if (!json_is_integer(v))
		return body_text(c, j, name, TEXT_MAX, out);
	*out = arena_printf(c->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	return true;
}

static bool read_texts(struct ctx *c, const json_t *j, struct annotation *a, const char **user)
{
	static const char *const needed[] = { "id", "project", "user" };

	for (int i = 0; i < 3; i++)
		if (!body_needs(c, j, needed[i]))
			return false;
	return read_number(c, j, "id", &a->id) && read_number(c, j, "project", &a->project) &&
	       body_text(c, j, "user", TEXT_MAX, user) && read_number(c, j, "task", &a->task) &&
	       body_text(c, j, "digest", TEXT_MAX, &a->digest);
}

static bool read_one(struct ctx *c, const json_t *j, struct batch *b, struct annotation *a)
{
	const char *user = NULL;

	*a = (struct annotation){ .lead_time_ms = -1, .created = c->now };
	if (!body_only(c, j, "id project task user created updated lead_time_ms digest") ||
	    !read_texts(c, j, a, &user) || !body_time(c, j, "created", &a->created))
		return false;
	a->updated = a->created;
	return body_time(c, j, "updated", &a->updated) &&
	       body_int(c, j, "lead_time_ms", 0, INT64_MAX / 4, &a->lead_time_ms) &&
	       resolve_user(c, b, user, &a->user_id);
}

/* One object, an array of them, or {"annotations": [...]}. */
static bool find_list(struct ctx *c, const struct http_req *q, json_t **out)
{
	json_t *j, *list, *one;

	if (!json_body_any(c, q, &j))
		return false;
	list = json_object_get(j, "annotations");
	if (list && !body_only(c, j, "annotations"))
		return false;
	if (!list && json_is_object(j)) {
		one = json_own(c, json_array());
		json_append(one, json_incref(j));
		list = one;
	}
	*out = list ? list : j;
	if (!json_is_array(*out))
		return error(c, ERR_VALUE, "an annotation or a list of them is expected");
	if (json_array_size(*out) > ANNOTATIONS_BATCH_MAX)
		return error(c, ERR_TOO_MANY, "%zu annotations at once; at most %d are taken",
			     json_array_size(*out), ANNOTATIONS_BATCH_MAX);
	return true;
}

/* Names the entry that is wrong, for a batch can be long. */
static bool read_batch(struct ctx *c, const json_t *list, struct batch *b)
{
	size_t n = json_array_size(list);
	struct err why;

	b->list = arena_array(c->arena, struct annotation, n);
	b->known = arena_array(c->arena, struct known_user, n);
	for (size_t i = 0; i < n; i++) {
		if (read_one(c, json_array_get(list, i), b, &b->list[i]))
			continue;
		why = c->err;
		if (n == 1 || why.kind != ERR_VALUE)
			return false;
		c->err = (struct err){ 0 };
		return error(c, ERR_VALUE, "annotation %zu of the list: %.200s", i + 1, why.msg);
	}
	b->n = (int)n;
	return true;
}

bool admin_annotations_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct batch b = { 0 };
	int written;
	json_t *list, *j;

	if (!find_list(c, q, &list) || !read_batch(c, list, &b) ||
	    !annotation_record(c, b.list, b.n, &written))
		return false;
	j = json_object();
	json_put_int(j, "written", written);
	json_put_int(j, "received", b.n);
	if (written)
		audit_note(c,
			   (struct audit_note){
				   .action = "annotations.recorded",
				   .target_kind = "annotations",
				   .after = arena_printf(c->arena, "{\"written\":%d}", written) });
	json_respond(c, p, 200, j);
	return true;
}

/* "CREATED:ID" of the last one, made opaque. */
static bool read_cursor(struct ctx *c, const char *after, struct annotation_query *out)
{
	char *text = opaque_open(c->arena, after), *colon = text ? strchr(text, ':') : NULL;

	if (!colon)
		return error(c, ERR_VALUE, "after must be what \"next\" of the page before was");
	*colon = '\0';
	out->after_id = colon + 1;
	return text_int(text, INT64_MIN, INT64_MAX, &out->after_created) ||
	       error(c, ERR_VALUE, "after must be what \"next\" of the page before was");
}

/* A userName, or the id of anybody there is or was. */
static bool read_user(struct ctx *c, const struct http_req *q, const char **id)
{
	struct user *u;
	const char *ref;

	if (!http_query(c, q, "user", &ref) || (ref && !user_find_former(c, ref, &u)) ||
	    (ref && !u && !user_find_by_name(c, ref, &u)))
		return false;
	if (ref && !u)
		return error(c, ERR_VALUE, "there is no user %.100s, and there was none", ref);
	*id = ref ? u->id : NULL;
	return true;
}

static bool read_query(struct ctx *c, const struct http_req *q, struct annotation_query *out)
{
	return read_user(c, q, &out->user_id) && http_query(c, q, "project", &out->project) &&
	       query_time(c, q, "from", &out->from) && query_time(c, q, "until", &out->until);
}

static json_t *show(struct ctx *c, const struct annotation *a)
{
	json_t *j = json_object();

	json_put_text(j, "id", a->id);
	json_put_text(j, "project", a->project);
	json_put_null(j, "task", a->task);
	json_put_text(j, "user", a->user_id);
	json_put_text(j, "userName", a->user_name);
	json_put_text(j, "user_state", a->user_state);
	json_put_time(c, j, "created", a->created);
	json_put_time(c, j, "updated", a->updated);
	json_put(j, "lead_time_ms",
		 a->lead_time_ms < 0 ? json_null() : json_integer(a->lead_time_ms));
	json_put_null(j, "digest", a->digest);
	json_put_time(c, j, "deleted", a->deleted);
	return j;
}

bool admin_annotations_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct annotation_query asked = { 0 };
	struct annotation *a;
	const char *next = NULL;
	struct page page;
	json_t *items;
	int64_t total;
	int n;

	if (!page_read(c, q, &page) || !read_query(c, q, &asked) ||
	    (*page.after && !read_cursor(c, page.after, &asked)))
		return false;
	asked.limit = page.limit;
	if (!annotation_list(c, &asked, &a, &n, &total))
		return false;
	items = json_array();
	for (int i = 0; i < n; i++)
		json_append(items, show(c, &a[i]));
	if (n == page.limit)
		next = opaque(c->arena, arena_printf(c->arena, "%" PRId64 ":%s", a[n - 1].created,
						     a[n - 1].id));
	page_respond(c, p, items, next, total);
	return true;
}

bool admin_annotations_report(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct annotation_query asked = { 0 };
	struct annotation_sum *sum;
	json_t *items, *j;
	int n;

	if (!read_query(c, q, &asked) || !annotation_report(c, &asked, &sum, &n))
		return false;
	items = json_array();
	for (int i = 0; i < n; i++) {
		j = json_object();
		json_put_text(j, "user", sum[i].user_id);
		json_put_text(j, "person", sum[i].person_id);
		json_put_text(j, "userName", sum[i].user_name);
		json_put_text(j, "user_state", sum[i].user_state);
		json_put_text(j, "project", sum[i].project);
		json_put_int(j, "annotations", sum[i].count);
		json_put_int(j, "lead_time_ms", sum[i].lead_time_ms);
		json_put_time(c, j, "first", sum[i].first);
		json_put_time(c, j, "last", sum[i].last);
		json_append(items, j);
	}
	page_respond(c, p, items, NULL, n);
	return true;
}

bool admin_annotations_weeks(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct annotation_query asked = { 0 };
	struct annotation_week *week;
	json_t *items, *j;
	int n;

	if (!read_query(c, q, &asked) || !annotation_weeks(c, &asked, &week, &n))
		return false;
	items = json_array();
	for (int i = 0; i < n; i++) {
		j = json_object();
		json_put_time(c, j, "week", week[i].begins);
		json_put_int(j, "annotations", week[i].count);
		json_put_int(j, "lead_time_ms", week[i].lead_time_ms);
		json_append(items, j);
	}
	page_respond(c, p, items, NULL, n);
	return true;
}
