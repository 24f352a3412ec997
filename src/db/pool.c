/* pool.c - open connections, lent out one per piece of work, the warmest first. */
#include "db/pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/org.h"
#include "driver.h"

enum { WAIT_SECONDS = 5 };

struct db_pool {
	char *url;
	struct db **idle; /* a stack: the last returned goes out first */
	int idle_count, lent, max;
	pthread_mutex_t lock;
	pthread_cond_t returned;
};

struct db_pool *db_pool_new(const char *url, int max)
{
	struct db_pool *pool = calloc(1, sizeof(*pool));
	pthread_condattr_t attr;

	if (!pool || max < 1)
		abort();
	pool->max = max;
	pool->url = strdup(url);
	pool->idle = calloc((size_t)max, sizeof(struct db *));
	if (!pool->url || !pool->idle)
		abort();
	pthread_mutex_init(&pool->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&pool->returned, &attr);
	pthread_condattr_destroy(&attr);
	return pool;
}

void db_pool_count(struct db_pool *pool, int *open, int *lent)
{
	pthread_mutex_lock(&pool->lock);
	*open = pool->idle_count + pool->lent;
	*lent = pool->lent;
	pthread_mutex_unlock(&pool->lock);
}

/* A place among max, and an idle connection if there is one. */
static bool take_place(struct db_pool *pool, struct db **db)
{
	struct timespec until;
	bool free_place;
	int late = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += WAIT_SECONDS;
	pthread_mutex_lock(&pool->lock);
	while (pool->lent == pool->max && !late)
		late = pthread_cond_timedwait(&pool->returned, &pool->lock, &until);
	free_place = pool->lent < pool->max;
	if (free_place) {
		pool->lent++;
		*db = pool->idle_count ? pool->idle[--pool->idle_count] : NULL;
	}
	pthread_mutex_unlock(&pool->lock);
	return free_place;
}

bool db_lend(struct db_pool *pool, struct ctx *c, struct db_loan *loan)
{
	c->db = NULL;
	c->loan = loan;
	if (!take_place(pool, &loan->db))
		return error(c, ERR_UNAVAILABLE, "all %d database connections were busy for %d s",
			     pool->max, WAIT_SECONDS);
	loan->pool = pool;
	if (loan->db && !loan->db->driver->alive(loan->db)) {
		db_close(loan->db);
		loan->db = NULL;
	}
	if (!loan->db)
		loan->db = db_open(pool->url, &c->err);
	c->db = loan->db;
	return c->db != NULL;
}

void db_loan_end(struct db_loan *loan)
{
	struct db_pool *pool = loan->pool;

	if (!pool)
		return;
	if (loan->db && db_broken(loan->db)) {
		db_close(loan->db);
		loan->db = NULL;
	}
	pthread_mutex_lock(&pool->lock);
	pool->lent--;
	if (loan->db)
		pool->idle[pool->idle_count++] = loan->db;
	pthread_cond_signal(&pool->returned);
	pthread_mutex_unlock(&pool->lock);
	*loan = (struct db_loan){ 0 };
}

void db_put_down(struct ctx *c)
{
	struct db_loan *loan = c->loan;
	struct db_pool *pool;

	if (!loan || !loan->db || loan->db->in_tx)
		return;
	pool = loan->pool;
	db_loan_end(loan);
	loan->left = pool;
	c->db = NULL;
}

bool db_pick_up(struct ctx *c)
{
	struct db_pool *pool = c->loan ? c->loan->left : NULL;
	struct err before = c->err;

	if (!pool)
		return true;
	c->err = (struct err){ 0 };
	c->loan->left = NULL;
	if (!db_lend(pool, c, c->loan) || !db_enter_org(c, c->org ? c->org->id : NULL))
		return false;
	c->err = before;
	return true;
}

void db_pool_free(struct db_pool *pool)
{
	while (pool->idle_count)
		db_close(pool->idle[--pool->idle_count]);
	pthread_cond_destroy(&pool->returned);
	pthread_mutex_destroy(&pool->lock);
	free(pool->idle);
	free(pool->url);
	free(pool);
}
