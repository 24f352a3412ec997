/*
 * keeper.h - processes for work that strangers' bytes go into.
 *
 * A keeper is a small process forked from the server before there are threads,
 * connections or secrets to inherit.  It has the libraries ready, forks a child in less
 * than a millisecond whenever one is asked for, and reads nothing that strangers sent.
 * When the server ends, however it does, keeper and children end too.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

enum { KEEPER_CHILDREN_MAX = 64 };

struct keeper_work {
	bool (*prepare)(void);   /* in the keeper, once; false ends it             */
	void (*run)(int socket); /* in each child, which ends when it returns      */
	int children;            /* at the same time, at most KEEPER_CHILDREN_MAX  */
};

struct keeper;

/* In a; NULL if this system does not let us. */
struct keeper *keeper_new(struct arena *a, const struct keeper_work *work);
/* Ends the children; NULL is fine. */
void keeper_free(struct keeper *k);

/* From any thread.  The caller closes *socket. */
bool keeper_start(struct keeper *k, pid_t *pid, int *socket) MUST;
/* Kills it; one that has ended by itself is no error. */
void keeper_end(struct keeper *k, pid_t pid);

/* All n bytes, however they arrive; false at the end or on an error. */
bool read_all(int fd, void *p, size_t n) MUST;
bool write_all(int fd, const void *p, size_t n) MUST;
