/* test_patch.c - PATCH of Users and Groups: a document, what is sent, what is there then. */
#include "person_harness.h"

#define ENT "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define USR "urn:ietf:params:scim:schemas:core:2.0:User"
#define GRP "urn:ietf:params:scim:schemas:core:2.0:Group"
#define A   "{'userName':'a','active':true"
#define W   "{'type':'work','value':'w@x'}"
#define H   "{'type':'home','value':'h@x'}"

/* Operations stands for the whole body where it does not begin with "{". */
static const struct {
	const char *about, *before, *ops, *after;
} rows[] = {
	/* ---- forms of the request ---- */
	{ "no operations", A "}", "", A "}" },
	{ "op in another case, key too", A "}",
	  "{'operations':[{'OP':'Replace','Path':'title','Value':'t'}]}", A ",'title':'t'}" },
	{ "a value without path", A "}",
	  "{'op':'replace','value':{'active':false,'id':'x','meta':{},'groups':[],'schemas':[]}}",
	  "{'userName':'a','active':false}" },
	{ "dotted and qualified keys", A ",'name':{'givenName':'G'}}",
	  "{'op':'replace','value':{'name.familyName':'F','" ENT ":department':'D','" ENT
	  "':{'division':'V'},'" USR ":title':'t'}}",
	  A ",'name':{'givenName':'G','familyName':'F'},'title':'t','" ENT
	    "':{'department':'D','division':'V'}}" },
	{ "a key with brackets", A "}",
	  "{'op':'add','value':{'emails[type eq \\'work\\'].value':'w@x'}}",
	  A ",'emails':[" W "]}" },
	{ "unknown attributes are noise", A "}",
	  "{'op':'add','path':'shoeSize','value':1},{'op':'replace','value':{'shoe.size':1,'x "
	  "y':2}},"
	  "{'op':'remove','path':'urn:x:y:z'},{'op':'add','path':'name.nope','value':'x'}",
	  A "}" },
	{ "password is accepted and dropped", A "}",
	  "{'op':'replace','value':{'password':'x'}},{'op':'add','path':'password','value':'y'}",
	  A "}" },
	/* ---- single values ---- */
	{ "add acts as replace", A ",'title':'old'}", "{'op':'add','path':'title','value':'new'}",
	  A ",'title':'new'}" },
	{ "an array of one", A "}",
	  "{'op':'add','path':'title','value':['t']},{'op':'add','path':'nickName','value':"
	  "[{'value':'n'}]}",
	  A ",'title':'t','nickName':'n'}" },
	{ "null and empty unset", A ",'title':'t','nickName':'n','locale':'l','displayName':'d'}",
	  "{'op':'replace','path':'title','value':null},{'op':'replace','path':'nickName','value':'"
	  "'},"
	  "{'op':'remove','path':'locale'},{'op':'remove','path':'displayName'}",
	  A "}" },
	{ "active as text", A "}", "{'op':'Replace','path':'active','value':'False'}",
	  "{'userName':'a','active':false}" },
	{ "columns", A ",'externalId':'e'}",
	  "{'op':'replace','path':'userName','value':'b'},{'op':'remove','path':'externalId'},"
	  "{'op':'add','path':'" USR ".displayName','value':'B'}",
	  "{'userName':'b','active':true,'displayName':'B'}" },
	{ "in order", A "}",
	  "{'op':'add','path':'title','value':'1'},{'op':'remove','path':'title'},"
	  "{'op':'add','path':'title','value':'2'}",
	  A ",'title':'2'}" },
	/* ---- complex ---- */
	{ "replace of name merges", A ",'name':{'givenName':'G','familyName':'F'}}",
	  "{'op':'replace','path':'name','value':{'familyName':'X','middleName':null}}",
	  A ",'name':{'givenName':'G','familyName':'X'}}" },
	{ "sub-attributes by path", A ",'name':{'givenName':'G','familyName':'F'}}",
	  "{'op':'replace','path':'Name.familyname','value':'X'},{'op':'remove','path':"
	  "'name.givenName'}",
	  A ",'name':{'familyName':'X'}}" },
	{ "remove of a complex one", A ",'name':{'givenName':'G'}}",
	  "{'op':'remove','path':'name'}", A "}" },
	{ "manager as text", A "}", "{'op':'Add','path':'" ENT ":manager','value':'M'}",
	  A ",'" ENT "':{'manager':{'value':'M','$ref':'../Users/M'}}}" },
	{ "manager as object, dot before it", A "}",
	  "{'op':'Add','path':'" ENT ".manager','value':{'value':'M'}}",
	  A ",'" ENT "':{'manager':{'value':'M','$ref':'../Users/M'}}}" },
	{ "manager as array, without URN", A "}",
	  "{'op':'Replace','path':'manager','value':[{'$ref':'x','value':'M'}]}",
	  A ",'" ENT "':{'manager':{'value':'M','$ref':'../Users/M'}}}" },
	{ "manager emptied as text", A ",'" ENT "':{'manager':'M','department':'D'}}",
	  "{'op':'Replace','path':'" ENT ":manager','value':''}",
	  A ",'" ENT "':{'department':'D'}}" },
	{ "manager emptied as object", A ",'" ENT "':{'manager':'M'}}",
	  "{'op':'Replace','path':'" ENT ":manager','value':{'value':''}}", A "}" },
	{ "manager removed", A ",'" ENT "':{'manager':'M'}}",
	  "{'op':'Remove','path':'" ENT ":manager'}", A "}" },
	{ "manager's value", A "}", "{'op':'add','path':'" ENT ":manager.value','value':'M'}",
	  A ",'" ENT "':{'manager':{'value':'M','$ref':'../Users/M'}}}" },
	{ "the whole extension", A ",'" ENT "':{'department':'D','division':'V'}}",
	  "{'op':'replace','path':'" ENT "','value':{'department':'E'}}",
	  A ",'" ENT "':{'department':'E','division':'V'}}" },
	{ "the whole extension removed", A ",'" ENT "':{'department':'D','manager':'M'}}",
	  "{'op':'remove','path':'" ENT "'}", A "}" },
	/* ---- several values ---- */
	{ "add appends", A ",'emails':[" W "]}", "{'op':'add','path':'emails','value':[" H "]}",
	  A ",'emails':[" W "," H "]}" },
	{ "add of one object, and of what is there", A ",'emails':[" W "]}",
	  "{'op':'add','path':'emails','value':" H "},{'op':'add','path':'emails','value':" W "}",
	  A ",'emails':[" W "," H "]}" },
	{ "replace replaces all", A ",'emails':[" W "," H "]}",
	  "{'op':'replace','path':'emails','value':[{'value':'n@x'}]}",
	  A ",'emails':[{'value':'n@x'}]}" },
	{ "replace by nothing", A ",'emails':[" W "," H "]}",
	  "{'op':'replace','path':'emails','value':[]}", A "}" },
	{ "remove all", A ",'emails':[" W "," H "]}", "{'op':'remove','path':'emails'}", A "}" },
	{ "remove some by value", A ",'emails':[" W "," H ",{'value':'n@x'}]}",
	  "{'op':'Remove','path':'emails','value':[{'value':'W@x','type':'work'},'n@x',{'value':"
	  "'not there'}]}",
	  A ",'emails':[" H "]}" },
	{ "remove by type", A ",'emails':[" W "," H "]}",
	  "{'op':'Remove','path':'emails','value':{'type':'home'}}", A ",'emails':[" W "]}" },
	{ "a new primary takes the mark",
	  A ",'emails':[{'value':'1','primary':true},{'value':'2'}]}",
	  "{'op':'add','path':'emails','value':[{'value':'3','primary':true},{'value':'4','primary'"
	  ":"
	  "true}]}",
	  A ",'emails':[{'value':'1','primary':false},{'value':'2'},{'value':'3','primary':true},"
	    "{'value':'4','primary':false}]}" },
	{ "the mark alone",
	  A ",'emails':[{'value':'1','type':'a','primary':true},{'value':'2','type':"
	    "'b'}]}",
	  "{'op':'replace','path':'emails[type eq \\'b\\'].primary','value':'True'}",
	  A ",'emails':[{'value':'1','type':'a','primary':false},{'value':'2','type':'b','primary':"
	    "true}]}" },
	{ "dotted name: the primary", A ",'emails':[{'value':'1'},{'value':'2','primary':true}]}",
	  "{'op':'replace','path':'emails.value','value':'3'}",
	  A ",'emails':[{'value':'1'},{'value':'3','primary':true}]}" },
	{ "dotted name: a new one", A "}", "{'op':'replace','path':'emails.value','value':'3'}",
	  A ",'emails':[{'value':'3'}]}" },
	{ "a role that is JSON", A "}",
	  "{'op':'Add','path':'roles','value':[{'value':'{\\'id\\':1}'}]}",
	  A ",'roles':[{'value':'{\\'id\\':1}'}]}" },
	/* ---- value paths ---- */
	{ "in place", A ",'emails':[" W "," H "]}",
	  "{'op':'Replace','path':'emails[type eq \\'WORK\\'].value','value':'n@x'}",
	  A ",'emails':[{'type':'work','value':'n@x'}," H "]}" },
	{ "creates", A "}",
	  "{'op':'Add','path':'phoneNumbers[type eq \\'mobile\\'].value','value':'+44 1'}",
	  A ",'phoneNumbers':[{'type':'mobile','value':'+44 1'}]}" },
	{ "creates, then fills the same", A "}",
	  "{'op':'Add','path':'addresses[type eq \\'work\\'].locality','value':'L'},"
	  "{'op':'Add','path':'addresses[type eq \\'work\\'].country','value':'GB'}",
	  A ",'addresses':[{'type':'work','locality':'L','country':'GB'}]}" },
	{ "creates from two terms", A "}",
	  "{'op':'replace','path':'emails[type eq \\'work\\' and primary eq true].value','value':"
	  "'w@x'}",
	  A ",'emails':[{'type':'work','primary':true,'value':'w@x'}]}" },
	{ "a boolean as text", A "}",
	  "{'op':'Add','path':'roles[primary eq \\'True\\'].display','value':'R'},"
	  "{'op':'Add','path':'roles[primary eq \\'True\\'].value','value':'r'}",
	  A ",'roles':[{'primary':true,'display':'R','value':'r'}]}" },
	{ "a boolean as text finds", A ",'roles':[{'value':'q'},{'value':'r','primary':true}]}",
	  "{'op':'replace','path':'roles[primary eq \\'True\\'].value','value':'s'}",
	  A ",'roles':[{'value':'q'},{'value':'s','primary':true}]}" },
	{ "absent is false", A ",'roles':[{'value':'q'},{'value':'r','primary':true}]}",
	  "{'op':'remove','path':'roles[primary eq false]'}",
	  A ",'roles':[{'value':'r','primary':true}]}" },
	{ "the whole element", A ",'emails':[{'type':'work','value':'1','display':'d'}," H "]}",
	  "{'op':'replace','path':'emails[type eq "
	  "\\'work\\']','value':{'type':'work','value':'2'}}",
	  A ",'emails':[{'type':'work','value':'2'}," H "]}" },
	{ "add to the whole element", A ",'emails':[{'type':'work','value':'1'}]}",
	  "{'op':'add','path':'emails[type eq \\'work\\']','value':{'display':'d'}}",
	  A ",'emails':[{'type':'work','value':'1','display':'d'}]}" },
	{ "a whole element that is missing", A "}",
	  "{'op':'replace','path':'emails[type eq \\'work\\']','value':{'value':'2'}}",
	  A ",'emails':[{'type':'work','value':'2'}]}" },
	{ "remove by filter", A ",'emails':[" W "," H "]}",
	  "{'op':'remove','path':'emails[type eq \\'work\\' and value ew \\'@X\\']'},"
	  "{'op':'remove','path':'emails[type eq \\'other\\']'}",
	  A ",'emails':[" H "]}" },
	{ "all combinations of a filter",
	  A ",'ims':[{'value':'1'},{'value':'2','type':'aim'},{'value':'3','type':'icq'}]}",
	  "{'op':'remove','path':'ims[not (type pr) or (value gt \\'2\\' and type ne \\'aim\\')]'}",
	  A ",'ims':[{'value':'2','type':'aim'}]}" },
	{ "remove a part", A ",'emails':[{'type':'work','value':'1','display':'d'}]}",
	  "{'op':'remove','path':'emails[type eq \\'work\\'].display'}",
	  A ",'emails':[{'type':'work','value':'1'}]}" },
	{ "no label without its value", A ",'emails':[" W "," H "]}",
	  "{'op':'remove','path':'emails[type eq \\'work\\'].value'},"
	  "{'op':'replace','path':'emails[type eq \\'home\\'].value','value':''}",
	  A "}" },
	{ "replace by null", A ",'emails':[" W "," H "]}",
	  "{'op':'replace','path':'emails[type eq \\'work\\'].value','value':null}",
	  A ",'emails':[" H "]}" },
	{ "every match", A ",'emails':[{'type':'work','value':'1'},{'type':'work','value':'2'}]}",
	  "{'op':'replace','path':'emails[type eq \\'work\\'].display','value':'d'}",
	  A ",'emails':[{'type':'work','value':'1','display':'d'},{'type':'work','value':'2',"
	    "'display':'d'}]}" },
	{ "a bracket inside the quotes", A ",'ims':[{'value':'a]b'}]}",
	  "{'op':'replace','path':'ims[value eq \\'a]b\\'].display','value':'d'}",
	  A ",'ims':[{'value':'a]b','display':'d'}]}" },
};

static const struct {
	const char *ops;
	enum err_kind kind;
} refused[] = {
	{ "{}", ERR_SYNTAX },
	{ "{'Operations':{'path':'x'}}", ERR_SYNTAX },
	{ "{'Operations':3}", ERR_SYNTAX },
	{ "{'Operations':['add']}", ERR_SYNTAX },
	{ "{'op':'move','path':'title','value':'x'}", ERR_SYNTAX },
	{ "{'op':7,'path':'title','value':'x'}", ERR_SYNTAX },
	{ "{'op':'remove'}", ERR_NO_TARGET },
	{ "{'op':'remove','path':''}", ERR_NO_TARGET },
	{ "{'op':'add','path':'title'}", ERR_VALUE },
	{ "{'op':'add','value':'x'}", ERR_VALUE },
	{ "{'op':'replace'}", ERR_VALUE },
	{ "{'op':'add','path':3,'value':'x'}", ERR_PATH },
	{ "{'op':'add','path':'a b','value':'x'}", ERR_PATH },
	{ "{'op':'add','path':'a.b.c','value':'x'}", ERR_PATH },
	{ "{'op':'add','path':'emails[','value':'x'}", ERR_PATH },
	{ "{'op':'add','path':'emails[type eq \\'w\\'','value':'x'}", ERR_PATH },
	{ "{'op':'add','path':'emails[type eq \\'w\\']value','value':'x'}", ERR_PATH },
	{ "{'op':'add','path':'emails[type eq \\'w\\'].','value':'x'}", ERR_PATH },
	{ "{'op':'add','path':'title[value eq \\'w\\']','value':'x'}", ERR_PATH },
	{ "{'op':'add','path':'emails[]','value':'x'}", ERR_FILTER },
	{ "{'op':'add','path':'emails[type xx \\'w\\'].value','value':'x'}", ERR_FILTER },
	{ "{'op':'add','path':'emails[nope eq \\'w\\'].value','value':'x'}", ERR_FILTER },
	{ "{'op':'add','path':'emails[type eq true].value','value':'x'}", ERR_FILTER },
	{ "{'op':'add','path':'emails[primary gt true].value','value':'x'}", ERR_FILTER },
	{ "{'op':'add','path':'emails[type ne \\'w\\' and value eq \\'q\\'].value','value':'x'}",
	  ERR_NO_TARGET },
	{ "{'op':'remove','path':'userName'}", ERR_MUTABILITY },
	{ "{'op':'replace','path':'userName','value':''}", ERR_VALUE },
	{ "{'op':'replace','value':{'userName':null}}", ERR_VALUE },
	{ "{'op':'replace','path':'id','value':'x'}", ERR_MUTABILITY },
	{ "{'op':'replace','path':'meta.created','value':'x'}", ERR_MUTABILITY },
	{ "{'op':'remove','path':'groups'}", ERR_MUTABILITY },
	{ "{'op':'add','path':'groups[value eq \\'x\\']','value':{}}", ERR_MUTABILITY },
	{ "{'op':'remove','path':'groups[value eq \\'x\\']'}", ERR_MUTABILITY },
	{ "{'op':'replace','path':'active','value':'perhaps'}", ERR_VALUE },
	{ "{'op':'replace','path':'active','value':null}", ERR_VALUE },
	{ "{'op':'remove','path':'active'}", ERR_VALUE },
	{ "{'op':'replace','path':'name','value':'x'}", ERR_VALUE },
	{ "{'op':'replace','path':'emails[type eq \\'w\\'].primary','value':7}", ERR_VALUE },
	{ "{'op':'replace','path':'" ENT "','value':'x'}", ERR_VALUE },
};

/* ops as a PatchOp, unless it is one already. */
static json_t *patch_body(struct bench *b, const char *ops)
{
	bool whole = strncmp(ops, "{}", 2) == 0 || strstr(ops, "perations'");

	return bench_json(b, whole ? ops : arena_printf(&b->arena, "{'Operations':[%s]}", ops));
}

static void start(struct bench *b, const char *before, struct user *u)
{
	bool given;

	bench_open(b);
	*u = (struct user){ 0 };
	if (!user_from_json(&b->c, &b->set, bench_json(b, before), u, &given))
		fail_msg("%s: %s", before, b->c.err.msg);
}

static void users(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench b;
		struct user u;

		start(&b, rows[i].before, &u);
		if (!user_patch(&b.c, &b.set, patch_body(&b, rows[i].ops), &u))
			fail_msg("%s: %s", rows[i].about, b.c.err.msg);
		bench_same(&b, rows[i].about, bench_shown(&b, &u), rows[i].after);
		arena_free(&b.arena);
	}
}

static void refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct bench b;
		struct user u;

		start(&b, A "}", &u);
		if (user_patch(&b.c, &b.set, patch_body(&b, refused[i].ops), &u))
			fail_msg("accepted: %s", refused[i].ops);
		if (b.c.err.kind != refused[i].kind)
			fail_msg("%s: %s: %s", refused[i].ops, err_name(b.c.err.kind), b.c.err.msg);
		arena_free(&b.arena);
	}
}

static void strict_settings(void **state)
{
	static const struct {
		const char *ops;
		enum err_kind kind;
	} strict[] = {
		{ "{'op':'add','path':'shoeSize','value':1}", ERR_PATH },
		{ "{'op':'add','value':{'shoeSize':1}}", ERR_VALUE },
		{ "{'op':'replace','path':'emails[type eq \\'w\\'].value','value':'x'}",
		  ERR_NO_TARGET },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(strict) / sizeof(strict[0]); i++) {
		struct bench b;
		struct user u;

		start(&b, A "}", &u);
		b.set.refuse_unknown_attributes = true;
		b.set.create_on_no_match = false;
		assert_false(user_patch(&b.c, &b.set, patch_body(&b, strict[i].ops), &u));
		assert_int_equal(b.c.err.kind, strict[i].kind);
		arena_free(&b.arena);
	}
}

static void schemas_follow_the_data(void **state)
{
	struct bench b;
	struct user u;

	(void)state;
	start(&b, A "}", &u);
	assert_null(strstr(user_render(&b.c, &u), ENT));
	assert_true(
		user_patch(&b.c, &b.set,
			   patch_body(&b, "{'op':'add','path':'" ENT ":department','value':'D'}"),
			   &u));
	assert_non_null(strstr(user_render(&b.c, &u), "\"" ENT "\"]"));
	assert_true(user_patch(&b.c, &b.set, patch_body(&b, "{'op':'remove','path':'department'}"),
			       &u));
	assert_null(strstr(user_render(&b.c, &u), ENT));
	arena_free(&b.arena);
}

static void too_many_operations(void **state)
{
	struct bench b;
	struct user u;
	json_t *body, *list, *op;

	(void)state;
	start(&b, A "}", &u);
	op = bench_json(&b, "{'op':'add','path':'title','value':'t'}");
	body = json_own(&b.c, json_object());
	list = json_array();
	json_object_set_new(body, "Operations", list);
	for (int i = 0; i < PATCH_OPERATIONS_MAX; i++)
		json_array_append(list, op);
	assert_true(user_patch(&b.c, &b.set, body, &u));
	json_array_append(list, op);
	assert_false(user_patch(&b.c, &b.set, body, &u));
	assert_int_equal(b.c.err.kind, ERR_TOO_LARGE);
	arena_free(&b.arena);
}

/* ---- Groups: what is done, as text ---- */

static const struct {
	const char *ops, *done;
} group_rows[] = {
	{ "", "" },
	{ "{'op':'replace','value':{'id':'g','displayName':'N'}}", "name N;" },
	{ "{'op':'Add','path':'members','value':[{'$ref':null,'value':'a'},{'value':'b','display':"
	  "'B'},{'value':'a'}]}",
	  "add a b;" },
	{ "{'op':'add','path':'members','value':{'value':'a'}}", "add a;" },
	{ "{'op':'add','path':'members','value':['a','b']}", "add a b;" },
	{ "{'op':'Remove','path':'members','value':[{'value':'a'}]}", "remove a;" },
	{ "{'op':'remove','path':'members[value eq \\'a\\']'},{'op':'remove','path':"
	  "'members[value eq \\'b\\']'},{'op':'remove','path':'members[value eq \\'a\\']'},"
	  "{'op':'add','path':'members','value':[{'value':'c'}]}",
	  "remove a b;add c;" },
	{ "{'op':'remove','path':'members[ value  EQ a ]'}", "remove a;" },
	{ "{'op':'remove','path':'MEMBERS[value eq \\'a\\' or value eq \\'b\\']'}", "remove a b;" },
	{ "{'op':'remove','path':'members[type eq \\'User\\' and value eq \\'a\\']'}",
	  "remove a;" },
	{ "{'op':'remove','path':'members'}", "clear;" },
	{ "{'op':'remove','path':'members','value':null}", "clear;" },
	{ "{'op':'remove','path':'members','value':[]}", "" },
	{ "{'op':'replace','path':'members','value':[]}", "clear;" },
	{ "{'op':'replace','path':'members','value':null}", "clear;" },
	{ "{'op':'replace','path':'members','value':[{'value':'a'}]}", "replace a;" },
	{ "{'op':'replace','value':{'members':[{'value':'a'},{'value':'b'}],'externalId':'e'}}",
	  "replace a b;external e;" },
	{ "{'op':'add','value':{'members':[{'value':'a'}]}}", "add a;" },
	{ "{'op':'add','path':'members','value':[{'value':'a'}]},"
	  "{'op':'remove','path':'members','value':[{'value':'a'}]},"
	  "{'op':'add','path':'members','value':[{'value':'a'}]}",
	  "add a;remove a;add a;" },
	{ "{'op':'replace','path':'members','value':['a']},"
	  "{'op':'replace','path':'members','value':['b']}",
	  "replace a;replace b;" },
	{ "{'op':'replace','path':'displayName','value':'N'},{'op':'remove','path':'externalId'}",
	  "name N;external -;" },
	{ "{'op':'replace','path':'" GRP ":displayName','value':['N']}", "name N;" },
	{ "{'op':'replace','value':{'" GRP ":displayName':'N','x.y.z':1,'nope':2,'schemas':[]}}",
	  "name N;" },
	{ "{'op':'replace','path':'nope','value':1}", "" },
	{ "{'op':'replace','path':'members[value eq \\'a\\'].display','value':'x'}", "" },
};

static const struct {
	const char *ops;
	enum err_kind kind;
} group_refused[] = {
	{ "{}", ERR_SYNTAX },
	{ "{'op':'remove','path':'displayName'}", ERR_MUTABILITY },
	{ "{'op':'replace','path':'displayName','value':''}", ERR_VALUE },
	{ "{'op':'replace','path':'displayName','value':true}", ERR_VALUE },
	{ "{'op':'replace','path':'id','value':'x'}", ERR_MUTABILITY },
	{ "{'op':'add','path':'members','value':[{'display':'x'}]}", ERR_VALUE },
	{ "{'op':'add','path':'members','value':[7]}", ERR_VALUE },
	{ "{'op':'remove','path':'members[display eq \\'x\\']'}", ERR_FILTER },
	{ "{'op':'remove','path':'members[value ne \\'x\\']'}", ERR_FILTER },
	{ "{'op':'remove','path':'members[value eq \\'x\\' and value eq \\'y\\']'}", ERR_FILTER },
	{ "{'op':'remove','path':'members['}", ERR_PATH },
	{ "{'op':'replace','path':'members[value eq \\'a\\']','value':{'value':'b'}}",
	  ERR_MUTABILITY },
};

static const char *done(struct bench *b, const struct group_ops *g)
{
	static const char *const kinds[] = {
		[MEMBERS_ADD] = "add",         [MEMBERS_REMOVE] = "remove",
		[MEMBERS_REPLACE] = "replace", [MEMBERS_CLEAR] = "clear",
		[SET_NAME] = "name",           [SET_EXTERNAL_ID] = "external",
	};
	struct buf out = buf_in(&b->arena, 65536);

	buf_puts(&out, "");
	for (int i = 0; i < g->count; i++) {
		const struct group_op *op = &g->op[i];

		buf_puts(&out, kinds[op->kind]);
		for (int k = 0; k < op->n; k++)
			buf_printf(&out, " %s", op->refs[k]);
		if (op->kind == SET_NAME || op->kind == SET_EXTERNAL_ID)
			buf_printf(&out, " %s", op->text ? op->text : "-");
		buf_puts(&out, ";");
	}
	return out.p;
}

static void groups(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(group_rows) / sizeof(group_rows[0]); i++) {
		struct group_ops g;
		struct bench b;

		bench_open(&b);
		if (!group_patch(&b.c, &b.set, patch_body(&b, group_rows[i].ops), &g))
			fail_msg("%s: %s", group_rows[i].ops, b.c.err.msg);
		assert_string_equal(done(&b, &g), group_rows[i].done);
		arena_free(&b.arena);
	}
}

static void group_refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(group_refused) / sizeof(group_refused[0]); i++) {
		struct group_ops g;
		struct bench b;

		bench_open(&b);
		if (group_patch(&b.c, &b.set, patch_body(&b, group_refused[i].ops), &g))
			fail_msg("accepted: %s", group_refused[i].ops);
		if (b.c.err.kind != group_refused[i].kind)
			fail_msg("%s: %s: %s", group_refused[i].ops, err_name(b.c.err.kind),
				 b.c.err.msg);
		arena_free(&b.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(users),
		cmocka_unit_test(refusals),
		cmocka_unit_test(strict_settings),
		cmocka_unit_test(schemas_follow_the_data),
		cmocka_unit_test(too_many_operations),
		cmocka_unit_test(groups),
		cmocka_unit_test(group_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
