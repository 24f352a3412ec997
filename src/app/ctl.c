/* ctl.c - rosterctl: the table of its commands, and how one is found and run. */
#include "ctl.h"

#include <stdio.h>
#include <string.h>

#include "base/time.h"

/* clang-format off */
static const struct ctl_command commands[] = {
	{ .noun = "org", .verb = "create", .args = "NAME", .min = 1, .max = 1,
	  .options = "seats policy default-role owner public-url",
	  .summary = "Make an organization and print its id",
	  .example = "--database sqlite:rosterd.db org create acme --seats 50 --default-role AN",
	  .database = local_org_create },
	{ .noun = "org", .verb = "owner", .args = "MAIL", .min = 1, .max = 1,
	  .options = "org public-url",
	  .summary = "Make somebody Owner, and print a link to set a password once",
	  .example = "--database sqlite:rosterd.db org owner boss@acme.example --org acme",
	  .database = local_org_owner },
	{ .noun = "org", .verb = "list", .args = "", .options = "",
	  .summary = "List all organizations of a database",
	  .example = "--database sqlite:rosterd.db org list",
	  .database = local_org_list },
	{ .noun = "org", .verb = "show", .args = "", .options = "",
	  .summary = "Show the organization and its policies",
	  .example = "--server https://roster.acme.example --token-file admin.token org show",
	  .server = ctl_org_show },
	{ .noun = "org", .verb = "set", .args = "",
	  .options = "name seats policy default-role never-matched lost-match hold-people "
		     "hold-percent",
	  .summary = "Change policies of the organization",
	  .example = "org set --seats 60 --policy refuse",
	  .server = ctl_org_set },

	{ .noun = "token", .verb = "create", .args = "",
	  .options = "org kind connection name expires",
	  .summary = "Make a token and print it, this once",
	  .example = "--database sqlite:rosterd.db token create --org acme --kind scim",
	  .database = local_token_create, .server = ctl_tokens_create },
	{ .noun = "token", .verb = "list", .args = "", .options = "org limit",
	  .summary = "List tokens, without their text",
	  .example = "--database sqlite:rosterd.db token list --org acme",
	  .database = local_token_list, .server = ctl_tokens_list },
	{ .noun = "token", .verb = "revoke", .args = "ID", .min = 1, .max = 1, .options = "org",
	  .summary = "Revoke a token, at once and for ever",
	  .example = "--database sqlite:rosterd.db token revoke --org acme "
		     "0198a1b2-0000-7000-8000-000000000001",
	  .database = local_token_revoke, .server = ctl_tokens_revoke },

	{ .noun = "users", .verb = "list", .args = "", .options = "state role q limit",
	  .summary = "List people with their role, state and seat",
	  .example = "users list --state pending",
	  .server = ctl_users_list },
	{ .noun = "users", .verb = "show", .args = "USER", .min = 1, .max = 1, .options = "",
	  .summary = "Show one person, by id or userName",
	  .example = "users show ada@acme.example",
	  .server = ctl_users_show },
	{ .noun = "users", .verb = "explain", .args = "USER", .min = 1, .max = 1, .options = "",
	  .summary = "Tell why somebody has the roles he has",
	  .example = "users explain ada@acme.example",
	  .server = ctl_users_explain },
	{ .noun = "users", .verb = "deactivate", .args = "USER", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Shut somebody out and free the seat",
	  .example = "users deactivate ada@acme.example",
	  .server = ctl_users_deactivate },
	{ .noun = "users", .verb = "activate", .args = "USER", .min = 1, .max = 1, .options = "",
	  .summary = "Let somebody in again, under the same id",
	  .example = "users activate ada@acme.example",
	  .server = ctl_users_activate },
	{ .noun = "users", .verb = "role", .args = "USER ROLE", .min = 2, .max = 2,
	  .options = "",
	  .summary = "Give an organization role by hand",
	  .example = "users role ada@acme.example MA",
	  .server = ctl_users_role },
	{ .noun = "users", .verb = "erase", .args = "USER", .min = 1, .max = 1, .options = "",
	  .summary = "Erase personal data; work stays under a pseudonym",
	  .example = "users erase 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_users_erase },
	{ .noun = "users", .verb = "delete", .args = "USER", .min = 1, .max = 1, .options = "",
	  .summary = "Delete an account; work stays on record",
	  .example = "users delete ada@acme.example",
	  .server = ctl_users_delete },

	{ .noun = "groups", .verb = "list", .args = "", .options = "limit",
	  .summary = "List the groups that came from identity providers",
	  .example = "groups list",
	  .server = ctl_groups_list },
	{ .noun = "groups", .verb = "show", .args = "GROUP", .min = 1, .max = 1, .options = "",
	  .summary = "Show one group, by id",
	  .example = "groups show 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_groups_show },

	{ .noun = "workspaces", .verb = "list", .args = "", .options = "limit",
	  .summary = "List workspaces",
	  .example = "workspaces list",
	  .server = ctl_workspaces_list },
	{ .noun = "workspaces", .verb = "create", .args = "TITLE", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Make a workspace and print its id",
	  .example = "workspaces create Vision",
	  .server = ctl_workspaces_create },
	{ .noun = "workspaces", .verb = "delete", .args = "ID", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Delete a workspace that has no projects",
	  .example = "workspaces delete 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_workspaces_delete },
	{ .noun = "projects", .verb = "list", .args = "", .options = "limit",
	  .summary = "List projects",
	  .example = "projects list",
	  .server = ctl_projects_list },
	{ .noun = "projects", .verb = "create", .args = "TITLE", .min = 1, .max = 1,
	  .options = "workspace",
	  .summary = "Make a project in a workspace and print its id",
	  .example = "projects create \"Street signs\" --workspace "
		     "0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_projects_create },
	{ .noun = "projects", .verb = "delete", .args = "ID", .min = 1, .max = 1, .options = "",
	  .summary = "Delete a project; its annotations stay on record",
	  .example = "projects delete 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_projects_delete },

	{ .noun = "grants", .verb = "list", .args = "", .options = "user limit",
	  .summary = "List roles given by hand",
	  .example = "grants list --user ada@acme.example",
	  .server = ctl_grants_list },
	{ .noun = "grants", .verb = "give", .args = "USER", .min = 1, .max = 1,
	  .options = "org-role workspace project role",
	  .summary = "Give a role by hand",
	  .example = "grants give ada@acme.example --role RE --project "
		     "0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_grants_give },
	{ .noun = "grants", .verb = "take", .args = "USER", .min = 1, .max = 1,
	  .options = "org-role workspace project role",
	  .summary = "Take back what was given by hand",
	  .example = "grants take ada@acme.example --project "
		     "0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_grants_take },

	{ .noun = "rules", .verb = "export", .args = "", .options = "revision",
	  .summary = "Print the rules as a document",
	  .example = "rules export >rules.json",
	  .server = ctl_rules_export },
	{ .noun = "rules", .verb = "apply", .args = "FILE", .min = 1, .max = 1, .options = "",
	  .summary = "Make a document the active rules; everybody is recomputed",
	  .example = "rules apply rules.json",
	  .server = ctl_rules_apply },
	{ .noun = "rules", .verb = "revisions", .args = "", .options = "limit",
	  .summary = "List all revisions of the rules",
	  .example = "rules revisions",
	  .server = ctl_rules_revisions },

	{ .noun = "seats", .verb = "", .args = "", .options = "",
	  .summary = "Show how many seats are used, free and waited for",
	  .example = "seats",
	  .server = ctl_seats_show },

	{ .noun = "holds", .verb = "list", .args = "", .options = "state limit",
	  .summary = "List what directories would take from too many people",
	  .example = "holds list --state open",
	  .server = ctl_holds_list },
	{ .noun = "holds", .verb = "show", .args = "ID", .min = 1, .max = 1, .options = "limit",
	  .summary = "Show a hold: who would lose what, and the digest of that list",
	  .example = "holds show 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_holds_show },
	{ .noun = "holds", .verb = "approve", .args = "ID DIGEST", .min = 2, .max = 2,
	  .options = "",
	  .summary = "Let it happen to exactly the people on the list with this digest",
	  .example = "holds approve 0198a1b2-0000-7000-8000-000000000001 1.9f86d081...",
	  .server = ctl_holds_approve },
	{ .noun = "holds", .verb = "reject", .args = "ID", .min = 1, .max = 1,
	  .options = "reason",
	  .summary = "Let people keep what they have",
	  .example = "holds reject 0198a1b2-0000-7000-8000-000000000001 --reason mistake",
	  .server = ctl_holds_reject },

	{ .noun = "annotations", .verb = "list", .args = "",
	  .options = "user project from until limit",
	  .summary = "List who made which annotation, leavers included",
	  .example = "annotations list --user ada@acme.example --from 2026-01-01",
	  .server = ctl_annotations_list },
	{ .noun = "annotations", .verb = "record", .args = "FILE", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Record annotations (needs a platform token)",
	  .example = "annotations record batch.json",
	  .server = ctl_annotations_record },

	{ .noun = "annotations", .verb = "people", .args = "", .options = "limit",
	  .summary = "List whom Label Studio's numbers stand for, and what waits to know it",
	  .example = "annotations people",
	  .server = ctl_annotations_people },
	{ .noun = "annotations", .verb = "learn", .args = "FILE", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Learn it from Label Studio's answer to GET /api/users",
	  .example = "annotations learn users.json",
	  .server = ctl_annotations_learn },
	{ .noun = "annotations", .verb = "intake", .args = "FILE", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Take one message of a Label Studio webhook from a file",
	  .example = "annotations intake message.json",
	  .server = ctl_annotations_intake },

	{ .noun = "audit", .verb = "list", .args = "",
	  .options = "action target actor from until limit",
	  .summary = "List what was done, newest first",
	  .example = "audit list --action user.deactivated --limit 20",
	  .server = ctl_audit_list },
	{ .noun = "audit", .verb = "export", .args = "", .options = "format",
	  .summary = "Print the sealed audit trail",
	  .example = "audit export >audit.jsonl",
	  .server = ctl_audit_export },
	{ .noun = "audit", .verb = "verify", .args = "FILE", .min = 1, .max = 1, .options = "",
	  .summary = "Check an exported trail: nothing changed, nothing missing",
	  .example = "audit verify audit.jsonl",
	  .file = ctl_audit_verify },

	{ .noun = "domains", .verb = "list", .args = "", .options = "limit",
	  .summary = "List the organization's mail domains",
	  .example = "domains list",
	  .server = ctl_domains_list },
	{ .noun = "domains", .verb = "add", .args = "DOMAIN", .min = 1, .max = 1, .options = "",
	  .summary = "Name a mail domain, and print the TXT record that proves it",
	  .example = "domains add acme.example",
	  .server = ctl_domains_add },
	{ .noun = "domains", .verb = "verify", .args = "DOMAIN", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Look for the TXT record of a domain now",
	  .example = "domains verify acme.example",
	  .server = ctl_domains_verify },
	{ .noun = "domains", .verb = "set", .args = "DOMAIN", .min = 1, .max = 1, .options = "org",
	  .summary = "Give an organization a domain without a proof",
	  .example = "--database sqlite:rosterd.db domains set acme.example --org acme",
	  .database = local_domains_set },

	{ .noun = "saml", .verb = "verify", .args = "FILE", .min = 1, .max = 1,
	  .options = "metadata entity-id acs now request-id key want allow authn-context "
		     "force-authn artifact-request slo",
	  .summary = "Verify one SAML response offline, as the server does",
	  .example = "saml verify --metadata idp.xml --entity-id "
		     "https://id.acme.example/saml/okta/metadata --acs "
		     "https://id.acme.example/saml/okta/acs response.xml",
	  .file = ctl_saml_verify },

	{ .noun = "connections", .verb = "list", .args = "", .options = "limit",
	  .summary = "List SCIM connections",
	  .example = "connections list",
	  .server = ctl_connections_list },
	{ .noun = "connections", .verb = "create", .args = "NAME", .min = 1, .max = 1,
	  .options = "preset",
	  .summary = "Make a SCIM connection for an identity provider",
	  .example = "connections create okta --preset okta",
	  .server = ctl_connections_create },
	{ .noun = "connections", .verb = "show", .args = "NAME", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Show one connection",
	  .example = "connections show okta",
	  .server = ctl_connections_show },
	{ .noun = "connections", .verb = "delete", .args = "NAME", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Remove a connection with its groups and tokens",
	  .example = "connections delete okta",
	  .server = ctl_connections_delete },

	{ .noun = "sync", .verb = "list", .args = "", .options = "limit",
	  .summary = "List LDAP connections with their last run",
	  .example = "sync list",
	  .server = ctl_sync_list },
	{ .noun = "sync", .verb = "create", .args = "NAME [FILE]", .min = 1, .max = 2,
	  .options = "preset",
	  .summary = "Make an LDAP connection with the settings in a JSON file",
	  .example = "sync create corp corp.json --preset openldap",
	  .server = ctl_sync_create },
	{ .noun = "sync", .verb = "import", .args = "NAME FILE", .min = 2, .max = 2,
	  .options = "preset",
	  .summary = "Make a connection of Label Studio's AUTH_LDAP_ variables, not enabled yet",
	  .example = "sync import corp label-studio.env --preset active-directory",
	  .server = ctl_sync_import },
	{ .noun = "sync", .verb = "set", .args = "NAME FILE", .min = 2, .max = 2, .options = "",
	  .summary = "Change settings of an LDAP connection to those in a JSON file",
	  .example = "sync set corp change.json",
	  .server = ctl_sync_set },
	{ .noun = "sync", .verb = "show", .args = "NAME", .min = 1, .max = 1, .options = "",
	  .summary = "Show one LDAP connection; --json shows all settings",
	  .example = "sync show corp",
	  .server = ctl_sync_show },
	{ .noun = "sync", .verb = "test", .args = "NAME", .min = 1, .max = 1, .options = "",
	  .summary = "Try a connection: certificate, bind, a sample of people and groups",
	  .example = "sync test corp",
	  .server = ctl_sync_test },
	{ .noun = "sync", .verb = "run", .args = "NAME", .min = 1, .max = 1,
	  .options = "dry-run full watch",
	  .summary = "Ask for a run and print its id, or watch it to its end",
	  .example = "sync run corp --dry-run --watch",
	  .server = ctl_sync_run },
	{ .noun = "sync", .verb = "status", .args = "NAME [RUN]", .min = 1, .max = 2, .options = "",
	  .summary = "Show the last run of a connection, or the one named",
	  .example = "sync status corp",
	  .server = ctl_sync_status },
	{ .noun = "sync", .verb = "runs", .args = "NAME", .min = 1, .max = 1, .options = "limit",
	  .summary = "List runs of a connection, newest first",
	  .example = "sync runs corp --limit 10",
	  .server = ctl_sync_runs },
	{ .noun = "sync", .verb = "changes", .args = "NAME [RUN]", .min = 1, .max = 2,
	  .options = "limit",
	  .summary = "List what a dry or held run would change, and what could not be applied",
	  .example = "sync changes corp",
	  .server = ctl_sync_changes },
	{ .noun = "sync", .verb = "delete", .args = "NAME", .min = 1, .max = 1, .options = "",
	  .summary = "Remove an LDAP connection with its groups; people stay",
	  .example = "sync delete corp",
	  .server = ctl_sync_delete },

	{ .noun = "webhooks", .verb = "list", .args = "", .options = "",
	  .summary = "List the endpoints that are told what happens",
	  .example = "webhooks list",
	  .server = ctl_webhooks_list },
	{ .noun = "webhooks", .verb = "create", .args = "URL", .min = 1, .max = 1,
	  .options = "name events",
	  .summary = "Name an endpoint and print its secret, this once",
	  .example = "webhooks create https://labels.acme.example/hooks/roster --events \"user.* seat.*\"",
	  .server = ctl_webhooks_create },
	{ .noun = "webhooks", .verb = "show", .args = "ID", .min = 1, .max = 1, .options = "",
	  .summary = "Show an endpoint and how it is doing",
	  .example = "webhooks show 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_webhooks_show },
	{ .noun = "webhooks", .verb = "set", .args = "ID", .min = 1, .max = 1,
	  .options = "name url events",
	  .summary = "Change an endpoint",
	  .example = "webhooks set 0198a1b2-0000-7000-8000-000000000001 --events \"*\"",
	  .server = ctl_webhooks_set },
	{ .noun = "webhooks", .verb = "pause", .args = "ID", .min = 1, .max = 1, .options = "",
	  .summary = "Send nothing to an endpoint; what happens is kept for it",
	  .example = "webhooks pause 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_webhooks_pause },
	{ .noun = "webhooks", .verb = "resume", .args = "ID", .min = 1, .max = 1, .options = "",
	  .summary = "Send again, beginning with what was kept",
	  .example = "webhooks resume 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_webhooks_resume },
	{ .noun = "webhooks", .verb = "rotate", .args = "ID", .min = 1, .max = 1, .options = "",
	  .summary = "Make a new secret and print it; the former signs as well for a day",
	  .example = "webhooks rotate 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_webhooks_rotate },
	{ .noun = "webhooks", .verb = "test", .args = "ID", .min = 1, .max = 1, .options = "",
	  .summary = "Send the event webhook.test to an endpoint",
	  .example = "webhooks test 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_webhooks_test },
	{ .noun = "webhooks", .verb = "deliveries", .args = "ID", .min = 1, .max = 1,
	  .options = "delivery limit",
	  .summary = "List what an endpoint has not taken: waiting and dead",
	  .example = "webhooks deliveries 0198a1b2-0000-7000-8000-000000000001 --delivery dead",
	  .server = ctl_webhooks_deliveries },
	{ .noun = "webhooks", .verb = "redeliver", .args = "ID", .min = 1, .max = 1,
	  .options = "one",
	  .summary = "Send dead letters again, all or one of them",
	  .example = "webhooks redeliver 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_webhooks_redeliver },
	{ .noun = "webhooks", .verb = "delete", .args = "ID", .min = 1, .max = 1, .options = "",
	  .summary = "Remove an endpoint with all that waits for it",
	  .example = "webhooks delete 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_webhooks_delete },

	{ .noun = "reports", .verb = "seats", .args = "", .options = "from until by format",
	  .summary = "Seats by day or month: used, the most at once, taken and freed",
	  .example = "reports seats --from 2026-01-01 --by month --format csv >seats.csv",
	  .server = ctl_report_seats },
	{ .noun = "reports", .verb = "leavers", .args = "", .options = "from until format limit",
	  .summary = "People who left, and what they had made",
	  .example = "reports leavers --from 2026-01-01",
	  .server = ctl_report_leavers },
	{ .noun = "reports", .verb = "idle", .args = "", .options = "days format limit",
	  .summary = "People who have not signed in for some days",
	  .example = "reports idle --days 60",
	  .server = ctl_report_idle },
	{ .noun = "reports", .verb = "access", .args = "", .options = "format limit",
	  .summary = "Who has what, and why",
	  .example = "reports access --format csv >access.csv",
	  .server = ctl_report_access },

	{ .noun = "events", .verb = "", .args = "", .options = "after limit",
	  .summary = "Show the events for the platform",
	  .example = "events --limit 20",
	  .server = ctl_events_list },
};
/* clang-format on */

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

/* "user" and "users" are the same word. */
static bool same_noun(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	n -= n > 1 && a[n - 1] == 's';
	m -= m > 1 && b[m - 1] == 's';
	return n == m && strncmp(a, b, n) == 0;
}

static void shift(struct ctl *k, int n)
{
	for (int i = 0; i < CTL_ARGS_MAX; i++)
		k->arg[i] = i + n < CTL_ARGS_MAX ? k->arg[i + n] : NULL;
	k->args -= n;
}

/* Sets k->command and leaves its arguments in k->arg; stays NULL if the words
 * name no command, with k->arg[0] a noun of the table if it is one. */
static void find_command(struct ctl *k)
{
	const char *noun = NULL;

	for (int i = 0; i < COMMANDS && k->arg[0]; i++) {
		const struct ctl_command *m = &commands[i];

		if (!same_noun(k->arg[0], m->noun))
			continue;
		noun = m->noun;
		if (*m->verb && (!k->arg[1] || strcmp(k->arg[1], m->verb) != 0))
			continue;
		k->command = m;
		shift(k, *m->verb ? 2 : 1);
		return;
	}
	if (noun)
		k->arg[0] = noun;
}

static bool unknown_command(struct ctl *k)
{
	if (!k->arg[0])
		return ctl_misuse(k, "say what to do; rosterctl --help lists all commands");
	for (int i = 0; i < COMMANDS; i++)
		if (strcmp(k->arg[0], commands[i].noun) == 0 && !k->arg[1])
			return ctl_misuse(k, "%s what? rosterctl %s --help lists what there is",
					  k->arg[0], k->arg[0]);
		else if (strcmp(k->arg[0], commands[i].noun) == 0)
			return ctl_misuse(k, "there is no command %s %s; see rosterctl %s --help",
					  k->arg[0], k->arg[1], k->arg[0]);
	return ctl_misuse(k, "there is no command %s; rosterctl --help lists all", k->arg[0]);
}

/* The database if told to, or if it is all there is; else the server. */
static bool run_somewhere(struct ctl *k)
{
	const struct ctl_command *m = k->command;
	bool to_database =
		ctl_option(k, "database") || ctl_option(k, "org") || !ctl_setting(k, "server");

	if (m->file)
		return m->file(k);
	if (m->database && (to_database || !m->server) && !ctl_option(k, "server")) {
		if (!ctl_setting(k, "database"))
			return ctl_misuse(k, "say which database: --database sqlite:PATH or "
					     "--database postgresql://...");
		return local_run(k, m->database);
	}
	if (!m->server)
		return ctl_misuse(k, "%s %s works on the database itself: use --database URL",
				  m->noun, m->verb);
	if (!ctl_setting(k, "server"))
		return ctl_misuse(k, "%s %s works over the API: use --server URL --token T",
				  m->noun, m->verb);
	return m->server(k);
}

static bool run(struct ctl *k, int argc, char **argv)
{
	if (!ctl_parse(k, argc, argv))
		return false;
	find_command(k);
	if (k->help || (k->arg[0] && strcmp(k->arg[0], "help") == 0)) {
		if (!k->command && k->arg[0] && strcmp(k->arg[0], "help") == 0)
			k->arg[0] = NULL;
		ctl_help(k, commands, COMMANDS);
		return true;
	}
	return k->command ? ctl_check(k) && run_somewhere(k) : unknown_command(k);
}

/* The reason, on one line whatever the server sent. */
static void complain(struct ctl *k)
{
	for (char *p = k->c->err.msg; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
	fprintf(stderr, "rosterctl: %s\n", k->c->err.msg);
}

int main(int argc, char **argv)
{
	struct arena arena = { 0 };
	struct ctx c = { .arena = &arena, .now = time_now(), .trace = "rosterctl" };
	struct ctl k = { .c = &c };
	bool done = run(&k, argc, argv);

	if (done && (fflush(stdout) != 0 || ferror(stdout)))
		done = error(&c, ERR_FULL, "the output could not be written");
	if (!done && !k.told)
		complain(&k);
	arena_free(&arena);
	return done ? 0 : k.misused ? 2 : 1;
}
