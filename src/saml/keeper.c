/*
 * keeper.c - the small process that starts the verifying ones.
 *
 * It is forked from the server before there are threads, connections or secrets
 * to inherit, has the libraries ready, and forks a child in less than a
 * millisecond whenever one is missing.  It reads nothing that strangers sent.
 */
#include "child.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "saml/verify.h"

static pid_t children[CHILDREN_MAX];

/* Not reaped means that the pid is still this child's. */
static void reap(void)
{
	for (int i = 0; i < CHILDREN_MAX; i++)
		if (children[i] && waitpid(children[i], NULL, WNOHANG) == children[i])
			children[i] = 0;
}

static void end_child(pid_t pid)
{
	for (int i = 0; i < CHILDREN_MAX; i++)
		if (pid > 0 && children[i] == pid) {
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
			children[i] = 0;
		}
}

static pid_t *free_place(void)
{
	reap();
	for (int i = 0; i < CHILDREN_MAX; i++)
		if (!children[i])
			return &children[i];
	return NULL;
}

/* The pid of a new child, its socket in *out; 0 if there is none. */
static pid_t start_child(int control, int *out)
{
	pid_t *place = free_place(), keeper = getpid(), pid;
	int ends[2];

	*out = -1;
	if (!place || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return 0;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(control);
		close(ends[0]);
		if (getppid() == keeper)
			child_run(ends[1]);
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

static bool reply(int control, pid_t pid, int socket)
{
	struct child_order order = { .wish = CHILD_START, .pid = pid };
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
	return sendmsg(control, &m, MSG_NOSIGNAL) == (ssize_t)sizeof(order);
}

static bool obey(int control)
{
	struct child_order order;
	ssize_t n = recv(control, &order, sizeof(order), 0);
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
	pid = start_child(control, &socket);
	good = reply(control, pid, socket);
	if (socket >= 0)
		close(socket);
	return good;
}

void keeper_run(int control)
{
	/* a signal to the server's group is the server's to answer */
	setsid();
	signal(SIGPIPE, SIG_IGN);
	if (!saml_verify_init())
		return;
	while (obey(control))
		;
	for (int i = 0; i < CHILDREN_MAX; i++)
		end_child(children[i]);
}
