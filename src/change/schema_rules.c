/* schema_rules.c - the tables of holds, plans, and workspaces that stand for groups. */
#include "schema_tables.h"

#include <stddef.h>

/* What directories would take from too many people, see access/hold.h. */
const char *const schema_holds[] = {
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

const char *const schema_hold_tables[] = {
	"holds", "hold_people", "held_groups", "losses", NULL,
};

/* What a change of the rules would do, rules that are in force for a time, and workspaces
 * named after groups. */
const char *const schema_plans[] = {
	"ALTER TABLE orgs ADD COLUMN rules_at BIGINT NOT NULL DEFAULT 0",
	"ALTER TABLE orgs ADD COLUMN rules_next BIGINT NOT NULL DEFAULT 0",

	/* summary: the answer to the administrator, JSON; digest: over what it changes */
	"CREATE TABLE plans ("
	" org_id TEXT NOT NULL REFERENCES orgs (id), id TEXT NOT NULL, hash TEXT NOT NULL,"
	" digest TEXT NOT NULL, base_revision BIGINT NOT NULL, document TEXT NOT NULL,"
	" summary TEXT NOT NULL, items BIGINT NOT NULL, author TEXT NOT NULL,"
	" created BIGINT NOT NULL, expires BIGINT NOT NULL, applied BIGINT NOT NULL,"
	" PRIMARY KEY (org_id, id))",

	"CREATE TABLE plan_pages ("
	" org_id TEXT NOT NULL REFERENCES orgs (id), plan_id TEXT NOT NULL, n BIGINT NOT NULL,"
	" items TEXT NOT NULL, PRIMARY KEY (org_id, plan_id, n))",

	/* made: by a rule, which counts against the day's cap */
	"CREATE TABLE rule_places ("
	" org_id TEXT NOT NULL REFERENCES orgs (id), rule_id TEXT NOT NULL,"
	" group_id TEXT NOT NULL, workspace_id TEXT NOT NULL, made BOOLEAN NOT NULL,"
	" created BIGINT NOT NULL, PRIMARY KEY (org_id, rule_id, group_id))",
	"CREATE INDEX rule_places_workspace ON rule_places (org_id, workspace_id)",
	NULL,
};

const char *const schema_plan_tables[] = { "plans", "plan_pages", "rule_places", NULL };
