/*
 * fuzz_saml.c - what strangers send to sign in: any bytes in any form, and behind
 * the signature (which no fuzzer makes) any well-formed response.
 *
 * The first byte chooses the form, the second what the connection tolerates.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/saml/job.h"
#include "../../src/saml/wire.h"

enum { RESPONSE, LOGOUT, BEHIND, ANSWER, KINDS };

static char certificate[4096], private_key[4096];
static struct slice signing, decryption;

static struct slice load(const char *name, char room[4096])
{
	char path[200];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "tests/data/saml/%s", name);
	f = fopen(path, "r");
	n = f ? fread(room, 1, 4095, f) : 0;
	if (f)
		fclose(f);
	return (struct slice){ room, n };
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	signing = load("idp.pem", certificate);
	decryption = load("sp.pem", private_key);
	return signing.n && decryption.n && saml_verify_init() ? 0 : -1;
}

/* As if a pinned key had signed it. */
static void read_behind(struct arena *a, const struct saml_input *in)
{
	struct job j = { .arena = a,
			 .in = in,
			 .policy = in->policy,
			 .skew = INT64_C(1) << 40,
			 .max_age = INT64_C(1) << 40 };
	struct proven response = { .covered = true }, assertion = { .covered = true };
	struct saml_assertion out = { 0 };
	xmlDoc *doc;

	if (!xml_parse(&j, in->bytes, &doc))
		return;
	response.read = xmlDocGetRootElement(doc);
	if (!node_is(response.read, NS_SAMLP, "Response") || !shape_fits(&j, response.read))
		return;
	assertion.read = node_child(response.read, NS_SAML, "Assertion");
	if (assertion.read && check_response(&j, &response, &assertion, &out) && !out.assertion_id)
		abort();
}

static void read_answer(struct arena *a, struct slice bytes)
{
	struct wire w = wire_from(a, bytes);
	struct saml_assertion out;
	enum saml_refusal why;

	wire_assertion(&w, &why, &out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct saml_policy policy = { .entity_id = "https://roster.example/saml/c1/metadata",
				      .acs_url = "https://roster.example/saml/c1/acs",
				      .slo_url = "https://roster.example/saml/c1/slo",
				      .idp_entity_id = "https://idp.example/metadata",
				      .request_id = "_q1" };
	struct saml_keys keys = { &signing, &decryption, 1, 1 };
	struct saml_input in = { .policy = &policy, .keys = &keys, .now = 1767323045000 };
	struct saml_assertion assertion;
	struct saml_logout logout;
	struct arena a = { 0 };

	if (n < 2)
		return 0;
	in.form = (enum saml_form)(data[0] % SAML_FORMS);
	in.bytes = (struct slice){ (const char *)data + 2, n - 2 };
	policy.allow_sha1 = data[1] & 1;
	policy.allow_cbc = data[1] & 2;
	policy.allow_inclusive_c14n = data[1] & 4;
	switch (data[0] / SAML_FORMS % KINDS) {
	case RESPONSE:
		if (!saml_verify(&a, &in, &assertion) && !assertion.assertion_id)
			abort();
		break;
	case LOGOUT:
		if (!saml_verify_logout(&a, &in, &logout) && !logout.id)
			abort();
		break;
	case BEHIND:
		read_behind(&a, &in);
		break;
	default:
		read_answer(&a, in.bytes);
	}
	arena_free(&a);
	return 0;
}
