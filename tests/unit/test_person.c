/* test_person.c - bodies of POST and PUT as clients send them. */
#include "person_harness.h"

#define CORE "urn:ietf:params:scim:schemas:core:2.0:User"
#define ENT  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

static const struct {
	const char *about, *body, *want;
} accepted[] = {
	{ "the least there can be", "{'userName':'ada'}", "{'userName':'ada','active':true}" },
	{ "Okta's joiner",
	  "{'schemas':['" CORE "'],'userName':'Ada@x.example','name':{'givenName':'Ada',"
	  "'familyName':'Byron'},'emails':[{'primary':true,'value':'ada@x.example','type':'work'}],"
	  "'displayName':'Ada Byron','locale':'en-US','externalId':'00u1ada','groups':[],"
	  "'password':'q7Rk21xA','active':true}",
	  "{'userName':'Ada@x.example','name':{'givenName':'Ada','familyName':'Byron'},"
	  "'emails':[{'primary':true,'value':'ada@x.example','type':'work'}],"
	  "'displayName':'Ada Byron','locale':'en-US','externalId':'00u1ada','active':true}" },
	{ "read-only members and nulls say nothing",
	  "{'userName':'a','id':null,'meta':{'version':'x'},'groups':[{'value':'g'}],'title':null,"
	  "'addresses':null,'emails':[],'roles':[],'active':null}",
	  "{'userName':'a','active':true}" },
	{ "names in another case",
	  "{'USERNAME':'a','Active':false,'NAME':{'GIVENname':'A'},'Emails':[{'VALUE':'a@x'}]}",
	  "{'userName':'a','active':false,'name':{'givenName':'A'},'emails':[{'value':'a@x'}]}" },
	{ "booleans as text",
	  "{'userName':'a','active':'False','roles':[{'value':'r','primary':'True'}]}",
	  "{'userName':'a','active':false,'roles':[{'value':'r','primary':true}]}" },
	{ "one object, one text for an array; elements without value",
	  "{'userName':'a','emails':{'value':'a@x'},'phoneNumbers':['1','2'],"
	  "'ims':[{'type':'aim'},{},null,{'value':''}]}",
	  "{'userName':'a','active':true,'emails':[{'value':'a@x'}],"
	  "'phoneNumbers':[{'value':'1'},{'value':'2'}]}" },
	{ "two primaries: the first stays",
	  "{'userName':'a','emails':[{'value':'1','primary':true},{'value':'2','primary':true}]}",
	  "{'userName':'a','active':true,'emails':[{'value':'1','primary':true},"
	  "{'value':'2','primary':false}]}" },
	{ "the same type and value twice are one",
	  "{'userName':'a','emails':[{'value':'1','type':'work'},{'value':'1','type':'work',"
	  "'display':'d'},{'value':'1','type':'home'}]}",
	  "{'userName':'a','active':true,'emails':[{'value':'1','type':'work','display':'d'},"
	  "{'value':'1','type':'home'}]}" },
	{ "two addresses, one of them twice",
	  "{'userName':'a','addresses':[{'locality':'P'},{'locality':'Q'},{'locality':'P'}]}",
	  "{'userName':'a','active':true,'addresses':[{'locality':'P'},{'locality':'Q'}]}" },
	{ "the extension, its URN in another case; numbers as text",
	  "{'userName':'a','externalId':42,'URN:ietf:params:scim:schemas:extension:enterprise:2.0:"
	  "user':{'employeeNumber':701984,'manager':{'value':'M','displayName':'x','$ref':'y'}}}",
	  "{'userName':'a','externalId':'42','active':true,'" ENT "':{'employeeNumber':'701984',"
	  "'manager':{'value':'M','$ref':'../Users/M'}}}" },
	{ "manager as text, and by its old name", "{'userName':'a','" ENT "':{'manager':'M'}}",
	  "{'userName':'a','active':true,'" ENT
	  "':{'manager':{'value':'M','$ref':'../Users/M'}}}" },
	{ "manager of SCIM 1.1",
	  "{'userName':'a','" ENT "':{'manager':{'managerId':'M','displayName':'Mo'}}}",
	  "{'userName':'a','active':true,'" ENT
	  "':{'manager':{'value':'M','$ref':'../Users/M'}}}" },
	{ "an extension without data",
	  "{'schemas':['" CORE "','" ENT "'],'userName':'a','" ENT "':{}}",
	  "{'userName':'a','active':true}" },
	{ "unknown members, also those of the extension without its URN",
	  "{'userName':'a','department':'D','preferredName':'x','a b':1,'urn:x:y':{'z':1},"
	  "'name':{'nope':1}}",
	  "{'userName':'a','active':true}" },
	{ "empty texts are unset",
	  "{'userName':'a','title':'','name':{'givenName':'A','middleName':''},'displayName':''}",
	  "{'userName':'a','active':true,'name':{'givenName':'A'}}" },
	{ "JSON inside a text stays text",
	  "{'userName':'a','roles':[{'value':'{\\'id\\':\\'1\\'}'}]}",
	  "{'userName':'a','active':true,'roles':[{'value':'{\\'id\\':\\'1\\'}'}]}" },
	{ "a certificate", "{'userName':'a','x509Certificates':[{'value':'MIIB+/8='}]}",
	  "{'userName':'a','active':true,'x509Certificates':[{'value':'MIIB+/8='}]}" },
	{ "a scalar in an array of one", "{'userName':['a'],'title':[{'value':'t'}]}",
	  "{'userName':'a','active':true,'title':'t'}" },
	{ "characters outside the basic plane",
	  "{'userName':'\\ud83d\\ude00','displayName':'\\u00e9\\u0001'}",
	  "{'userName':'\\ud83d\\ude00','displayName':'\\u00e9\\u0001','active':true}" },
};

static const struct {
	const char *body, *says;
} refused[] = {
	{ "{}", "userName" },
	{ "{'userName':''}", "userName" },
	{ "{'userName':' '}", "userName" },
	{ "{'userName':null}", "userName" },
	{ "{'userName':true}", "userName" },
	{ "{'userName':{'a':1}}", "userName" },
	{ "{'userName':['a','b']}", "userName" },
	{ "{'userName':'a','active':1}", "active" },
	{ "{'userName':'a','active':'yes'}", "active" },
	{ "{'userName':'a','active':{}}", "active" },
	{ "{'userName':'a','title':false}", "title" },
	{ "{'userName':'a','name':'Ada'}", "name" },
	{ "{'userName':'a','name':{'givenName':{}}}", "name.givenName" },
	{ "{'userName':'a','emails':[{'value':'x','primary':3}]}", "emails.primary" },
	{ "{'userName':'a','emails':[['x']]}", "emails" },
	{ "{'userName':'a','addresses':['x']}", "addresses" },
	{ "{'userName':'a','x509Certificates':[{'value':'not base64!'}]}",
	  "x509Certificates.value" },
	{ "{'userName':'a','" ENT "':'x'}", "enterprise" },
};

static void bodies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		struct bench b;
		struct user u = { 0 };
		bool given;

		bench_open(&b);
		if (!user_from_json(&b.c, &b.set, bench_json(&b, accepted[i].body), &u, &given))
			fail_msg("%s: %s", accepted[i].about, b.c.err.msg);
		bench_same(&b, accepted[i].about, bench_shown(&b, &u), accepted[i].want);
		arena_free(&b.arena);
	}
}

static void refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct bench b;
		struct user u = { 0 };
		bool given;

		bench_open(&b);
		if (user_from_json(&b.c, &b.set, bench_json(&b, refused[i].body), &u, &given))
			fail_msg("accepted: %s", refused[i].body);
		assert_int_equal(b.c.err.kind, ERR_VALUE);
		if (!strstr(b.c.err.msg, refused[i].says))
			fail_msg("%s: %s", refused[i].body, b.c.err.msg);
		arena_free(&b.arena);
	}
}

static void active_given(void **state)
{
	static const struct {
		const char *body;
		bool given, active;
	} rows[] = {
		{ "{'userName':'a'}", false, true },
		{ "{'userName':'a','active':null}", false, true },
		{ "{'userName':'a','active':true}", true, true },
		{ "{'userName':'a','active':false}", true, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench b;
		struct user u = { 0 };
		bool given;

		bench_open(&b);
		assert_true(user_from_json(&b.c, &b.set, bench_json(&b, rows[i].body), &u, &given));
		assert_int_equal(given, rows[i].given);
		assert_int_equal(u.active, rows[i].active);
		arena_free(&b.arena);
	}
}

static void strict_settings(void **state)
{
	struct bench b;
	struct user u = { 0 };
	bool given;

	(void)state;
	bench_open(&b);
	b.set.refuse_unknown_attributes = true;
	assert_false(user_from_json(&b.c, &b.set, bench_json(&b, "{'userName':'a','shoeSize':1}"),
				    &u, &given));
	assert_int_equal(b.c.err.kind, ERR_VALUE);
	assert_non_null(strstr(b.c.err.msg, "shoeSize"));
	b.c.err = (struct err){ 0 };
	b.set.empty_is_unset = false;
	u = (struct user){ 0 };
	assert_true(user_from_json(&b.c, &b.set, bench_json(&b, "{'userName':'a','title':''}"), &u,
				   &given));
	bench_same(&b, "an empty title", bench_shown(&b, &u),
		   "{'userName':'a','title':'','active':true}");
	arena_free(&b.arena);
}

static void settings_from_json(void **state)
{
	struct source s = { .id = "s", .name = "S" };
	struct bench b;

	(void)state;
	bench_open(&b);
	assert_true(b.set.create_on_no_match && b.set.keep_absent_members && b.set.revive_on_post &&
		    b.set.empty_is_unset);
	assert_false(b.set.refuse_unknown_members || b.set.refuse_unknown_attributes ||
		     b.set.group_patch_returns || b.set.bare_token);
	s.settings = "{\"create_on_no_match\":false,\"bare_token\":true,\"other\":[1]}";
	assert_true(scim_settings_read(&b.c, &s, &b.set));
	assert_true(!b.set.create_on_no_match && b.set.bare_token && b.set.revive_on_post);
	s.settings = "{\"bare_token\":\"yes\"}";
	assert_false(scim_settings_read(&b.c, &s, &b.set));
	assert_non_null(strstr(b.c.err.msg, "bare_token"));
	arena_free(&b.arena);
}

static void too_much(void **state)
{
	struct bench b;
	struct user u = { 0 };
	json_t *body, *list, *e;
	bool given;

	(void)state;
	bench_open(&b);
	body = json_own(&b.c, json_object());
	list = json_array();
	json_object_set_new(body, "userName", json_string("a"));
	json_object_set_new(body, "emails", list);
	for (int i = 0; i <= VALUES_MAX; i++) {
		e = json_object();
		json_object_set_new(e, "value", json_string(arena_printf(&b.arena, "%d@x", i)));
		json_array_append_new(list, e);
	}
	assert_false(user_from_json(&b.c, &b.set, body, &u, &given));
	assert_int_equal(b.c.err.kind, ERR_VALUE);
	arena_free(&b.arena);
}

static void groups(void **state)
{
	struct group_body g;
	struct bench b;

	(void)state;
	bench_open(&b);
	assert_true(
		group_from_json(&b.c, &b.set,
				bench_json(&b, "{'displayName':'G','externalId':7,'members':["
					       "{'value':'a'},'b',{'value':'a','display':'x'}]}"),
				&g));
	assert_string_equal(g.display_name, "G");
	assert_string_equal(g.external_id, "7");
	assert_true(g.members_given && g.external_id_given);
	assert_int_equal(g.n, 2);
	assert_string_equal(g.refs[0], "a");
	assert_string_equal(g.refs[1], "b");
	assert_true(group_from_json(&b.c, &b.set, bench_json(&b, "{'DISPLAYNAME':'G'}"), &g));
	assert_false(g.members_given || g.external_id_given);
	assert_true(group_from_json(&b.c, &b.set,
				    bench_json(&b, "{'displayName':'G','members':null}"), &g));
	assert_true(g.members_given && g.n == 0);
	assert_false(group_from_json(&b.c, &b.set, bench_json(&b, "{'members':[]}"), &g));
	assert_int_equal(b.c.err.kind, ERR_VALUE);
	b.c.err = (struct err){ 0 };
	assert_false(group_from_json(&b.c, &b.set,
				     bench_json(&b, "{'displayName':'G','members':[{'x':1}]}"),
				     &g));
	assert_int_equal(b.c.err.kind, ERR_VALUE);
	arena_free(&b.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies),
		cmocka_unit_test(refusals),
		cmocka_unit_test(active_given),
		cmocka_unit_test(strict_settings),
		cmocka_unit_test(settings_from_json),
		cmocka_unit_test(too_much),
		cmocka_unit_test(groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
