/* pump.c - waits for events, and calls the library for them. */
#include "pump.h"

#include <limits.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/err.h"

/* In ms, until something times out; negative: nothing will. */
static int patience(const struct pump *p)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(p->daemon, &ms) != MHD_YES)
		return -1;
	return ms > INT_MAX ? INT_MAX : (int)ms;
}

static void *run(void *arg)
{
	struct pump *p = arg;
	struct pollfd fds[] = { { .fd = p->events, .events = POLLIN },
				{ .fd = p->call, .events = POLLIN } };
	eventfd_t calls;

	while (!atomic_load(&p->stop)) {
		MHD_run(p->daemon);
		/* interrupted: nothing is lost by another round */
		if (poll(fds, 2, patience(p)) > 0 && fds[1].revents)
			IGNORE(eventfd_read(p->call, &calls));
	}
	return NULL;
}

bool pump_start(struct pump *p, struct MHD_Daemon *daemon)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
	int call = info ? eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) : -1;

	if (call < 0)
		return false;
	*p = (struct pump){ .daemon = daemon, .events = info->epoll_fd, .call = call };
	if (pthread_create(&p->thread, NULL, run, p) == 0)
		return true;
	close(call);
	return false;
}

void pump_call(struct pump *p)
{
	IGNORE(eventfd_write(p->call, 1)); /* fails when it is full: then it is readable */
}

void pump_stop(struct pump *p)
{
	atomic_store(&p->stop, true);
	pump_call(p);
	pthread_join(p->thread, NULL);
	close(p->call);
}
