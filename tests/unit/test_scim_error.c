/* test_scim_error.c - every kind of error has its SCIM answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/json.h"
#include "scim/scim.h"

/* RFC 7644, table 9, and no other word. */
static const char *const types[] = { "invalidFilter", "tooMany",     "uniqueness", "mutability",
				     "invalidSyntax", "invalidPath", "noTarget",   "invalidValue",
				     "invalidVers",   "sensitive" };

static const char *text(const json_t *j, const char *name)
{
	return json_string_value(json_object_get(j, name));
}

static json_t *answer(struct ctx *c, enum err_kind kind, struct http_resp *p)
{
	json_t *j;

	*p = (struct http_resp){ 0 };
	c->err = (struct err){ 0 };
	(void)error(c, kind, "secret of the house");
	scim_error(c, p);
	assert_string_equal(p->type, "application/scim+json");
	j = json_loadb(p->body.p, p->body.n, 0, NULL);
	assert_non_null(j);
	return json_own(c, j);
}

static bool is_type(const char *word)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i], word) == 0)
			return true;
	return false;
}

static void every_kind_has_an_answer(void **state)
{
	struct arena a = { 0 };
	struct ctx c = { .arena = &a, .trace = "trace-1" };

	(void)state;
	for (int kind = ERR_NONE + 1; kind < ERR_KINDS; kind++) {
		struct http_resp p;
		json_t *j = answer(&c, (enum err_kind)kind, &p);
		const char *type = text(j, "scimType");

		if (p.status < 400 || p.status > 599)
			fail_msg("%s is answered with %d", err_name((enum err_kind)kind), p.status);
		assert_int_equal(atol(text(j, "status")), p.status);
		assert_true(!type || is_type(type));
		assert_string_equal(json_string_value(
					    json_array_get(json_object_get(j, "schemas"), 0)),
				    "urn:ietf:params:scim:api:messages:2.0:Error");
		/* what went wrong inside is for the log; outside, only the reference */
		if (kind >= ERR_RETRY) {
			assert_null(strstr(text(j, "detail"), "secret"));
			assert_non_null(strstr(text(j, "detail"), "trace-1"));
		} else {
			assert_string_equal(text(j, "detail"), "secret of the house");
		}
	}
	arena_free(&a);
}

static const char *header(const struct http_resp *p, const char *name, int nth)
{
	for (int i = 0; i < p->headers; i++)
		if (strcmp(p->header[i].name, name) == 0 && nth-- == 0)
			return p->header[i].value;
	return NULL;
}

static void statuses_and_headers(void **state)
{
	/* clang-format off */
	static const struct {
		enum err_kind kind;
		int status;
		const char *type, *retry;
	} table[] = {
		{ ERR_SYNTAX,      400, "invalidSyntax", NULL },
		{ ERR_VALUE,       400, "invalidValue",  NULL },
		{ ERR_FILTER,      400, "invalidFilter", NULL },
		{ ERR_PATH,        400, "invalidPath",   NULL },
		{ ERR_NO_TARGET,   400, "noTarget",      NULL },
		{ ERR_MUTABILITY,  400, "mutability",    NULL },
		{ ERR_TOO_MANY,    400, "tooMany",       NULL },
		{ ERR_TOO_LARGE,   413, NULL,            NULL },
		{ ERR_BUSY,        429, NULL,            "60" },
		{ ERR_SEATS,       403, NULL,            NULL },
		{ ERR_UNIQUE,      409, "uniqueness",    NULL },
		{ ERR_CONFLICT,    409, NULL,            NULL },
		{ ERR_VERSION,     412, NULL,            NULL },
		{ ERR_RETRY,       503, NULL,            "5"  },
		{ ERR_UNAVAILABLE, 503, NULL,            "5"  },
		{ ERR_FULL,        507, NULL,            NULL },
		{ ERR_INTERNAL,    500, NULL,            NULL },
	};
	/* clang-format on */
	struct arena a = { 0 };
	struct ctx c = { .arena = &a };

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct http_resp p;
		const char *type = text(answer(&c, table[i].kind, &p), "scimType");
		const char *retry = header(&p, "Retry-After", 0);

		assert_int_equal(p.status, table[i].status);
		assert_string_equal(type ? type : "", table[i].type ? table[i].type : "");
		assert_string_equal(retry ? retry : "", table[i].retry ? table[i].retry : "");
	}
	arena_free(&a);
}

static void unauthenticated_names_the_schemes(void **state)
{
	struct arena a = { 0 };
	struct ctx c = { .arena = &a };
	struct http_resp p;

	(void)state;
	(void)answer(&c, ERR_UNAUTHENTICATED, &p);
	assert_string_equal(header(&p, "WWW-Authenticate", 0), "Bearer realm=\"rosterd\"");
	assert_string_equal(header(&p, "WWW-Authenticate", 1), "Basic realm=\"rosterd\"");
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_an_answer),
		cmocka_unit_test(statuses_and_headers),
		cmocka_unit_test(unauthenticated_names_the_schemes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
