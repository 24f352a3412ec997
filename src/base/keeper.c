/* keeper.c - the small process that starts others, and the server's end of it. */
#include "base/keeper.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What is asked of the keeper, and its answer; a new child's socket comes along. */
enum wish { CHILD_START, CHILD_END };
struct order {
	enum wish wish;
	pid_t pid; /* CHILD_END: which; in answers: 0 if none was started */
};

struct keeper {
	pthread_mutex_t lock; /* an order and its answer belong together */
	int control;
	pid_t pid;
};

/* ---- in the keeper's process ---- */

enum { CONTROL = 3 };

static pid_t children[KEEPER_CHILDREN_MAX];

/* Not reaped means that the pid is still this child's. */
static void reap(void)
{
	for (int i = 0; i < KEEPER_CHILDREN_MAX; i++)
		if (children[i] && waitpid(children[i], NULL, WNOHANG) == children[i])
			children[i] = 0;
}

static void end_child(pid_t pid)
{
	for (int i = 0; i < KEEPER_CHILDREN_MAX; i++)
		if (pid > 0 && children[i] == pid) {
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
			children[i] = 0;
		}
}

static pid_t *free_place(int most)
{
	reap();
	for (int i = 0; i < most; i++)
		if (!children[i])
			return &children[i];
	return NULL;
}

/* The pid of a new child, its socket in *out; 0 if there is none. */
static pid_t start_child(const struct keeper_work *work, int *out)
{
	pid_t *place = free_place(work->children), keeper = getpid(), pid;
	int ends[2];

	*out = -1;
	if (!place || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return 0;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(CONTROL);
		close(ends[0]);
		if (getppid() == keeper)
			work->run(ends[1]);
		_exit(0);
	}
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return 0;
	}
	*place = pid;
	*out = ends[0];
	return pid;
}

static bool reply(pid_t pid, int socket)
{
	struct order order = { .wish = CHILD_START, .pid = pid };
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} passed = { 0 };
	struct iovec iov = { .iov_base = &order, .iov_len = sizeof(order) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (pid) {
		m.msg_control = passed.room;
		m.msg_controllen = sizeof(passed.room);
		passed.head.cmsg_level = SOL_SOCKET;
		passed.head.cmsg_type = SCM_RIGHTS;
		passed.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&passed.head), &socket, sizeof(int));
	}
	return sendmsg(CONTROL, &m, MSG_NOSIGNAL) == (ssize_t)sizeof(order);
}

static bool obey(const struct keeper_work *work)
{
	struct order order;
	ssize_t n = recv(CONTROL, &order, sizeof(order), 0);
	int socket = -1;
	pid_t pid;
	bool good;

	if (n < 0 && errno == EINTR)
		return true;
	if (n != (ssize_t)sizeof(order))
		return false;
	if (order.wish == CHILD_END) {
		end_child(order.pid);
		return true;
	}
	pid = start_child(work, &socket);
	good = reply(pid, socket);
	if (socket >= 0)
		close(socket);
	return good;
}

/* Whatever else was open is not ours: an end of another keeper's socket held here
 * would keep that one alive. */
static void keep(const struct keeper_work *work, int control)
{
	/* a signal to the server's group is the server's to answer */
	setsid();
	signal(SIGPIPE, SIG_IGN);
	if ((control != CONTROL && dup2(control, CONTROL) != CONTROL) ||
	    close_range(CONTROL + 1, ~0U, 0) != 0 || (work->prepare && !work->prepare()))
		return;
	while (obey(work))
		;
	for (int i = 0; i < KEEPER_CHILDREN_MAX; i++)
		end_child(children[i]);
}

/* ---- in the server ---- */

struct keeper *keeper_new(struct arena *a, const struct keeper_work *work)
{
	struct keeper *k = arena_new(a, struct keeper);
	int ends[2];

	if (work->children > KEEPER_CHILDREN_MAX ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return NULL;
	k->pid = fork();
	if (k->pid == 0) {
		close(ends[0]);
		keep(work, ends[1]);
		_exit(0);
	}
	close(ends[1]);
	k->control = ends[0];
	pthread_mutex_init(&k->lock, NULL);
	if (k->pid > 0)
		return k;
	keeper_free(k);
	return NULL;
}

void keeper_free(struct keeper *k)
{
	if (!k)
		return;
	close(k->control);
	if (k->pid > 0)
		waitpid(k->pid, NULL, 0);
	pthread_mutex_destroy(&k->lock);
}

static bool give(struct keeper *k, enum wish wish, pid_t pid)
{
	struct order o = { .wish = wish, .pid = pid };

	return send(k->control, &o, sizeof(o), MSG_NOSIGNAL) == (ssize_t)sizeof(o);
}

static bool receive(struct keeper *k, pid_t *pid, int *socket)
{
	struct order order;
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} passed = { 0 };
	struct iovec iov = { .iov_base = &order, .iov_len = sizeof(order) };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = passed.room,
			    .msg_controllen = sizeof(passed.room) };

	if (recvmsg(k->control, &m, MSG_CMSG_CLOEXEC) != (ssize_t)sizeof(order) || !order.pid ||
	    m.msg_controllen < CMSG_LEN(sizeof(int)))
		return false;
	memcpy(socket, CMSG_DATA(&passed.head), sizeof(int));
	*pid = order.pid;
	return true;
}

bool keeper_start(struct keeper *k, pid_t *pid, int *socket)
{
	bool good;

	pthread_mutex_lock(&k->lock);
	good = give(k, CHILD_START, 0) && receive(k, pid, socket);
	pthread_mutex_unlock(&k->lock);
	return good;
}

void keeper_end(struct keeper *k, pid_t pid)
{
	pthread_mutex_lock(&k->lock);
	/* the keeper being gone, its children are gone with it */
	IGNORE(give(k, CHILD_END, pid));
	pthread_mutex_unlock(&k->lock);
}

/* ---- in children ---- */

bool read_all(int fd, void *p, size_t n)
{
	char *at = p;

	while (n) {
		ssize_t got = read(fd, at, n);

		if (got <= 0)
			return false;
		at += got;
		n -= (size_t)got;
	}
	return true;
}

bool write_all(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n) {
		ssize_t put = write(fd, at, n);

		if (put <= 0)
			return false;
		at += put;
		n -= (size_t)put;
	}
	return true;
}
