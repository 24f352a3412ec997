/* test_db.c - the database interface, the same on both engines, and what only one can do. */

#define HARNESS_BARE
#include "harness.h"

#include <stdio.h>

#include "base/text.h"

#define TABLE "CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT, good BOOLEAN)"

static void make_table(struct ctx *c)
{
	ok(c, db_run(c, NULL, TABLE, DB_NONE));
}

static bool insert(struct ctx *c, int64_t id)
{
	return db_run(c, NULL, "INSERT INTO things (id, name, good) VALUES ($1, $2, $3)",
		      DB_ARGS(db_int(id), db_text("x"), db_bool(true)));
}

static bool push(struct ctx *c, int64_t id)
{
	return db_push(c, "INSERT INTO things (id, name, good) VALUES ($1, $2, $3)",
		       DB_ARGS(db_int(id), db_text("pushed"), db_bool(false)));
}

static int64_t count(struct ctx *c)
{
	struct rows rows;

	ok(c, db_run(c, &rows, "SELECT count(*) FROM things", DB_NONE));
	return row_int(&rows, 0, 0);
}

static void every_type_comes_back(void **state)
{
	struct ctx *c = *state;
	struct rows rows;

	make_table(c);
	ok(c,
	   db_run(c, NULL, "INSERT INTO things (id, name, good) VALUES ($1, $2, $3), ($4, $5, $6)",
		  DB_ARGS(db_int(INT64_MIN), db_text("\xc3\xa9 'quoted' \"\n"), db_bool(true),
			  db_int(INT64_MAX), db_null(), db_bool(false))));
	ok(c, db_run(c, &rows, "SELECT id, name, good FROM things ORDER BY id", DB_NONE));
	assert_int_equal(rows.count, 2);
	assert_int_equal(rows.cols, 3);
	assert_true(row_int(&rows, 0, 0) == INT64_MIN);
	assert_string_equal(row_text(&rows, 0, 1), "\xc3\xa9 'quoted' \"\n");
	assert_true(row_bool(&rows, 0, 2));
	assert_true(row_int(&rows, 1, 0) == INT64_MAX);
	assert_null(row_text(&rows, 1, 1));
	assert_false(row_bool(&rows, 1, 2));
	assert_int_equal(row_int(&rows, 1, 1), 0);
}

static void parameters_go_by_number(void **state)
{
	struct ctx *c = *state;
	struct rows rows;

	for (int i = 0; i < 2; i++) {
		ok(c,
		   db_run(c, &rows, "SELECT CAST($2 AS TEXT), CAST($1 AS TEXT), CAST($2 AS TEXT)",
			  DB_ARGS(db_text("one"), db_text("two"))));
		assert_string_equal(row_text(&rows, 0, 0), "two");
		assert_string_equal(row_text(&rows, 0, 1), "one");
		assert_string_equal(row_text(&rows, 0, 2), "two");
	}
}

static void changed_counts_what_was_written(void **state)
{
	struct ctx *c = *state;
	struct rows rows;

	make_table(c);
	ok(c, db_run(c, &rows, "INSERT INTO things (id, name) VALUES (1, 'a'), (2, 'b'), (3, 'c')",
		     DB_NONE));
	assert_int_equal(rows.changed, 3);
	ok(c, db_run(c, &rows, "SELECT * FROM things", DB_NONE));
	assert_int_equal(rows.changed, 0);
	ok(c, db_run(c, &rows, "UPDATE things SET name = 'z' WHERE id > 1 RETURNING id", DB_NONE));
	assert_int_equal(rows.changed, 2);
	assert_int_equal(rows.count, 2);
	ok(c, db_run(c, &rows, "UPDATE things SET name = 'z' WHERE id > 9", DB_NONE));
	assert_int_equal(rows.changed, 0);
	ok(c,
	   db_run(c, &rows, "INSERT INTO things (id) VALUES (1) ON CONFLICT DO NOTHING", DB_NONE));
	assert_int_equal(rows.changed, 0);
	ok(c, db_run(c, &rows, "CREATE TABLE other (id BIGINT)", DB_NONE));
	assert_int_equal(rows.changed, 0);
	ok(c, db_run(c, &rows, "DELETE FROM things", DB_NONE));
	assert_int_equal(rows.changed, 3);
}

static void a_taken_key_is_not_unique(void **state)
{
	struct ctx *c = *state;

	make_table(c);
	ok(c, db_run(c, NULL, "CREATE UNIQUE INDEX names ON things (name)", DB_NONE));
	ok(c, insert(c, 1));
	fails(c, insert(c, 1), ERR_UNIQUE);
	fails(c, insert(c, 2), ERR_UNIQUE);
	fails(c, db_run(c, NULL, "SELEKT", DB_NONE), ERR_INTERNAL);
	ok(c, db_run(c, NULL, "SELECT 1", DB_NONE));
}

static void cells_outlive_the_next_statement(void **state)
{
	struct ctx *c = *state;
	struct rows rows, more;

	make_table(c);
	for (int i = 0; i < 100; i++)
		ok(c, insert(c, i));
	ok(c, db_run(c, &rows, "SELECT id, name FROM things ORDER BY id", DB_NONE));
	ok(c, db_run(c, &more, "SELECT id, name FROM things ORDER BY id DESC", DB_NONE));
	for (int i = 0; i < 100; i++) {
		assert_int_equal(row_int(&rows, i, 0), i);
		assert_int_equal(row_int(&more, i, 0), 99 - i);
	}
}

static bool leave_early(struct ctx *c)
{
	SCOPED_TX tx = { 0 };

	return tx_begin(c, &tx) && insert(c, 1) && push(c, 2) && error(c, ERR_CONFLICT, "enough");
}

static void a_scope_left_early_rolls_back(void **state)
{
	struct ctx *c = *state;

	make_table(c);
	fails(c, leave_early(c), ERR_CONFLICT);
	assert_int_equal(count(c), 0);
}

static bool commit_two(struct ctx *c)
{
	SCOPED_TX tx = { 0 };

	return tx_begin(c, &tx) && insert(c, 1) && push(c, 2) && tx_commit(&tx);
}

static void a_commit_stays(void **state)
{
	struct ctx *c = *state;

	make_table(c);
	ok(c, commit_two(c));
	assert_int_equal(count(c), 2);
	fails(c, commit_two(c), ERR_UNIQUE);
	assert_int_equal(count(c), 2);
}

static bool begin_twice(struct ctx *c)
{
	SCOPED_TX tx = { 0 }, inner = { 0 };

	return tx_begin(c, &tx) && tx_begin(c, &inner);
}

static void transactions_do_not_nest(void **state)
{
	struct ctx *c = *state;

	fails(c, begin_twice(c), ERR_INTERNAL);
	make_table(c);
	fails(c, push(c, 1), ERR_INTERNAL);
	fails(c, db_gate(c, TEST_ORG, true), ERR_INTERNAL);
	ok(c, insert(c, 1));
}

static bool empty_transactions(struct ctx *c)
{
	SCOPED_TX tx = { 0 };

	if (!tx_begin(c, &tx))
		return false;
	tx_end(&tx);
	return tx_begin_read(c, &tx) && tx_commit(&tx);
}

static void a_transaction_may_be_empty(void **state)
{
	struct ctx *c = *state;

	ok(c, empty_transactions(c));
	make_table(c);
}

/* The arguments of a push need not live until it is sent. */
static bool push_many(struct ctx *c, int n)
{
	SCOPED_TX tx = { 0 };
	char name[16];

	if (!tx_begin(c, &tx) || !db_gate(c, TEST_ORG, false))
		return false;
	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		if (!db_push(c, "INSERT INTO things (id, name) VALUES ($1, $2)",
			     DB_ARGS(db_int(i), db_text(name))))
			return false;
		memset(name, 'x', sizeof(name) - 1);
	}
	return tx_commit(&tx);
}

static void many_pushes_all_arrive(void **state)
{
	struct ctx *c = *state;
	struct rows rows;

	make_table(c);
	ok(c, push_many(c, 1000));
	assert_int_equal(count(c), 1000);
	ok(c, db_run(c, &rows, "SELECT name FROM things WHERE id = 999", DB_NONE));
	assert_string_equal(row_text(&rows, 0, 0), "n999");
}

static bool push_then_run(struct ctx *c, int bad_at, int n)
{
	SCOPED_TX tx = { 0 };
	struct rows rows;

	if (!tx_begin(c, &tx))
		return false;
	for (int i = 0; i < n; i++)
		if (!push(c, i == bad_at ? 0 : i))
			return false;
	return db_run(c, &rows, "SELECT count(*) FROM things", DB_NONE) && tx_commit(&tx);
}

static void a_push_that_fails_undoes_all(void **state)
{
	static const struct {
		int bad_at, n;
	} cases[] = { { 1, 2 }, { 5, 10 }, { 9, 10 }, { 63, 200 }, { 64, 200 }, { 150, 200 } };
	struct ctx *c = *state;

	make_table(c);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fails(c, push_then_run(c, cases[i].bad_at, cases[i].n), ERR_UNIQUE);
		assert_false(db_broken(c->db));
		assert_int_equal(count(c), 0);
	}
	ok(c, push_then_run(c, -1, 200));
	assert_int_equal(count(c), 200);
}

static bool push_new_statements(struct ctx *c, bool with_error)
{
	SCOPED_TX tx = { 0 };

	if (!tx_begin(c, &tx) || !push(c, 1) || (with_error && !push(c, 1)))
		return false;
	/* never prepared if the one before fails */
	return db_push(c, "UPDATE things SET name = $1 WHERE id = $2",
		       DB_ARGS(db_text("later"), db_int(1))) &&
	       tx_commit(&tx);
}

static void a_statement_behind_an_error_can_be_used_later(void **state)
{
	struct ctx *c = *state;
	struct rows rows;

	make_table(c);
	fails(c, push_new_statements(c, true), ERR_UNIQUE);
	ok(c, push_new_statements(c, false));
	ok(c, db_run(c, &rows, "SELECT name FROM things", DB_NONE));
	assert_string_equal(row_text(&rows, 0, 0), "later");
}

static void several_statements_each_have_their_rows(void **state)
{
	struct ctx *c = *state;
	struct rows one, two;

	make_table(c);
	ok(c, db_run_all(c,
			 (const struct db_stmt[]){
				 { "INSERT INTO things (id, name) VALUES ($1, $2) RETURNING id",
				   DB_ARGS(db_int(7), db_text("seven")), &one },
				 { "UPDATE things SET good = $1", DB_ARGS(db_bool(true)), NULL },
				 { "SELECT name, good FROM things", DB_NONE, &two },
			 },
			 3));
	assert_int_equal(row_int(&one, 0, 0), 7);
	assert_string_equal(row_text(&two, 0, 0), "seven");
	assert_true(row_bool(&two, 0, 1));
	fails(c,
	      db_run_all(c,
			 (const struct db_stmt[]){
				 { "SELECT id FROM things", DB_NONE, &one },
				 { "INSERT INTO things (id) VALUES (7)", DB_NONE, NULL },
				 { "DELETE FROM things", DB_NONE, NULL },
			 },
			 3),
	      ERR_UNIQUE);
	assert_int_equal(count(c), 1);
}

/* More different texts than there are places for prepared statements. */
static void statements_make_room_for_others(void **state)
{
	struct ctx *c = *state;
	struct rows rows;

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 1500; i++) {
			ok(c, db_run(c, &rows,
				     arena_printf(c->arena, "SELECT CAST($1 AS BIGINT) + %d", i),
				     DB_ARGS(db_int(1))));
			assert_int_equal(row_int(&rows, 0, 0), i + 1);
		}
}

static bool push_different(struct ctx *c, int n)
{
	SCOPED_TX tx = { 0 };

	if (!tx_begin(c, &tx))
		return false;
	for (int i = 0; i < n; i++)
		if (!db_push(c,
			     arena_printf(c->arena,
					  "INSERT INTO things (id, name) VALUES ($1 + %d, 'x')", i),
			     DB_ARGS(db_int(0))))
			return false;
	return tx_commit(&tx);
}

static void pushed_statements_make_room_for_others(void **state)
{
	struct ctx *c = *state;

	make_table(c);
	ok(c, push_different(c, 3000));
	assert_int_equal(count(c), 3000);
}

static void many_rows_in_one_insert(void **state)
{
	enum { ROWS = 5000 };
	struct ctx *c = *state;
	struct buf sql = buf_in(c->arena, 1 << 20);
	struct db_val *v = arena_array(c->arena, struct db_val, (size_t)ROWS * 2);
	char *big = arena_alloc(c->arena, 400);

	make_table(c);
	memset(big, 'b', 399);
	buf_puts(&sql, "INSERT INTO things (id, name) VALUES ");
	for (int i = 0; i < ROWS; i++) {
		buf_printf(&sql, "%s($%d, $%d)", i ? ", " : "", i * 2 + 1, i * 2 + 2);
		v[i * 2] = db_int(i);
		v[i * 2 + 1] = db_text(big);
	}
	ok(c, db_run(c, NULL, sql.p, (struct db_args){ v, ROWS * 2 }));
	assert_int_equal(count(c), ROWS);
}

static bool push_big(struct ctx *c, const char *big, int n)
{
	SCOPED_TX tx = { 0 };

	if (!tx_begin(c, &tx))
		return false;
	/* large both ways, so that either side may have to wait for the other */
	for (int i = 0; i < n; i++)
		if (!db_push(c, "INSERT INTO things (id, name) VALUES ($1, $2) RETURNING name",
			     DB_ARGS(db_int(i), db_text(big))))
			return false;
	return tx_commit(&tx);
}

static void large_pushes_do_not_block(void **state)
{
	struct ctx *c = *state;
	char *big = arena_alloc(c->arena, 1 << 20);

	memset(big, 'b', (1 << 20) - 1);
	make_table(c);
	ok(c, push_big(c, big, 40));
	assert_int_equal(count(c), 40);
}

static void connections_prefer_different_slots(void **state)
{
	struct ctx *c = *state;
	struct db *more[3];
	unsigned seen = 1U << db_slot(c->db, 4);

	for (int i = 0; i < 3; i++) {
		more[i] = db_open(database_url, &c->err);
		ok(c, more[i]);
		seen |= 1U << db_slot(more[i], 4);
	}
	assert_int_equal(seen, 0xf);
	/* one that went makes place for one that comes */
	seen = (unsigned)db_slot(more[1], 4);
	db_close(more[1]);
	more[1] = db_open(database_url, &c->err);
	ok(c, more[1]);
	assert_int_equal(db_slot(more[1], 4), seen);
	for (int i = 0; i < 3; i++)
		db_close(more[i]);
}

static void a_url_without_a_driver_is_refused(void **state)
{
	struct ctx *c = *state;

	assert_null(db_open("mysql://root:secret@localhost/x", &c->err));
	assert_null(strstr(c->err.msg, "secret"));
	assert_true(err_take(&c->err, ERR_VALUE));
	fails(c, db_open("sqlite:/no/such/folder/x.db", &c->err), ERR_UNAVAILABLE);
	fails(c, db_open("postgresql://127.0.0.1:1/x", &c->err), ERR_UNAVAILABLE);
}

static void organizations_are_named_by_ids(void **state)
{
	struct ctx *c = *state;

	fails(c, db_enter_org(c, "x'; DROP TABLE things; --"), ERR_INTERNAL);
	ok(c, db_enter_org(c, NULL));
	ok(c, db_enter_org(c, TEST_ORG));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		db_test(every_type_comes_back),
		db_test(parameters_go_by_number),
		db_test(changed_counts_what_was_written),
		db_test(a_taken_key_is_not_unique),
		db_test(cells_outlive_the_next_statement),
		db_test(a_scope_left_early_rolls_back),
		db_test(a_commit_stays),
		db_test(transactions_do_not_nest),
		db_test(a_transaction_may_be_empty),
		db_test(many_pushes_all_arrive),
		db_test(a_push_that_fails_undoes_all),
		db_test(a_statement_behind_an_error_can_be_used_later),
		db_test(several_statements_each_have_their_rows),
		db_test(statements_make_room_for_others),
		db_test(pushed_statements_make_room_for_others),
		db_test(many_rows_in_one_insert),
		db_test(large_pushes_do_not_block),
		db_test(connections_prefer_different_slots),
		db_test(a_url_without_a_driver_is_refused),
		db_test(organizations_are_named_by_ids),
	};

	return run_on_each_database(tests);
}
