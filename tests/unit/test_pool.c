/* test_pool.c - lending connections, losing them, writers that meet. */

#define HARNESS_BARE
#include "harness.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "db/pool.h"

/* A database that several connections can share. */
static char folder[40];

static const char *shared_url(struct ctx *c)
{
	if (on_pg())
		return database_url;
	snprintf(folder, sizeof(folder), "/tmp/test_pool.XXXXXX");
	assert_non_null(mkdtemp(folder));
	return arena_printf(c->arena, "sqlite:%s/x.db", folder);
}

static void remove_shared(struct ctx *c)
{
	static const char *const names[] = { "x.db", "x.db-wal", "x.db-shm" };

	for (size_t i = 0; !on_pg() && i < 3; i++)
		unlink(arena_printf(c->arena, "%s/%s", folder, names[i]));
	if (!on_pg())
		assert_int_equal(rmdir(folder), 0);
}

static void a_returned_connection_is_lent_again(void **state)
{
	struct ctx *c = *state;
	struct db_pool *pool = db_pool_new(database_url, 2);
	struct db_loan one = { 0 }, two = { 0 };
	struct db *own = c->db, *last;
	int open, lent;

	ok(c, db_lend(pool, c, &one));
	ok(c, db_lend(pool, c, &two));
	last = two.db;
	assert_ptr_equal(c->db, two.db);
	db_pool_count(pool, &open, &lent);
	assert_int_equal(open, 2);
	assert_int_equal(lent, 2);
	db_loan_end(&one);
	db_loan_end(&two);
	db_loan_end(&two);
	db_pool_count(pool, &open, &lent);
	assert_int_equal(open, 2);
	assert_int_equal(lent, 0);
	ok(c, db_lend(pool, c, &one));
	assert_ptr_equal(one.db, last);
	ok(c, db_run(c, NULL, "SELECT 1", DB_NONE));
	db_loan_end(&one);
	db_pool_free(pool);
	c->db = own;
}

static void an_unreachable_database_costs_no_place(void **state)
{
	struct ctx *c = *state;
	struct db_pool *pool = db_pool_new("postgresql://127.0.0.1:1/x", 1);
	struct db *own = c->db;

	for (int i = 0; i < 3; i++) {
		struct db_loan loan = { 0 };

		fails(c, db_lend(pool, c, &loan), ERR_UNAVAILABLE);
		assert_null(c->db);
		db_loan_end(&loan);
	}
	db_pool_free(pool);
	c->db = own;
}

struct writers {
	struct db_pool *pool;
	int each;
};

static bool add_one(struct ctx *c)
{
	SCOPED_TX tx = { 0 };
	struct rows rows;

	if (!tx_begin(c, &tx) || !db_gate(c, TEST_ORG, true) ||
	    !db_run(c, &rows, "SELECT n FROM counter", DB_NONE))
		return false;
	/* lost updates would show: read, then write what was read plus one */
	return db_push(c, "UPDATE counter SET n = $1", DB_ARGS(db_int(row_int(&rows, 0, 0) + 1))) &&
	       tx_commit(&tx);
}

static void *write_often(void *arg)
{
	const struct writers *w = arg;
	intptr_t failures = 0;

	for (int i = 0; i < w->each; i++) {
		struct arena a = { 0 };
		struct ctx c = { .arena = &a };
		SCOPED_LOAN loan = { 0 };

		if (!db_lend(w->pool, &c, &loan) || !add_one(&c))
			failures++;
		arena_free(&a);
	}
	return (void *)failures;
}

static void writers_take_turns(void **state)
{
	struct ctx *c = *state;
	const char *url = shared_url(c);
	struct writers w = { db_pool_new(url, 4), 100 };
	struct db *own = c->db;
	pthread_t threads[8];
	struct rows rows;
	void *failures;

	c->db = db_open(url, &c->err);
	ok(c, c->db);
	ok(c, db_run(c, NULL, "CREATE TABLE counter (n BIGINT)", DB_NONE));
	ok(c, db_run(c, NULL, "INSERT INTO counter (n) VALUES (0)", DB_NONE));
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_often, &w), 0);
	for (size_t i = 0; i < 8; i++) {
		pthread_join(threads[i], &failures);
		assert_null(failures);
	}
	ok(c, db_run(c, &rows, "SELECT n FROM counter", DB_NONE));
	assert_int_equal(row_int(&rows, 0, 0), 800);
	db_close(c->db);
	c->db = own;
	db_pool_free(w.pool);
	remove_shared(c);
}

static void end_session(struct ctx *c, struct db *victim)
{
	struct db *own = c->db;
	struct rows rows;

	c->db = victim;
	ok(c, db_run(c, &rows, "SELECT pg_backend_pid()", DB_NONE));
	c->db = own;
	/* the role may end its own sessions; the second argument waits for it */
	ok(c, db_run(c, NULL, "SELECT pg_terminate_backend($1, 5000)",
		     DB_ARGS(db_int(row_int(&rows, 0, 0)))));
}

static void a_lost_connection_asks_for_another_try(void **state)
{
	struct ctx *c = *state;
	struct db *own = c->db, *victim;

	if (!on_pg())
		skip();
	victim = db_open(database_url, &c->err);
	ok(c, victim);
	end_session(c, victim);
	c->db = victim;
	fails(c, db_run(c, NULL, "SELECT 1", DB_NONE), ERR_RETRY);
	assert_true(db_broken(victim));
	fails(c, db_run(c, NULL, "SELECT 1", DB_NONE), ERR_RETRY);
	c->db = own;
	db_close(victim);
}

static bool lose_in_transaction(struct ctx *c, struct db *own, bool in_commit)
{
	SCOPED_TX tx = { 0 };
	struct db *victim = c->db;

	if (!tx_begin(c, &tx) || !db_run(c, NULL, "INSERT INTO t (id) VALUES (1)", DB_NONE))
		return false;
	c->db = own;
	end_session(c, victim);
	c->db = victim;
	if (!in_commit && !db_run(c, NULL, "SELECT 1", DB_NONE))
		return false;
	return tx_commit(&tx);
}

static void a_connection_lost_in_a_transaction(void **state)
{
	struct ctx *c = *state;
	struct db *own = c->db, *victim;
	struct rows rows;

	if (!on_pg())
		skip();
	ok(c, db_run(c, NULL, "CREATE TABLE t (id BIGINT)", DB_NONE));
	for (int in_commit = 0; in_commit < 2; in_commit++) {
		victim = db_open(database_url, &c->err);
		ok(c, victim);
		c->db = victim;
		fails(c, lose_in_transaction(c, own, in_commit),
		      in_commit ? ERR_UNAVAILABLE : ERR_RETRY);
		assert_true(db_broken(victim));
		c->db = own;
		db_close(victim);
	}
	ok(c, db_run(c, &rows, "SELECT count(*) FROM t", DB_NONE));
	assert_int_equal(row_int(&rows, 0, 0), 0);
}

static void the_pool_lends_no_dead_connection(void **state)
{
	struct ctx *c = *state;
	struct db_pool *pool;
	struct db *own = c->db;
	struct db_loan loan = { 0 };

	if (!on_pg())
		skip();
	pool = db_pool_new(database_url, 1);
	ok(c, db_lend(pool, c, &loan));
	db_loan_end(&loan);
	ok(c, db_lend(pool, c, &loan));
	c->db = own;
	end_session(c, loan.db);
	db_loan_end(&loan);
	ok(c, db_lend(pool, c, &loan));
	ok(c, db_run(c, NULL, "SELECT 1", DB_NONE));
	db_loan_end(&loan);
	db_pool_free(pool);
	c->db = own;
}

static void conflicts_ask_for_another_try(void **state)
{
	static const struct {
		const char *state;
		enum err_kind kind;
	} cases[] = {
		{ "40001", ERR_RETRY },       { "40P01", ERR_RETRY },
		{ "55P03", ERR_RETRY },       { "23505", ERR_UNIQUE },
		{ "53100", ERR_FULL },        { "53300", ERR_UNAVAILABLE },
		{ "57014", ERR_UNAVAILABLE }, { "22012", ERR_INTERNAL },
	};
	struct ctx *c = *state;

	if (!on_pg())
		skip();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		fails(c,
		      db_run(c, NULL,
			     arena_printf(c->arena,
					  "DO $$BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '%s'; "
					  "END$$",
					  cases[i].state),
			     DB_NONE),
		      cases[i].kind);
	assert_false(db_broken(c->db));
}

static bool read_twice(struct ctx *c, struct db *other, int64_t *first, int64_t *second)
{
	SCOPED_TX tx = { 0 };
	struct db *own = c->db;
	struct rows rows;

	if (!tx_begin_read(c, &tx) || !db_run(c, &rows, "SELECT count(*) FROM t", DB_NONE))
		return false;
	*first = row_int(&rows, 0, 0);
	c->db = other;
	if (!db_run(c, NULL, "INSERT INTO t (id) VALUES (1)", DB_NONE))
		return false;
	c->db = own;
	if (!db_run(c, &rows, "SELECT count(*) FROM t", DB_NONE))
		return false;
	*second = row_int(&rows, 0, 0);
	return tx_commit(&tx);
}

static void a_reading_transaction_sees_one_moment(void **state)
{
	struct ctx *c = *state;
	const char *url = shared_url(c);
	struct db *own = c->db, *one = db_open(url, &c->err), *two = db_open(url, &c->err);
	int64_t first, second;

	assert_true(one && two);
	c->db = one;
	ok(c, db_run(c, NULL, "CREATE TABLE t (id BIGINT)", DB_NONE));
	ok(c, read_twice(c, two, &first, &second));
	assert_int_equal(first, 0);
	assert_int_equal(second, 0);
	db_close(one);
	db_close(two);
	c->db = own;
	remove_shared(c);
}

static void rows_can_be_locked_for_update(void **state)
{
	struct ctx *c = *state;
	const char *const ends[] = { db_for_update(c->db), db_for_update_skip(c->db) };

	ok(c, db_run(c, NULL, "CREATE TABLE t (id BIGINT)", DB_NONE));
	for (int i = 0; i < 2; i++)
		ok(c,
		   db_run(c, NULL, arena_printf(c->arena, "SELECT id FROM t%s", ends[i]), DB_NONE));
	assert_int_equal(on_pg(), *ends[0] != '\0');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		db_test(a_returned_connection_is_lent_again),
		db_test(an_unreachable_database_costs_no_place),
		db_test(writers_take_turns),
		db_test(a_lost_connection_asks_for_another_try),
		db_test(a_connection_lost_in_a_transaction),
		db_test(the_pool_lends_no_dead_connection),
		db_test(conflicts_ask_for_another_try),
		db_test(a_reading_transaction_sees_one_moment),
		db_test(rows_can_be_locked_for_update),
	};

	return run_on_each_database(tests);
}
