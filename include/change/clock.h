/* clock.h - rules that begin and end by themselves. */
#pragma once

#include "db/db.h"

/* Organizations whose rules change by themselves at this moment or did before. */
bool rules_due(struct ctx *c, const char ***org_ids, int *n) MUST;
/*
 * Moves the time by which the rules of c->org are in force, if it is due, and recomputes
 * those it is about, in a change of its own.  Several processes at once are safe: one does it.
 */
bool rules_tick(struct ctx *c) MUST;
