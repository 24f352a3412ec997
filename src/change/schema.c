/* schema.c - the tables, in the order in which they came to be. */
#include "change/schema.h"

#include "db/migrate.h"

/*
 * Every table but orgs begins its keys with org_id, so that the whole can be
 * distributed by organization.  Ids are text made by us, times ms since 1970.
 * Foreign keys never cascade: what points to a person must outlive the account.
 * And none points to a row that many writers share (an organization, a source, a
 * group), for each of them would have to lock it.
 */
static const char *const first[] = {
	"CREATE TABLE orgs ("
	" id TEXT PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL UNIQUE,"
	" seat_limit BIGINT NOT NULL, refuse_when_full BOOLEAN NOT NULL,"
	" default_role TEXT NOT NULL, never_matched TEXT NOT NULL, lost_match TEXT NOT NULL,"
	" org_authority TEXT NOT NULL, workspace_authority TEXT NOT NULL,"
	" project_authority TEXT NOT NULL, hold_people BIGINT NOT NULL,"
	" hold_percent BIGINT NOT NULL, relink_former BOOLEAN NOT NULL,"
	" rules_revision BIGINT NOT NULL, created BIGINT NOT NULL, changed BIGINT NOT NULL,"
	/* moves with the organization, its rules, its tokens and its connections */
	" stamp BIGINT NOT NULL DEFAULT 0)",

	"CREATE TABLE sources ("
	" org_id TEXT NOT NULL REFERENCES orgs (id), id TEXT NOT NULL, kind TEXT NOT NULL,"
	" name TEXT NOT NULL, name_key TEXT NOT NULL, preset TEXT, settings TEXT,"
	" created BIGINT NOT NULL, changed BIGINT NOT NULL,"
	" PRIMARY KEY (org_id, id), UNIQUE (org_id, name_key))",

	"CREATE TABLE tokens ("
	" org_id TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, source_id TEXT, name TEXT,"
	" digest TEXT NOT NULL, created BIGINT NOT NULL, created_by TEXT NOT NULL,"
	" expires BIGINT NOT NULL, revoked BIGINT NOT NULL, last_used BIGINT NOT NULL,"
	" PRIMARY KEY (org_id, id), UNIQUE (org_id, digest),"
	" FOREIGN KEY (org_id, source_id) REFERENCES sources (org_id, id))",

	"CREATE TABLE users ("
	" org_id TEXT NOT NULL, id TEXT NOT NULL, person_id TEXT NOT NULL,"
	" source_id TEXT NOT NULL, user_name TEXT NOT NULL, name_key TEXT, external_id TEXT,"
	" display_name TEXT, display_key TEXT, active BOOLEAN NOT NULL,"
	" shown_active BOOLEAN NOT NULL, guarded BOOLEAN NOT NULL, version BIGINT NOT NULL,"
	" created BIGINT NOT NULL, changed BIGINT NOT NULL, deleted BIGINT NOT NULL,"
	" erased BIGINT NOT NULL, body TEXT NOT NULL,"
	" PRIMARY KEY (org_id, id), UNIQUE (org_id, name_key))",
	"CREATE INDEX users_external ON users (org_id, external_id, id)",
	"CREATE INDEX users_person ON users (org_id, person_id) WHERE person_id <> id",

	"CREATE TABLE person_values ("
	" org_id TEXT NOT NULL, user_id TEXT NOT NULL, path TEXT NOT NULL, n BIGINT NOT NULL,"
	" value TEXT NOT NULL, value_key TEXT NOT NULL, key_hash BIGINT NOT NULL,"
	" PRIMARY KEY (org_id, user_id, path, n))",
	"CREATE INDEX person_values_key ON person_values (org_id, path, key_hash)",

	"CREATE TABLE groups ("
	" org_id TEXT NOT NULL, id TEXT NOT NULL, source_id TEXT NOT NULL,"
	" display_name TEXT NOT NULL, name_key TEXT NOT NULL, external_id TEXT,"
	" version BIGINT NOT NULL, created BIGINT NOT NULL, changed BIGINT NOT NULL,"
	" PRIMARY KEY (org_id, id), UNIQUE (org_id, source_id, name_key),"
	" FOREIGN KEY (org_id, source_id) REFERENCES sources (org_id, id))",
	"CREATE INDEX groups_name ON groups (org_id, name_key)",
	"CREATE INDEX groups_external ON groups (org_id, external_id, id)",

	"CREATE TABLE group_changes ("
	" org_id TEXT NOT NULL, group_id TEXT NOT NULL, slot BIGINT NOT NULL,"
	" n BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (org_id, group_id, slot))",

	"CREATE TABLE members ("
	" org_id TEXT NOT NULL, group_id TEXT NOT NULL, user_id TEXT NOT NULL,"
	" since BIGINT NOT NULL, PRIMARY KEY (org_id, group_id, user_id),"
	" FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id))",
	"CREATE INDEX members_user ON members (org_id, user_id, group_id)",

	"CREATE TABLE pending_members ("
	" org_id TEXT NOT NULL, group_id TEXT NOT NULL, ref TEXT NOT NULL,"
	" ref_key TEXT NOT NULL, since BIGINT NOT NULL, PRIMARY KEY (org_id, group_id, ref),"
	" FOREIGN KEY (org_id, group_id) REFERENCES groups (org_id, id))",
	"CREATE INDEX pending_members_key ON pending_members (org_id, ref_key)",

	"CREATE TABLE workspaces ("
	" org_id TEXT NOT NULL REFERENCES orgs (id), id TEXT NOT NULL, title TEXT NOT NULL,"
	" title_key TEXT NOT NULL, personal BOOLEAN NOT NULL, created BIGINT NOT NULL,"
	" changed BIGINT NOT NULL, PRIMARY KEY (org_id, id), UNIQUE (org_id, title_key))",

	"CREATE TABLE projects ("
	" org_id TEXT NOT NULL, id TEXT NOT NULL, workspace_id TEXT NOT NULL,"
	" title TEXT NOT NULL, created BIGINT NOT NULL, changed BIGINT NOT NULL,"
	" PRIMARY KEY (org_id, id),"
	" FOREIGN KEY (org_id, workspace_id) REFERENCES workspaces (org_id, id))",
	"CREATE INDEX projects_workspace ON projects (org_id, workspace_id)",

	"CREATE TABLE rule_sets ("
	" org_id TEXT NOT NULL REFERENCES orgs (id), revision BIGINT NOT NULL,"
	" document TEXT NOT NULL, rules BIGINT NOT NULL, author TEXT NOT NULL,"
	" created BIGINT NOT NULL, PRIMARY KEY (org_id, revision))",

	/* origin: "manual", or RULE-ID/GROUP-ID */
	"CREATE TABLE grants ("
	" org_id TEXT NOT NULL, user_id TEXT NOT NULL, scope TEXT NOT NULL,"
	" target TEXT NOT NULL, origin TEXT NOT NULL, role TEXT NOT NULL, rule_id TEXT,"
	" group_id TEXT, source_id TEXT, revision BIGINT NOT NULL, granted_by TEXT,"
	" since BIGINT NOT NULL, PRIMARY KEY (org_id, user_id, scope, target, origin),"
	" FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id))",
	"CREATE INDEX grants_target ON grants (org_id, scope, target)",

	"CREATE TABLE standings ("
	" org_id TEXT NOT NULL, user_id TEXT NOT NULL, role TEXT NOT NULL,"
	" wanted TEXT NOT NULL, seat BOOLEAN NOT NULL, matched BOOLEAN NOT NULL,"
	" kept BOOLEAN NOT NULL, waiting_since BIGINT NOT NULL, since BIGINT NOT NULL,"
	" PRIMARY KEY (org_id, user_id),"
	" FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id))",
	"CREATE INDEX standings_waiting ON standings (org_id, waiting_since)"
	" WHERE waiting_since > 0",
	"CREATE INDEX standings_admins ON standings (org_id, role) WHERE role IN ('AD', 'OW')",

	"CREATE TABLE seats ("
	" org_id TEXT NOT NULL, slot BIGINT NOT NULL, user_id TEXT,"
	" PRIMARY KEY (org_id, slot),"
	" FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id))",
	/* partial, so that no plan looks for free slots among all of them */
	"CREATE UNIQUE INDEX seats_held ON seats (org_id, user_id) WHERE user_id IS NOT NULL",
	"CREATE INDEX seats_free ON seats (org_id, slot) WHERE user_id IS NULL",

	/* +1 and -1 of every seat taken and freed: the peak of a month is in here */
	"CREATE TABLE seat_moves ("
	" org_id TEXT NOT NULL, id TEXT NOT NULL, at BIGINT NOT NULL,"
	" user_id TEXT NOT NULL, delta BIGINT NOT NULL, PRIMARY KEY (org_id, id))",

	/* counts kept in slots, so that writers do not wait for each other */
	"CREATE TABLE tallies ("
	" org_id TEXT NOT NULL, what TEXT NOT NULL, slot BIGINT NOT NULL,"
	" n BIGINT NOT NULL, PRIMARY KEY (org_id, what, slot))",

	"CREATE TABLE audit ("
	" org_id TEXT NOT NULL, id TEXT NOT NULL, at BIGINT NOT NULL,"
	" actor TEXT NOT NULL, source_id TEXT, action TEXT NOT NULL, target_kind TEXT NOT NULL,"
	" target_id TEXT, before TEXT, after TEXT, reason TEXT, trace TEXT, address TEXT,"
	" PRIMARY KEY (org_id, id))",
	"CREATE INDEX audit_target ON audit (org_id, target_id, id)",

	"CREATE TABLE audit_chain ("
	" org_id TEXT NOT NULL, seq BIGINT NOT NULL, audit_id TEXT NOT NULL, hash TEXT NOT NULL,"
	" PRIMARY KEY (org_id, seq), UNIQUE (org_id, audit_id),"
	" FOREIGN KEY (org_id, audit_id) REFERENCES audit (org_id, id))",

	"CREATE TABLE outbox ("
	" org_id TEXT NOT NULL, id TEXT NOT NULL, at BIGINT NOT NULL,"
	" type TEXT NOT NULL, user_id TEXT, payload TEXT NOT NULL, PRIMARY KEY (org_id, id))",

	"CREATE TABLE annotations ("
	" org_id TEXT NOT NULL, id TEXT NOT NULL, project TEXT NOT NULL, task TEXT,"
	" user_id TEXT NOT NULL, created BIGINT NOT NULL, updated BIGINT NOT NULL,"
	" lead_time_ms BIGINT NOT NULL, digest TEXT, PRIMARY KEY (org_id, id),"
	" FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id))",
	"CREATE INDEX annotations_user ON annotations (org_id, user_id, created, id)",
	"CREATE INDEX annotations_project ON annotations (org_id, project, created, id)",
	NULL,
};

static const char *const first_tables[] = {
	"sources",   "tokens",          "users",      "person_values", "groups",    "group_changes",
	"members",   "pending_members", "workspaces", "projects",      "rule_sets", "grants",
	"standings", "seats",           "seat_moves", "tallies",       "audit",     "audit_chain",
	"outbox",    "annotations",     NULL,
};

/* People who are signed in, and the local accounts of those who must get in whatever
 * happens to the identity provider. */
static const char *const signin[] = {
	"CREATE TABLE sessions ("
	" org_id TEXT NOT NULL, id TEXT NOT NULL, user_id TEXT NOT NULL, method TEXT NOT NULL,"
	" source_id TEXT, digest TEXT NOT NULL, next_digest TEXT, old_digest TEXT,"
	" renewed BIGINT NOT NULL, confirmed BIGINT NOT NULL, name_key TEXT, index_key TEXT,"
	" sealed TEXT, address TEXT, agent TEXT, created BIGINT NOT NULL,"
	" last_seen BIGINT NOT NULL, idle_ms BIGINT NOT NULL, expires BIGINT NOT NULL,"
	" ended BIGINT NOT NULL, ended_reason TEXT, PRIMARY KEY (org_id, id),"
	" FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id))",
	"CREATE INDEX sessions_digest ON sessions (org_id, digest)",
	"CREATE INDEX sessions_next ON sessions (org_id, next_digest)"
	" WHERE next_digest IS NOT NULL",
	"CREATE INDEX sessions_old ON sessions (org_id, old_digest)"
	" WHERE old_digest IS NOT NULL",
	"CREATE INDEX sessions_user ON sessions (org_id, user_id) WHERE ended = 0",
	"CREATE INDEX sessions_name ON sessions (org_id, source_id, name_key)"
	" WHERE ended = 0",

	"CREATE TABLE signin_settings ("
	" org_id TEXT PRIMARY KEY REFERENCES orgs (id), idle_minutes BIGINT NOT NULL,"
	" absolute_minutes BIGINT NOT NULL, sso_only BOOLEAN NOT NULL,"
	" return_targets TEXT NOT NULL, changed BIGINT NOT NULL)",

	/* totp_used: the last time step whose code was taken */
	"CREATE TABLE local_accounts ("
	" org_id TEXT NOT NULL, user_id TEXT NOT NULL, password TEXT NOT NULL,"
	" totp TEXT, totp_used BIGINT NOT NULL, failed BIGINT NOT NULL,"
	" failed_since BIGINT NOT NULL, created BIGINT NOT NULL, changed BIGINT NOT NULL,"
	" last_used BIGINT NOT NULL, PRIMARY KEY (org_id, user_id),"
	" FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id))",

	/* Asked before anybody's organization is known, and so without row level security:
	 * digests of addresses, nothing else. */
	"CREATE TABLE local_names ("
	" digest TEXT NOT NULL, org_id TEXT NOT NULL REFERENCES orgs (id),"
	" user_id TEXT NOT NULL, PRIMARY KEY (digest, org_id))",

	/* totp: a secret offered for enrolment, sealed */
	"CREATE TABLE password_links ("
	" org_id TEXT NOT NULL, digest TEXT NOT NULL, user_id TEXT NOT NULL,"
	" totp TEXT, created BIGINT NOT NULL, created_by TEXT NOT NULL,"
	" expires BIGINT NOT NULL, PRIMARY KEY (org_id, digest),"
	" FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id))",
	NULL,
};

static const char *const signin_tables[] = {
	"sessions", "signin_settings", "local_accounts", "password_links", NULL,
};

/* SAML connections, who somebody is at one, and what administrators look at when a
 * sign-in was refused. */
static const char *const saml[] = {
	/* Asked before anybody's organization is known, and so without row level security:
	 * connections and owned domains, nothing about people. */
	"CREATE TABLE signposts ("
	" org_id TEXT NOT NULL REFERENCES orgs (id), kind TEXT NOT NULL, name TEXT NOT NULL,"
	" PRIMARY KEY (kind, name))",

	"CREATE TABLE domains ("
	" org_id TEXT NOT NULL REFERENCES orgs (id), name TEXT NOT NULL, state TEXT NOT NULL,"
	" proof TEXT NOT NULL, created BIGINT NOT NULL, checked BIGINT NOT NULL,"
	" PRIMARY KEY (org_id, name))",

	/* again: when the metadata is fetched next; 0: not by itself */
	"CREATE TABLE saml_connections ("
	" org_id TEXT NOT NULL, source_id TEXT NOT NULL, entity_id TEXT, idp_entity_id TEXT,"
	" idp TEXT, idp_xml TEXT, idp_url TEXT, idp_error TEXT, fetched BIGINT NOT NULL,"
	" valid_until BIGINT NOT NULL, again BIGINT NOT NULL, tested BIGINT NOT NULL,"
	" PRIMARY KEY (org_id, source_id),"
	" FOREIGN KEY (org_id, source_id) REFERENCES sources (org_id, id))",

	"CREATE TABLE saml_keys ("
	" org_id TEXT NOT NULL, source_id TEXT NOT NULL, id TEXT NOT NULL, state TEXT NOT NULL,"
	" certificate TEXT NOT NULL, private_key TEXT NOT NULL, created BIGINT NOT NULL,"
	" PRIMARY KEY (org_id, source_id, id),"
	" FOREIGN KEY (org_id, source_id) REFERENCES sources (org_id, id))",

	"CREATE TABLE saml_requests ("
	" org_id TEXT NOT NULL REFERENCES orgs (id), digest TEXT NOT NULL,"
	" source_id TEXT NOT NULL, kind TEXT NOT NULL, browser TEXT, return_to TEXT,"
	" created BIGINT NOT NULL, expires BIGINT NOT NULL, PRIMARY KEY (org_id, digest))",
	"CREATE INDEX saml_requests_expires ON saml_requests (org_id, expires)",

	"CREATE TABLE saml_seen ("
	" org_id TEXT NOT NULL REFERENCES orgs (id), source_id TEXT NOT NULL, id TEXT NOT NULL,"
	" expires BIGINT NOT NULL, PRIMARY KEY (org_id, source_id, id))",
	"CREATE INDEX saml_seen_expires ON saml_seen (org_id, expires)",

	"CREATE TABLE identities ("
	" org_id TEXT NOT NULL, source_id TEXT NOT NULL, subject TEXT NOT NULL,"
	" user_id TEXT NOT NULL, created BIGINT NOT NULL,"
	" PRIMARY KEY (org_id, source_id, subject),"
	" FOREIGN KEY (org_id, source_id) REFERENCES sources (org_id, id),"
	" FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id))",
	"CREATE INDEX identities_user ON identities (org_id, user_id)",

	"CREATE TABLE exchanges ("
	" org_id TEXT NOT NULL REFERENCES orgs (id), id TEXT NOT NULL, at BIGINT NOT NULL,"
	" source_id TEXT, kind TEXT NOT NULL, outcome TEXT NOT NULL, code TEXT, reason TEXT,"
	" detail TEXT, trace TEXT, PRIMARY KEY (org_id, id))",
	NULL,
};

static const char *const saml_tables[] = {
	"domains",   "saml_connections", "saml_keys", "saml_requests",
	"saml_seen", "identities",       "exchanges", NULL,
};

/* What directories would take from too many people, see access/hold.h. */
static const char *const holds[] = {
	/* counts as if still in the groups of held_groups */
	"ALTER TABLE standings ADD COLUMN held BOOLEAN NOT NULL DEFAULT FALSE",

	"CREATE TABLE holds ("
	" org_id TEXT NOT NULL REFERENCES orgs (id), id TEXT NOT NULL, source_id TEXT NOT NULL,"
	" kind TEXT NOT NULL, run_id TEXT, state TEXT NOT NULL, digest TEXT NOT NULL,"
	" version BIGINT NOT NULL, people BIGINT NOT NULL, reason TEXT NOT NULL,"
	" created BIGINT NOT NULL, expires BIGINT NOT NULL, decided BIGINT NOT NULL,"
	" decided_by TEXT, decision TEXT, PRIMARY KEY (org_id, id))",
	"CREATE INDEX holds_open ON holds (org_id, source_id) WHERE state = 'open'",
	"CREATE INDEX holds_run ON holds (org_id, run_id) WHERE run_id IS NOT NULL",

	/* moved: version of the list that brought this; 0: the list is not renewed yet */
	"CREATE TABLE hold_people ("
	" org_id TEXT NOT NULL, hold_id TEXT NOT NULL, user_id TEXT NOT NULL,"
	" what TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, gone BOOLEAN NOT NULL,"
	" moved BIGINT NOT NULL, PRIMARY KEY (org_id, hold_id, user_id),"
	" FOREIGN KEY (org_id, hold_id) REFERENCES holds (org_id, id),"
	" FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id))",
	"CREATE INDEX hold_people_user ON hold_people (org_id, user_id)",
	"CREATE INDEX hold_people_moved ON hold_people (org_id, hold_id) WHERE moved = 0",

	/* groups as they were when people left them: rules still have to know them */
	"CREATE TABLE held_groups ("
	" org_id TEXT NOT NULL, user_id TEXT NOT NULL, group_id TEXT NOT NULL,"
	" hold_id TEXT NOT NULL, source_id TEXT NOT NULL, name TEXT NOT NULL,"
	" name_key TEXT NOT NULL, external_id TEXT, PRIMARY KEY (org_id, user_id, group_id),"
	" FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id),"
	" FOREIGN KEY (org_id, hold_id) REFERENCES holds (org_id, id))",
	"CREATE INDEX held_groups_hold ON held_groups (org_id, hold_id)",

	/* a row for each change that took something: no two writers meet */
	"CREATE TABLE losses ("
	" org_id TEXT NOT NULL, source_id TEXT NOT NULL, at BIGINT NOT NULL, id TEXT NOT NULL,"
	" n BIGINT NOT NULL, PRIMARY KEY (org_id, source_id, at, id))",
	NULL,
};

static const char *const hold_tables[] = {
	"holds", "hold_people", "held_groups", "losses", NULL,
};

/* Exchanges are kept, and shown, by connection. */
static const char *const recent[] = {
	"CREATE INDEX exchanges_by_source ON exchanges (org_id, source_id, id)",
	NULL,
};

/* LDAP connections, where their runs stand, and what is known of each directory entry. */
static const char *const ldap[] = {
	/* directory: which one answered, as JSON; feed: where its changes were last read */
	"CREATE TABLE ldap_connections ("
	" org_id TEXT NOT NULL, source_id TEXT NOT NULL, password TEXT, client_key TEXT,"
	" directory TEXT, feed TEXT, full_at BIGINT NOT NULL, PRIMARY KEY (org_id, source_id),"
	" FOREIGN KEY (org_id, source_id) REFERENCES sources (org_id, id))",

	/* Asked before anybody's organization is known, and so without row level security:
	 * when each connection has something to do, and which process does it. */
	"CREATE TABLE ldap_schedule ("
	" org_id TEXT NOT NULL REFERENCES orgs (id), source_id TEXT NOT NULL,"
	" due BIGINT NOT NULL, owner TEXT, until BIGINT NOT NULL,"
	" PRIMARY KEY (org_id, source_id))",
	"CREATE INDEX ldap_schedule_due ON ldap_schedule (due)",

	"CREATE TABLE ldap_runs ("
	" org_id TEXT NOT NULL, id TEXT NOT NULL, source_id TEXT NOT NULL, state TEXT NOT NULL,"
	" kind TEXT, dry_run BOOLEAN NOT NULL, whole BOOLEAN NOT NULL, asked_by TEXT NOT NULL,"
	" created BIGINT NOT NULL, started BIGINT NOT NULL, ended BIGINT NOT NULL,"
	" entries_read BIGINT NOT NULL, compared BIGINT NOT NULL, changed BIGINT NOT NULL,"
	" total BIGINT NOT NULL, phase BIGINT NOT NULL, place TEXT NOT NULL,"
	" applied BIGINT NOT NULL, hold_id TEXT, error TEXT, detail TEXT, feed TEXT, PRIMARY KEY (org_id, id),"
	" FOREIGN KEY (org_id, source_id) REFERENCES sources (org_id, id))",
	"CREATE INDEX ldap_runs_source ON ldap_runs (org_id, source_id, id)",

	"CREATE TABLE ldap_staged ("
	" org_id TEXT NOT NULL, run_id TEXT NOT NULL, phase BIGINT NOT NULL,"
	" entry_id TEXT NOT NULL, what TEXT NOT NULL, data TEXT, outcome TEXT,"
	" PRIMARY KEY (org_id, run_id, phase, entry_id))",

	/* expires: when the account ends by itself; missing: since when it is not found */
	"CREATE TABLE ldap_entries ("
	" org_id TEXT NOT NULL, source_id TEXT NOT NULL, entry_id TEXT NOT NULL,"
	" user_id TEXT NOT NULL, content TEXT NOT NULL, dn_key TEXT NOT NULL,"
	" state TEXT NOT NULL, primary_key TEXT, expires BIGINT NOT NULL,"
	" missing BIGINT NOT NULL, PRIMARY KEY (org_id, source_id, entry_id))",
	"CREATE INDEX ldap_entries_dn ON ldap_entries (org_id, source_id, dn_key)",

	"CREATE TABLE ldap_groups ("
	" org_id TEXT NOT NULL, source_id TEXT NOT NULL, entry_id TEXT NOT NULL,"
	" group_id TEXT NOT NULL, content TEXT NOT NULL, members TEXT NOT NULL,"
	" dn_key TEXT NOT NULL, nested BOOLEAN NOT NULL,"
	" PRIMARY KEY (org_id, source_id, entry_id))",
	NULL,
};

static const char *const ldap_tables[] = {
	"ldap_connections", "ldap_runs", "ldap_staged", "ldap_entries", "ldap_groups", NULL,
};

/* From a member of a group to the directory's entry. */
static const char *const ldap_people[] = {
	"CREATE INDEX ldap_entries_user ON ldap_entries (org_id, source_id, user_id)",
	NULL,
};

static const struct migration migrations[] = {
	{ first, first_tables },
	{ signin, signin_tables },
	{ saml, saml_tables },
	{ holds, hold_tables },
	{ recent, NULL },
	{ ldap, ldap_tables },
	{ ldap_people, NULL },
};

enum { KNOWN = sizeof(migrations) / sizeof(migrations[0]) };

bool schema_migrate(struct ctx *c)
{
	return db_migrate(c, migrations, KNOWN);
}

int schema_known(void)
{
	return KNOWN;
}
