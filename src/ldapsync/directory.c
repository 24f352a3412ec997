/* directory.c - the server's end: a place, a reader, a task, its answers, a deadline. */
#include "directory.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/keeper.h"
#include "base/secret.h"
#include "base/time.h"
#include "ask.h"
#include "channel.h"
#include "ldapsync/readers.h"

const char *const dir_kind_names[DIR_KINDS] = { "other", "openldap", "ad", "389" };
const char *const dir_strategy_names[DIR_STRATEGIES] = { "full", "syncrepl", "dirsync",
							 "usn",  "csn",      "timestamp" };
const char *const dir_verdict_names[DIR_VERDICTS] = {
	"right",  "wrong",    "must change password", "password expired",
	"locked", "disabled", "account expired",      "restricted",
	"away"
};

static const struct {
	int places, wait_ms;
} lanes[DIR_LANES] = { [DIR_LANE_SYNC] = { 8, 10000 }, [DIR_LANE_SIGNIN] = { 16, 3000 } };

static struct {
	pthread_mutex_t lock;
	pthread_cond_t freed;
	struct arena arena;
	struct keeper *keeper;
	int busy[DIR_LANES];
} readers = { .lock = PTHREAD_MUTEX_INITIALIZER };

struct dir {
	enum dir_lane lane;
	const struct dir_config *config;
	struct channel channel;
	pid_t pid;
	bool gone; /* ended, crashed or killed: nothing can be asked any more */
};

bool ldap_readers_start(struct ctx *c)
{
	static const struct keeper_work work = { .prepare = reader_prepare,
						 .run = reader_run,
						 .children = KEEPER_CHILDREN_MAX };
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&readers.freed, &attr);
	pthread_condattr_destroy(&attr);
	readers.keeper = keeper_new(&readers.arena, &work);
	return readers.keeper ||
	       error(c, ERR_UNAVAILABLE,
		     "processes for LDAP cannot be started: this system must allow fork()");
}

void ldap_readers_stop(void)
{
	keeper_free(readers.keeper);
	readers.keeper = NULL;
	arena_free(&readers.arena);
}

/* ---- places ---- */

static bool take_place(struct ctx *c, enum dir_lane lane)
{
	struct timespec until;
	bool good;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += lanes[lane].wait_ms / 1000;
	pthread_mutex_lock(&readers.lock);
	while (readers.busy[lane] >= lanes[lane].places)
		if (pthread_cond_timedwait(&readers.freed, &readers.lock, &until) == ETIMEDOUT)
			break;
	good = readers.busy[lane] < lanes[lane].places;
	readers.busy[lane] += good;
	pthread_mutex_unlock(&readers.lock);
	return good || error(c, ERR_BUSY,
			     "too many connections to directories at once; try again in a minute");
}

static void leave_place(enum dir_lane lane)
{
	pthread_mutex_lock(&readers.lock);
	readers.busy[lane]--;
	pthread_cond_broadcast(&readers.freed);
	pthread_mutex_unlock(&readers.lock);
}

/* ---- one reader ---- */

static bool start_reader(struct ctx *c, struct dir *d)
{
	int socket;

	if (!readers.keeper || !keeper_start(readers.keeper, &d->pid, &socket))
		return error(c, ERR_UNAVAILABLE,
			     "a process that reads directories cannot be started; see the limits "
			     "on processes of this server");
	channel_open(&d->channel, socket);
	d->gone = false;
	return true;
}

static void end_reader(struct dir *d)
{
	if (d->pid) {
		channel_close(&d->channel);
		keeper_end(readers.keeper, d->pid);
	}
	d->pid = 0;
	d->gone = true;
}

static bool send_task(struct dir *d, struct task *t, int64_t deadline)
{
	struct arena scratch = { 0 };
	struct wire w = wire_to(&scratch, TASK_BYTES_MAX);
	bool good;

	wire_task(&w, t);
	good = !w.bad && !w.out.over &&
	       channel_send(&d->channel, (struct slice){ w.out.p, w.out.n }, deadline);
	secret_wipe(w.out.p, w.out.n);
	arena_free(&scratch);
	return good;
}

static void lost(struct dir *d, enum channel_state why, bool some, struct ending *e)
{
	*e = (struct ending){ .end = { .state = some ? DIR_PARTIAL : DIR_FAILED } };
	e->verdict = DIR_AWAY;
	if (why == CHANNEL_LATE) {
		e->end.code = DIR_CODE_DEADLINE;
		e->end.why = "the server did not answer in time, or the TLS handshake stalled";
	} else {
		e->end.code = DIR_CODE_CRASHED;
		e->end.why = "the process that read the server's answer had to end: the answer "
			     "was more than it may take in, or broken";
	}
	end_reader(d);
}

/* False: the frame is broken, or the callback does not want more. */
static bool hand_on(struct ctx *c, struct asking *k, const struct frame *f)
{
	static const unsigned char nobody[DIR_ID_BYTES];
	struct arena a = { 0 };
	struct wire w = wire_from(&a, f->bytes);
	struct dir_entry e = { 0 };
	enum dir_change what = DIR_CHANGED;
	unsigned char id[DIR_ID_BYTES];

	if (f->kind == FRAME_CHANGE) {
		WIRE_NUM(&w, what);
		wire_bytes(&w, id, DIR_ID_BYTES);
	}
	if (what == DIR_CHANGED)
		wire_entry(&w, &e, k->q);
	w.bad = w.bad || what > DIR_GONE || (f->kind == FRAME_CHANGE ? !k->change : !k->entry) ||
		(what == DIR_CHANGED && memcmp(e.id, nobody, DIR_ID_BYTES) == 0);
	if (!w.bad && k->entry) {
		k->entries++;
		k->refused = !k->entry(c, k->arg, &e);
	} else if (!w.bad && k->change) {
		k->changed += what == DIR_CHANGED;
		k->gone += what == DIR_GONE;
		k->refused = !k->change(c, k->arg, what, id, what == DIR_CHANGED ? &e : NULL);
	}
	arena_free(&a);
	return !w.bad && !k->refused;
}

static bool read_end(struct ctx *c, const struct frame *f, struct ending *e)
{
	char *copy = arena_alloc(c->arena, f->bytes.n + 1);
	struct wire w;

	memcpy(copy, f->bytes.p, f->bytes.n);
	w = wire_from(c->arena, (struct slice){ copy, f->bytes.n });
	wire_ending(&w, e);
	return !w.bad && !w.in.n;
}

bool dir_ask(struct ctx *c, struct dir *d, struct task *t, struct asking *k, int total_ms,
	     struct ending *e)
{
	int64_t start = time_monotonic(), deadline = start + total_ms, silence;
	enum channel_state got = CHANNEL_BROKEN;
	struct frame f = { 0 };

	silence = t->kind == TASK_OPEN || t->kind == TASK_BIND ? total_ms
							       : d->config->answer_ms + 2000;
	*e = (struct ending){ 0 };
	if (!d->gone && send_task(d, t, deadline))
		for (;;) {
			int64_t now = time_monotonic();

			got = channel_read(&d->channel, &f,
					   now + silence < deadline ? now + silence : deadline);
			if (got != CHANNEL_FRAME || f.kind == FRAME_END)
				break;
			if (f.kind > FRAME_END || !k || !hand_on(c, k, &f)) {
				got = CHANNEL_BROKEN;
				break;
			}
		}
	if (k && k->refused) {
		end_reader(d);
		return false;
	}
	if (got == CHANNEL_FRAME && !read_end(c, &f, e))
		got = CHANNEL_BROKEN;
	if (got != CHANNEL_FRAME)
		lost(d, got, k && (k->entries || k->changed), e);
	return true;
}

/* ---- open ---- */

static void note_try(struct ctx *c, const char *uri, const struct dir_end *end,
		     struct dir_opened *how)
{
	how->tried = arena_printf(c->arena, "%s%s%s: %s", how->tried ? how->tried : "",
				  how->tried ? "\n" : "", uri, end->why ? end->why : "failed");
}

static bool open_one(struct ctx *c, struct dir *d, const char *uri, bool ask_whoami,
		     struct ending *e)
{
	const char *const uris[] = { uri, NULL };
	struct task t = { .kind = TASK_OPEN, .config = *d->config, .ask_whoami = ask_whoami };

	t.config.uris = uris;
	return start_reader(c, d) && dir_ask(c, d, &t, NULL, d->config->connect_ms, e);
}

static bool open_any(struct ctx *c, struct dir *d, struct dir_opened *how)
{
	const char *tried = NULL;
	struct ending e = { 0 };

	for (int i = 0; i < DIR_URIS_MAX && d->config->uris[i]; i++) {
		how->tried = tried;
		if (i)
			note_try(c, d->config->uris[i - 1], &e.end, how);
		tried = how->tried;
		if (!open_one(c, d, d->config->uris[i], d->lane == DIR_LANE_SYNC, &e))
			return false;
		*how = e.opened;
		how->end = e.end;
		how->tried = tried;
		if (e.end.state == DIR_SEALED)
			return true;
		end_reader(d);
		how->uri = NULL;
	}
	return true;
}

bool dir_open(struct ctx *c, enum dir_lane lane, const struct dir_config *config, struct dir **out,
	      struct dir_opened *how)
{
	struct dir *d = arena_new(c->arena, struct dir);

	*out = NULL;
	*how = (struct dir_opened){
		.end = { .state = DIR_FAILED, .code = DIR_CODE_REFUSED, .why = "no URI is set" }
	};
	*d = (struct dir){ .lane = lane, .config = config, .gone = true };
	if (!take_place(c, lane))
		return false;
	if (!open_any(c, d, how) || how->end.state != DIR_SEALED) {
		dir_close(d);
		return c->err.kind == ERR_NONE;
	}
	*out = d;
	return true;
}

void dir_close(struct dir *d)
{
	if (!d)
		return;
	end_reader(d);
	leave_place(d->lane);
}

const struct dir_config *dir_config_of(const struct dir *d)
{
	return d->config;
}

/* ---- what can be asked ---- */

bool dir_identify(struct ctx *c, struct dir *d, const struct dir_query *q, struct dir_identity *out)
{
	struct task t = { .kind = TASK_IDENTIFY, .query = *q };
	struct ending e;

	if (!dir_ask(c, d, &t, NULL, d->config->total_ms, &e))
		return false;
	*out = e.identity;
	out->end = e.end;
	return true;
}

static bool list(struct ctx *c, struct dir *d, struct task *t, dir_on_entry *fn, void *arg,
		 struct dir_listing *out)
{
	struct asking k = { .q = &t->query, .entry = fn, .arg = arg };
	struct ending e;

	if (!dir_ask(c, d, t, &k, d->config->total_ms, &e))
		return false;
	out->end = e.end;
	out->entries += k.entries;
	out->bad += e.bad;
	out->pages += e.pages;
	out->refs += e.refs;
	return true;
}

bool dir_list(struct ctx *c, struct dir *d, const struct dir_query *q, dir_on_entry *fn, void *arg,
	      struct dir_listing *out)
{
	struct task t = { .kind = TASK_LIST, .query = *q };

	*out = (struct dir_listing){ 0 };
	return list(c, d, &t, fn, arg, out);
}

bool dir_find(struct ctx *c, struct dir *d, const struct dir_query *q,
	      const unsigned char (*id)[DIR_ID_BYTES], int n, dir_on_entry *fn, void *arg,
	      struct dir_listing *out)
{
	struct task t = { .kind = TASK_FIND, .query = *q };

	*out = (struct dir_listing){ .end = { .state = DIR_SEALED } };
	for (int at = 0; at < n && out->end.state == DIR_SEALED; at += t.ids) {
		t.id = (unsigned char(*)[DIR_ID_BYTES])(uintptr_t)(id + at);
		t.ids = n - at < FIND_IDS_MAX ? n - at : FIND_IDS_MAX;
		if (!list(c, d, &t, fn, arg, out))
			return false;
	}
	return true;
}

bool dir_find_dn(struct ctx *c, struct dir *d, const struct dir_query *q, const char *dn,
		 dir_on_entry *fn, void *arg, struct dir_listing *out)
{
	struct task t = { .kind = TASK_FIND_DN, .query = *q, .dn = dn };

	*out = (struct dir_listing){ 0 };
	return list(c, d, &t, fn, arg, out);
}

bool dir_bind(struct ctx *c, struct dir *d, const char *dn, const char *password,
	      enum dir_verdict *out, struct dir_end *end)
{
	struct task t = { .kind = TASK_BIND, .dn = dn, .password = password };
	struct ending e;

	*out = DIR_WRONG;
	*end = (struct dir_end){ .state = DIR_SEALED };
	if (!dn || !*dn || !password || !*password)
		return true;
	if (!dir_ask(c, d, &t, NULL, d->config->connect_ms, &e))
		return false;
	*out = e.end.state == DIR_SEALED ? e.verdict : DIR_AWAY;
	*end = e.end;
	return true;
}
