/*
 * user.h - people of an organization: one account each.
 *
 * A user is a row of columns every door needs, a list of values (value.h), and
 * the rendered SCIM body, written with the row so that a read is one row.
 * Writes happen inside a change (change.h) and note whom they touched.
 */
#pragma once

#include "db/db.h"
#include "roster/value.h"

struct user {
	const char *id;
	const char *person_id;    /* the first id of this person; differs from id for one
				   * who was deleted and came back                       */
	const char *source_id;    /* the managing source                                 */
	const char *user_name;    /* as sent; unique without case among the living       */
	const char *external_id;  /* the managing source's; may be NULL                  */
	const char *display_name; /* may be NULL                                         */
	bool active;              /* what the managing source (or an administrator) says */
	bool shown_active;        /* what SCIM shows: false as well if policy
				   * deactivated somebody; set by the effects            */
	bool guarded;             /* Owner or break-glass: no directory links, changes
				   * or removes it                                       */
	int64_t version;          /* 1 at creation, moves with each real change          */
	int64_t created, changed;
	int64_t deleted;      /* 0 while alive                                       */
	struct values values; /* loaded by user_get_all(), else empty                */
	const char *body;     /* see user_render()                                   */
};

/* Sizes are checked here for all doors: ERR_VALUE. */
enum { USER_NAME_MAX = 512, EXTERNAL_ID_MAX = 512, DISPLAY_NAME_MAX = 1024 };

/* The living one with this id, without values; NULL if there is none (also for
 * an id of another organization, or one that is no id at all). */
bool user_find(struct ctx *c, const char *id, struct user **out) MUST;
bool user_get(struct ctx *c, const char *id, struct user **out) MUST; /* ERR_NOT_FOUND */
/* With values, and locked until the transaction ends: to change it. */
bool user_get_all(struct ctx *c, const char *id, struct user **out) MUST;
/* By userName, without case. */
bool user_find_by_name(struct ctx *c, const char *name, struct user **out) MUST;
/* By userName, or else by an e-mail address that only one of the living has; NULL if
 * nobody, or several. */
bool user_find_by_mail(struct ctx *c, const char *mail, struct user **out) MUST;
/* By id, or else by userName: what the API accepts for "user". */
bool user_find_ref(struct ctx *c, const char *ref, struct user **out) MUST;
/* Also the deleted and erased. */
bool user_find_former(struct ctx *c, const char *id, struct user **out) MUST;

/* How somebody came in. */
enum arrival { ARRIVED_NEW, ARRIVED_REVIVED, ARRIVED_LINKED };

/*
 * The one way a person comes into being.  u holds what the source sent;
 * afterwards it is the stored user.  The same person is linked, never
 * duplicated (design: matching on userName, then a work e-mail from another
 * source):
 *   nobody matches                   a new user (linked to the history of a former one
 *                                    with the same externalId if the organization says so)
 *   inactive, same source            revived under the same id
 *   managed by another source        taken over under the same id
 *   active, same source              ERR_UNIQUE
 *   guarded                          ERR_UNIQUE
 */
bool user_arrive(struct ctx *c, struct user *u, enum arrival *how) MUST;

/*
 * Saves what differs between before (from user_get_all) and after; nothing at
 * all if nothing does.  A source that is not the managing one becomes it, if its
 * rank is not lower (else ERR_FORBIDDEN); a guarded user is changed by hand only.
 * after->version and ->changed are brought up to date.
 */
bool user_save(struct ctx *c, const struct user *before, struct user *after) MUST;

/* Ends the account: memberships and grants go, the row stays as a tombstone
 * that attribution points to.  ERR_FORBIDDEN if guarded and a directory asks. */
bool user_delete(struct ctx *c, const char *id) MUST;
/* Privacy erasure, of the living and of tombstones: personal data goes, the
 * row stays under a pseudonym. */
bool user_erase(struct ctx *c, const char *id) MUST;

/*
 * The SCIM representation without its end: schemas, id, externalId, userName
 * and all stored values, no active, groups, meta and no closing brace, because
 * those move without the row.  user_finish() adds them.
 */
const char *user_render(struct ctx *c, const struct user *u);

/* One of the groups a user is in. */
struct user_group {
	const char *user_id, *group_id, *display;
};
/* Puts the whole SCIM User into out; groups are those of u, count of them. */
void user_finish(struct ctx *c, struct buf *out, const struct user *u,
		 const struct user_group *groups, int count);

/* Groups of the count users, ordered by user id, then group id; a connection
 * (c->actor->source) sees its own. */
bool user_groups(struct ctx *c, const struct user *const *users, int count, struct user_group **out,
		 int *out_count) MUST;
/* One read for GET /Users/{id}: the user (NULL if none) and its groups. */
bool user_find_with_groups(struct ctx *c, const char *id, struct user **out,
			   struct user_group **groups, int *count) MUST;

/* Columns of a query over users u, and a user from its row. */
#define USER_COLUMNS                                                                               \
	"u.id, u.person_id, u.source_id, u.user_name, u.external_id, u.display_name, u.active, "   \
	"u.shown_active, u.guarded, u.version, u.created, u.changed, u.deleted, u.body"
enum { USER_COLUMN_COUNT = 14 };
struct user *user_from_row(struct ctx *c, const struct rows *r, int row);
void user_fill(struct user *u, const struct rows *r, int row);

/*
 * A page of living users that fulfil a condition: SQL over users u, its
 * parameters from $2 on, or NULL for all; order: SQL after ORDER BY, NULL for
 * the order of creation.  start counts from 1.  *total counts them all.
 */
struct user_page {
	const char *where, *order;
	struct db_args args;
	int64_t start, count;
};
bool user_list(struct ctx *c, const struct user_page *page, struct user **out, int *out_count,
	       int64_t *total) MUST;
