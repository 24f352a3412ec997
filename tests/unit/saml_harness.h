/*
 * saml_harness.h - genuine messages for unit tests: tests/data/saml, and the policy
 * and keys under which they are accepted.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/time.h"
#include "saml/verify.h"

struct saml_fixture {
	struct arena arena;
	struct saml_policy policy;
	struct saml_keys keys;
	struct slice signing[1], decryption[1];
	struct saml_input input;
};

static inline struct slice saml_file(struct arena *a, const char *name)
{
	FILE *f = fopen(arena_printf(a, "tests/data/saml/%s", name), "r");
	char *text = arena_alloc(a, 65536);
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, 65535, f);
	fclose(f);
	return (struct slice){ text, n };
}

/* message NULL: none yet. */
static inline struct saml_fixture *saml_fixture_new(struct saml_fixture *f, const char *message)
{
	*f = (struct saml_fixture){ 0 };
	f->policy = (struct saml_policy){
		.entity_id = "https://roster.example/saml/c1/metadata",
		.acs_url = "https://roster.example/saml/c1/acs",
		.slo_url = "https://roster.example/saml/c1/slo",
		.idp_entity_id = "https://idp.example/metadata",
		.request_id = "_q1",
	};
	f->signing[0] = saml_file(&f->arena, "idp.pem");
	f->decryption[0] = saml_file(&f->arena, "sp.pem");
	f->keys = (struct saml_keys){ f->signing, f->decryption, 1, 1 };
	f->input = (struct saml_input){ .form = SAML_FORM_XML };
	f->input.policy = &f->policy;
	f->input.keys = &f->keys;
	assert_true(time_parse("2026-01-02T03:04:05Z", &f->input.now));
	if (message)
		f->input.bytes = saml_file(&f->arena, message);
	return f;
}
