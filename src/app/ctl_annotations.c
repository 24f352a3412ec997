/* ctl_annotations.c - who made which annotation, and the events for the platform. */
#include "ctl.h"

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

bool ctl_annotations_record(struct ctl *k)
{
	json_t *body, *out;
	json_int_t n;

	if (!ctl_read_json(k, k->arg[0], &body) || !api_call(k, "POST", "/annotations", body, &out))
		return false;
	n = json_integer_value(json_object_get(out, "written"));
	ctl_print_done(k, out, "%" JSON_INTEGER_FORMAT " new or changed", n);
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
	json_t *body, *out;

	if (!ctl_read_json(k, k->arg[0], &body) ||
	    !api_call(k, "POST", "/intake/label-studio/people", body, &out))
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
