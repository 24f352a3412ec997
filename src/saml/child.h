/* child.h - the processes behind the pool.  Private to src/saml. */
#pragma once

#include <stdbool.h>

/* Nothing but the socket (from here on number 3) and memory are left to this
 * process; false if that cannot be had. */
bool child_shut_off(int socket);

/* Shuts everything off, then verifies what comes over the socket, until it is
 * closed.  Returns only to be followed by _exit(). */
void child_run(int socket);
