/* audit.h - reading the audit trail, sealing it, checking it. */
#pragma once

#include "base/text.h"
#include "db/db.h"

struct audit {
	const char *id, *actor, *source_id, *action, *target_kind, *target_id;
	const char *before, *after, *reason, *trace, *address;
	int64_t at;
	int64_t seq;      /* place in the chain; 0 while not sealed yet        */
	const char *hash; /* SHA-256 over the record and the hash before it    */
};

/* Conditions that are NULL or 0 do not count; action "user." stands for all that
 * begin so.  until is left out.  Newest first; before_id pages. */
struct audit_query {
	const char *action, *target_id, *actor, *before_id;
	int64_t from, until, limit;
};
/* *total (may be NULL) counts them all, whatever the page. */
bool audit_list(struct ctx *c, const struct audit_query *q, struct audit **out, int *count,
		int64_t *total) MUST;

/* The chain in order, after seq, limit at most: for export and verification. */
bool audit_chain(struct ctx *c, int64_t after_seq, int64_t limit, struct audit **out,
		 int *count) MUST;

/*
 * Seals what is committed and not sealed yet, in order of ids, limit at most; in a
 * transaction of its own.  *sealed counts.  Records younger than AUDIT_SETTLE_MS
 * wait, so that those committed meanwhile keep their order; one that comes later
 * still is sealed behind the others, at the latest within the hour.  Two processes
 * at once are safe: one of them seals nothing this time.
 */
enum { AUDIT_SETTLE_MS = 2000 };
bool audit_seal(struct ctx *c, int64_t limit, int64_t *sealed) MUST;

/*
 * The hash a record must have after the one before it ("" for the first): SHA-256,
 * in hex, over the netstrings ("LENGTH:TEXT,", absent: "-,") of that hash, id, at (ms
 * since 1970), actor, source_id, action, target_kind, target_id, before, after, reason,
 * trace and address.
 */
const char *audit_hash(struct ctx *c, const struct audit *a, const char *previous);

/*
 * One record as the export and syslog have it, with all that the hash is made of, and
 * exactly: before and after are text here, not JSON; time is at once more, for people.  A
 * line of JSON, which begins with the organization unless org_id is NULL; a line of CSV
 * (RFC 4180), or that of the names for a NULL.
 */
void audit_put_json(struct ctx *c, struct buf *b, const char *org_id, const struct audit *a);
void audit_put_csv(struct ctx *c, struct buf *b, const struct audit *a);

/* How far syslog is: records of the chain behind the one it has, limit at most. */
bool audit_stream_due(struct ctx *c, int64_t limit, struct audit **out, int *count) MUST;
/* It has them up to seq; in the open transaction. */
bool audit_stream_save(struct ctx *c, int64_t seq) MUST;

/* Work that one process does for all: got while owner has it, or takes it because nobody
 * else does any more. */
bool lease_take(struct ctx *c, const char *name, const char *owner, int64_t ms, bool *got) MUST;
