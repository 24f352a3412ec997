/* owner.h - names of lease holders.  Private to src/ldapsync. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"

/* This process, for a piece of work. */
const char *owner_name(struct arena *a, const char *trace);
/* True if it was a process of this machine that is not there any more; of others nothing is
 * known, and their leases run out by themselves. */
bool owner_has_ended(struct arena *a, const char *owner);
