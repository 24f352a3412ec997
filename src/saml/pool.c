/* pool.c - the server's side of verification: a free child, a job, a deadline. */
#include "saml/pool.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/keeper.h"
#include "base/secret.h"
#include "base/time.h"
#include "child.h"
#include "wire.h"

enum {
	CHILDREN_MAX = 8,
	WAIT_MS = 2000,
	JOBS_MAX = 1000, /* after which a child is replaced: leaks and ill will end there */
};

struct slot {
	int socket; /* -1: no child */
	pid_t pid;
	int jobs;
	bool busy;
};

struct saml_pool {
	pthread_mutex_t lock; /* over slots */
	pthread_cond_t freed;
	struct keeper *keeper;
	int n;
	struct slot slot[CHILDREN_MAX];
};

/* Milliseconds left; 0 when it is over. */
static int left(int64_t deadline)
{
	int64_t ms = deadline - time_monotonic();

	return ms > 0 ? (int)ms : 0;
}

static bool start_child(struct saml_pool *p, struct slot *s)
{
	if (s->socket >= 0)
		return true;
	s->jobs = 0;
	return keeper_start(p->keeper, &s->pid, &s->socket);
}

static void drop_child(struct saml_pool *p, struct slot *s)
{
	if (s->socket < 0)
		return;
	close(s->socket);
	s->socket = -1;
	keeper_end(p->keeper, s->pid);
}

static struct slot *free_slot(struct saml_pool *p)
{
	for (int i = 0; i < p->n; i++)
		if (!p->slot[i].busy)
			return &p->slot[i];
	return NULL;
}

/* A child of our own for one job; NULL if none is free in time. */
static struct slot *borrow(struct saml_pool *p)
{
	struct timespec until;
	struct slot *s;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += WAIT_MS / 1000;
	pthread_mutex_lock(&p->lock);
	while (!(s = free_slot(p)))
		if (pthread_cond_timedwait(&p->freed, &p->lock, &until) == ETIMEDOUT)
			break;
	if (s && start_child(p, s))
		s->busy = true;
	else
		s = NULL;
	pthread_mutex_unlock(&p->lock);
	return s;
}

static void give_back(struct saml_pool *p, struct slot *s, bool healthy)
{
	pthread_mutex_lock(&p->lock);
	if (!healthy || ++s->jobs >= JOBS_MAX)
		drop_child(p, s);
	s->busy = false;
	pthread_cond_signal(&p->freed);
	pthread_mutex_unlock(&p->lock);
}

/* True when something can be sent or received before the deadline. */
static bool ready(int fd, short what, int64_t deadline)
{
	struct pollfd f = { .fd = fd, .events = what };
	int rc;

	do
		rc = poll(&f, 1, left(deadline));
	while (rc < 0 && errno == EINTR && left(deadline));
	return rc == 1;
}

static enum saml_refusal send_bytes(int fd, const char *p, size_t n, int64_t deadline)
{
	while (n) {
		ssize_t put;

		if (!ready(fd, POLLOUT, deadline))
			return SAML_TIMEOUT;
		put = send(fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (put < 0 && errno != EAGAIN && errno != EINTR)
			return SAML_CRASHED;
		p += put > 0 ? put : 0;
		n -= put > 0 ? (size_t)put : 0;
	}
	return SAML_ACCEPTED;
}

static enum saml_refusal receive_bytes(int fd, char *p, size_t n, int64_t deadline)
{
	while (n) {
		ssize_t got;

		if (!ready(fd, POLLIN, deadline))
			return SAML_TIMEOUT;
		got = recv(fd, p, n, MSG_DONTWAIT);
		if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
			return SAML_CRASHED;
		p += got > 0 ? got : 0;
		n -= got > 0 ? (size_t)got : 0;
	}
	return SAML_ACCEPTED;
}

/* The job out, the answer in. */
static enum saml_refusal exchange(struct arena *a, int fd, struct slice job, struct slice *answer)
{
	int64_t deadline = time_monotonic() + WAIT_MS;
	uint32_t n = (uint32_t)job.n;
	enum saml_refusal why;
	char *room;

	why = send_bytes(fd, (const char *)&n, sizeof(n), deadline);
	if (!why)
		why = send_bytes(fd, job.p, job.n, deadline);
	if (!why)
		why = receive_bytes(fd, (char *)&n, sizeof(n), deadline);
	if (why || n > WIRE_MAX)
		return why ? why : SAML_CRASHED;
	room = arena_alloc(a, (size_t)n + 1);
	*answer = (struct slice){ room, n };
	return receive_bytes(fd, room, n, deadline);
}

static enum saml_refusal ask(struct saml_pool *p, struct arena *a, const struct saml_input *in,
			     bool logout, struct wire *answer)
{
	struct wire_job job = {
		.logout = logout, .input = *in, .policy = *in->policy, .keys = *in->keys
	};
	struct wire out = wire_to(a, WIRE_MAX);
	struct slice bytes = { 0 };
	enum saml_refusal why;
	struct slot *s;

	if (in->bytes.n > SAML_INPUT_MAX)
		return SAML_TOO_LARGE;
	wire_job(&out, &job);
	s = out.bad ? NULL : borrow(p);
	if (!s)
		return out.bad ? SAML_TOO_LARGE : SAML_BUSY;
	why = exchange(a, s->socket, (struct slice){ out.out.p, out.out.n }, &bytes);
	give_back(p, s, why == SAML_ACCEPTED);
	secret_wipe(out.out.p, out.out.n);
	*answer = wire_from(a, bytes);
	return why;
}

enum saml_refusal saml_pool_verify(struct saml_pool *p, struct arena *a,
				   const struct saml_input *in, struct saml_assertion *out)
{
	enum saml_refusal why, said = SAML_CRASHED;
	struct wire answer;

	*out = (struct saml_assertion){ .signed_by = -1 };
	why = ask(p, a, in, false, &answer);
	if (why)
		return why;
	wire_assertion(&answer, &said, out);
	if (!answer.bad)
		return said;
	*out = (struct saml_assertion){ .signed_by = -1 };
	return SAML_CRASHED;
}

enum saml_refusal saml_pool_verify_logout(struct saml_pool *p, struct arena *a,
					  const struct saml_input *in, struct saml_logout *out)
{
	enum saml_refusal why, said = SAML_CRASHED;
	struct wire answer;

	*out = (struct saml_logout){ .signed_by = -1 };
	why = ask(p, a, in, true, &answer);
	if (why)
		return why;
	wire_logout(&answer, &said, out);
	if (!answer.bad)
		return said;
	*out = (struct saml_logout){ .signed_by = -1 };
	return SAML_CRASHED;
}

static void init_locks(struct saml_pool *p)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&p->freed, &attr);
	pthread_condattr_destroy(&attr);
}

/* A child that cannot be shut off ends at once, and so does not answer. */
static bool first_child_answers(struct saml_pool *p)
{
	static const struct saml_policy policy = { .entity_id = "" };
	static const struct saml_keys keys = { 0 };
	struct saml_input in = { .bytes = { "", 0 }, .policy = &policy, .keys = &keys };
	struct saml_assertion out;
	struct arena a = { 0 };
	enum saml_refusal why = saml_pool_verify(p, &a, &in, &out);

	arena_free(&a);
	return why == SAML_BASE64;
}

struct saml_pool *saml_pool_new(struct arena *a, int n, struct err *e)
{
	static const struct keeper_work work = { .prepare = saml_verify_init,
						 .run = child_run,
						 .children = CHILDREN_MAX };
	struct saml_pool *p = arena_new(a, struct saml_pool);

	p->n = n < 1 ? 1 : n > CHILDREN_MAX ? CHILDREN_MAX : n;
	for (int i = 0; i < CHILDREN_MAX; i++)
		p->slot[i].socket = -1;
	init_locks(p);
	p->keeper = keeper_new(a, &work);
	if (p->keeper && first_child_answers(p))
		return p;
	IGNORE(err_set(e, __FILE__, __LINE__, ERR_UNAVAILABLE,
		       "processes for SAML cannot be started: this system must allow fork() "
		       "and seccomp filters"));
	saml_pool_free(p);
	return NULL;
}

void saml_pool_free(struct saml_pool *p)
{
	for (int i = 0; i < p->n; i++)
		drop_child(p, &p->slot[i]);
	keeper_free(p->keeper);
	pthread_cond_destroy(&p->freed);
	pthread_mutex_destroy(&p->lock);
}
