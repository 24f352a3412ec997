/*
 * job.h - what the server and a reader say to each other.
 *
 * A message is its length (4 bytes), its kind (1 byte) and what wire.h makes of it.  The
 * server sends one task; the reader answers with any number of entries and changes, and
 * with one end.
 */
#pragma once

#include "base/wire.h"
#include "directory.h"

enum {
	TASK_BYTES_MAX = 4 * 1024 * 1024,
	FRAME_BYTES_MAX = 128 * 1024 * 1024,
	FIND_IDS_MAX = 10000, /* in one task */
	LIST_MAX = 4096,
};

enum task_kind {
	TASK_OPEN,
	TASK_IDENTIFY,
	TASK_LIST,
	TASK_FIND,
	TASK_FIND_DN,
	TASK_MARK,
	TASK_CHANGES,
	TASK_BIND,
	TASKS
};
enum frame_kind { FRAME_ENTRY = 1, FRAME_CHANGE, FRAME_END };

/* All that tasks have; each uses its part. */
struct task {
	enum task_kind kind;
	struct dir_config config; /* TASK_OPEN: uris is one */
	bool ask_whoami;
	struct dir_query query;
	unsigned char (*id)[DIR_ID_BYTES]; /* TASK_FIND */
	int ids;
	const char *dn, *password; /* TASK_BIND, TASK_FIND_DN */
	enum dir_strategy how;     /* TASK_MARK, TASK_CHANGES */
	struct slice since;        /* the feed's own; TASK_CHANGES */
	/* the naming contexts the bases are in, each once; none if one is in none; ends with NULL
	 */
	const char *const *contexts;
	bool is_389;
};
void wire_task(struct wire *w, struct task *t);

/* All that ends have. */
struct ending {
	struct dir_end end;
	struct dir_opened opened;     /* TASK_OPEN     */
	struct dir_identity identity; /* TASK_IDENTIFY */
	int64_t entries, bad, pages, refs;
	struct slice mark; /* TASK_MARK, TASK_CHANGES; p NULL: none */
	const char *full;
	bool tells_gone;
	enum dir_verdict verdict; /* TASK_BIND */
};
void wire_ending(struct wire *w, struct ending *e);

/* wants: how many attributes an entry has. */
void wire_entry(struct wire *w, struct dir_entry *e, const struct dir_query *q);

/* Runs in the child. */
void reader_run(int socket);
bool reader_prepare(void);
