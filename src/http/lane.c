/* lane.c - sends a request that has to wait to where it may. */
#include "http/lane.h"

bool lane_wait(struct ctx *c)
{
	if (!c->brief)
		return true;
	c->lane = true;
	return error(c, ERR_RETRY, "this waits for another machine, and goes on in the lane");
}
