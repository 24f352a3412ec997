/* db.c - what is the same for every database: opening, transactions, cells. */
#include "db/db.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"

static const struct {
	const char *scheme;
	const struct db_driver *driver;
} schemes[] = {
	{ "sqlite:", &db_sqlite },
	{ "postgresql:", &db_pgsql },
	{ "postgres:", &db_pgsql },
};

/* Numbers in use, a bit each; beyond them connections share the last. */
static pthread_mutex_t numbers_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t numbers[16];

static int take_number(void)
{
	int number = (int)(sizeof(numbers) * 8) - 1;

	pthread_mutex_lock(&numbers_lock);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (numbers[i] == UINT64_MAX)
			continue;
		number = (int)i * 64 + __builtin_ctzll(~numbers[i]);
		break;
	}
	numbers[number / 64] |= UINT64_C(1) << (number % 64);
	pthread_mutex_unlock(&numbers_lock);
	return number;
}

static void give_number(int number)
{
	pthread_mutex_lock(&numbers_lock);
	numbers[number / 64] &= ~(UINT64_C(1) << (number % 64));
	pthread_mutex_unlock(&numbers_lock);
}

struct db *db_open(const char *url, struct err *err)
{
	struct db *db;

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		if (strncmp(url, schemes[i].scheme, strlen(schemes[i].scheme)) != 0)
			continue;
		db = schemes[i].driver->open(url, err);
		if (!db)
			return NULL;
		db->driver = schemes[i].driver;
		db->number = take_number();
		return db;
	}
	/* not the URL itself: it may hold a password */
	err_set(err, __FILE__, __LINE__, ERR_VALUE,
		"the database URL must begin with sqlite: or postgresql:");
	return NULL;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	give_number(db->number);
	db->driver->close(db);
}

bool db_broken(const struct db *db)
{
	return db->broken;
}

bool db_run(struct ctx *c, struct rows *rows, const char *sql, struct db_args args)
{
	return db_run_all(c, &(struct db_stmt){ .sql = sql, .args = args, .rows = rows }, 1);
}

bool db_run_all(struct ctx *c, const struct db_stmt *stmts, int n)
{
	return c->db->driver->run(c, stmts, n);
}

bool db_push(struct ctx *c, const char *sql, struct db_args args)
{
	if (!c->db->in_tx)
		return error(c, ERR_INTERNAL, "pushed outside a transaction: %.120s", sql);
	return c->db->driver->push(c, &(struct db_stmt){ .sql = sql, .args = args });
}

bool db_ask(struct ctx *c, struct rows *rows, const char *sql, struct db_args args)
{
	*rows = (struct rows){ 0 };
	return c->db->driver->push(c, &(struct db_stmt){ .sql = sql, .args = args, .rows = rows });
}

bool db_fetch(struct ctx *c)
{
	return c->db->driver->run(c, NULL, 0);
}

bool db_enter_org(struct ctx *c, const char *org_id)
{
	if (org_id && org_id[strspn(org_id, "0123456789abcdef-")])
		return error(c, ERR_INTERNAL, "not the id of an organization");
	if (c->db->driver->enter_org)
		c->db->driver->enter_org(c->db, org_id ? org_id : "");
	return true;
}

bool db_gate(struct ctx *c, const char *org_id, bool alone)
{
	if (!c->db->in_tx)
		return error(c, ERR_INTERNAL, "the gate is held by a transaction, none is open");
	/* one writer at a time: it is always alone */
	if (!c->db->driver->gate)
		return c->alone = true;
	return c->db->driver->gate(c, org_id, alone);
}

bool db_alone(struct ctx *c)
{
	if (c->alone)
		return true;
	c->alone = true;
	return error(c, ERR_RETRY, "this change needs its organization to itself");
}

int db_slot(const struct db *db, int n)
{
	return db->number % n;
}

const char *db_for_update(const struct db *db)
{
	return db->driver->for_update;
}

const char *db_for_update_skip(const struct db *db)
{
	return db->driver->for_update_skip;
}

const char *row_text(const struct rows *r, int row, int col)
{
	return r->cell[(size_t)row * (size_t)r->cols + (size_t)col];
}

int64_t row_int(const struct rows *r, int row, int col)
{
	const char *s = row_text(r, row, col);

	return s ? strtoll(s, NULL, 10) : 0;
}

bool row_bool(const struct rows *r, int row, int col)
{
	const char *s = row_text(r, row, col);

	return s && (*s == 't' || *s == '1');
}

static bool begin(struct ctx *c, struct tx *tx, bool to_write)
{
	if (c->db->in_tx)
		return error(c, ERR_INTERNAL, "a transaction is already open");
	if (!c->db->driver->begin(c, to_write))
		return false;
	c->db->in_tx = true;
	tx->c = c;
	return true;
}

bool tx_begin(struct ctx *c, struct tx *tx)
{
	return begin(c, tx, true);
}

bool tx_begin_read(struct ctx *c, struct tx *tx)
{
	return begin(c, tx, false);
}

bool tx_commit(struct tx *tx)
{
	/* a commit that failed is rolled back by tx_end() like anything else */
	if (!tx->c->db->driver->commit(tx->c))
		return false;
	tx->c->db->in_tx = false;
	tx->c = NULL;
	return true;
}

void tx_end(struct tx *tx)
{
	struct err err;

	if (!tx->c)
		return;
	/* why the work was given up is what counts, not what giving up met */
	err = tx->c->err;
	tx->c->db->driver->rollback(tx->c);
	tx->c->err = err;
	tx->c->db->in_tx = false;
	tx->c = NULL;
}
