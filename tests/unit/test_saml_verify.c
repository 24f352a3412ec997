/* test_saml_verify.c - bytes, keys, algorithms and reasons; the attacks are flow tests. */
#include "saml_harness.h"

#include <stdlib.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmlsec.h>

#include "../../src/saml/job.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static enum saml_refusal verdict(const char *file, const char *pem)
{
	struct saml_fixture f;
	struct saml_assertion out;
	enum saml_refusal why;

	saml_fixture_new(&f, file);
	if (pem)
		f.signing[0] = saml_file(&f.arena, pem);
	why = saml_verify(&f.arena, &f.input, &out);
	assert_true(why ? out.detail != NULL && !out.assertion_id : out.assertion_id != NULL);
	arena_free(&f.arena);
	return why;
}

static void genuine_messages_are_accepted(void **state)
{
	(void)state;
	assert_int_equal(verdict("assertion.xml", NULL), SAML_ACCEPTED);
	assert_int_equal(verdict("response.xml", NULL), SAML_ACCEPTED);
	assert_int_equal(verdict("both.xml", NULL), SAML_ACCEPTED);
	assert_int_equal(verdict("encrypted.xml", NULL), SAML_ACCEPTED);
	assert_int_equal(verdict("ecdsa.xml", "ec.pem"), SAML_ACCEPTED);
}

/* Signed by them, and pinned: import refuses these, so must use. */
static void weak_keys_are_refused_at_use(void **state)
{
	(void)state;
	assert_int_equal(verdict("weak.xml", "weak.pem"), SAML_WEAK_KEY);
	assert_int_equal(verdict("exponent.xml", "exponent.pem"), SAML_WEAK_KEY);
}

static void without_a_usable_key_nothing_is_genuine(void **state)
{
	(void)state;
	assert_int_equal(verdict("assertion.xml", "assertion.xml"), SAML_NO_KEY);
	assert_int_equal(verdict("assertion.xml", "ec.pem"), SAML_SIGNATURE);
}

static void what_was_signed_is_what_is_read(void **state)
{
	struct saml_fixture f;
	struct saml_assertion out;

	(void)state;
	saml_fixture_new(&f, "both.xml");
	assert_int_equal(saml_verify(&f.arena, &f.input, &out), SAML_ACCEPTED);
	assert_string_equal(out.name_id.value, "alice");
	assert_null(out.name_id.format);
	assert_string_equal(out.response_id, "_r1");
	assert_string_equal(out.assertion_id, "_a1");
	assert_string_equal(out.in_response_to, "_q1");
	assert_true(out.response_signed && out.assertion_signed && !out.encrypted);
	assert_int_equal(out.signed_by, 0);
	assert_int_equal(saml_attribute(&out, "groups")->n, 2);
	assert_string_equal(saml_attribute(&out, "groups")->values[1], "qa");
	assert_null(saml_attribute(&out, "Groups"));
	arena_free(&f.arena);
}

static void skew_and_age_are_the_connections(void **state)
{
	struct saml_fixture f;
	struct saml_assertion out;

	(void)state;
	saml_fixture_new(&f, "assertion.xml");
	f.policy.skew_ms = 60 * 1000;
	f.input.now += 359 * 1000; /* the end is at 300 s */
	assert_int_equal(saml_verify(&f.arena, &f.input, &out), SAML_ACCEPTED);
	f.input.now += 1000;
	assert_int_equal(saml_verify(&f.arena, &f.input, &out), SAML_EXPIRED);
	f.policy.max_age_ms = 200 * 1000;
	assert_int_equal(saml_verify(&f.arena, &f.input, &out), SAML_ISSUE_INSTANT);
	arena_free(&f.arena);
}

static void der_keys_are_as_good_as_pem(void **state)
{
	struct saml_fixture f;
	struct saml_assertion out;
	struct job j;
	struct slice pem, der;

	(void)state;
	saml_fixture_new(&f, "assertion.xml");
	j = (struct job){ .arena = &f.arena };
	pem = f.signing[0];
	pem.p = strstr(pem.p, "-\n") + 2;
	pem.n = (size_t)(strstr(pem.p, "-----END") - pem.p);
	assert_true(base64_decode(&j, pem, &der));
	f.signing[0] = der;
	assert_int_equal(saml_verify(&f.arena, &f.input, &out), SAML_ACCEPTED);
	arena_free(&f.arena);
}

static const struct {
	const char *text, *bytes; /* NULL: refused */
} base64s[] = {
	{ "YQ==", "a" },  { "YWI=", "ab" },    { "YWJj", "abc" },    { " Y\tW\r\nJj ", "abc" },
	{ "", NULL },     { " ", NULL },       { "Y", NULL },        { "YQ", NULL },
	{ "YQ=", NULL },  { "YR==", NULL },    { "YWJ=", NULL },     { "YQ==YQ==", NULL },
	{ "=YQ=", NULL }, { "Y=Q=", NULL },    { "====", NULL },     { "YQ==x", NULL },
	{ "Y-_j", NULL }, { "YWJj%3D", NULL }, { "YWJj\x01", NULL },
};

static void base64_has_one_form(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(base64s); i++) {
		struct job j = { .arena = &a };
		struct slice out, in = { base64s[i].text, strlen(base64s[i].text) };
		bool good = base64_decode(&j, in, &out);

		if (good != (base64s[i].bytes != NULL) ||
		    (good && (out.n != strlen(base64s[i].bytes) ||
			      memcmp(out.p, base64s[i].bytes, out.n) != 0)))
			fail_msg("\"%s\"", base64s[i].text);
		assert_int_equal(j.refusal, good ? SAML_ACCEPTED : SAML_BASE64);
	}
	arena_free(&a);
}

static const struct {
	const char *text;
	enum saml_refusal why;
} gates[] = {
	{ "<a/>", SAML_ACCEPTED },
	{ "\xef\xbb\xbf<a/>", SAML_ACCEPTED },
	{ "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<a>x&amp;&#65;&lt;</a>\n", SAML_ACCEPTED },
	{ "<a b='>' c=\"<\"/>", SAML_XML },
	{ "<a b='>' c=\"'/>\"><b/></a>", SAML_ACCEPTED },
	{ "<a xmlns='urn:a' xmlns:b='http://b'><b:c/></a>", SAML_ACCEPTED },
	{ "", SAML_XML },
	{ "a", SAML_XML },
	{ "x<a/>", SAML_XML },
	{ "<a>", SAML_XML },
	{ "<a></b>", SAML_XML },
	{ "<a/><b/>", SAML_XML },
	{ "<a b='1' b='2'/>", SAML_XML },
	{ "<a>&b;</a>", SAML_XML },
	{ "<a>&#0;</a>", SAML_XML },
	{ "<a><!-- --></a>", SAML_MARKUP },
	{ "<a/><!-- -->", SAML_MARKUP },
	{ "<a><?b c?></a>", SAML_MARKUP },
	{ "<?b c?><a/>", SAML_MARKUP },
	{ "<a><![CDATA[x]]></a>", SAML_MARKUP },
	{ "<!DOCTYPE a><a/>", SAML_DOCTYPE },
	{ "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", SAML_DOCTYPE },
	{ "<!doctype a><a/>", SAML_DOCTYPE },
	{ "<?xml version='1.0' encoding='latin1'?><a/>", SAML_ENCODING },
	{ "<?xml version='1.0' encoding='UTF-8x'?><a/>", SAML_ENCODING },
	{ "<?xml version='1.0' encoding=UTF-8?><a/>", SAML_ENCODING },
	{ "<a>\xff</a>", SAML_ENCODING },
	{ "<a xmlns:b='c'/>", SAML_NAMESPACE },
	{ "<a xmlns:b='/c'/>", SAML_NAMESPACE },
	{ "<a xmlns='urn:a'><b xmlns=''/></a>", SAML_NAMESPACE },
	{ "<a:b/>", SAML_NAMESPACE },
	{ "<a xml:id='b'/>", SAML_IDS },
	{ "<a xml:base='http://b'/>", SAML_IDS },
	{ "<a xml:lang='en'/>", SAML_ACCEPTED },
	{ "<a ID='b'><c Id='b'/></a>", SAML_IDS },
	{ "<a ID='b'><c id='d'/></a>", SAML_ACCEPTED },
	{ "<a ID=''/>", SAML_IDS },
	{ "<a ID='1'/>", SAML_IDS },
	{ "<a ID='b c'/>", SAML_IDS },
	{ "<a Algorithm='http://www.w3.org/2001/04/xmlenc#sha256'/>", SAML_ACCEPTED },
	{ "<a Algorithm='http://www.w3.org/2001/04/xmlenc#tripledes-cbc'/>", SAML_ALGORITHM },
	{ "<a Algorithm=''/>", SAML_ALGORITHM },
	{ "<r:RetrievalMethod xmlns:r='http://www.w3.org/2000/09/xmldsig#'/>", SAML_EXTERNAL },
	{ "<c:CipherReference xmlns:c='http://www.w3.org/2001/04/xmlenc#'/>", SAML_EXTERNAL },
	{ "<k:KeyInfoReference xmlns:k='http://www.w3.org/2009/xmldsig11#'/>", SAML_EXTERNAL },
};

static void the_gate_lets_only_plain_xml_in(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(gates); i++) {
		struct job j = { .arena = &a };
		struct slice in = { gates[i].text, strlen(gates[i].text) };
		xmlDoc *doc;
		bool good = xml_parse(&j, in, &doc);

		assert_int_equal(good, j.refusal == SAML_ACCEPTED);
		if (j.refusal != gates[i].why)
			fail_msg("%s: %s (%s)", gates[i].text, saml_refusal_code(j.refusal),
				 j.detail);
	}
	arena_free(&a);
}

static void every_refusal_has_words_of_its_own(void **state)
{
	(void)state;
	for (enum saml_refusal r = 0; r < SAML_REFUSALS; r++) {
		assert_non_null(saml_refusal_code(r));
		assert_true(strlen(saml_refusal_sentence(r)) > 10);
		assert_true(r == SAML_ACCEPTED || strlen(saml_refusal_remedy(r)) > 10);
		for (enum saml_refusal other = 0; other < r; other++)
			assert_string_not_equal(saml_refusal_code(r), saml_refusal_code(other));
	}
}

static void reasons_are_one_printable_line(void **state)
{
	struct arena a = { 0 };
	struct job j = { .arena = &a };

	(void)state;
	assert_false(refuse(&j, SAML_ISSUER, "%s", "a\nb\x1b[31m\xc3\xa4"));
	assert_string_equal(j.detail, "a?b?[31m??");
	assert_false(refuse(&j, SAML_AUDIENCE, "later"));
	assert_int_equal(j.refusal, SAML_ISSUER);
	arena_free(&a);
}

static void xmlsec_knows_what_we_allow_and_no_more(void **state)
{
	(void)state;
	assert_int_equal(xmlSecPtrListGetSize(xmlSecTransformIdsGet()), 14);
	assert_null(xmlSecTransformIdListFindByHref(xmlSecTransformIdsGet(),
						    (const xmlChar *)"http://www.w3.org/TR/1999/"
								     "REC-xslt-19991116",
						    xmlSecTransformUsageAny));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(genuine_messages_are_accepted),
		cmocka_unit_test(weak_keys_are_refused_at_use),
		cmocka_unit_test(without_a_usable_key_nothing_is_genuine),
		cmocka_unit_test(what_was_signed_is_what_is_read),
		cmocka_unit_test(skew_and_age_are_the_connections),
		cmocka_unit_test(der_keys_are_as_good_as_pem),
		cmocka_unit_test(base64_has_one_form),
		cmocka_unit_test(the_gate_lets_only_plain_xml_in),
		cmocka_unit_test(every_refusal_has_words_of_its_own),
		cmocka_unit_test(reasons_are_one_printable_line),
		cmocka_unit_test(xmlsec_knows_what_we_allow_and_no_more),
	};

	if (!saml_verify_init())
		return 1;
	return cmocka_run_group_tests_name("saml verify", tests, NULL, NULL);
}
