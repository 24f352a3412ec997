/*
 * attribution.h - who made which annotation.  Records outlive their author's
 * account: nothing here, and no foreign key, ever removes or reassigns one
 * because a user was deactivated, deleted or erased.
 */
#pragma once

#include "db/db.h"

struct annotation {
	const char *id, *project, *task, *user_id, *digest; /* task, digest may be NULL */
	int64_t created, updated, lead_time_ms;             /* lead time -1: not known  */
	/* when read: the author as reports show him */
	const char *user_name, *user_state; /* "active", "deactivated", "former", "erased" */
	int64_t deleted;                    /* on the platform; 0: it is still there       */
};

enum { ANNOTATIONS_BATCH_MAX = 1000 };

/*
 * Idempotent by id: the same again changes nothing, newer "updated" updates.
 * user_id is that of a living or a former user: ERR_VALUE if it is none.
 * The author of a recorded annotation never changes: ERR_CONFLICT for another
 * person's; a later account of the same person is no other one, and the record stays
 * with the account that made it.
 */
bool annotation_record(struct ctx *c, const struct annotation *list, int n, int *written) MUST;

/* Conditions that are NULL or 0 do not count; until is left out.  A user stands for the
 * person, with all former accounts.  Ordered by created, id; (after_created, after_id)
 * pages. */
struct annotation_query {
	const char *user_id, *project, *after_id;
	int64_t from, until, after_created, limit;
};
bool annotation_list(struct ctx *c, const struct annotation_query *q, struct annotation **out,
		     int *count, int64_t *total) MUST;

/* One author's work in one project. */
struct annotation_sum {
	const char *user_id, *person_id, *user_name, *user_state, *project;
	int64_t count, lead_time_ms, first, last; /* lead time: of those that have one */
};
/* Sums over what a query asks for, whatever its page; ordered by user, project. */
bool annotation_report(struct ctx *c, const struct annotation_query *q, struct annotation_sum **out,
		       int *count) MUST;

/* How much came in each week that has any, the oldest first. */
struct annotation_week {
	int64_t begins; /* Monday, 0:00 UTC */
	int64_t count, lead_time_ms;
};
bool annotation_weeks(struct ctx *c, const struct annotation_query *q, struct annotation_week **out,
		      int *count) MUST;

/* They are gone from the platform; who made them stays on record.  *n counts those that
 * were not marked before. */
bool annotation_mark_deleted(struct ctx *c, const char *const *ids, int count, int64_t *n) MUST;

/* ---- people whom the platform calls by names of its own ---- */

/* "ref" is the platform's name for somebody, whom we know by user_id. */
struct platform_person {
	const char *ref, *user_id, *user_name; /* the latter NULL while nobody has told us */
	int64_t waiting;                       /* annotations that wait for that           */
};

/* From now on; what waits for it is recorded, up to RELEASE_MAX at a time.  *released
 * counts. */
enum { RELEASE_MAX = 10000 };
bool platform_person_learn(struct ctx *c, const char *ref, const char *user_id,
			   int64_t *released) MUST;
bool platform_person_find(struct ctx *c, const char *ref, const char **user_id) MUST; /* NULL */
/* Ordered by ref. */
bool platform_person_list(struct ctx *c, const char *after, int64_t limit,
			  struct platform_person **out, int *count, int64_t *total) MUST;
/* Keeps an annotation until somebody tells whose it is; user_id of it is the ref. */
bool annotation_wait(struct ctx *c, const struct annotation *a) MUST;
