/*
 * lane.h - the waiting lane: a few threads, and a bounded queue before them, for requests
 * that wait for other machines, so that those who do not never wait for them.  Where there are
 * several threads, no organization has all of them: one whose directory hangs leaves the others a
 * quarter.
 */
#pragma once

#include "base/ctx.h"

/*
 * To be said before waiting for another machine, when nothing has been done yet that
 * cannot be done again.  True on a thread that may wait.  On a worker it fails with
 * ERR_RETRY and sets c->lane: the request is run again from its start in the lane, or
 * refused with 503 if that is full.
 */
bool lane_wait(struct ctx *c) MUST;
