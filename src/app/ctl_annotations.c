/* ctl_annotations.c - who made which annotation, and the events for the platform. */
#include "ctl.h"

#include "http/json.h"
#include "record/attribution.h"

bool ctl_annotations_list(struct ctl *k)
{
	static const struct column columns[] = {
		{ "ANNOTATION", "id" }, { "PROJECT", "project" },    { "TASK", "task" },
		{ "USER", "userName" }, { "ACCOUNT", "user_state" }, { "CREATED", "created" },
		{ NULL, NULL },
	};
	json_t *items;

	if (!api_list(k, api_query(k, "/annotations", "user project from until"), &items))
		return false;
	ctl_print_items(k, items, columns);
	return true;
}

bool ctl_annotations_weeks(struct ctl *k)
{
	static const struct column columns[] = {
		{ "WEEK", "week" },
		{ "ANNOTATIONS", "annotations" },
		{ "MILLISECONDS", "lead_time_ms" },
		{ NULL, NULL },
	};
	json_t *page;

	if (!api_call(k, "GET", api_query(k, "/annotations/weeks", "user project from until"), NULL,
		      &page))
		return false;
	ctl_print_items(k, json_object_get(page, "items"), columns);
	return true;
}

/* Sums up the numbers of many answers. */
static void add_up(json_t *sums, json_t *answer)
{
	const char *key;
	json_t *n;

	json_object_foreach(answer, key, n)
	{
		json_int_t before = json_integer_value(json_object_get(sums, key));

		json_object_set_new(sums, key, json_integer(before + json_integer_value(n)));
	}
}

/* A list, or the list that is a member of an object, to path, as many at a time as the
 * server takes.  What was sent before something fails stays; all of it may be sent again. */
static bool send_list(struct ctl *k, const char *path, const char *member, json_t **sums)
{
	size_t n, sent = 0;
	json_t *list, *part, *answer;
	struct progress p = { 0 };
	bool ok = true;

	if (!ctl_read_json(k, k->arg[0], &list))
		return false;
	if (json_object_get(list, member))
		list = json_object_get(list, member);
	if (!json_is_array(list))
		return api_call(k, "POST", path, list, sums);
	*sums = json_own(k->c, json_object());
	n = json_array_size(list);
	do {
		part = json_own(k->c, json_array());
		for (; sent < n && json_array_size(part) < ANNOTATIONS_BATCH_MAX; sent++)
			json_array_append(part, json_array_get(list, sent));
		ok = api_call(k, "POST", path, part, &answer);
		if (ok)
			add_up(*sums, answer);
		ctl_progress(&p, "sent", (int64_t)sent, (int64_t)n);
	} while (ok && sent < n);
	ctl_progress_end(&p);
	return ok;
}

bool ctl_annotations_record(struct ctl *k)
{
	json_t *out = NULL;

	if (!send_list(k, "/annotations", "annotations", &out))
		return false;
	ctl_print_done(k, out, "%" JSON_INTEGER_FORMAT " new or changed",
		       json_integer_value(json_object_get(out, "written")));
	return true;
}

bool ctl_annotations_people(struct ctl *k)
{
	static const struct column columns[] = {
		{ "LABEL STUDIO", "id" },
		{ "USER", "userName" },
		{ "WAITING", "waiting" },
		{ NULL, NULL },
	};
	json_t *items;

	if (!api_list(k, "/intake/label-studio/people", &items))
		return false;
	ctl_print_items(k, items, columns);
	return true;
}

bool ctl_annotations_learn(struct ctl *k)
{
	json_t *out = NULL;

	if (!send_list(k, "/intake/label-studio/people", "people", &out))
		return false;
	ctl_print_done(k, out,
		       "%" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT
		       " known, %" JSON_INTEGER_FORMAT " annotations recorded that waited",
		       json_integer_value(json_object_get(out, "known")),
		       json_integer_value(json_object_get(out, "received")),
		       json_integer_value(json_object_get(out, "written")));
	return true;
}

bool ctl_annotations_intake(struct ctl *k)
{
	json_t *body, *out;

	if (!ctl_read_json(k, k->arg[0], &body) ||
	    !api_call(k, "POST", "/intake/label-studio", body, &out))
		return false;
	ctl_print_done(k, out,
		       "%" JSON_INTEGER_FORMAT " new or changed, %" JSON_INTEGER_FORMAT
		       " wait, %" JSON_INTEGER_FORMAT " deleted",
		       json_integer_value(json_object_get(out, "written")),
		       json_integer_value(json_object_get(out, "waiting")),
		       json_integer_value(json_object_get(out, "deleted")));
	return true;
}

bool ctl_events_list(struct ctl *k)
{
	static const struct column columns[] = {
		{ "AT", "at" }, { "TYPE", "type" }, { "USER", "user" },
		{ "ID", "id" }, { NULL, NULL },
	};
	json_t *items;

	if (!api_list(k, api_query(k, "/events", "after"), &items))
		return false;
	ctl_print_items(k, items, columns);
	return true;
}
