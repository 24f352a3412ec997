/* schema_signin.c - the tables of sign-in: sessions, accounts and former people. */
#include "schema_tables.h"

#include <stddef.h>

/* People who are signed in, and the local accounts of those who must get in whatever
 * happens to the identity provider. */
const char *const schema_signin[] = {
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

const char *const schema_signin_tables[] = {
	"sessions", "signin_settings", "local_accounts", "password_links", NULL,
};

/* Whoever signs in for the first time is looked for among those who were removed. */
const char *const schema_removed[] = {
	"CREATE INDEX users_removed ON users (org_id, source_id)"
	" WHERE deleted > 0 AND erased = 0",
	NULL,
};

/* Sessions know how long ago somebody showed who he is. */
const char *const schema_proved[] = {
	"ALTER TABLE sessions ADD COLUMN proved BIGINT NOT NULL DEFAULT 0",
	NULL,
};
