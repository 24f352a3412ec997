/* schema_ldap.c - the tables of LDAP connections and their runs. */
#include "schema_tables.h"

#include <stddef.h>

/* LDAP connections, where their runs stand, and what is known of each directory entry. */
const char *const schema_ldap[] = {
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
	" applied BIGINT NOT NULL, hold_id TEXT, error TEXT, detail TEXT, feed TEXT, PRIMARY KEY "
	"(org_id, id),"
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
	"CREATE INDEX ldap_entries_user ON ldap_entries (org_id, source_id, user_id)",

	"CREATE TABLE ldap_groups ("
	" org_id TEXT NOT NULL, source_id TEXT NOT NULL, entry_id TEXT NOT NULL,"
	" group_id TEXT NOT NULL, content TEXT NOT NULL, members TEXT NOT NULL,"
	" dn_key TEXT NOT NULL, nested BOOLEAN NOT NULL,"
	" PRIMARY KEY (org_id, source_id, entry_id))",
	NULL,
};

const char *const schema_ldap_tables[] = {
	"ldap_connections", "ldap_runs", "ldap_staged", "ldap_entries", "ldap_groups", NULL,
};
