/* schema_invite.c - the tables of invitations. */
#include "schema_tables.h"

#include <stddef.h>

const char *const schema_invite[] = {
	/* workspaces: ids, with a blank between */
	"CREATE TABLE invitations ("
	" org_id TEXT NOT NULL REFERENCES orgs (id), id TEXT NOT NULL, digest TEXT NOT NULL,"
	" email TEXT, email_key TEXT, shared BOOLEAN NOT NULL, role TEXT NOT NULL,"
	" workspaces TEXT NOT NULL, created BIGINT NOT NULL, created_by TEXT NOT NULL,"
	" expires BIGINT NOT NULL, used BIGINT NOT NULL, used_by TEXT, revoked BIGINT NOT NULL,"
	" joined BIGINT NOT NULL, PRIMARY KEY (org_id, id), UNIQUE (org_id, digest))",
	"CREATE UNIQUE INDEX invitations_email ON invitations (org_id, email_key)"
	" WHERE email_key IS NOT NULL AND used = 0 AND revoked = 0",
	"CREATE UNIQUE INDEX invitations_shared ON invitations (org_id)"
	" WHERE shared AND revoked = 0",

	/* who took part in the shared one: once each */
	"CREATE TABLE invitation_joins ("
	" org_id TEXT NOT NULL, invitation_id TEXT NOT NULL, user_id TEXT NOT NULL,"
	" at BIGINT NOT NULL, PRIMARY KEY (org_id, invitation_id, user_id),"
	" FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id))",
	NULL,
};

const char *const schema_invite_tables[] = { "invitations", "invitation_joins", NULL };
