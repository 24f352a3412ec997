/* ctl_rules.c - rule sets: which group gives which role. */
#include "ctl.h"

#include <stdio.h>
#include <string.h>

/* What the lists cannot say goes beside them, not into them. */
static bool export_mappings(struct ctl *k)
{
	json_t *out, *note;
	size_t i;

	if (ctl_option(k, "revision"))
		return ctl_misuse(k, "mapping lists are made of the active rules only");
	if (!api_call(k, "GET", "/rules/export", NULL, &out))
		return false;
	json_array_foreach(json_object_get(out, "notes"), i, note)
	{
		fprintf(stderr, "rosterctl: note: %s\n", json_string_value(note));
	}
	json_object_del(out, "notes");
	ctl_print_json(out);
	return true;
}

bool ctl_rules_export(struct ctl *k)
{
	const char *revision = ctl_option(k, "revision"), *path = "/rules";
	const char *format = ctl_option(k, "format");
	json_t *answer, *rules, *document;

	if (format && strcmp(format, "label-studio") == 0)
		return export_mappings(k);
	if (format && strcmp(format, "rules") != 0)
		return ctl_misuse(k, "--format must be rules or label-studio, not '%s'", format);
	if (revision)
		path = api_path(k, "/rules/revisions/", revision, "");
	if (!api_call(k, "GET", path, NULL, &answer))
		return false;
	rules = json_object_get(answer, "rules");
	if (!json_is_array(rules))
		return error(k->c, ERR_SYNTAX, "the server's answer holds no rules");
	document = json_object();
	json_object_set(document, "rules", rules);
	if (json_object_get(answer, "tests"))
		json_object_set(document, "tests", json_object_get(answer, "tests"));
	ctl_print_json(document);
	json_decref(document);
	return true;
}

bool ctl_rules_import(struct ctl *k)
{
	json_t *lists, *out, *document, *note;
	size_t i;

	if (!ctl_read_json(k, k->arg[0], &lists) ||
	    !api_call(k, "POST", "/rules/import", lists, &out))
		return false;
	json_array_foreach(json_object_get(out, "notes"), i, note)
	{
		fprintf(stderr, "rosterctl: note: %s\n", json_string_value(note));
	}
	document = json_object();
	json_object_set(document, "rules", json_object_get(out, "rules"));
	ctl_print_json(document);
	json_decref(document);
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
