/*
 * harness.h - what the unit tests share: a ctx on a fresh database.
 *
 * A test is in a list as db_test(name) and finds a struct ctx in *state.  The
 * list runs on SQLite in memory and, if TEST_PGURL is set, on PostgreSQL.
 * Define before including:
 *   HARNESS_BARE      no tables: the tests make their own
 *   HARNESS_SEED(c)   an expression, true when it has put in what each test needs
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/ctx.h"
#include "base/org.h"
#include "db/db.h"

#ifndef HARNESS_BARE
#include "change/schema.h"
#endif

#define TEST_ORG  "0190a0b0-0000-7000-8000-000000000001"
#define OTHER_ORG "0190a0b0-0000-7000-8000-000000000002"

#define db_test(fn) cmocka_unit_test_setup_teardown(fn, fresh_database, drop_database)

/* For a program's main(): return run_on_each_database(tests); */
#define run_on_each_database(tests)                                                                \
	(cmocka_run_group_tests_name("sqlite", tests, use_sqlite, NULL) +                          \
	 (getenv("TEST_PGURL") ? cmocka_run_group_tests_name("postgresql", tests, use_pg, NULL)    \
			       : 0))

/* It worked; if not, say why. */
#define ok(c, call)                                                                                \
	do {                                                                                       \
		if (!(call))                                                                       \
			fail_msg("%s: %s (%s:%d)", err_name((c)->err.kind), (c)->err.msg,          \
				 (c)->err.file, (c)->err.line);                                    \
	} while (0)

/* It failed in this way; the error is cleared for what follows. */
#define fails(c, call, want)                                                                       \
	do {                                                                                       \
		assert_false(call);                                                                \
		if ((c)->err.kind != (want))                                                       \
			fail_msg("wanted %s, got %s: %s", err_name(want), err_name((c)->err.kind), \
				 (c)->err.msg);                                                    \
		assert_true(err_take(&(c)->err, (want)));                                          \
	} while (0)

static const char *database_url;

static inline bool on_pg(void)
{
	return strncmp(database_url, "postgres", 8) == 0;
}

static inline int use_sqlite(void **state)
{
	(void)state;
	database_url = "sqlite::memory:";
	return 0;
}

static inline int use_pg(void **state)
{
	(void)state;
	database_url = getenv("TEST_PGURL");
	return 0;
}

static inline int fresh_database(void **state)
{
	static const struct org org = { .id = TEST_ORG, .name = "Test" };
	static const struct actor actor = { .kind = "system", .name = "test" };
	struct ctx *c = calloc(1, sizeof(*c));

	c->arena = calloc(1, sizeof(*c->arena));
	c->now = 1700000000000;
	c->actor = &actor;
	c->trace = "test";
	c->base_url = "https://id.example.test";
	c->db = db_open(database_url, &c->err);
	ok(c, c->db);
	if (on_pg()) {
		ok(c, db_run(c, NULL, "DROP SCHEMA public CASCADE", DB_NONE));
		ok(c, db_run(c, NULL, "CREATE SCHEMA public", DB_NONE));
	}
#ifndef HARNESS_BARE
	ok(c, schema_migrate(c));
#endif
	c->org = &org;
	ok(c, db_enter_org(c, org.id));
#ifdef HARNESS_SEED
	ok(c, HARNESS_SEED(c));
#endif
	*state = c;
	return 0;
}

static inline int drop_database(void **state)
{
	struct ctx *c = *state;

	arena_free(c->arena);
	db_close(c->db);
	free(c->arena);
	free(c);
	return 0;
}
