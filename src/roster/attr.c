/* attr.c - the table of a User's attributes, and two hashes to find a line of it. */

#include "roster/attr.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* schema, name, sub, path,
 * type, multi, exact, required, mutability, returned, uniqueness,
 * canonical, references, about */
/* clang-format off */
const struct attr user_attrs[] = {
	{ NULL, "id", "", NULL,
	  ATTR_STRING, false, true, false, ATTR_READ_ONLY, ATTR_ALWAYS, ATTR_UNIQUE_SERVER,
	  NULL, NULL, "Identifier of the resource, assigned by this server." },
	{ NULL, "externalId", "", NULL,
	  ATTR_STRING, false, true, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Identifier of the resource at the provisioning client." },
	{ NULL, "meta", "", NULL,
	  ATTR_COMPLEX, false, false, false, ATTR_READ_ONLY, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "What this server keeps about the resource." },
	{ NULL, "meta", "resourceType", NULL,
	  ATTR_STRING, false, true, false, ATTR_READ_ONLY, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Name of the resource type." },
	{ NULL, "meta", "created", NULL,
	  ATTR_DATETIME, false, false, false, ATTR_READ_ONLY, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "When the resource was created." },
	{ NULL, "meta", "lastModified", NULL,
	  ATTR_DATETIME, false, false, false, ATTR_READ_ONLY, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "When the resource last changed." },
	{ NULL, "meta", "location", NULL,
	  ATTR_REFERENCE, false, true, false, ATTR_READ_ONLY, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, "uri", "URI of the resource." },
	{ NULL, "meta", "version", NULL,
	  ATTR_STRING, false, true, false, ATTR_READ_ONLY, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Version of the resource, the same as its ETag." },
	{ SCHEMA_USER, "userName", "", NULL,
	  ATTR_STRING, false, false, true, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_SERVER,
	  NULL, NULL, "Name the person signs in with, unique in the organization without regard to case." },
	{ SCHEMA_USER, "name", "", NULL,
	  ATTR_COMPLEX, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Parts of the name of the person." },
	{ SCHEMA_USER, "name", "formatted", "name.formatted",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Full name, ready for display." },
	{ SCHEMA_USER, "name", "familyName", "name.familyName",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Family name, or last name." },
	{ SCHEMA_USER, "name", "givenName", "name.givenName",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Given name, or first name." },
	{ SCHEMA_USER, "name", "middleName", "name.middleName",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Middle names." },
	{ SCHEMA_USER, "name", "honorificPrefix", "name.honorificPrefix",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Title in front of the name, such as \"Dr.\"." },
	{ SCHEMA_USER, "name", "honorificSuffix", "name.honorificSuffix",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Addition behind the name, such as \"III\"." },
	{ SCHEMA_USER, "displayName", "", NULL,
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Name to show for the person." },
	{ SCHEMA_USER, "nickName", "", "nickName",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "What the person is called casually." },
	{ SCHEMA_USER, "profileUrl", "", "profileUrl",
	  ATTR_REFERENCE, false, true, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, "external", "Page about the person." },
	{ SCHEMA_USER, "title", "", "title",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Job title." },
	{ SCHEMA_USER, "userType", "", "userType",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Relation to the organization, such as \"Employee\" or \"Contractor\"." },
	{ SCHEMA_USER, "preferredLanguage", "", "preferredLanguage",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Languages the person prefers, as in an Accept-Language header." },
	{ SCHEMA_USER, "locale", "", "locale",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Locale for dates, numbers and currency, such as \"en-US\"." },
	{ SCHEMA_USER, "timezone", "", "timezone",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Time zone by its IANA name, such as \"Europe/Paris\"." },
	{ SCHEMA_USER, "active", "", NULL,
	  ATTR_BOOLEAN, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Whether the account may be used." },
	{ SCHEMA_USER, "password", "", NULL,
	  ATTR_STRING, false, true, false, ATTR_WRITE_ONLY, ATTR_NEVER, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Accepted from clients and dropped; never stored." },
	{ SCHEMA_USER, "emails", "", NULL,
	  ATTR_COMPLEX, true, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "E-mail addresses of the person." },
	{ SCHEMA_USER, "emails", "value", "emails.value",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "E-mail address." },
	{ SCHEMA_USER, "emails", "display", "emails.display",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Form for display." },
	{ SCHEMA_USER, "emails", "type", "emails.type",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  "work home other", NULL, "What it is for." },
	{ SCHEMA_USER, "emails", "primary", "emails.primary",
	  ATTR_BOOLEAN, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Whether it is the preferred one; true for one at most." },
	{ SCHEMA_USER, "phoneNumbers", "", NULL,
	  ATTR_COMPLEX, true, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Telephone numbers of the person." },
	{ SCHEMA_USER, "phoneNumbers", "value", "phoneNumbers.value",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Telephone number." },
	{ SCHEMA_USER, "phoneNumbers", "display", "phoneNumbers.display",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Form for display." },
	{ SCHEMA_USER, "phoneNumbers", "type", "phoneNumbers.type",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  "work home mobile fax pager other", NULL, "What it is for." },
	{ SCHEMA_USER, "phoneNumbers", "primary", "phoneNumbers.primary",
	  ATTR_BOOLEAN, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Whether it is the preferred one; true for one at most." },
	{ SCHEMA_USER, "ims", "", NULL,
	  ATTR_COMPLEX, true, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Instant messaging addresses of the person." },
	{ SCHEMA_USER, "ims", "value", "ims.value",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Instant messaging address." },
	{ SCHEMA_USER, "ims", "display", "ims.display",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Form for display." },
	{ SCHEMA_USER, "ims", "type", "ims.type",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  "aim gtalk icq xmpp msn skype qq yahoo", NULL, "What it is for." },
	{ SCHEMA_USER, "ims", "primary", "ims.primary",
	  ATTR_BOOLEAN, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Whether it is the preferred one; true for one at most." },
	{ SCHEMA_USER, "photos", "", NULL,
	  ATTR_COMPLEX, true, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Pictures of the person." },
	{ SCHEMA_USER, "photos", "value", "photos.value",
	  ATTR_REFERENCE, false, true, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, "external", "URI of the picture." },
	{ SCHEMA_USER, "photos", "display", "photos.display",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Form for display." },
	{ SCHEMA_USER, "photos", "type", "photos.type",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  "photo thumbnail", NULL, "What it is for." },
	{ SCHEMA_USER, "photos", "primary", "photos.primary",
	  ATTR_BOOLEAN, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Whether it is the preferred one; true for one at most." },
	{ SCHEMA_USER, "addresses", "", NULL,
	  ATTR_COMPLEX, true, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Postal addresses of the person." },
	{ SCHEMA_USER, "addresses", "formatted", "addresses.formatted",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Whole address, ready for display." },
	{ SCHEMA_USER, "addresses", "streetAddress", "addresses.streetAddress",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Street, house and apartment." },
	{ SCHEMA_USER, "addresses", "locality", "addresses.locality",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "City or locality." },
	{ SCHEMA_USER, "addresses", "region", "addresses.region",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "State or region." },
	{ SCHEMA_USER, "addresses", "postalCode", "addresses.postalCode",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Postal code." },
	{ SCHEMA_USER, "addresses", "country", "addresses.country",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Country, an ISO 3166-1 alpha-2 code." },
	{ SCHEMA_USER, "addresses", "type", "addresses.type",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  "work home other", NULL, "What it is for." },
	{ SCHEMA_USER, "addresses", "primary", "addresses.primary",
	  ATTR_BOOLEAN, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Whether it is the preferred one; true for one at most." },
	{ SCHEMA_USER, "groups", "", NULL,
	  ATTR_COMPLEX, true, false, false, ATTR_READ_ONLY, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Groups the person is in; changed through the groups." },
	{ SCHEMA_USER, "groups", "value", NULL,
	  ATTR_STRING, false, true, false, ATTR_READ_ONLY, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Identifier of the group." },
	{ SCHEMA_USER, "groups", "$ref", NULL,
	  ATTR_REFERENCE, false, true, false, ATTR_READ_ONLY, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, "Group", "URI of the group." },
	{ SCHEMA_USER, "groups", "display", NULL,
	  ATTR_STRING, false, false, false, ATTR_READ_ONLY, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Name of the group." },
	{ SCHEMA_USER, "groups", "type", NULL,
	  ATTR_STRING, false, false, false, ATTR_READ_ONLY, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  "direct indirect", NULL, "Whether the membership is direct." },
	{ SCHEMA_USER, "entitlements", "", NULL,
	  ATTR_COMPLEX, true, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Entitlements of the person." },
	{ SCHEMA_USER, "entitlements", "value", "entitlements.value",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Name of the entitlement." },
	{ SCHEMA_USER, "entitlements", "display", "entitlements.display",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Form for display." },
	{ SCHEMA_USER, "entitlements", "type", "entitlements.type",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "What it is for." },
	{ SCHEMA_USER, "entitlements", "primary", "entitlements.primary",
	  ATTR_BOOLEAN, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Whether it is the preferred one; true for one at most." },
	{ SCHEMA_USER, "roles", "", NULL,
	  ATTR_COMPLEX, true, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Roles of the person." },
	{ SCHEMA_USER, "roles", "value", "roles.value",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Name of the role." },
	{ SCHEMA_USER, "roles", "display", "roles.display",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Form for display." },
	{ SCHEMA_USER, "roles", "type", "roles.type",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "What it is for." },
	{ SCHEMA_USER, "roles", "primary", "roles.primary",
	  ATTR_BOOLEAN, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Whether it is the preferred one; true for one at most." },
	{ SCHEMA_USER, "x509Certificates", "", NULL,
	  ATTR_COMPLEX, true, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Certificates of the person." },
	{ SCHEMA_USER, "x509Certificates", "value", "x509Certificates.value",
	  ATTR_BINARY, false, true, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "X.509 certificate, DER in base64." },
	{ SCHEMA_USER, "x509Certificates", "display", "x509Certificates.display",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Form for display." },
	{ SCHEMA_USER, "x509Certificates", "type", "x509Certificates.type",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "What it is for." },
	{ SCHEMA_USER, "x509Certificates", "primary", "x509Certificates.primary",
	  ATTR_BOOLEAN, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Whether it is the preferred one; true for one at most." },
	{ SCHEMA_ENTERPRISE, "employeeNumber", "", "enterprise.employeeNumber",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Number or code the organization gave the person." },
	{ SCHEMA_ENTERPRISE, "costCenter", "", "enterprise.costCenter",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Cost center." },
	{ SCHEMA_ENTERPRISE, "organization", "", "enterprise.organization",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Organization." },
	{ SCHEMA_ENTERPRISE, "division", "", "enterprise.division",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Division." },
	{ SCHEMA_ENTERPRISE, "department", "", "enterprise.department",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Department." },
	{ SCHEMA_ENTERPRISE, "manager", "", NULL,
	  ATTR_COMPLEX, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Manager of the person." },
	{ SCHEMA_ENTERPRISE, "manager", "value", "enterprise.manager.value",
	  ATTR_STRING, false, false, false, ATTR_READ_WRITE, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Identifier of the manager." },
	{ SCHEMA_ENTERPRISE, "manager", "$ref", NULL,
	  ATTR_REFERENCE, false, true, false, ATTR_READ_ONLY, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, "User", "URI of the manager." },
	{ SCHEMA_ENTERPRISE, "manager", "displayName", NULL,
	  ATTR_STRING, false, false, false, ATTR_READ_ONLY, ATTR_DEFAULT, ATTR_UNIQUE_NONE,
	  NULL, NULL, "Name of the manager." },
};
/* clang-format on */

enum { ATTRS = sizeof(user_attrs) / sizeof(user_attrs[0]), SLOTS = 512 };

const int user_attr_count = ATTRS;

_Static_assert(ATTRS * 2 < SLOTS, "the hashes of attributes are at most half full");

/* Open hashes of line number + 1; lines of one hash stay in the order of the table. */
static uint8_t by_name[SLOTS], by_path[SLOTS];
static pthread_once_t built = PTHREAD_ONCE_INIT;

/* ASCII letters count without case. */
static uint32_t hash(uint32_t h, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ ((unsigned char)s.p[i] | 0x20U)) * 16777619U;
	return h;
}

static struct slice whole_text(const char *s)
{
	return (struct slice){ s, strlen(s) };
}

static uint32_t hash_name(struct slice name, struct slice sub)
{
	return hash(hash(2166136261U, name) ^ 0x5bd1e995U, sub);
}

static uint32_t hash_path(const char *path)
{
	return hash(2166136261U, whole_text(path));
}

static void insert(uint8_t *table, uint32_t h, int line)
{
	while (table[h % SLOTS])
		h++;
	table[h % SLOTS] = (uint8_t)(line + 1);
}

static void build(void)
{
	for (int i = 0; i < ATTRS; i++) {
		const struct attr *a = &user_attrs[i];

		insert(by_name, hash_name(whole_text(a->name), whole_text(a->sub)), i);
		if (a->path)
			insert(by_path, hash_path(a->path), i);
	}
}

/* Common attributes belong to the core schema too. */
static bool in_schema(const struct attr *a, const char *schema)
{
	if (!schema)
		return true;
	return strcasecmp(schema, a->schema ? a->schema : SCHEMA_USER) == 0;
}

const struct attr *attr_find(const char *schema, struct slice name, struct slice sub)
{
	if (sub.n == 0)
		sub.p = "";
	pthread_once(&built, build);
	for (uint32_t h = hash_name(name, sub); by_name[h % SLOTS]; h++) {
		const struct attr *a = &user_attrs[by_name[h % SLOTS] - 1];

		if (slice_is(name, a->name) && slice_is(sub, a->sub) && in_schema(a, schema))
			return a;
	}
	return NULL;
}

const struct attr *attr_by_path(const char *path)
{
	pthread_once(&built, build);
	for (uint32_t h = hash_path(path); by_path[h % SLOTS]; h++) {
		const struct attr *a = &user_attrs[by_path[h % SLOTS] - 1];

		if (strcmp(a->path, path) == 0)
			return a;
	}
	return NULL;
}

const struct attr *attr_whole(const struct attr *a)
{
	while (*a->sub)
		a--;
	return a;
}
