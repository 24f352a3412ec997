/*
 * attr.h - the attributes of a User: one table for everybody.
 *
 * SCIM reads and writes JSON by it, filters and PATCH paths are resolved by it,
 * /Schemas is printed from it, SAML and LDAP mappings name its paths (RFC 7643,
 * sections 3.1, 4.1, 4.3).  To add an attribute, add its line.
 */
#pragma once

#include "base/text.h"

#define SCHEMA_USER       "urn:ietf:params:scim:schemas:core:2.0:User"
#define SCHEMA_GROUP      "urn:ietf:params:scim:schemas:core:2.0:Group"
#define SCHEMA_ENTERPRISE "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

enum attr_type {
	ATTR_STRING,
	ATTR_BOOLEAN,
	ATTR_DECIMAL,
	ATTR_INTEGER,
	ATTR_DATETIME,
	ATTR_BINARY,
	ATTR_REFERENCE,
	ATTR_COMPLEX
};
enum attr_mutability { ATTR_READ_WRITE, ATTR_READ_ONLY, ATTR_IMMUTABLE, ATTR_WRITE_ONLY };
enum attr_returned { ATTR_DEFAULT, ATTR_ALWAYS, ATTR_NEVER, ATTR_REQUEST };
enum attr_uniqueness { ATTR_UNIQUE_NONE, ATTR_UNIQUE_SERVER, ATTR_UNIQUE_GLOBAL };

struct attr {
	const char *schema; /* NULL: common to all resources (id, externalId, meta)   */
	const char *name;   /* "emails"                                               */
	const char *sub;    /* "value"; "" for the attribute itself                   */
	const char *path;   /* as stored and as mappings name it: "emails.value",
			     * "enterprise.department"; NULL for a complex attribute
			     * itself and for what is a column of users (userName)    */
	enum attr_type type;
	bool multi, exact, required;
	enum attr_mutability mutability;
	enum attr_returned returned;
	enum attr_uniqueness uniqueness;
	const char *canonical;  /* space-separated canonicalValues; NULL if none      */
	const char *references; /* space-separated referenceTypes; NULL if none      */
	const char *about;      /* description, one sentence                         */
};

extern const struct attr user_attrs[]; /* parents before their sub-attributes */
extern const int user_attr_count;

/* The line of (schema, name, sub), compared without case; schema NULL matches
 * the core schema and the common attributes, then the extension ("manager" and
 * "department" without their URN, as Entra filters).  NULL if there is none. */
const struct attr *attr_find(const char *schema, struct slice name, struct slice sub);

/* By its stored path, exactly; NULL if there is none. */
const struct attr *attr_by_path(const char *path);

/* The line of the whole attribute a sub-attribute belongs to (itself if simple). */
const struct attr *attr_whole(const struct attr *a);
