/*
 * pump.h - the thread that lets libmicrohttpd read and write.  Private to src/http.
 *
 * The library has such a thread of its own, but that one may go to sleep with work in hand
 * when much happens at the same moment.  So we wait, and the library only works.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct MHD_Daemon;

struct pump {
	struct MHD_Daemon *daemon; /* with epoll, without threads; the caller's */
	int events;                /* readable when a socket has something      */
	int call;                  /* eventfd of pump_call()                    */
	atomic_bool stop;
	pthread_t thread;
};

/* False if the system lacks files or threads. */
bool pump_start(struct pump *p, struct MHD_Daemon *daemon);
/* A connection was resumed: the library is to look at it now. */
void pump_call(struct pump *p);
/* After this nothing calls the library any more, and it may be stopped. */
void pump_stop(struct pump *p);
