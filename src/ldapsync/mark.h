/*
 * mark.h - where a change feed stands, as text to be stored.
 *
 * Besides the feed's own position it holds what that position is good for: the strategy, a
 * fingerprint of the query and who asked it, the server, and a checksum over all.
 */
#pragma once

#include "directory.h"

struct mark {
	enum dir_strategy how;
	struct slice since; /* the feed's own, any bytes */
};

const char *mark_write(struct arena *a, const struct mark *m, const struct dir_query *q,
		       const struct dir_config *f, const struct dir_identity *i);
/* False, with the reason in *why, if it is not good for this query and this server. */
bool mark_read(struct arena *a, const char *text, const struct dir_query *q,
	       const struct dir_config *f, const struct dir_identity *i, struct mark *out,
	       const char **why);
/* The naming context a DN is in, the longest that fits; NULL if none does. */
const char *context_of(struct arena *a, const struct dir_identity *i, const char *dn);
