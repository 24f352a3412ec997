/* test_permission.c - the permission table, cell by cell against the words of the product. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "access/permission.h"

/* The table as the product's documentation has it: AN, RE, MA, AD, OW. */
static const struct {
	const char *words, *cell[PERMISSION_ROLES];
} document[] = {
	/* clang-format off */
	{ "change user roles",                { "-", "-", "-", "yes", "yes" } },
	{ "view the people page",             { "-", "-", "yes", "yes", "yes" } },
	{ "invite people to the organization", { "-", "-", "-", "yes", "yes" } },
	{ "workspace access",                 { "R", "R", "CRUD (ws)", "CRUD", "CRUD" } },
	{ "project access",                   { "R (assigned)", "R (assigned)", "CRUD (ws)", "CRUD", "CRUD" } },
	{ "save custom project templates",    { "-", "-", "yes", "yes", "yes" } },
	{ "view project data",                { "own, if the project permits", "yes", "yes", "yes", "yes" } },
	{ "import data",                      { "-", "-", "yes", "yes", "yes" } },
	{ "export data",                      { "-", "-", "yes", "yes", "yes" } },
	{ "assign annotators to tasks",       { "-", "yes", "yes", "yes", "yes" } },
	{ "access labeling workflow",         { "yes", "yes", "yes", "yes", "yes" } },
	{ "access review workflow",           { "-", "yes", "yes", "yes", "yes" } },
	{ "monitor annotator agreement",      { "-", "yes", "yes", "yes", "yes" } },
	{ "review annotator performance",     { "own", "yes", "yes", "yes", "yes" } },
	{ "verify annotation results",        { "-", "yes", "yes", "yes", "yes" } },
	{ "assign reviewers to tasks",        { "-", "-", "yes", "yes", "yes" } },
	{ "API access",                       { "-", "-", "own or workspace projects", "yes", "yes" } },
	{ "annotation dashboards",            { "own", "project", "workspace and invited projects",
						"organization", "organization" } },
	{ "annotator dashboard (self)",       { "yes", "-", "-", "-", "-" } },
	{ "system-wide activity log",         { "-", "-", "-", "yes", "yes" } },
	/* clang-format on */
};

enum { ROWS = sizeof(document) / sizeof(document[0]) };

/* What each wording must mean, where nothing but the cell counts. */
static enum extent meaning(const char *cell)
{
	static const struct {
		const char *cell;
		enum extent extent;
	} words[] = {
		{ "-", EXTENT_NO },
		{ "yes", EXTENT_YES },
		{ "CRUD", EXTENT_YES },
		{ "organization", EXTENT_YES },
		{ "own", EXTENT_OWN },
		{ "own, if the project permits", EXTENT_IF_SHARED },
		{ "R", EXTENT_PLACES },
		{ "R (assigned)", EXTENT_PLACES },
		{ "CRUD (ws)", EXTENT_PLACES },
		{ "own or workspace projects", EXTENT_PLACES },
		{ "project", EXTENT_PLACES },
		{ "workspace and invited projects", EXTENT_PLACES },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].cell, cell) == 0)
			return words[i].extent;
	fail_msg("no meaning for \"%s\"", cell);
	return EXTENT_NO;
}

static void every_cell_is_as_documented(void **state)
{
	(void)state;
	for (int row = 0; row < ROWS; row++) {
		const struct permission *p = permission_find(document[row].words);

		print_message("%s\n", document[row].words);
		assert_non_null(p);
		for (int r = 0; r < PERMISSION_ROLES; r++) {
			enum extent want = meaning(document[row].cell[r]);

			/* managers see all workspaces, and act in their own */
			if (strcmp(p->action, "read_workspace") == 0 && r == ROLE_MA - ROLE_AN)
				want = EXTENT_YES;
			assert_int_equal(p->of[r], want);
		}
	}
}

static void writing_is_for_those_with_crud(void **state)
{
	static const char *const kinds[] = { "workspace", "project" };
	static const char *const writes[] = { "create", "update", "delete" };

	(void)state;
	for (int k = 0; k < 2; k++)
		for (int w = 0; w < 3; w++) {
			char action[40] = "";
			const struct permission *p;

			strncat(action, writes[w], 10);
			strncat(action, "_", 2);
			strncat(action, kinds[k], 10);
			p = permission_find(action);
			print_message("%s\n", action);
			assert_non_null(p);
			for (int r = 0; r < PERMISSION_ROLES; r++) {
				bool crud = r >= ROLE_MA - ROLE_AN;

				assert_int_equal(p->of[r] != EXTENT_NO, crud);
				if (r >= ROLE_AD - ROLE_AN)
					assert_int_equal(p->of[r], EXTENT_YES);
			}
		}
}

static void no_action_is_undocumented(void **state)
{
	int n = 0;

	(void)state;
	for (const struct permission *p = permissions; p->action; p++) {
		assert_ptr_equal(permission_find(p->action), p);
		assert_ptr_equal(permission_find(p->words), p);
		n++;
	}
	assert_int_equal(n, ROWS + 6); /* create, update, delete of two kinds */
	assert_non_null(permission_find("Change-User Roles"));
	assert_null(permission_find("change_user_role"));
	assert_null(permission_find(""));
}

static void places_and_project_roles(void **state)
{
	/* clang-format off */
	static const struct {
		const char *action;
		struct asking who; /* role, project role, a place named, added to it */
		bool allowed;
		enum extent extent;
	} table[] = {
		{ "review", { ROLE_NO, ROLE_NONE, false, false }, false, EXTENT_NO },
		{ "label", { ROLE_DI, ROLE_NONE, false, false }, false, EXTENT_NO },
		{ "label", { ROLE_NONE, ROLE_RE, true, true }, false, EXTENT_NO },
		/* a project's role instead of the organization's, both ways */
		{ "review", { ROLE_AN, ROLE_RE, true, true }, true, EXTENT_YES },
		{ "review", { ROLE_RE, ROLE_AN, true, true }, false, EXTENT_NO },
		{ "review", { ROLE_RE, ROLE_NONE, true, true }, true, EXTENT_YES },
		{ "review", { ROLE_AN, ROLE_NONE, true, true }, false, EXTENT_NO },
		/* but not of those from Manager on */
		{ "import_data", { ROLE_MA, ROLE_AN, true, true }, true, EXTENT_YES },
		{ "import_data", { ROLE_AD, ROLE_AN, true, true }, true, EXTENT_YES },
		/* only where he was added */
		{ "label", { ROLE_AN, ROLE_NONE, true, false }, false, EXTENT_NO },
		{ "label", { ROLE_AN, ROLE_NONE, true, true }, true, EXTENT_YES },
		{ "import_data", { ROLE_MA, ROLE_NONE, true, false }, false, EXTENT_NO },
		{ "import_data", { ROLE_AD, ROLE_NONE, true, false }, true, EXTENT_YES },
		{ "import_data", { ROLE_OW, ROLE_NONE, true, false }, true, EXTENT_YES },
		{ "read_workspace", { ROLE_MA, ROLE_NONE, true, false }, true, EXTENT_YES },
		{ "update_workspace", { ROLE_MA, ROLE_NONE, true, false }, false, EXTENT_NO },
		{ "update_workspace", { ROLE_MA, ROLE_NONE, true, true }, true, EXTENT_PLACES },
		{ "read_workspace", { ROLE_AN, ROLE_NONE, true, false }, false, EXTENT_NO },
		{ "read_project", { ROLE_AN, ROLE_NONE, true, true }, true, EXTENT_PLACES },
		/* a project does not make an administrator, and does not matter there */
		{ "change_user_roles", { ROLE_RE, ROLE_RE, true, true }, false, EXTENT_NO },
		{ "view_people", { ROLE_MA, ROLE_NONE, true, false }, true, EXTENT_YES },
		{ "view_project_data", { ROLE_AN, ROLE_NONE, true, true }, true, EXTENT_IF_SHARED },
		{ "review_performance", { ROLE_AN, ROLE_NONE, false, false }, true, EXTENT_OWN },
	};
	/* clang-format on */
	struct permit permit;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		print_message("%zu %s\n", i, table[i].action);
		permission_decide(permission_find(table[i].action), &table[i].who, &permit);
		assert_int_equal(permit.allowed, table[i].allowed);
		assert_int_equal(permit.extent, table[i].extent);
		assert_non_null(permit.because);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_is_as_documented),
		cmocka_unit_test(writing_is_for_those_with_crud),
		cmocka_unit_test(no_action_is_undocumented),
		cmocka_unit_test(places_and_project_roles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
