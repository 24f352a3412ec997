/* permission.c - the table of what each role may do, and reading it. */
#include "access/permission.h"

#include <stddef.h>

const char *const extent_names[EXTENTS] = { "no", "own", "own_if_permitted", "added_to", "yes" };

#define NO  EXTENT_NO
#define OWN EXTENT_OWN
#define IFP EXTENT_IF_SHARED
#define ADD EXTENT_PLACES
#define YES EXTENT_YES

/* clang-format off */
const struct permission permissions[] = {
	/* action                   words                                 placed   AN   RE   MA   AD   OW */
	{ "change_user_roles",     "change user roles",                   false, { NO,  NO,  NO,  YES, YES } },
	{ "view_people",           "view the people page",                false, { NO,  NO,  YES, YES, YES } },
	{ "invite_people",         "invite people to the organization",   false, { NO,  NO,  NO,  YES, YES } },
	{ "read_workspace",        "workspace access",                    true,  { ADD, ADD, YES, YES, YES } },
	{ "create_workspace",      "create a workspace",                  false, { NO,  NO,  YES, YES, YES } },
	{ "update_workspace",      "change a workspace",                  true,  { NO,  NO,  ADD, YES, YES } },
	{ "delete_workspace",      "delete a workspace",                  true,  { NO,  NO,  ADD, YES, YES } },
	{ "read_project",          "project access",                      true,  { ADD, ADD, ADD, YES, YES } },
	{ "create_project",        "create a project",                    true,  { NO,  NO,  ADD, YES, YES } },
	{ "update_project",        "change a project",                    true,  { NO,  NO,  ADD, YES, YES } },
	{ "delete_project",        "delete a project",                    true,  { NO,  NO,  ADD, YES, YES } },
	{ "save_templates",        "save custom project templates",       false, { NO,  NO,  YES, YES, YES } },
	{ "view_project_data",     "view project data",                   true,  { IFP, YES, YES, YES, YES } },
	{ "import_data",           "import data",                         true,  { NO,  NO,  YES, YES, YES } },
	{ "export_data",           "export data",                         true,  { NO,  NO,  YES, YES, YES } },
	{ "assign_annotators",     "assign annotators to tasks",          true,  { NO,  YES, YES, YES, YES } },
	{ "label",                 "access labeling workflow",            true,  { YES, YES, YES, YES, YES } },
	{ "review",                "access review workflow",              true,  { NO,  YES, YES, YES, YES } },
	{ "monitor_agreement",     "monitor annotator agreement",         true,  { NO,  YES, YES, YES, YES } },
	{ "review_performance",    "review annotator performance",        true,  { OWN, YES, YES, YES, YES } },
	{ "verify_annotations",    "verify annotation results",           true,  { NO,  YES, YES, YES, YES } },
	{ "assign_reviewers",      "assign reviewers to tasks",           true,  { NO,  NO,  YES, YES, YES } },
	{ "api_access",            "API access",                          true,  { NO,  NO,  ADD, YES, YES } },
	{ "view_dashboards",       "annotation dashboards",               true,  { OWN, ADD, ADD, YES, YES } },
	{ "view_own_dashboard",    "annotator dashboard (self)",          false, { YES, NO,  NO,  NO,  NO  } },
	{ "view_activity_log",     "system-wide activity log",            false, { NO,  NO,  NO,  YES, YES } },
	{ 0 },
};
/* clang-format on */

static char folded(char ch)
{
	if (ch >= 'A' && ch <= 'Z')
		return (char)(ch - 'A' + 'a');
	return ch == ' ' || ch == '-' ? '_' : ch;
}

static bool same(const char *a, const char *b)
{
	while (*a && folded(*a) == folded(*b)) {
		a++;
		b++;
	}
	return folded(*a) == folded(*b);
}

const struct permission *permission_find(const char *text)
{
	for (const struct permission *p = permissions; p->action; p++)
		if (same(p->action, text) || same(p->words, text))
			return p;
	return NULL;
}

static enum role effective(const struct permission *p, const struct asking *who)
{
	if (!p->placed || !who->in_place || who->role >= ROLE_MA || who->project_role < ROLE_AN)
		return who->role;
	return who->project_role;
}

/* Administrators are everywhere; managers see all workspaces, and act in their own. */
static bool reaches(const struct permission *p, const struct asking *who)
{
	return !p->placed || !who->in_place || who->added || who->role >= ROLE_AD ||
	       (who->role == ROLE_MA && same(p->action, "read_workspace"));
}

void permission_decide(const struct permission *p, const struct asking *who, struct permit *out)
{
	*out = (struct permit){ .role = effective(p, who) };
	if (!role_works(who->role)) {
		out->because = "this person may not sign in: pending or deactivated";
		return;
	}
	out->extent = p->of[out->role - ROLE_AN];
	out->allowed = out->extent != EXTENT_NO && reaches(p, who);
	if (out->extent == EXTENT_NO)
		out->because = "the role does not allow it";
	else if (!out->allowed)
		out->because = "the role allows it, but not in a place where he was not added";
	else
		out->because = "the role allows it";
	if (!out->allowed)
		out->extent = EXTENT_NO;
}
