/* id.h - identifiers. */
#pragma once

#include "base/arena.h"

/* A UUIDv7 (RFC 9562), 36 lower-case characters: ordered by time of making,
 * within one process strictly. */
char *id_new(struct arena *a);
