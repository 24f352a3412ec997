/* ctl_plan.c - rosterctl rules plan and apply: what a change would do, and doing it. */
#include "ctl.h"

#include <inttypes.h>
#include <stdio.h>
#include "http/json.h"

enum { SHOWN = 100 };

static int64_t number(const json_t *j, const char *key)
{
	return json_integer_value(json_object_get(j, key));
}

static const char *text(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s ? s : "-";
}

static void print_users(const json_t *plan)
{
	static const char *const kinds[] = { "gained", "lost", "raised", "lowered", "deactivated" };
	const json_t *users = json_object_get(plan, "users");

	printf("people: %" PRId64 " of %" PRId64 " change", number(plan, "changed"),
	       number(plan, "people"));
	for (int i = 0; i < 5; i++)
		printf("%s %" PRId64 " %s", i ? "," : ":", number(users, kinds[i]), kinds[i]);
	printf("\n");
}

static void print_seats(struct ctl *k, const json_t *plan)
{
	const json_t *s = json_object_get(plan, "seats");
	const char *limit = "unlimited";

	if (json_is_integer(json_object_get(s, "limit")))
		limit = arena_printf(k->c->arena, "%" PRId64, number(s, "limit"));
	printf("seats:  %" PRId64 " -> %" PRId64 " of %s; waiting %" PRId64 " -> %" PRId64 "\n",
	       number(s, "before"), number(s, "after"), limit, number(s, "waiting_before"),
	       number(s, "waiting_after"));
}

static void print_names(const char *sign, const json_t *list)
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		printf(" %s%s", sign, json_string_value(one));
	}
}

static void print_rules(const json_t *plan)
{
	const json_t *rules = json_object_get(plan, "rules");

	printf("rules: ");
	if (json_is_true(json_object_get(rules, "same")))
		printf(" as they are");
	else if (!json_array_size(json_object_get(rules, "added")) &&
		 !json_array_size(json_object_get(rules, "removed")) &&
		 !json_array_size(json_object_get(rules, "changed")))
		printf(" the same, in another order or with other tests");
	print_names("+", json_object_get(rules, "added"));
	print_names("-", json_object_get(rules, "removed"));
	print_names("~", json_object_get(rules, "changed"));
	printf("\n");
}

static void print_remarks(const json_t *plan)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(plan, "workspaces"), i, one)
	{
		printf("makes the workspace \"%s\"\n", json_string_value(one));
	}
	json_array_foreach(json_object_get(plan, "warnings"), i, one)
	{
		const char *rule = json_string_value(json_object_get(one, "rule"));

		printf("warning: %s%s%s%s\n", rule ? "rule \"" : "", rule ? rule : "",
		       rule ? "\": " : "", text(one, "text"));
	}
	json_array_foreach(json_object_get(json_object_get(plan, "tests"), "failed"), i, one)
	{
		printf("test failed: \"%s\": %s\n", text(one, "test"), text(one, "why"));
	}
}

void ctl_print_plan(struct ctl *k, json_t *plan, const char *apply)
{
	static const struct column columns[] = {
		{ "USER", "userName" },   { "CHANGE", "change" }, { "SCOPE", "scope" },
		{ "WHERE", "target" },    { "BEFORE", "before" }, { "AFTER", "after" },
		{ "BECAUSE", "because" }, { NULL, NULL },
	};
	json_t *changes = json_object_get(plan, "changes");
	int64_t left = number(plan, "total") - (int64_t)json_array_size(changes);

	print_users(plan);
	print_seats(k, plan);
	if (*apply)
		print_rules(plan);
	print_remarks(plan);
	if (json_array_size(changes)) {
		putchar('\n');
		ctl_print_items(k, changes, columns);
	}
	if (left > 0 && *apply)
		printf("... and %" PRId64 " more: --limit shows them\n", left);
	if (*apply)
		printf("\nrosterctl %s --plan %s --hash %s\n", apply, text(plan, "plan"),
		       text(plan, "hash"));
}

/* As many changes as are wanted, page after page. */
static bool read_changes(struct ctl *k, json_t *plan)
{
	json_t *all = json_object_get(plan, "changes"), *page, *one;
	const char *next = json_string_value(json_object_get(plan, "next"));
	int64_t most;
	size_t i;

	if (!ctl_option_int(k, "limit", SHOWN, &most))
		return false;
	while (next && (int64_t)json_array_size(all) < most) {
		const char *path = arena_printf(k->c->arena, "?limit=1000&after=%s", next);

		if (!api_call(k, "GET", api_path(k, "/rules/plan/", text(plan, "plan"), path), NULL,
			      &page))
			return false;
		json_array_foreach(json_object_get(page, "changes"), i, one)
		{
			json_array_append(all, one);
		}
		next = json_string_value(json_object_get(page, "next"));
	}
	while ((int64_t)json_array_size(all) > most)
		json_array_remove(all, json_array_size(all) - 1);
	return true;
}

/* A document of the caller, or the number of a revision. */
static bool read_draft(struct ctl *k, json_t **out)
{
	const char *revision = ctl_option(k, "revision");
	int64_t n;

	if (!revision == !k->arg[0])
		return ctl_misuse(k, "say a FILE with rules, or --revision N");
	if (!revision)
		return ctl_read_json(k, k->arg[0], out);
	if (!ctl_option_int(k, "revision", 0, &n))
		return false;
	*out = json_own(k->c, json_pack("{s:I}", "revision", (json_int_t)n));
	return true;
}

static bool changes_something(const json_t *plan)
{
	return number(plan, "changed") > 0 ||
	       !json_is_true(json_object_get(json_object_get(plan, "rules"), "same"));
}

bool ctl_rules_plan(struct ctl *k)
{
	json_t *draft = NULL, *plan = NULL;

	if (!read_draft(k, &draft) || !api_call(k, "POST", "/rules/plan", draft, &plan) ||
	    !read_changes(k, plan))
		return false;
	if (k->json)
		ctl_print_json(plan);
	else
		ctl_print_plan(k, plan, "rules apply");
	if (ctl_option(k, "exit-code") && changes_something(plan))
		k->status = 2;
	return true;
}

static bool apply_plan(struct ctl *k)
{
	json_t *order;

	if (!ctl_option(k, "plan") || !ctl_option(k, "hash") || k->arg[0])
		return ctl_misuse(k,
				  "say --plan and --hash, as rules plan printed them, or a FILE");
	order = json_own(k->c, json_pack("{s:s,s:s}", "plan", ctl_option(k, "plan"), "hash",
					 ctl_option(k, "hash")));
	return ctl_roll_out(k, "POST", "/rules/apply", order);
}

bool ctl_rules_apply(struct ctl *k)
{
	json_t *document;

	if (ctl_option(k, "plan") || ctl_option(k, "hash") || !k->arg[0])
		return apply_plan(k);
	return ctl_read_json(k, k->arg[0], &document) && ctl_roll_out(k, "PUT", "/rules", document);
}
