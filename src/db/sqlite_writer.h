/*
 * sqlite_writer.h - whoever writes to one SQLite file in this process; private to src/db.
 *
 * SQLite has one writer at a time and lets others poll.  Here they queue and are
 * woken; processes beside this one meet the busy timeout.  They share the
 * connection that writes, for every commit empties the page caches of all others.
 * And they share commits: while others wait for their turn, a finished piece of
 * work stays in the open transaction, behind a savepoint, until the last of them
 * commits for all.  Nobody is told of success before that commit is on the disk.
 */
#pragma once

#include "sqlite_handle.h"

struct writer;

struct writer *writer_join(const char *path);
void writer_leave(struct writer *w); /* NULL is nobody */

/* The turn to write, with the connection for it. */
bool writer_begin(struct ctx *c, struct writer *w, struct handle **out) MUST;
/* Both end the turn.  After a commit that failed nothing of it happened. */
bool writer_commit(struct ctx *c, struct writer *w) MUST;
void writer_rollback(struct ctx *c, struct writer *w);
