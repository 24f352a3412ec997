/*
 * run.h - one run of a connection: what its steps share.  Private to src/ldapsync.
 *
 * queued -> reading -> comparing -> applying -> done; "held" stands before the rest of
 * applying where an administrator has to agree, "failed" ends any of them.  Until applying
 * nothing but ldap_staged is written: a run that is interrupted before starts anew, one that
 * is interrupted later goes on where it stood.
 */
#pragma once

#include "closure.h"
#include "db/pool.h"
#include "map.h"
#include "roster/ldap_entry.h"
#include "roster/ldap_store.h"
#include "roster/source.h"
#include "table.h"

struct counts {
	int64_t read, unchanged, arrive, update, leave, rename, problems;
	int64_t groups_new, groups_changed, groups_gone, joins, parts, losers;
};

/* A group as this run saw it, at the place of its entry in struct run.group_table. */
struct run_group {
	const char *name, *group_id;        /* group_id: the roster's                          */
	const struct ldap_group_row *known; /* NULL: new                                */
	unsigned char sid[TABLE_ID];
	bool incomplete;         /* its members are not all known: nobody leaves it           */
	bool matters;            /* a rule names it                                            */
	bool changed;            /* name or members                                            */
	char members[TABLE_HEX]; /* digest                                             */
};

/* A group as entries of people name it, at the place of its DN's key in struct run.named. */
struct run_named {
	char *dn;
	struct numbers people;
};

/* A member named by a DN that is no person's we know: perhaps a group. */
struct pending {
	int group;
	unsigned char key[TABLE_ID];
	const char *dn;
};

struct run {
	struct ctx *c;
	struct db_pool *pool;
	struct db_loan *loan;
	const char *owner;   /* of the lease: this process                                */
	struct arena *arena; /* of the whole run                                        */

	struct ldap_run *row;
	struct source *source;
	struct ldap_row *conn;
	struct ldap_settings s;
	unsigned char print[TABLE_ID]; /* of the settings that shape people          */

	struct dir_config config;
	struct dir *dir;
	struct dir_identity who;
	struct dir_query users, groups;

	struct table table;
	struct table group_table;
	struct run_group *group;
	int group_room;
	struct numbers *people, *nested; /* [g]                                         */
	struct pending *pending;
	int pendings, pending_room;
	struct table named; /* ids are keys of DNs                                  */
	struct run_named *naming;
	int naming_room;
	int64_t namings; /* memberships in all of them                                */
	bool partly;     /* somebody's groups are not all known                       */
	struct ldap_group_row *known_group;
	int known_groups;

	/* rows that wait to be staged */
	struct arena stage_arena;
	struct ldap_staged *staged;
	int stageds;

	struct counts n;
	const char *doubt;   /* not NULL: what is not there means nothing; why            */
	const char *warning; /* JSON array, for the run's detail                          */
	struct buf warnings;
	int warned;
	int64_t seats_moved; /* of a dry run */
	bool canary;         /* the one looked for was seen                                  */
	int64_t told;        /* monotonic: progress was written                                */
	const char *losers;  /* digest of those from whom something is taken             */
	bool would_hold;     /* of a dry run                                             */
	int64_t base; /* of the phases in the row: approved removals have phases of their own */
	bool lost;    /* the lease                                                      */
	struct ldap_run metered; /* as far as the row is in the metrics                 */
};

/* A step inside a change of its own, with the lease renewed: done again as often as the
 * database asks. */
typedef bool run_step(struct run *r, void *arg) MUST;
bool run_change(struct run *r, run_step *step, void *arg, bool alone) MUST;
/* The same without keeping anything but how many seats it moved. */
bool run_preview(struct run *r, run_step *step, void *arg) MUST;
/* The same in a plain transaction: for what is about the run alone. */
bool run_write(struct run *r, run_step *step, void *arg) MUST;
/* Saves the row and renews the lease, once a second at most unless now. */
bool run_tell(struct run *r, bool now) MUST;
bool run_state(struct run *r, const char *state) MUST;
/* False once the server is stopping. */
bool run_may_go_on(struct run *r) MUST;
void run_warn(struct run *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Work in an arena that is given back at its end. */
struct scratch {
	struct ctx *c;
	struct arena own, *before;
	const struct org *org;
};
void scratch_begin(struct ctx *c, struct scratch *s);
void scratch_end(struct scratch *s);

/* stage.c; what and data live as long as r->stage_arena, which goes with the rows */
bool stage_add(struct run *r, enum ldap_phase phase, const unsigned char id[static TABLE_ID],
	       const char *what, const char *data) MUST;
bool stage_flush(struct run *r) MUST;
const char *person_json(struct arena *a, const struct ldap_person *p, const struct dir_entry *e,
			const unsigned char content[static TABLE_ID]);

/* open.c: connects and checks that it is the directory it was. */
bool run_open(struct run *r) MUST;

/* people.c */
bool people_full(struct run *r) MUST;
/* An entry of a listing, a look-up or a feed. */
dir_on_entry people_take;
/* Ids that were not seen: those that are really gone are staged. */
bool people_missing(struct run *r) MUST;
bool people_known(struct run *r, const char *const *ids, int n) MUST;
bool people_known_all(struct run *r) MUST;
void people_learn(struct run *r, const struct ldap_entry *e);

/* groups.c, members.c */
bool groups_full(struct run *r) MUST;
dir_on_entry groups_take;
bool groups_known(struct run *r) MUST;
bool groups_is_known(const struct run *r, const unsigned char id[static TABLE_ID]);
/* An entry that cannot be taken in as a group, among the run's problems. */
bool groups_bad(struct run *r, const struct dir_entry *e, const char *why) MUST;
/* The place of a group in run.group, made if it has none yet. */
int groups_place(struct run *r, const struct dir_entry *e);
/* whole: all groups were listed, what is not there is gone. */
bool members_compare(struct run *r, bool whole) MUST;

/* member_of.c: what people's own entries say about their groups. */
bool member_of_take(struct run *r, int person, const struct dir_attr *groups) MUST;
/* After the listings: adds it to what the groups say, or makes groups of it if none are listed. */
bool member_of_groups(struct run *r) MUST;
/* Whether it is another than what the roster has, of those whom a feed told of. */
bool member_of_moved(struct run *r, bool *out) MUST;

/* delta.c: *full is set where a full listing is needed instead. */
bool delta_run(struct run *r, const char **full) MUST;

/* brake.c: opens a hold if the run takes something from too many people. */
bool brake(struct run *r, bool *parked) MUST;
/* An administrator has decided: *go says whether the rest is to be applied. */
bool brake_decided(struct run *r, bool *decided, bool *go) MUST;

/* apply.c */
enum apply_part { APPLY_ALL, APPLY_POSITIVE, APPLY_NEGATIVE };
bool apply_run(struct run *r, enum apply_part part) MUST;
/* What seats would be taken and freed, without doing any of it. */
bool apply_preview(struct run *r) MUST;

/* Where both feeds stand, to be stored; NULL if one stands nowhere. */
const char *feed_text(struct run *r, const char *users, const char *groups);
/* run.c: from where it stands to its end. */
bool run_go(struct run *r) MUST;
