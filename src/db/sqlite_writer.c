/* sqlite_writer.c - turns to write, and commits that several share. */
#include "sqlite_writer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WAIT_SECONDS = 5, CACHE_KB = 24000, SHARE_MAX = 32 };

/* Work that is done and waits for the commit. */
struct member {
	struct member *next;
	bool settled;
	struct err err;
};

struct writer {
	struct writer *next;
	char *path;
	int users; /* connections that may write through it        */

	pthread_cond_t left, committed;
	bool taken;  /* somebody has the turn                        */
	bool open;   /* a transaction is open on the connection      */
	bool whole;  /* and all that is in it is the turn's own work */
	int waiting; /* for the turn                                 */
	int members; /* of the open transaction, in the list         */
	struct member *first;
	struct handle handle; /* opened by the first who writes        */
};

static struct {
	pthread_mutex_t lock; /* of the list, and of all but handle in each */
	pthread_once_t once;
	pthread_condattr_t monotonic;
	struct writer *first;
} writers = { .lock = PTHREAD_MUTEX_INITIALIZER, .once = PTHREAD_ONCE_INIT };

static void configure(void)
{
	pthread_condattr_init(&writers.monotonic);
	pthread_condattr_setclock(&writers.monotonic, CLOCK_MONOTONIC);
}

static struct writer *writer_new(const char *path)
{
	struct writer *w = calloc(1, sizeof(*w));

	if (!w || !(w->path = strdup(path)))
		abort();
	pthread_cond_init(&w->left, &writers.monotonic);
	pthread_cond_init(&w->committed, NULL);
	w->next = writers.first;
	writers.first = w;
	return w;
}

struct writer *writer_join(const char *path)
{
	struct writer *w;

	pthread_once(&writers.once, configure);
	pthread_mutex_lock(&writers.lock);
	for (w = writers.first; w && strcmp(w->path, path) != 0;)
		w = w->next;
	if (!w)
		w = writer_new(path);
	w->users++;
	pthread_mutex_unlock(&writers.lock);
	return w;
}

void writer_leave(struct writer *w)
{
	struct writer **at = &writers.first;

	if (!w)
		return;
	pthread_mutex_lock(&writers.lock);
	if (--w->users == 0) {
		while (*at != w)
			at = &(*at)->next;
		*at = w->next;
		handle_close(&w->handle);
		pthread_cond_destroy(&w->left);
		pthread_cond_destroy(&w->committed);
		free(w->path);
		free(w);
	}
	pthread_mutex_unlock(&writers.lock);
}

static bool take(struct ctx *c, struct writer *w)
{
	struct timespec until;
	bool mine;
	int late = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += WAIT_SECONDS;
	pthread_mutex_lock(&writers.lock);
	w->waiting++;
	while (w->taken && !late)
		late = pthread_cond_timedwait(&w->left, &writers.lock, &until);
	w->waiting--;
	mine = !w->taken;
	w->taken = true;
	pthread_mutex_unlock(&writers.lock);
	return mine || error(c, ERR_RETRY, "the database is busy: other writers took over %d s",
			     WAIT_SECONDS);
}

/* Under the lock. */
static void give(struct writer *w)
{
	w->taken = false;
	pthread_cond_signal(&w->left);
}

/* The transaction is over: all members learn how. */
static void tell(struct writer *w, const struct err *outcome)
{
	pthread_mutex_lock(&writers.lock);
	for (struct member *m = w->first; m; m = m->next) {
		m->err = *outcome;
		m->settled = true;
	}
	w->first = NULL;
	w->members = 0;
	w->open = false;
	pthread_cond_broadcast(&w->committed);
	pthread_mutex_unlock(&writers.lock);
}

static void give_up(struct writer *w)
{
	pthread_mutex_lock(&writers.lock);
	give(w);
	pthread_mutex_unlock(&writers.lock);
}

/* Commits what all members have done; the turn stays. */
static void settle(struct ctx *c, struct writer *w)
{
	struct err mine = c->err, outcome;

	c->err = (struct err){ 0 };
	if (!handle_control(c, &w->handle, "COMMIT") && !sqlite3_get_autocommit(w->handle.h))
		sqlite3_exec(w->handle.h, "ROLLBACK", NULL, NULL, NULL);
	outcome = c->err;
	c->err = mine;
	tell(w, &outcome);
}

/* Leaves the open transaction to the next in line, or ends it if there is none
 * (or enough share it already). */
static void pass_on(struct ctx *c, struct writer *w)
{
	bool passed;

	pthread_mutex_lock(&writers.lock);
	passed = w->waiting > 0 && w->members < SHARE_MAX;
	if (passed)
		give(w);
	pthread_mutex_unlock(&writers.lock);
	if (passed)
		return;
	settle(c, w);
	give_up(w);
}

bool writer_begin(struct ctx *c, struct writer *w, struct handle **out)
{
	struct handle *h = &w->handle;

	if (!take(c, w))
		return false;
	/* inside a savepoint SQLite keeps every page that is changed in memory, and looks
	 * through them after each statement: no place for much work */
	if (w->open && (c->bulk || c->alone))
		settle(c, w);
	if (!w->open && (h->h || handle_open(h, w->path, CACHE_KB, &c->err)))
		w->open = handle_control(c, h, "BEGIN IMMEDIATE");
	w->whole = w->open && w->members == 0;
	if (w->open && (w->whole || handle_control(c, h, "SAVEPOINT work"))) {
		*out = h;
		return true;
	}
	if (w->open) {
		pass_on(c, w);
		return false;
	}
	give_up(w);
	return false;
}

bool writer_commit(struct ctx *c, struct writer *w)
{
	struct member me = { 0 };

	if (!w->whole && !handle_control(c, &w->handle, "RELEASE work")) {
		writer_rollback(c, w);
		return false;
	}
	pthread_mutex_lock(&writers.lock);
	me.next = w->first;
	/* until it is settled, and this function waits for that */
	/* cppcheck-suppress autoVariables */
	w->first = &me;
	w->members++;
	pthread_mutex_unlock(&writers.lock);
	pass_on(c, w);
	pthread_mutex_lock(&writers.lock);
	while (!me.settled)
		pthread_cond_wait(&w->committed, &writers.lock);
	pthread_mutex_unlock(&writers.lock);
	if (me.err.kind == ERR_NONE)
		return true;
	return error(c, me.err.kind, "%s", me.err.msg);
}

void writer_rollback(struct ctx *c, struct writer *w)
{
	struct err undone = { 0 };
	struct err why = c->err;

	c->err = undone;
	if (!w->whole && handle_control(c, &w->handle, "ROLLBACK TO work") &&
	    handle_control(c, &w->handle, "RELEASE work")) {
		c->err = why;
		pass_on(c, w);
		return;
	}
	/* it was all of it; or a full disk, among others, has rolled back everything by
	 * itself, also what others had done before: they have to do it again */
	c->err = why;
	if (!sqlite3_get_autocommit(w->handle.h))
		sqlite3_exec(w->handle.h, "ROLLBACK", NULL, NULL, NULL);
	err_set(&undone, __FILE__, __LINE__, ERR_RETRY,
		"the transaction this work shared was undone");
	tell(w, &undone);
	give_up(w);
}
