/* readers.h - the processes that read what directories answer. */
#pragma once

#include "base/ctx.h"

/* Before any thread exists and before secrets are read, once.  ERR_UNAVAILABLE if this
 * system does not let us. */
bool ldap_readers_start(struct ctx *c) MUST;
void ldap_readers_stop(void);
