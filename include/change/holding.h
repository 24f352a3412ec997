/* holding.h - decisions about holds (access/hold.h), and what is told of them. */
#pragma once

#include "access/hold.h"

/*
 * Inside a change; needs the organization alone.  Approves an open or rejected hold and
 * touches exactly the people on its list, so that the change computes their effects; of a
 * run, lets its worker go on.  digest is that of the list which was seen: ERR_CONFLICT says
 * who came and who left since.
 */
bool holding_approve(struct ctx *c, const char *id, const char *digest, struct hold **out) MUST;
/* Rejects an open one; why may be NULL. */
bool holding_reject(struct ctx *c, const char *id, const char *why, struct hold **out) MUST;

/* An audit record and an event of the open change: "hold.opened" ... */
void holding_note(struct ctx *c, const char *action, const struct hold *h);
