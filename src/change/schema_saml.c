/* schema_saml.c - the tables of SAML connections and of what they exchange. */
#include "schema_tables.h"

#include <stddef.h>

/* SAML connections, who somebody is at one, and what administrators look at when a
 * sign-in was refused. */
const char *const schema_saml[] = {
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

const char *const schema_saml_tables[] = {
	"domains",   "saml_connections", "saml_keys", "saml_requests",
	"saml_seen", "identities",       "exchanges", NULL,
};

/* Exchanges are kept, and shown, by connection. */
const char *const schema_recent[] = {
	"CREATE INDEX exchanges_by_source ON exchanges (org_id, source_id, id)",
	NULL,
};
