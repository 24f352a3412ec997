/* token_memory.h - tokens this process has seen lately; private to src/roster. */
#pragma once

#include "roster/token.h"

/* What has to be the same for a remembered token to count: the organization's
 * stamp, which moves with everything that is remembered. */
struct recall {
	const char *digest;
	int64_t stamp;
	struct rows now;
};

/* A copy of what is remembered, borrowed until the arena goes. */
bool memory_find(struct ctx *c, const char *digest, struct token_holder *out);
void memory_keep(const char *digest, const struct token_holder *h);
void memory_drop(const char *digest);
