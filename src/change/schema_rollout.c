/* schema_rollout.c - for many people at once: recomputed (change/rollout.h), or imported. */
#include "schema_tables.h"

#include <stddef.h>

const char *const schema_rollouts[] = {
	/* when the last batch was; 0: nothing is under way */
	"ALTER TABLE orgs ADD COLUMN rolling BIGINT NOT NULL DEFAULT 0",

	/* actor, address and trace: of the request that it comes from */
	"CREATE TABLE rollouts ("
	" org_id TEXT PRIMARY KEY REFERENCES orgs (id), revision BIGINT NOT NULL,"
	" after_user TEXT NOT NULL, done BIGINT NOT NULL, total BIGINT NOT NULL,"
	" started BIGINT NOT NULL, actor TEXT NOT NULL, address TEXT, trace TEXT NOT NULL)",
	NULL,
};

const char *const schema_rollout_tables[] = { "rollouts", NULL };

/* For each row PostgreSQL looked the person up and locked him, which took more than half of
 * the time that writing it took.  A person's row is never removed, a tombstone stays: there is
 * nothing for the key to look out for. */
const char *const schema_nothing[] = { NULL };
const char *const schema_unkeyed[] = { "members", "standings", "grants", NULL };
