/* schema.c - the tables, in the order in which they came to be. */
#include "change/schema.h"

#include "db/migrate.h"
#include "schema_tables.h"

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

/* Never edited, only added to: databases out there remember how far they have come. */
static const struct migration migrations[] = {
	{ first, first_tables, NULL },
	{ schema_signin, schema_signin_tables, NULL },
	{ schema_saml, schema_saml_tables, NULL },
	{ schema_recent, NULL, NULL },
	{ schema_removed, NULL, NULL },
	{ schema_holds, schema_hold_tables, NULL },
	{ schema_ldap, schema_ldap_tables, NULL },
	{ schema_plans, schema_plan_tables, NULL },
	{ schema_proved, NULL, NULL },
	{ schema_feed, schema_feed_tables, NULL },
	{ schema_invite, schema_invite_tables, NULL },
	{ schema_rollouts, schema_rollout_tables, NULL },
	{ schema_nothing, NULL, schema_unkeyed },
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
