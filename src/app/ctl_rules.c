/* ctl_rules.c - rule sets: which group gives which role. */
#include "ctl.h"

#include <stdio.h>

bool ctl_rules_export(struct ctl *k)
{
	const char *revision = ctl_option(k, "revision"), *path = "/rules";
	json_t *answer, *rules, *document;

	if (revision)
		path = api_path(k, "/rules/revisions/", revision, "");
	if (!api_call(k, "GET", path, NULL, &answer))
		return false;
	rules = json_object_get(answer, "rules");
	if (!json_is_array(rules))
		return error(k->c, ERR_SYNTAX, "the server's answer holds no rules");
	document = json_object();
	json_object_set(document, "rules", rules);
	ctl_print_json(document);
	json_decref(document);
	return true;
}

bool ctl_rules_apply(struct ctl *k)
{
	json_t *document, *out;
	json_int_t revision;

	if (!ctl_read_json(k, k->arg[0], &document) ||
	    !api_call(k, "PUT", "/rules", document, &out))
		return false;
	revision = json_integer_value(json_object_get(out, "revision"));
	ctl_print_done(k, out, "rules are now revision %" JSON_INTEGER_FORMAT, revision);
	return true;
}

bool ctl_rules_revisions(struct ctl *k)
{
	static const struct column columns[] = {
		{ "REVISION", "revision" }, { "RULES", "rules" },   { "AUTHOR", "author" },
		{ "CREATED", "created" },   { "ACTIVE", "active" }, { NULL, NULL },
	};
	json_t *items;

	if (!api_list(k, "/rules/revisions", &items))
		return false;
	ctl_print_items(k, items, columns);
	return true;
}
