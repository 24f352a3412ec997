/* test_filter_sql.c - filters and orders as SQL, run on a few people and groups. */
#define HARNESS_SEED(c) seed(c)

#include <inttypes.h>
#include <stdio.h>

#include "base/ctx.h"

static bool seed(struct ctx *c);

#include "harness.h"

#include "../../src/scim/person.h"
#include "../../src/scim/filter.h"

#define ENT "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

enum { DAY = 24 * 60 * 60 * 1000 };

/* Each is created a day after the one before, from 2026-01-01 on. */
static const struct {
	const char *id, *body;
} people[] = {
	{ "u1", "{'userName':'Ada@X.example','externalId':'E1','displayName':'Ada Byron',"
		"'name':{'givenName':'Ada','familyName':'Byron'},'title':'Lead',"
		"'emails':[{'type':'work','value':'ada@x.example','primary':true},"
		"{'type':'home','value':'ada@home.example'}],"
		"'roles':[{'value':'r1','primary':'True'}],"
		"'" ENT "':{'department':'Hut 8','manager':'u2','employeeNumber':701984}}" },
	{ "u2", "{'userName':'grace','externalId':'e1','displayName':'Grace',"
		"'emails':[{'type':'home','value':'ada@x.example'},{'type':'work','value':"
		"'grace@x.example'}],'title':'lead 100%','profileUrl':'https://x/Grace'}" },
	{ "u3", "{'userName':'\\u00c9ric','active':false,'title':'Analyst_1',"
		"'emails':[{'value':'eric@x.example'}],'addresses':[{'locality':'Paris'}],"
		"'x509Certificates':[{'value':'MIIB'}]}" },
	{ "u4", "{'userName':'zoe\\\\%_','displayName':'\\u00e4sa',"
		"'name':{'familyName':'Z'},'" ENT "':{'division':'V'}}" },
};

static const char *const groups[] = { "Engines", "Mills" };
static const char *const members[][2] = { { "g1", "u1" }, { "g1", "u2" }, { "g2", "u1" } };

/* Filters over users and whom they find. */
static const struct {
	const char *filter, *who;
} found[] = {
	/* ---- columns ---- */
	{ "id eq \"u1\"", "u1" },
	{ "id eq \"U1\"", "" },
	{ "userName eq \"ada@x.EXAMPLE\"", "u1" },
	{ "userName eq \"ada\"", "" },
	{ "userName ne \"grace\"", "u1 u3 u4" },
	{ "userName sw \"ADA\"", "u1" },
	{ "userName co \"RAC\"", "u2" },
	{ "userName ew \"ACE\"", "u2" },
	{ "userName eq \"\xc3\xa9RIC\"", "u3" },
	{ "userName sw \"\xc3\x89\"", "u3" },
	{ "userName co \"%\"", "u4" },
	{ "userName co \"\\\\%_\"", "u4" },
	{ "userName co \"\"", "u1 u2 u3 u4" },
	{ "userName gt \"grace\"", "u3 u4" },
	{ "userName ge \"GRACE\"", "u2 u3 u4" },
	{ "userName lt \"grace\"", "u1" },
	{ "userName le \"grace\"", "u1 u2" },
	{ "userName eq null", "" },
	{ "username pr", "u1 u2 u3 u4" },
	{ "urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"grace\"", "u2" },
	{ "externalId eq \"E1\"", "u1" },
	{ "externalId eq e1", "u2" },
	{ "externalId co \"E\"", "u1" },
	{ "externalId sw \"e\"", "u2" },
	{ "externalId ew \"1\"", "u1 u2" },
	{ "externalId ew \"xE1\"", "" },
	{ "externalId ne \"E1\"", "u2 u3 u4" },
	{ "not (externalId eq \"E1\")", "u2 u3 u4" },
	{ "not (externalId ne \"E1\")", "u1" },
	{ "externalId pr", "u1 u2" },
	{ "not (externalId pr)", "u3 u4" },
	{ "externalId eq null", "u3 u4" },
	{ "externalId ne null", "u1 u2" },
	{ "displayName eq \"ADA byron\"", "u1" },
	{ "displayName sw \"\xc3\x84\"", "u4" },
	{ "active eq true", "u1 u2 u4" },
	{ "active eq \"False\"", "u3" },
	{ "active ne true", "u3" },
	{ "active pr", "u1 u2 u3 u4" },
	{ "meta.created gt \"2026-01-02T00:00:00Z\"", "u3 u4" },
	{ "meta.created ge \"2026-01-02T01:00:00+01:00\" and meta.created le "
	  "\"2026-01-03T00:00:00.000Z\"",
	  "u2 u3" },
	{ "meta.lastModified eq \"2026-01-01T00:00:00Z\"", "u1" },
	{ "meta.resourceType eq \"User\"", "u1 u2 u3 u4" },
	{ "meta.resourceType eq \"Group\"", "" },
	{ "meta.resourceType ne \"Group\" and id eq \"u1\"", "u1" },
	{ "meta.version eq \"W/\\\"2\\\"\"", "u2" },
	{ "meta.version eq \"2\"", "" },
	{ "meta.version ne \"W/\\\"2\\\"\"", "u1 u3 u4" },
	{ "meta.location eq \"https://id.example.test/scim/v2/Users/u3\"", "u3" },
	{ "meta.location eq \"https://other.test/scim/v2/Users/u3\"", "" },
	{ "schemas eq \"urn:ietf:params:scim:schemas:core:2.0:User\"", "u1 u2 u3 u4" },
	{ "schemas eq \"" ENT "\"", "u1 u4" },
	{ "schemas ne \"" ENT "\"", "u2 u3" },
	{ "schemas eq \"urn:x\"", "" },
	/* ---- rows ---- */
	{ "title eq \"LEAD\"", "u1" },
	{ "title co \"ead\"", "u1 u2" },
	{ "title co \"0%\"", "u2" },
	{ "title ew \"_1\"", "u3" },
	{ "title sw \"lead\"", "u1 u2" },
	{ "title ne \"lead\"", "u2 u3 u4" },
	{ "not (title eq \"lead\")", "u2 u3 u4" },
	{ "title pr", "u1 u2 u3" },
	{ "title eq null", "u4" },
	{ "title gt \"analyst_1\"", "u1 u2" },
	{ "title le \"lead\"", "u1 u3" },
	{ "profileUrl eq \"https://x/Grace\"", "u2" },
	{ "profileUrl eq \"https://x/grace\"", "" },
	{ "profileUrl co \"Gr\"", "u2" },
	{ "profileUrl co \"gr\"", "" },
	{ "name.familyName eq \"byron\" or name.familyName eq \"z\"", "u1 u4" },
	{ "name pr", "u1 u4" },
	{ "name eq null", "u2 u3" },
	{ "department eq \"hut 8\"", "u1" },
	{ ENT ":department sw \"Hut\"", "u1" },
	{ "employeeNumber eq 701984", "u1" },
	{ "manager eq \"u2\"", "u1" },
	{ "id eq \"u1\" and manager eq \"u2\"", "u1" },
	{ ENT ".manager.value eq \"u2\"", "u1" },
	{ "manager pr", "u1" },
	{ "manager[value eq \"u2\"]", "u1" },
	{ "emails eq \"ADA@x.example\"", "u1 u2" },
	{ "emails.value eq \"ada@x.example\"", "u1 u2" },
	{ "emails co \"home\"", "u1" },
	{ "emails.type eq \"work\"", "u1 u2" },
	{ "emails ne \"ada@x.example\"", "u3 u4" },
	{ "emails pr", "u1 u2 u3" },
	{ "not (emails pr)", "u4" },
	{ "emails eq null", "u4" },
	{ "x509Certificates.value eq \"MIIB\"", "u3" },
	{ "addresses.locality eq \"paris\"", "u3" },
	{ "roles.primary eq true", "u1" },
	/* ---- one element ---- */
	{ "emails[type eq \"work\"].value eq \"ada@x.example\"", "u1" },
	{ "emails[type eq \"Work\"].value eq \"grace@x.example\"", "u2" },
	{ "emails[type eq \"work\" and value eq \"ada@x.example\"]", "u1" },
	{ "emails[value eq \"ada@x.example\" and type ne \"work\"]", "u2" },
	{ "emails[primary eq true].value eq \"ada@x.example\"", "u1" },
	{ "emails[primary eq false].value eq \"ada@x.example\"", "u2" },
	{ "emails[primary ne true]", "u1 u2 u3" },
	{ "emails.primary eq false", "u1 u2 u3" },
	{ "roles[primary eq \"True\"].value eq \"r1\"", "u1" },
	{ "emails[not (type eq \"work\")]", "u1 u2 u3" },
	{ "emails[not (type pr)]", "u3" },
	{ "emails[type eq null]", "u3" },
	{ "emails[type eq \"work\" or value sw \"eric\"]", "u1 u2 u3" },
	{ "emails[(type eq \"work\" or type eq \"home\") and value co \"grace\"]", "u2" },
	{ "emails[type eq \"work\"] and emails[value eq \"ada@home.example\"]", "u1" },
	{ "emails[type eq \"work\"].value pr", "u1 u2" },
	{ "emails[type eq \"home\"].value ne \"ada@x.example\"", "u1" },
	{ "not (emails[type eq \"work\"])", "u3 u4" },
	{ "name[familyName eq \"byron\" and givenName eq \"ada\"]", "u1" },
	/* ---- groups ---- */
	{ "groups.value eq \"g1\"", "u1 u2" },
	{ "groups eq \"g2\"", "u1" },
	{ "groups[value eq \"g2\"]", "u1" },
	{ "groups.value ne \"g1\"", "u3 u4" },
	{ "groups.display eq \"MILLS\"", "u1" },
	{ "groups pr", "u1 u2" },
	{ "not (groups pr)", "u3 u4" },
	{ "active eq true and (groups.value eq \"g1\" or title pr) and not (userName sw \"a\")",
	  "u2" },
};

static const struct {
	const char *filter, *who;
} found_groups[] = {
	{ "displayName eq \"ENGINES\"", "g1" },
	{ "displayName co \"il\"", "g2" },
	{ "urn:ietf:params:scim:schemas:core:2.0:Group:displayName eq \"mills\"", "g2" },
	{ "id eq \"g1\" and members eq \"u1\"", "g1" },
	{ "members.value eq \"u1\"", "g1 g2" },
	{ "members[value eq \"u2\"]", "g1" },
	{ "members.value ne \"u2\"", "g2" },
	{ "externalId eq \"x2\"", "g2" },
	{ "externalId pr", "g2" },
	{ "meta.resourceType eq \"Group\"", "g1 g2" },
	{ "schemas eq \"urn:ietf:params:scim:schemas:core:2.0:Group\"", "g1 g2" },
	{ "schemas eq \"" ENT "\"", "" },
	{ "meta.version eq \"W/\\\"4\\\"\"", "g1" },
	{ "meta.lastModified ge \"2026-01-05T00:00:00Z\"", "g1" },
	{ "meta.created lt \"2026-01-05T00:00:00Z\"", "g1 g2" },
};

static const struct {
	enum filter_of of;
	const char *filter;
} refused[] = {
	{ FILTER_USERS, "password eq \"x\"" },
	{ FILTER_USERS, "password pr" },
	{ FILTER_USERS, "not (password pr)" },
	{ FILTER_USERS, "shoeSize eq \"x\"" },
	{ FILTER_USERS, "userName.value eq \"x\"" },
	{ FILTER_USERS, "urn:x:y:userName eq \"x\"" },
	{ FILTER_USERS, ENT ":userName eq \"x\"" },
	{ FILTER_USERS, "urn:ietf:params:scim:schemas:core:2.0:User:department eq \"x\"" },
	{ FILTER_USERS, "name eq \"x\"" },
	{ FILTER_USERS, "name co \"x\"" },
	{ FILTER_USERS, "addresses eq \"x\"" },
	{ FILTER_USERS, "userName eq true" },
	{ FILTER_USERS, "title eq true" },
	{ FILTER_USERS, "active gt true" },
	{ FILTER_USERS, "active eq \"perhaps\"" },
	{ FILTER_USERS, "active co \"t\"" },
	{ FILTER_USERS, "emails[primary gt true]" },
	{ FILTER_USERS, "emails[nope eq \"x\"]" },
	{ FILTER_USERS, "title[value eq \"x\"]" },
	{ FILTER_USERS, "meta[created gt \"2026-01-01T00:00:00Z\"]" },
	{ FILTER_USERS, "userName gt null" },
	{ FILTER_USERS, "userName co null" },
	{ FILTER_USERS, "meta.created gt \"yesterday\"" },
	{ FILTER_USERS, "meta.created co \"2026\"" },
	{ FILTER_USERS, "meta.version gt \"W/\\\"1\\\"\"" },
	{ FILTER_USERS, "meta eq \"x\"" },
	{ FILTER_USERS, "x509Certificates.value gt \"x\"" },
	{ FILTER_USERS, "x509Certificates.value co \"x\"" },
	{ FILTER_USERS, "groups.type eq \"direct\"" },
	{ FILTER_USERS, "groups[value eq \"a\" or value eq \"b\"]" },
	{ FILTER_USERS, "manager.displayName eq \"x\"" },
	{ FILTER_USERS, "members.value eq \"u1\"" },
	{ FILTER_GROUPS, "userName eq \"x\"" },
	{ FILTER_GROUPS, "emails[type eq \"x\"]" },
	{ FILTER_GROUPS, "members.display eq \"x\"" },
	{ FILTER_GROUPS, "members[display eq \"x\"]" },
	{ FILTER_GROUPS, "urn:ietf:params:scim:schemas:core:2.0:User:displayName eq \"x\"" },
};

/* sortBy, descending, and the order it gives. */
static const struct {
	enum filter_of of;
	const char *by;
	bool descending;
	const char *who;
} sorted[] = {
	{ FILTER_USERS, "userName", false, "u1 u2 u4 u3" },
	{ FILTER_USERS, "USERNAME", true, "u3 u4 u2 u1" },
	{ FILTER_USERS, "displayName", false, "u1 u2 u4 u3" },
	{ FILTER_USERS, "displayName", true, "u3 u4 u2 u1" },
	{ FILTER_USERS, "externalId", false, "u1 u2 u3 u4" },
	{ FILTER_USERS, "title", false, "u3 u1 u2 u4" },
	{ FILTER_USERS, "title", true, "u4 u2 u1 u3" },
	{ FILTER_USERS, "name.familyName", false, "u1 u4 u2 u3" },
	{ FILTER_USERS, "emails", false, "u1 u2 u3 u4" },
	{ FILTER_USERS, "emails.type", false, "u2 u1 u3 u4" },
	{ FILTER_USERS, ENT ":department", false, "u1 u2 u3 u4" },
	{ FILTER_USERS, "active", false, "u3 u1 u2 u4" },
	{ FILTER_USERS, "meta.created", true, "u4 u3 u2 u1" },
	{ FILTER_USERS, "meta.lastModified", false, "u1 u2 u3 u4" },
	{ FILTER_USERS, "id", true, "u4 u3 u2 u1" },
	{ FILTER_GROUPS, "displayName", true, "g2 g1" },
	{ FILTER_GROUPS, "externalId", false, "g2 g1" },
	{ FILTER_GROUPS, "meta.lastModified", true, "g1 g2" },
};

static bool add_value(struct ctx *c, const char *user, const struct value *v)
{
	const char *key = text_fold(c->arena, v->text);

	return db_run(c, NULL,
		      "INSERT INTO person_values (org_id, user_id, path, n, value, value_key,"
		      " key_hash) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		      DB_ARGS(db_text(TEST_ORG), db_text(user), db_text(v->attr->path),
			      db_int(v->n), db_text(v->text), db_text(key),
			      db_int(text_hash(key))));
}

static bool add_person(struct ctx *c, const char *id, const char *body, int number)
{
	const struct scim_settings set = { .empty_is_unset = true };
	int64_t at = INT64_C(1767225600000) + number * (int64_t)DAY;
	char *s = arena_strdup(c->arena, body);
	struct user u = { 0 };
	bool given;

	for (char *p = s; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	if (!user_from_json(c, &set, json_own(c, json_loads(s, 0, NULL)), &u, &given))
		return false;
	if (!db_run(c, NULL,
		    "INSERT INTO users (org_id, id, person_id, source_id, user_name, name_key,"
		    " external_id, display_name, display_key, active, shown_active, guarded,"
		    " version, created, changed, deleted, erased, body) VALUES ($1, $2, $2, 's',"
		    " $3, $4, $5, $6, $7, $8, $8, FALSE, $9, $10, $10, 0, 0, '')",
		    DB_ARGS(db_text(TEST_ORG), db_text(id), db_text(u.user_name),
			    db_text(text_fold(c->arena, u.user_name)), db_text(u.external_id),
			    db_text(u.display_name),
			    db_text(u.display_name ? text_fold(c->arena, u.display_name) : NULL),
			    db_bool(u.active), db_int(number + 1), db_int(at))))
		return false;
	for (int i = 0; i < u.values.count; i++)
		if (!add_value(c, id, &u.values.v[i]))
			return false;
	return true;
}

static bool add_group(struct ctx *c, int number)
{
	const char *id = arena_printf(c->arena, "g%d", number + 1);
	const char *external = number ? "x2" : NULL;

	return db_run(c, NULL,
		      "INSERT INTO groups (org_id, id, source_id, display_name, name_key,"
		      " external_id, version, created, changed)"
		      " VALUES ($1, $2, 's', $3, $4, $5, 1, $6, $6)",
		      DB_ARGS(db_text(TEST_ORG), db_text(id), db_text(groups[number]),
			      db_text(text_fold(c->arena, groups[number])), db_text(external),
			      db_int(INT64_C(1767225600000))));
}

static bool seed_rows(struct ctx *c)
{
	for (int i = 0; i < 4; i++)
		if (!add_person(c, people[i].id, people[i].body, i))
			return false;
	for (int i = 0; i < 2; i++)
		if (!add_group(c, i))
			return false;
	for (int i = 0; i < 3; i++)
		if (!db_run(c, NULL,
			    "INSERT INTO members (org_id, group_id, user_id, since)"
			    " VALUES ($1, $2, $3, 0)",
			    DB_ARGS(db_text(TEST_ORG), db_text(members[i][0]),
				    db_text(members[i][1]))))
			return false;
	return db_run(c, NULL,
		      "INSERT INTO group_changes (org_id, group_id, slot, n, at)"
		      " VALUES ($1, 'g1', 0, 3, $2)",
		      DB_ARGS(db_text(TEST_ORG), db_int(INT64_C(1767225600000) + 9LL * DAY)));
}

static bool seed(struct ctx *c)
{
	return db_run(c, NULL,
		      "INSERT INTO orgs (id, name, name_key, seat_limit, refuse_when_full,"
		      " default_role, never_matched, lost_match, org_authority,"
		      " workspace_authority, project_authority, hold_people, hold_percent,"
		      " relink_former, rules_revision, created, changed) VALUES ($1, 'T', 't',"
		      " -1, FALSE, 'AN', '', '', '', '', '', 0, 0, TRUE, 0, 0, 0)",
		      DB_ARGS(db_text(TEST_ORG))) &&
	       db_run(c, NULL,
		      "INSERT INTO sources (org_id, id, kind, name, name_key, created, changed)"
		      " VALUES ($1, 's', 'scim', 'S', 's', 0, 0)",
		      DB_ARGS(db_text(TEST_ORG))) &&
	       seed_rows(c);
}

/* Ids, with a blank between, of those a condition finds. */
static const char *ids(struct ctx *c, enum filter_of of, const char *where, const char *order,
		       struct db_args args)
{
	const char *t = of == FILTER_USERS ? "u" : "g";
	struct db_val *v = arena_array(c->arena, struct db_val, (size_t)args.n + 1);
	struct buf out = buf_in(c->arena, 65536);
	struct rows r;

	v[0] = db_text(TEST_ORG);
	for (int i = 0; i < args.n; i++)
		v[i + 1] = args.v[i];
	ok(c, db_run(c, &r,
		     arena_printf(c->arena,
				  "SELECT %s.id FROM %s %s WHERE %s.org_id = $1 AND (%s)"
				  " ORDER BY %s",
				  t, of == FILTER_USERS ? "users" : "groups", t, t, where, order),
		     (struct db_args){ v, args.n + 1 }));
	buf_puts(&out, "");
	for (int i = 0; i < r.count; i++)
		buf_printf(&out, "%s%s", i ? " " : "", row_text(&r, i, 0));
	return out.p;
}

static void finds(struct ctx *c, enum filter_of of, const char *text, const char *who)
{
	struct filter *f;
	const char *where, *have;
	struct db_args args = { 0 };

	if (!filter_parse(c, text, &f) || !filter_sql(c, of, f, &where, &args))
		fail_msg("%s: %s", text, c->err.msg);
	have = ids(c, of, where, of == FILTER_USERS ? "u.id" : "g.id", args);
	if (strcmp(have, who) != 0)
		fail_msg("%s\n  finds  \"%s\"\n  wanted \"%s\"\n  %s", text, have, who, where);
}

static void filters(void **state)
{
	for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++)
		finds(*state, FILTER_USERS, found[i].filter, found[i].who);
	for (size_t i = 0; i < sizeof(found_groups) / sizeof(found_groups[0]); i++)
		finds(*state, FILTER_GROUPS, found_groups[i].filter, found_groups[i].who);
}

/* Whatever a filter finds, its negation finds the others. */
static void negations(void **state)
{
	struct ctx *c = *state;

	for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
		struct buf who = buf_in(c->arena, 100);

		buf_puts(&who, "");
		for (int k = 0; k < 4; k++)
			if (!strstr(found[i].who, people[k].id))
				buf_printf(&who, "%s%s", who.n ? " " : "", people[k].id);
		finds(c, FILTER_USERS, arena_printf(c->arena, "not (%s)", found[i].filter), who.p);
	}
}

static void refusals(void **state)
{
	struct ctx *c = *state;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct filter *f;
		const char *where;
		struct db_args args;

		ok(c, filter_parse(c, refused[i].filter, &f));
		if (filter_sql(c, refused[i].of, f, &where, &args))
			fail_msg("answered: %s: %s", refused[i].filter, where);
		assert_true(err_take(&c->err, ERR_FILTER));
	}
}

static void orders(void **state)
{
	struct ctx *c = *state;
	const char *order;
	struct db_args args;

	for (size_t i = 0; i < sizeof(sorted) / sizeof(sorted[0]); i++) {
		const char *have;

		ok(c, sort_sql(c, sorted[i].of, sorted[i].by, sorted[i].descending, &order, &args));
		have = ids(c, sorted[i].of, "1 = 1", order, args);
		if (strcmp(have, sorted[i].who) != 0)
			fail_msg("%s: %s, not %s", sorted[i].by, have, sorted[i].who);
	}
	ok(c, sort_sql(c, FILTER_USERS, NULL, false, &order, &args));
	assert_null(order);
	fails(c, sort_sql(c, FILTER_USERS, "name", false, &order, &args), ERR_VALUE);
	fails(c, sort_sql(c, FILTER_USERS, "password", false, &order, &args), ERR_VALUE);
	fails(c, sort_sql(c, FILTER_USERS, "a b", false, &order, &args), ERR_VALUE);
	fails(c, sort_sql(c, FILTER_GROUPS, "userName", false, &order, &args), ERR_VALUE);
}

/* The forms identity providers use are answered from an index. */
static void indexes(void **state)
{
	static const struct {
		const char *filter, *index;
	} plans[] = {
		{ "userName eq \"x\"", "name_key=?" },
		{ "externalId eq \"x\"", "users_external" },
		{ "emails.value eq \"x\"", "person_values_key" },
		{ "emails[type eq \"work\"].value eq \"x\"", "person_values_key" },
		{ "emails[primary eq true].value eq \"x\"", "person_values_key" },
		{ "emails[type eq \"work\" and value eq \"x\"]", "person_values_key" },
	};
	struct ctx *c = *state;

	if (on_pg())
		skip(); /* its plans depend on how much there is */
	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		struct filter *f;
		const char *where;
		struct db_args args;
		struct db_val v[8] = { db_text(TEST_ORG) };
		struct buf plan = buf_in(c->arena, 65536);
		struct rows r;

		ok(c, filter_parse(c, plans[i].filter, &f));
		ok(c, filter_sql(c, FILTER_USERS, f, &where, &args));
		memcpy(v + 1, args.v, (size_t)args.n * sizeof(*v));
		ok(c, db_run(c, &r,
			     arena_printf(c->arena,
					  "EXPLAIN QUERY PLAN SELECT u.id FROM users u"
					  " WHERE u.org_id = $1 AND (%s)",
					  where),
			     (struct db_args){ v, args.n + 1 }));
		for (int k = 0; k < r.count; k++)
			buf_printf(&plan, "%s\n", row_text(&r, k, 3));
		if (!strstr(plan.p, plans[i].index) || strstr(plan.p, "SCAN u"))
			fail_msg("%s\n%s", where, plan.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		db_test(filters), db_test(negations), db_test(refusals),
		db_test(orders),  db_test(indexes),
	};

	return run_on_each_database(tests);
}
