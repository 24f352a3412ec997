/* ctl_operations.c - which operations of the API each command of rosterctl calls. */
#include "ctl.h"

#include <stdio.h>
#include <string.h>

#include "http/json.h"

/* clang-format off */
#define SCIM "name preset base_url created changed id"
#define SAML "name preset enabled jit domains entity_id acs_url login_url slo_url metadata_url " \
	"idp.entity_id idp.error warnings tested id"
#define LDAP "name preset enabled uris schedule_minutes strategy people groups_known last_run.state " \
	"listed id"
static const struct ctl_calls calls[] = {
	{ .command = "org show",              .operations = "GET /org" },
	{ .command = "org set",               .operations = "PATCH /org" },
	{ .command = "seats",                 .operations = "GET /seats" },
	{ .command = "whoami",                .operations = "GET /me" },
	{ .command = "events",                .operations = "GET /events" },
	{ .command = "token create",          .operations = "POST /tokens;GET /connections/scim" },
	{ .command = "token list",            .operations = "GET /tokens" },
	{ .command = "token revoke",          .operations = "DELETE /tokens/{}" },

	{ .command = "users list",            .operations = "GET /users" },
	{ .command = "users show",            .operations = "GET /users/{};GET /users" },
	{ .command = "users explain",         .operations = "GET /users/{}/explain;GET /users" },
	{ .command = "users deactivate",      .operations = "PATCH /users/{};GET /users" },
	{ .command = "users activate",        .operations = "PATCH /users/{};GET /users" },
	{ .command = "users role",            .operations = "PATCH /users/{};GET /users" },
	{ .command = "users set-role",        .operations = "POST /people/plan;POST /people/apply" },
	{ .command = "users set-state",       .operations = "POST /people/plan;POST /people/apply" },
	{ .command = "users erase",           .operations = "POST /users/{}/erase;GET /users" },
	{ .command = "users delete",          .operations = "DELETE /users/{};GET /users" },
	{ .command = "users password-link",   .operations = "POST /users/{}/password-link;GET /users" },
	{ .command = "users sign-out",        .operations = "DELETE /users/{}/sessions;GET /users" },
	{ .command = "sessions list",         .operations = "GET /sessions",
	  .columns = "user method address created last_seen id" },
	{ .command = "sessions end",          .operations = "DELETE /sessions/{}" },
	{ .command = "invitations list",      .operations = "GET /invitations" },
	{ .command = "invitations create",    .operations = "POST /invitations" },
	{ .command = "invitations reset",     .operations = "POST /invitations/{}/reset" },
	{ .command = "invitations revoke",    .operations = "DELETE /invitations/{}" },

	{ .command = "groups list",           .operations = "GET /groups" },
	{ .command = "groups show",           .operations = "GET /groups/{}" },
	{ .command = "workspaces list",       .operations = "GET /workspaces" },
	{ .command = "workspaces create",     .operations = "POST /workspaces" },
	{ .command = "workspaces show",       .operations = "GET /workspaces/{}" },
	{ .command = "workspaces rename",     .operations = "PATCH /workspaces/{}", .body = "title" },
	{ .command = "workspaces delete",     .operations = "DELETE /workspaces/{}" },
	{ .command = "projects list",         .operations = "GET /projects" },
	{ .command = "projects create",       .operations = "POST /projects" },
	{ .command = "projects show",         .operations = "GET /projects/{}" },
	{ .command = "projects rename",       .operations = "PATCH /projects/{}", .body = "title" },
	{ .command = "projects delete",       .operations = "DELETE /projects/{}" },
	{ .command = "grants list",           .operations = "GET /grants" },
	{ .command = "grants give",           .operations = "POST /grants" },
	{ .command = "grants take",           .operations = "DELETE /grants" },

	{ .command = "rules export",          .operations = "GET /rules;GET /rules/revisions/{};GET /rules/export" },
	{ .command = "rules import",          .operations = "POST /rules/import" },
	{ .command = "rules plan",            .operations = "POST /rules/plan;GET /rules/plan/{}" },
	{ .command = "rules apply",           .operations = "POST /rules/apply;PUT /rules;GET /rules" },
	{ .command = "rules revisions",       .operations = "GET /rules/revisions" },
	{ .command = "rules activate",        .operations = "POST /rules/revisions/{}/activate;GET /rules" },
	{ .command = "holds list",            .operations = "GET /holds" },
	{ .command = "holds show",            .operations = "GET /holds/{}" },
	{ .command = "holds approve",         .operations = "POST /holds/{}/approve" },
	{ .command = "holds reject",          .operations = "POST /holds/{}/reject" },

	{ .command = "annotations list",      .operations = "GET /annotations" },
	{ .command = "annotations weeks",     .operations = "GET /annotations/weeks" },
	{ .command = "annotations report",    .operations = "GET /annotations/report",
	  .columns = "userName user_state project annotations lead_time_ms first last" },
	{ .command = "annotations record",    .operations = "POST /annotations" },
	{ .command = "audit list",            .operations = "GET /audit" },
	{ .command = "audit export",          .operations = "GET /audit/export" },
	{ .command = "annotations people",    .operations = "GET /intake/label-studio/people" },
	{ .command = "annotations learn",     .operations = "POST /intake/label-studio/people" },
	{ .command = "annotations intake",    .operations = "POST /intake/label-studio" },
	{ .command = "requests",              .operations = "GET /requests" },
	{ .command = "webhooks list",         .operations = "GET /webhooks" },
	{ .command = "webhooks create",       .operations = "POST /webhooks" },
	{ .command = "webhooks show",         .operations = "GET /webhooks/{}" },
	{ .command = "webhooks set",          .operations = "PATCH /webhooks/{}" },
	{ .command = "webhooks pause",        .operations = "PATCH /webhooks/{}" },
	{ .command = "webhooks resume",       .operations = "PATCH /webhooks/{}" },
	{ .command = "webhooks rotate",       .operations = "POST /webhooks/{}/rotate" },
	{ .command = "webhooks test",         .operations = "POST /webhooks/{}/test" },
	{ .command = "webhooks deliveries",   .operations = "GET /webhooks/{}/deliveries" },
	{ .command = "webhooks redeliver",    .operations = "POST /webhooks/{}/redeliver" },
	{ .command = "webhooks delete",       .operations = "DELETE /webhooks/{}" },
	{ .command = "reports seats",         .operations = "GET /reports/seats" },
	{ .command = "reports leavers",       .operations = "GET /reports/leavers" },
	{ .command = "reports idle",          .operations = "GET /reports/idle" },
	{ .command = "reports access",        .operations = "GET /reports/access" },

	{ .command = "connections list",      .operations = "GET /connections/scim",
	  .columns = "name preset base_url created id" },
	{ .command = "connections create",    .operations = "POST /connections/scim",
	  .columns = SCIM, .body = "name", .settings = true },
	{ .command = "connections show",      .operations = "GET /connections/scim/{};GET /connections/scim",
	  .columns = SCIM },
	{ .command = "connections set",       .operations = "PATCH /connections/scim/{};GET /connections/scim",
	  .columns = SCIM, .settings = true },
	{ .command = "connections delete",    .operations = "DELETE /connections/scim/{};GET /connections/scim",
	  .done = "deleted, with its groups and tokens; its people stay" },
	{ .command = "saml list",             .operations = "GET /connections/saml",
	  .columns = "name preset enabled domains tested acs_url id" },
	{ .command = "saml create",           .operations = "POST /connections/saml",
	  .columns = SAML, .body = "name", .settings = true },
	{ .command = "saml show",             .operations = "GET /connections/saml/{};GET /connections/saml",
	  .columns = SAML },
	{ .command = "saml set",              .operations = "PATCH /connections/saml/{};GET /connections/saml",
	  .columns = SAML, .settings = true },
	{ .command = "saml delete",           .operations = "DELETE /connections/saml/{};GET /connections/saml",
	  .done = "deleted, with its groups; its sessions ended, its people stay" },
	{ .command = "saml keys",             .operations = "GET /connections/saml/{}/keys;GET /connections/saml",
	  .columns = "state subject not_after sha256 id" },
	{ .command = "saml rotate",           .operations = "POST /connections/saml/{}/keys;GET /connections/saml",
	  .columns = "state subject not_after sha256 id" },
	{ .command = "saml test",             .operations = "POST /connections/saml/{}/test;GET /connections/saml" },
	{ .command = "sync list",             .operations = "GET /connections/ldap",
	  .columns = "name preset enabled people last_run.state last_run.ended id" },
	{ .command = "sync create",           .operations = "POST /connections/ldap",
	  .columns = LDAP, .body = "name", .settings = true },
	{ .command = "sync import",           .operations = "POST /connections/ldap", .columns = LDAP },
	{ .command = "sync set",              .operations = "PATCH /connections/ldap/{};GET /connections/ldap",
	  .columns = LDAP, .settings = true },
	{ .command = "sync show",             .operations = "GET /connections/ldap/{};GET /connections/ldap",
	  .columns = LDAP },
	{ .command = "sync test",             .operations = "POST /connections/ldap/{}/test;GET /connections/ldap" },
	{ .command = "sync run",              .operations = "POST /connections/ldap/{}/sync;GET /connections/ldap;"
					   "GET /connections/ldap/{}/runs/{}" },
	{ .command = "sync status",           .operations = "GET /connections/ldap/{}/runs/{};GET /connections/ldap/{};"
					   "GET /connections/ldap" },
	{ .command = "sync runs",             .operations = "GET /connections/ldap/{}/runs;GET /connections/ldap",
	  .columns = "id state kind read changed asked_by started error" },
	{ .command = "sync changes",          .operations = "GET /connections/ldap/{}/runs/{}/changes;"
					   "GET /connections/ldap/{};GET /connections/ldap" },
	{ .command = "sync delete",           .operations = "DELETE /connections/ldap/{};GET /connections/ldap",
	  .done = "deleted, with its groups; its people stay" },
	{ .command = "domains list",          .operations = "GET /domains" },
	{ .command = "domains show",          .operations = "GET /domains/{}" },
	{ .command = "domains add",           .operations = "POST /domains" },
	{ .command = "domains verify",        .operations = "POST /domains/{}/verify" },
	{ .command = "domains delete",        .operations = "DELETE /domains/{}" },
	{ .command = "presets",               .operations = "GET /presets", .columns = "preset kind" },
	{ .command = "signin show",           .operations = "GET /signin" },
	{ .command = "signin set",            .operations = "PATCH /signin", .settings = true },
	{ .command = "authz check",           .operations = "GET /authz/check" },
	{ .command = "authz actions",         .operations = "GET /authz/actions", .columns = "action about roles" },
	{ .command = "openapi",               .operations = "GET /openapi.json" },
};
/* clang-format on */

enum { CALLS = sizeof(calls) / sizeof(calls[0]) };

const struct ctl_calls *ctl_calls_of(const struct ctl_command *m)
{
	char name[64];

	snprintf(name, sizeof(name), "%s%s%s", m->noun, *m->verb ? " " : "", m->verb);
	for (int i = 0; i < CALLS; i++)
		if (strcmp(calls[i].command, name) == 0)
			return &calls[i];
	return NULL;
}

/* "GET /users/{}" of length n, and "GET", "/users/0198...?limit=1". */
static bool fits(const char *pattern, size_t n, const char *method, const char *path)
{
	const char *end = pattern + n;
	size_t m = strlen(method);

	if (n <= m || strncmp(pattern, method, m) != 0 || pattern[m] != ' ')
		return false;
	for (pattern += m + 1; pattern < end; pattern++) {
		if (*pattern != '{') {
			if (*path++ != *pattern)
				return false;
			continue;
		}
		pattern++;
		if (!strcspn(path, "/?"))
			return false;
		path += strcspn(path, "/?");
	}
	return *path == '\0' || *path == '?';
}

bool ctl_may_call(struct ctl *k, const char *method, const char *path)
{
	const struct ctl_calls *mine = k->command ? ctl_calls_of(k->command) : NULL;
	const char *p = mine ? mine->operations : "";

	if (!mine)
		return true;
	for (size_t n; *p; p += n + (p[n] == ';')) {
		n = strcspn(p, ";");
		if (fits(p, n, method, path))
			return true;
	}
	return error(k->c, ERR_INTERNAL, "%s is not known to call %s %s", mine->command, method,
		     path);
}

/* "METHOD /path", one after the other; none of a command that calls nothing. */
static json_t *split(const char *operations)
{
	json_t *list = json_array();

	for (size_t n; *operations; operations += n + (operations[n] == ';')) {
		n = strcspn(operations, ";");
		json_array_append_new(list, json_stringn(operations, n));
	}
	return list;
}

bool ctl_operations(struct ctl *k)
{
	json_t *all = json_own(k->c, json_array());
	const struct ctl_command *m;

	for (int i = 0; (m = ctl_command_at(i)); i++) {
		const struct ctl_calls *mine = ctl_calls_of(m);
		const char *name =
			arena_printf(k->c->arena, "%s%s%s", m->noun, *m->verb ? " " : "", m->verb);

		json_array_append_new(all, json_pack("{s:s,s:o}", "command", name, "operations",
						     split(mine ? mine->operations : "")));
		if (!k->json)
			printf("%s\t%s\n", name,
			       mine        ? mine->operations
			       : m->server ? "unknown"
					   : "none");
	}
	if (k->json)
		ctl_print_json(all);
	return true;
}
