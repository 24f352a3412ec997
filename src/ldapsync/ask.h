/* ask.h - one task for a reader and its answers; between the files of the server's side. */
#pragma once

#include "job.h"

struct asking {
	const struct dir_query *q;
	dir_on_entry *entry;   /* what entries go to, or */
	dir_on_change *change; /* what changes go to     */
	void *arg;
	int64_t entries, changed, gone;
	bool refused; /* by the callback: the error is in c */
};

/* Returns false only if the callback did; k NULL: no entries and no changes are wanted. */
bool dir_ask(struct ctx *c, struct dir *d, struct task *t, struct asking *k, int total_ms,
	     struct ending *e) MUST;
const struct dir_config *dir_config_of(const struct dir *d);
