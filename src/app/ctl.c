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
	{ .noun = "users", .verb = "explain", .args = "USER", .min = 1, .max = 1,
	  .options = "workspace project join",
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
	{ .noun = "users", .verb = "set-role", .args = "ROLE USER...", .min = 2, .max = 1001,
	  .options = "dry-run",
	  .summary = "Give many people one role by hand (none: take it back), all or nobody",
	  .example = "users set-role RE ada@acme.example bob@acme.example --dry-run",
	  .server = ctl_users_set_role },
	{ .noun = "users", .verb = "set-state", .args = "STATE USER...", .min = 2, .max = 1001,
	  .options = "dry-run",
	  .summary = "Make many people active or deactivated, all or nobody",
	  .example = "users set-state deactivated ada@acme.example bob@acme.example",
	  .server = ctl_users_set_state },
	{ .noun = "users", .verb = "erase", .args = "USER", .min = 1, .max = 1, .options = "",
	  .summary = "Erase personal data; work stays under a pseudonym",
	  .example = "users erase 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_users_erase },
	{ .noun = "users", .verb = "delete", .args = "USER", .min = 1, .max = 1, .options = "",
	  .summary = "Delete an account; work stays on record",
	  .example = "users delete ada@acme.example",
	  .server = ctl_users_delete },

	{ .noun = "invitations", .verb = "list", .args = "", .options = "limit",
	  .summary = "List invitations, without their links",
	  .example = "invitations list",
	  .server = ctl_invitations_list },
	{ .noun = "invitations", .verb = "create", .args = "[MAIL]", .min = 0, .max = 1,
	  .options = "role workspace days",
	  .summary = "Invite an address, or make the shared link; print the link, this once",
	  .example = "invitations create ada@acme.example --role RE --days 7",
	  .server = ctl_invitations_create },
	{ .noun = "invitations", .verb = "reset", .args = "ID", .min = 1, .max = 1,
	  .options = "days",
	  .summary = "Make a new link; the old one is dead",
	  .example = "invitations reset 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_invitations_reset },
	{ .noun = "invitations", .verb = "revoke", .args = "ID", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Take an open invitation back",
	  .example = "invitations revoke 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_invitations_revoke },

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

	{ .noun = "rules", .verb = "export", .args = "", .options = "revision format",
	  .summary = "Print the rules as a document, or as Label Studio's mapping lists",
	  .example = "rules export >rules.json",
	  .server = ctl_rules_export },
	{ .noun = "rules", .verb = "import", .args = "FILE", .min = 1, .max = 1, .options = "",
	  .summary = "Print Label Studio's mapping lists as a rules document",
	  .example = "rules import mappings.json >rules.json",
	  .server = ctl_rules_import },
	{ .noun = "rules", .verb = "plan", .args = "[FILE]", .min = 0, .max = 1,
	  .options = "revision exit-code limit",
	  .summary = "Show what a document, or a former revision, would do to everybody",
	  .example = "rules plan rules.json",
	  .server = ctl_rules_plan },
	{ .noun = "rules", .verb = "apply", .args = "[FILE]", .min = 0, .max = 1,
	  .options = "plan hash",
	  .summary = "Carry out a plan; or make a document the active rules at once",
	  .example = "rules apply --plan 0198a1b2-0000-7000-8000-000000000001 --hash 5f3c...",
	  .server = ctl_rules_apply },
	{ .noun = "rules", .verb = "revisions", .args = "", .options = "limit",
	  .summary = "List all revisions of the rules",
	  .example = "rules revisions",
	  .server = ctl_rules_revisions },

	{ .noun = "whoami", .verb = "", .args = "", .options = "",
	  .summary = "Show whose token this is and what it opens",
	  .example = "whoami",
	  .server = ctl_whoami },
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
	{ .noun = "annotations", .verb = "weeks", .args = "", .options = "user project from until",
	  .summary = "Count annotations week by week",
	  .example = "annotations weeks --user ada@acme.example",
	  .server = ctl_annotations_weeks },
	{ .noun = "annotations", .verb = "record", .args = "FILE", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Record annotations (needs a platform token)",
	  .example = "annotations record batch.json",
	  .server = ctl_annotations_record },

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

	{ .noun = "events", .verb = "", .args = "", .options = "after limit",
	  .summary = "Show the events for the platform",
	  .example = "events --limit 20",
	  .server = ctl_events_list },

	/* one operation each */
	{ .noun = "users", .verb = "password-link", .args = "USER", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Make a link by which an administrator sets a password, once",
	  .example = "users password-link ada@acme.example",
	  .server = ctl_plain, .query = "" },
	{ .noun = "users", .verb = "sign-out", .args = "USER", .min = 1, .max = 1,
	  .options = "",
	  .summary = "End all sessions of somebody",
	  .example = "users sign-out ada@acme.example",
	  .server = ctl_plain, .query = "" },
	{ .noun = "sessions", .verb = "list", .args = "",
	  .options = "user limit",
	  .summary = "List who is signed in",
	  .example = "sessions list --user ada@acme.example",
	  .server = ctl_plain, .query = "user" },
	{ .noun = "sessions", .verb = "end", .args = "ID", .min = 1, .max = 1,
	  .options = "",
	  .summary = "End a session at once",
	  .example = "sessions end 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_plain, .query = "" },
	{ .noun = "workspaces", .verb = "show", .args = "ID", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Show one workspace",
	  .example = "workspaces show 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_plain, .query = "" },
	{ .noun = "workspaces", .verb = "rename", .args = "ID TITLE", .min = 2, .max = 2,
	  .options = "",
	  .summary = "Give a workspace another title",
	  .example = "workspaces rename 0198a1b2-0000-7000-8000-000000000001 Vision",
	  .server = ctl_plain, .query = "" },
	{ .noun = "projects", .verb = "show", .args = "ID", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Show one project",
	  .example = "projects show 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_plain, .query = "" },
	{ .noun = "projects", .verb = "rename", .args = "ID TITLE", .min = 2, .max = 2,
	  .options = "",
	  .summary = "Give a project another title",
	  .example = "projects rename 0198a1b2-0000-7000-8000-000000000001 Cats",
	  .server = ctl_plain, .query = "" },
	{ .noun = "rules", .verb = "activate", .args = "REVISION", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Make a former revision the active rules, as a new revision",
	  .example = "rules activate 3",
	  .server = ctl_plain, .query = "" },
	{ .noun = "annotations", .verb = "report", .args = "",
	  .options = "user project from until limit",
	  .summary = "Count annotations by author and project",
	  .example = "annotations report --from 2026-01-01T00:00:00Z",
	  .server = ctl_plain, .query = "user project from until" },
	{ .noun = "requests", .verb = "", .args = "",
	  .options = "kind outcome connection code reference limit",
	  .summary = "List recent exchanges with identity providers",
	  .example = "requests --outcome refused",
	  .server = ctl_plain, .query = "kind outcome connection code reference" },
	{ .noun = "connections", .verb = "set", .args = "ID FILE", .min = 2, .max = 2,
	  .options = "",
	  .summary = "Change a SCIM connection as a JSON document says",
	  .example = "connections set 0198a1b2-0000-7000-8000-000000000001 change.json",
	  .server = ctl_plain, .query = "" },
	{ .noun = "saml", .verb = "list", .args = "",
	  .options = "limit",
	  .summary = "List SAML connections",
	  .example = "saml list",
	  .server = ctl_plain, .query = "" },
	{ .noun = "saml", .verb = "create", .args = "FILE", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Make a SAML connection from a JSON document",
	  .example = "saml create connection.json",
	  .server = ctl_plain, .query = "" },
	{ .noun = "saml", .verb = "show", .args = "ID", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Show one SAML connection",
	  .example = "saml show 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_plain, .query = "" },
	{ .noun = "saml", .verb = "set", .args = "ID FILE", .min = 2, .max = 2,
	  .options = "",
	  .summary = "Change a SAML connection as a JSON document says",
	  .example = "saml set 0198a1b2-0000-7000-8000-000000000001 change.json",
	  .server = ctl_plain, .query = "" },
	{ .noun = "saml", .verb = "delete", .args = "ID", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Remove a SAML connection with its groups; people stay",
	  .example = "saml delete 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_plain, .query = "" },
	{ .noun = "saml", .verb = "keys", .args = "ID", .min = 1, .max = 1,
	  .options = "",
	  .summary = "List our certificates of a connection",
	  .example = "saml keys 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_plain, .query = "" },
	{ .noun = "saml", .verb = "rotate", .args = "ID", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Publish a next key; the second time, make it the current one",
	  .example = "saml rotate 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_plain, .query = "" },
	{ .noun = "saml", .verb = "test", .args = "ID", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Print an address for one test sign-in that grants nothing",
	  .example = "saml test 0198a1b2-0000-7000-8000-000000000001",
	  .server = ctl_plain, .query = "" },
	{ .noun = "domains", .verb = "show", .args = "DOMAIN", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Show one mail domain",
	  .example = "domains show acme.example",
	  .server = ctl_plain, .query = "" },
	{ .noun = "domains", .verb = "delete", .args = "DOMAIN", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Give a mail domain up",
	  .example = "domains delete acme.example",
	  .server = ctl_plain, .query = "" },
	{ .noun = "presets", .verb = "", .args = "",
	  .options = "limit",
	  .summary = "List what is known of identity providers",
	  .example = "presets",
	  .server = ctl_plain, .query = "" },
	{ .noun = "signin", .verb = "show", .args = "",
	  .options = "",
	  .summary = "Show how people sign in, and for how long",
	  .example = "signin show",
	  .server = ctl_plain, .query = "" },
	{ .noun = "signin", .verb = "set", .args = "FILE", .min = 1, .max = 1,
	  .options = "",
	  .summary = "Change that as a JSON document says",
	  .example = "signin set signin.json",
	  .server = ctl_plain, .query = "" },
	{ .noun = "authz", .verb = "check", .args = "",
	  .options = "user action workspace project",
	  .summary = "Ask whether somebody may do something",
	  .example = "authz check --user ada@acme.example --action export_data",
	  .server = ctl_plain, .query = "user action workspace project" },
	{ .noun = "authz", .verb = "actions", .args = "",
	  .options = "",
	  .summary = "List what can be asked, with what each role may do",
	  .example = "authz actions",
	  .server = ctl_plain, .query = "" },
	{ .noun = "openapi", .verb = "", .args = "", .options = "",
	  .summary = "Print the description of the API",
	  .example = "openapi >openapi.json",
	  .server = ctl_openapi },
	{ .noun = "operations", .verb = "", .args = "", .options = "",
	  .summary = "List which operations of the API each command calls",
	  .example = "operations",
	  .file = ctl_operations },
	{ .noun = "completion", .verb = "", .args = "SHELL", .min = 1, .max = 1, .options = "",
	  .summary = "Print a script that completes commands and options, for bash or zsh",
	  .example = "completion bash >/etc/bash_completion.d/rosterctl",
	  .file = ctl_completion },
};
/* clang-format on */

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

const struct ctl_command *ctl_commands(int *n)
{
	*n = COMMANDS;
	return commands;
}

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
	return done ? k.status : k.misused ? 2 : 1;
}
