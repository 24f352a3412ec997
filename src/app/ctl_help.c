/* ctl_help.c - rosterctl --help, for all commands, for a noun and for one command. */
#include "ctl.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct {
	const char *name, *meta, *what;
} options[] = {
	{ "database",     "URL",       "work on this database directly (ROSTERD_DATABASE)" },
	{ "server",       "URL",       "work over the API of this server (ROSTERD_SERVER)" },
	{ "cacert",       "FILE",      "authorities that vouch for the server, in PEM (ROSTERD_CACERT)" },
	{ "token",        "T",         "admin or platform token for the server (ROSTERD_TOKEN)" },
	{ "token-file",   "FILE",      "file that holds the token (ROSTERD_TOKEN_FILE)" },
	{ "json",         "",          "print JSON instead of a table" },
	{ "help",         "",          "print what a command does, with an example" },
	{ "seats",        "N",         "seats of the licence: a number or \"unlimited\"" },
	{ "policy",       "WORD",      "no free seat: queue (people wait) or refuse" },
	{ "default-role", "ROLE",      "role of people whom no rule matches: AN, RE, MA, AD or NO" },
	{ "never-matched", "WORD",     "no rule ever matched: default_role, pending or deactivate" },
	{ "lost-match",   "WORD",      "rules matched before: default_role, pending or deactivate" },
	{ "hold-people",  "N",         "so many people may lose something in a day, unasked" },
	{ "hold-percent", "N",         "or so many in a hundred, whichever is more" },
	{ "owner",        "MAIL",      "also make this person Owner" },
	{ "public-url",   "URL",       "address of the server, for the link (ROSTERD_PUBLIC_URL)" },
	{ "org",          "NAME",      "organization, by name" },
	{ "kind",         "WORD",      "scim, admin or platform; of an exchange: scim, saml.login ..." },
	{ "connection",   "NAME",      "SCIM connection the token belongs to; of exchanges the id" },
	{ "outcome",      "WORD",      "accepted, refused or test" },
	{ "code",         "WORD",      "code of a refusal" },
	{ "reference",    "ID",        "the reference that an error page or answer showed" },
	{ "url",          "URL",       "the address it is sent to" },
	{ "events",       "LIST",      "types of events, with blanks: \"user.* seat.taken\"; * for all" },
	{ "delivery",     "WORD",      "waiting or dead" },
	{ "one",          "ID",        "only this delivery" },
	{ "name",         "TEXT",      "what it is called" },
	{ "expires",      "DATE",      "last moment of the token, e.g. 2030-01-31" },
	{ "preset",       "NAME",      "identity provider: okta, entra-id, ..." },
	{ "workspace",    "ID",        "the workspace it is about" },
	{ "project",      "ID",        "the project it is about" },
	{ "role",         "ROLE",      "role: AN, RE, MA, AD or Inherit" },
	{ "org-role",     "ROLE",      "role in the organization: AN, RE, MA or AD" },
	{ "q",            "TEXT",      "whose userName or displayName begins so" },
	{ "group",        "ID",        "members of this group" },
	{ "source",       "ID",        "what came from this connection; of people and groups also scim, saml or ldap" },
	{ "state",        "WORD",      "active, pending or deactivated; of a hold: open, rejected ..." },
	{ "reason",       "TEXT",      "why, for the audit trail" },
	{ "user",         "USER",      "the person it is about, by id or userName" },
	{ "target",       "ID",        "what it was done to" },
	{ "actor",        "TEXT",      "who did it, as the list shows it" },
	{ "action",       "WORD",      "kind of record, e.g. user.created" },
	{ "from",         "DATE",      "not before" },
	{ "until",        "DATE",      "before" },
	{ "after",        "ID",        "go on behind this one" },
	{ "limit",        "N",         "not more than this many" },
	{ "revision",     "N",         "this revision instead of the active one" },
	{ "format",       "WORD",      "jsonl or csv; of reports json or csv; of rules: rules or label-studio" },
	{ "days",         "N",         "so long is an invitation good, or did idle people not sign in" },
	{ "by",           "WORD",      "day or month" },
	{ "plan",         "ID",        "the plan to carry out, as rules plan printed it" },
	{ "hash",         "HASH",      "its hash: that it is the plan you saw" },
	{ "contains",     "HASH",      "one noted before: the trail goes on from there, uncut" },
	{ "exit-code",    "",          "exit 0 if the document changes nothing, 2 if it does" },
	{ "join",         "GROUP",     "also tell what would be, were he in this group" },
	{ "metadata",     "FILE",      "metadata of the identity provider; of a connection also a URL" },
	{ "entity-id",    "URI",       "our entity id (audience), as the connection shows it" },
	{ "acs",          "URL",       "our assertion consumer service URL" },
	{ "slo",          "URL",       "our single logout URL: FILE is a logout message" },
	{ "now",          "TIME",      "as if it were this time" },
	{ "request-id",   "ID",        "the AuthnRequest that is answered; none if not given" },
	{ "artifact-request", "ID",    "the ArtifactResolve that is answered: FILE is SOAP" },
	{ "key",          "FILE",      "our private key (PEM), for encrypted assertions" },
	{ "want",         "WORD",      "signature on any, response, assertion, both; or encrypted" },
	{ "allow",        "LIST",      "tolerate sha1, cbc, inclusive-c14n; with commas" },
	{ "authn-context", "URI",      "the authentication context class that is demanded" },
	{ "dry-run",      "",          "only tell what would change" },
	{ "full",         "",          "list everything instead of following changes" },
	{ "watch",        "",          "wait for the end, with a progress bar" },
	{ "force-authn",  "TIME",      "the person must have signed in since" },
	{ "enabled",      "YES|NO",    "no: neither signs in nor syncs" },
	{ "link",         "YES|NO",    "take an account with the same address for the same person" },
	{ "org-authority", "WORD",     "who gives organization roles: directory, manual or both" },
	{ "workspace-authority", "WORD", "who gives workspaces: directory, manual or both" },
	{ "project-authority", "WORD", "who gives projects: directory, manual or both" },
	{ "relink-former", "YES|NO",   "who comes back is taken for the same person as before" },
	{ "domain",       "LIST",      "mail domains whose people sign in here, with commas" },
	{ "jit",          "YES|NO",    "make accounts of people who sign in without one" },
	{ "update-profile", "YES|NO",  "names and addresses follow the identity provider" },
	{ "create-groups", "YES|NO",   "make groups that were not seen before" },
	{ "email-attribute", "LIST",   "attribute with the address; the first that is there counts" },
	{ "first-name-attribute", "LIST", "attribute with the given name" },
	{ "last-name-attribute", "LIST", "attribute with the family name" },
	{ "display-name-attribute", "LIST", "attribute with the whole name" },
	{ "group-attribute", "LIST",   "attribute with the groups" },
	{ "id-attribute", "LIST",      "attribute that identifies a person for ever" },
	{ "replace-idp",  "",          "the metadata is of another identity provider, on purpose" },
	{ "accept-directory", "",      "the servers hold another directory, on purpose" },
	{ "groups-by",    "WORD",      "the group attribute holds: name or id" },
	{ "idp-initiated", "YES|NO",   "the identity provider may begin a sign-in" },
	{ "relay-target", "LIST",      "where its RelayState may lead to" },
	{ "want-signed",  "WORD",      "what must be signed: any, response, assertion or both" },
	{ "want-encrypted", "YES|NO",  "refuse assertions that are not encrypted" },
	{ "idle-minutes", "N",         "a session ends when nothing happens for so long" },
	{ "absolute-minutes", "N",     "a session ends after so long, whatever happens" },
	{ "sso-only",     "YES|NO",    "no passwords but the Owners' for emergencies" },
	{ "return-target", "LIST",     "addresses that sign-in may lead to" },
	{ "uri",          "LIST",      "servers in order of preference, with commas" },
	{ "tls",          "WORD",      "ldaps, starttls or none" },
	{ "ca",           "FILE",      "certificates of the authorities (PEM)" },
	{ "bind-dn",      "DN",        "account that reads the directory" },
	{ "bind-password-file", "FILE", "file with its password; - is standard input" },
	{ "users-base",   "DN",        "where people are" },
	{ "users-filter", "FILTER",    "which entries are people" },
	{ "groups-base",  "DN",        "where groups are" },
	{ "groups-filter", "FILTER",   "which entries are groups" },
	{ "schedule-minutes", "N",     "sync so often" },
	{ "personal",     "",          "a sandbox of one person, without members" },
};
/* clang-format on */

enum { OPTIONS = sizeof(options) / sizeof(options[0]), COMMON = 7 };

void ctl_help_option(const char *name, const char **meta, const char **what)
{
	*meta = *what = NULL;
	for (int i = 0; i < OPTIONS; i++)
		if (strcmp(options[i].name, name) == 0) {
			*meta = options[i].meta;
			*what = options[i].what;
		}
}

const char *ctl_help_option_at(int i)
{
	return i < OPTIONS ? options[i].name : NULL;
}

static void print_option(const char *name)
{
	const char *meta, *what;
	char left[64];

	ctl_help_option(name, &meta, &what);
	if (!what)
		return;
	snprintf(left, sizeof(left), "--%s%s%s", name, *meta ? " " : "", meta);
	printf("  %-28s %s\n", left, what);
}

static void print_common(void)
{
	for (int i = 0; i < COMMON; i++)
		print_option(options[i].name);
}

static void print_line(const struct ctl_command *m)
{
	char left[64];

	snprintf(left, sizeof(left), "%s%s%s%s%s", m->noun, *m->verb ? " " : "", m->verb,
		 *m->args ? " " : "", m->args);
	printf("  %-32s %s\n", left, m->summary);
}

static void help_all(void)
{
	const struct ctl_command *m;

	printf("rosterctl administers rosterd: who is in, with which role, on which seat.\n\n"
	       "usage: rosterctl [OPTIONS] COMMAND ...\n\n"
	       "First steps, on the database itself:\n");
	for (int i = 0; (m = ctl_command_at(i)); i++)
		if (m->database)
			print_line(m);
	printf("\nEverything else, over the API of a running server:\n");
	for (int i = 0; (m = ctl_command_at(i)); i++)
		if (m->server)
			print_line(m);
	printf("\nOn files alone:\n");
	for (int i = 0; (m = ctl_command_at(i)); i++)
		if (m->file)
			print_line(m);
	printf("\nOptions of every command:\n");
	print_common();
	printf("\nExample:\n"
	       "  rosterctl --database sqlite:rosterd.db org create acme --seats 50\n"
	       "\nrosterctl COMMAND --help tells more about one.\n"
	       "Exit status: 0 done, 1 failed, 2 the command line is wrong (or rules plan "
	       "--exit-code\n"
	       "finds changes).\n");
}

static void help_one(const struct ctl *k)
{
	const struct ctl_command *m = k->command;
	const char *names = m->options, *name;

	printf("%s.\n\nusage: rosterctl [OPTIONS] %s%s%s%s%s\n", m->summary, m->noun,
	       *m->verb ? " " : "", m->verb, *m->args ? " " : "", m->args);
	printf("\nworks on: %s%s%s%s\n", m->database ? "the database (--database)" : "",
	       m->database && m->server ? ", or " : "",
	       m->server ? "a server (--server, --token)" : "", m->file ? "files alone" : "");
	printf("\nOptions:\n");
	while ((name = ctl_word(k, &names)))
		print_option(name);
	print_common();
	printf("\nExample:\n  rosterctl %s\n", m->example);
}

void ctl_help(const struct ctl *k)
{
	const struct ctl_command *m;

	if (k->command) {
		help_one(k);
		return;
	}
	if (!k->arg[0]) {
		help_all();
		return;
	}
	printf("usage:\n");
	for (int i = 0; (m = ctl_command_at(i)); i++)
		if (strcmp(m->noun, k->arg[0]) == 0)
			print_line(m);
	printf("\nrosterctl %s COMMAND --help tells more about one.\n", k->arg[0]);
}
