/* person_harness.h - JSON documents in and out of struct user, for tests that are tables. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../src/scim/person.h"

struct bench {
	struct arena arena;
	struct ctx c;
	struct scim_settings set;
};

static inline void bench_open(struct bench *b)
{
	*b = (struct bench){ .c = { .now = 1700000000000, .base_url = "https://id.example.test" } };
	b->c.arena = &b->arena;
	assert_true(scim_settings_read(&b->c, NULL, &b->set));
}

/* JSON written with ' for ", since it stands in C; '' inside a text is \\u0027. */
static inline json_t *bench_json(struct bench *b, const char *text)
{
	char *s = arena_strdup(&b->arena, text);
	json_error_t why;
	json_t *j;

	for (char *p = s; *p; p++)
		if (*p == '\'')
			*p = '"';
	j = json_loads(s, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &why);
	if (!j)
		fail_msg("%s: %s", why.text, text);
	return json_own(&b->c, j);
}

static inline const char *user_render_whole(struct bench *b, const struct user *u)
{
	return arena_printf(&b->arena, "%s}", user_render(&b->c, u));
}

/* What a client would see, without schemas; b->c.err is not looked at. */
static inline json_t *bench_shown(struct bench *b, const struct user *u)
{
	json_t *j = json_loads(user_render_whole(b, u), 0, NULL);

	if (!j)
		fail_msg("not JSON: %s", user_render_whole(b, u));
	json_object_del(j, "schemas");
	json_object_set_new(j, "active", json_boolean(u->active));
	return json_own(&b->c, j);
}

static inline void bench_same(struct bench *b, const char *what, json_t *have, const char *want)
{
	if (!json_equal(have, bench_json(b, want)))
		fail_msg("%s\n  is     %s\n  wanted %s", what,
			 (char *)arena_adopt(&b->arena, json_dumps(have, JSON_COMPACT)), want);
}
