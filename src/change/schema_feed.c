/* schema_feed.c - the tables of what goes out by itself and of what Label Studio tells. */
#include "schema_tables.h"

#include <stddef.h>

/* The order in which events are given out, where they go to by themselves, and what the
 * annotation platform calls people. */
const char *const schema_feed[] = {
	/* given by event_order(), once what wrote the event is committed */
	"ALTER TABLE outbox ADD COLUMN seq BIGINT",
	"CREATE INDEX outbox_fresh ON outbox (org_id, id) WHERE seq IS NULL",
	"CREATE UNIQUE INDEX outbox_seq ON outbox (org_id, seq) WHERE seq IS NOT NULL",

	/* place: seq of the last event dealt with; paused: why */
	"CREATE TABLE webhooks ("
	" org_id TEXT NOT NULL REFERENCES orgs (id), id TEXT NOT NULL, name TEXT NOT NULL,"
	" url TEXT NOT NULL, events TEXT NOT NULL, secret TEXT NOT NULL, old_secret TEXT,"
	" old_until BIGINT NOT NULL, paused TEXT, place BIGINT NOT NULL,"
	" failures BIGINT NOT NULL, failing_since BIGINT NOT NULL, delivered BIGINT NOT NULL,"
	" last_error TEXT, created BIGINT NOT NULL, changed BIGINT NOT NULL,"
	" PRIMARY KEY (org_id, id))",

	/* Looked through for all organizations at once, and so without row level security:
	 * when which endpoint is due, until when it is left alone, and who works on it;
	 * nothing about people. */
	"CREATE TABLE webhook_turns ("
	" org_id TEXT NOT NULL REFERENCES orgs (id), webhook_id TEXT NOT NULL,"
	" due BIGINT NOT NULL, rest BIGINT NOT NULL, calls BIGINT NOT NULL, owner TEXT,"
	" lease BIGINT NOT NULL,"
	" PRIMARY KEY (org_id, webhook_id))",
	"CREATE INDEX webhook_turns_due ON webhook_turns (due)",

	/* events that were not taken at once; lane: whose order they keep */
	"CREATE TABLE webhook_deliveries ("
	" org_id TEXT NOT NULL, id TEXT NOT NULL, webhook_id TEXT NOT NULL,"
	" seq BIGINT NOT NULL, lane TEXT NOT NULL, state TEXT NOT NULL, tries BIGINT NOT NULL,"
	" next_at BIGINT NOT NULL, status BIGINT NOT NULL, error TEXT, changed BIGINT NOT NULL,"
	" PRIMARY KEY (org_id, id), UNIQUE (org_id, webhook_id, seq),"
	" FOREIGN KEY (org_id, webhook_id) REFERENCES webhooks (org_id, id))",
	"CREATE INDEX webhook_deliveries_lane ON webhook_deliveries (org_id, webhook_id, lane, seq)"
	" WHERE state = 'waiting'",

	"ALTER TABLE annotations ADD COLUMN deleted BIGINT NOT NULL DEFAULT 0",

	/* ref: what the annotation platform calls somebody */
	"CREATE TABLE platform_people ("
	" org_id TEXT NOT NULL, ref TEXT NOT NULL, user_id TEXT NOT NULL,"
	" changed BIGINT NOT NULL, PRIMARY KEY (org_id, ref),"
	" FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id))",

	/* annotations of people whom we cannot tell yet */
	"CREATE TABLE annotations_waiting ("
	" org_id TEXT NOT NULL REFERENCES orgs (id), id TEXT NOT NULL, ref TEXT NOT NULL,"
	" project TEXT NOT NULL, task TEXT, created BIGINT NOT NULL, updated BIGINT NOT NULL,"
	" lead_time_ms BIGINT NOT NULL, digest TEXT, deleted BIGINT NOT NULL,"
	" PRIMARY KEY (org_id, id))",
	"CREATE INDEX annotations_waiting_ref ON annotations_waiting (org_id, ref, id)",

	/* Work that one process does for all; about no organization. */
	"CREATE TABLE leases ("
	" name TEXT PRIMARY KEY, owner TEXT NOT NULL, until BIGINT NOT NULL)",

	/* seq: the last record of the audit chain that syslog has */
	"CREATE TABLE audit_streams ("
	" org_id TEXT PRIMARY KEY REFERENCES orgs (id), seq BIGINT NOT NULL)",
	NULL,
};

const char *const schema_feed_tables[] = {
	"webhooks", "webhook_deliveries", "platform_people", "annotations_waiting", "audit_streams",
	NULL,
};
