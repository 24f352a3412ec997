/* child.h - the processes behind the pool.  Private to src/saml. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* What the pool asks of the keeper, and the keeper's answer; a new child's socket
 * comes along with it. */
enum child_wish { CHILD_START, CHILD_END };
struct child_order {
	enum child_wish wish;
	pid_t pid; /* CHILD_END: which; in answers: 0 if none was started */
};

enum { CHILDREN_MAX = 8 };

/* Starts children on demand until the other end of control is closed.  Returns
 * only to be followed by _exit(). */
void keeper_run(int control);

/* Nothing but the socket (from here on number 3) and memory are left to this
 * process; false if that cannot be had. */
bool child_shut_off(int socket);

/* Shuts everything off, then verifies what comes over the socket, until it is
 * closed.  Returns only to be followed by _exit(). */
void child_run(int socket);

/* All n bytes, however they arrive; false at the end or on an error. */
bool read_all(int fd, void *p, size_t n);
bool write_all(int fd, const void *p, size_t n);
