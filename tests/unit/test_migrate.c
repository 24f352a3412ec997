/* test_migrate.c - schema versions, and the wall between organizations on PostgreSQL. */

#define HARNESS_BARE
#include "harness.h"

#include <pthread.h>
#include <unistd.h>

#include "base/text.h"
#include "db/migrate.h"

static const char *const tables[] = { "things", NULL };

static const struct migration list[] = {
	{ (const char *const[]){ "CREATE TABLE things (org_id TEXT NOT NULL, id BIGINT NOT NULL, "
				 "PRIMARY KEY (org_id, id))",
				 NULL },
	  tables, NULL },
	{ (const char *const[]){ "ALTER TABLE things ADD COLUMN name TEXT",
				 "CREATE INDEX things_name ON things (org_id, name)", NULL },
	  NULL, NULL },
	{ (const char *const[]){ "CREATE TABLE others (id BIGINT)", "THIS IS NOT SQL", NULL }, NULL,
	  NULL },
};

static const char *const nothing[] = { NULL };
static const char *const kept[] = { "hats", NULL };

static const struct migration keys[] = {
	{ (const char *const[]){
		  "CREATE TABLE users (org_id TEXT, id TEXT, PRIMARY KEY (org_id, id))",
		  "CREATE TABLE hats (org_id TEXT, user_id TEXT, n BIGINT PRIMARY KEY,"
		  " FOREIGN KEY (org_id, user_id) REFERENCES users (org_id, id))",
		  NULL },
	  NULL, NULL },
	{ nothing, NULL, kept },
};

static int version(struct ctx *c)
{
	int n = -1;

	ok(c, db_schema_version(c, &n));
	return n;
}

static bool insert(struct ctx *c, const char *org, int64_t id)
{
	return db_run(c, NULL, "INSERT INTO things (org_id, id) VALUES ($1, $2)",
		      DB_ARGS(db_text(org), db_int(id)));
}

static int64_t count(struct ctx *c)
{
	struct rows rows;

	ok(c, db_run(c, &rows, "SELECT count(*) FROM things", DB_NONE));
	return row_int(&rows, 0, 0);
}

static void each_migration_runs_once(void **state)
{
	struct ctx *c = *state;

	assert_int_equal(version(c), 0);
	ok(c, db_migrate(c, list, 1));
	assert_int_equal(version(c), 1);
	ok(c, db_migrate(c, list, 2));
	ok(c, db_migrate(c, list, 2));
	assert_int_equal(version(c), 2);
	ok(c, db_run(c, NULL, "SELECT name FROM things", DB_NONE));
}

static void a_failed_migration_leaves_nothing(void **state)
{
	struct ctx *c = *state;

	fails(c, db_migrate(c, list, 3), ERR_INTERNAL);
	assert_int_equal(version(c), 2);
	fails(c, db_run(c, NULL, "SELECT id FROM others", DB_NONE), ERR_INTERNAL);
}

static void a_newer_database_is_refused(void **state)
{
	struct ctx *c = *state;

	ok(c, db_migrate(c, list, 2));
	assert_false(db_migrate(c, list, 1));
	assert_int_equal(c->err.kind, ERR_VALUE);
	assert_string_equal(c->err.msg, "this database has schema 2, this rosterd knows 1: "
					"start a newer rosterd");
	assert_true(err_take(&c->err, ERR_VALUE));
}

static void rows_of_others_are_not_seen(void **state)
{
	struct ctx *c = *state;

	if (!on_pg())
		skip();
	ok(c, db_migrate(c, list, 2));
	ok(c, db_enter_org(c, TEST_ORG));
	ok(c, insert(c, TEST_ORG, 1));
	assert_int_equal(count(c), 1);
	ok(c, db_enter_org(c, OTHER_ORG));
	assert_int_equal(count(c), 0);
	fails(c, insert(c, TEST_ORG, 2), ERR_INTERNAL);
	/* nobody's connection sees nobody's rows */
	ok(c, db_enter_org(c, NULL));
	assert_int_equal(count(c), 0);
	fails(c, insert(c, TEST_ORG, 2), ERR_INTERNAL);
	ok(c, db_enter_org(c, TEST_ORG));
	assert_int_equal(count(c), 1);
}

static bool enter_and_leave(struct ctx *c, const char *org)
{
	SCOPED_TX tx = { 0 };

	return tx_begin(c, &tx) && db_enter_org(c, org) && insert(c, org, 5) && count(c) == 1;
}

/* The server forgets a setting made in a transaction that is rolled back. */
static void a_rollback_does_not_mix_up_organizations(void **state)
{
	struct ctx *c = *state;

	if (!on_pg())
		skip();
	ok(c, db_migrate(c, list, 2));
	ok(c, db_enter_org(c, TEST_ORG));
	ok(c, insert(c, TEST_ORG, 1));
	assert_true(enter_and_leave(c, OTHER_ORG));
	assert_int_equal(count(c), 0);
	ok(c, db_enter_org(c, TEST_ORG));
	assert_int_equal(count(c), 1);
	ok(c, db_enter_org(c, OTHER_ORG));
	fails(c, db_run(c, NULL, "SELECT 1 / 0", DB_NONE), ERR_INTERNAL);
	assert_int_equal(count(c), 0);
	ok(c, insert(c, OTHER_ORG, 1));
}

static bool hat(struct ctx *c, int64_t n)
{
	return db_run(c, NULL, "INSERT INTO hats (org_id, user_id, n) VALUES ('o', 'nobody', $1)",
		      DB_ARGS(db_int(n)));
}

/* Only where looking somebody up is dear. */
static void a_table_gives_up_its_key_to_users(void **state)
{
	struct ctx *c = *state;

	ok(c, db_migrate(c, keys, 1));
	fails(c, hat(c, 1), ERR_INTERNAL);
	ok(c, db_migrate(c, keys, 2));
	if (on_pg())
		ok(c, hat(c, 2));
	else
		fails(c, hat(c, 2), ERR_INTERNAL);
}

static void *migrate_by_url(void *url)
{
	struct arena a = { 0 };
	struct ctx c = { .arena = &a };
	const char *problem = NULL;

	c.db = db_open(url, &c.err);
	if (!c.db || !db_migrate(&c, list, 2))
		problem = strdup(c.err.msg);
	db_close(c.db);
	arena_free(&a);
	return (void *)(uintptr_t)problem;
}

static void several_may_start_at_once(void **state)
{
	struct ctx *c = *state;
	char folder[] = "/tmp/test_migrate.XXXXXX";
	char *url = arena_strdup(c->arena, database_url);
	pthread_t threads[6];
	void *problem;

	assert_non_null(mkdtemp(folder));
	if (!on_pg())
		url = arena_printf(c->arena, "sqlite:%s/x.db", folder);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, migrate_by_url, url), 0);
	for (size_t i = 0; i < 6; i++) {
		pthread_join(threads[i], &problem);
		if (problem)
			fail_msg("%s", (char *)problem);
	}
	if (on_pg())
		assert_int_equal(version(c), 2);
	unlink(arena_printf(c->arena, "%s/x.db", folder));
	unlink(arena_printf(c->arena, "%s/x.db-wal", folder));
	unlink(arena_printf(c->arena, "%s/x.db-shm", folder));
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		db_test(each_migration_runs_once),
		db_test(a_failed_migration_leaves_nothing),
		db_test(a_newer_database_is_refused),
		db_test(rows_of_others_are_not_seen),
		db_test(a_rollback_does_not_mix_up_organizations),
		db_test(a_table_gives_up_its_key_to_users),
		db_test(several_may_start_at_once),
	};

	return run_on_each_database(tests);
}
