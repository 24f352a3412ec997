/*
 * rule.h - rule sets: numbered revisions of "members of group G get role R on
 * scope S".
 *
 * A document ({"rules": [...]}) is checked and compiled before it is stored;
 * patterns are PCRE2, anchored, with match limits.  A compiled set never
 * changes and is shared by threads.
 *
 * Rules may be in force for a time only.  The time that counts is org.rules_at, stored
 * and moved in one place (change/clock.h): everybody is judged by the same moment,
 * whichever process does it.
 */
#pragma once

#include "base/org.h"
#include "db/db.h"

enum { RULES_MAX = 5000, RULE_ID_MAX = 100, RULE_PATTERN_MAX = 256 };

enum match_by { BY_NAME, BY_EXACT, BY_ID, BY_EXTERNAL_ID, BY_GLOB, BY_REGEX };

struct rule {
	const char *id;
	enum match_by by;
	const char *group;  /* name, id or pattern, as written                     */
	const char *key;    /* folded, for BY_NAME and BY_GLOB                     */
	const char *source; /* id or name of a source; NULL: any                   */
	enum scope scope;
	const char *target;  /* workspace or project id; "" for the organization    */
	enum role role;      /* org: AN..AD; workspace: ROLE_MA manager or ROLE_NONE
			      * member; project: AN, RE or ROLE_NONE ("Inherit")     */
	void *pattern;       /* compiled, for BY_REGEX                               */
	int64_t from, until; /* in force from .. before; 0: without that bound      */
	/* A workspace named after the group; target is "" then: see struct rule_place. */
	const char *title; /* template: "{group}", "{1}" ...; NULL: target is an id  */
	bool create;       /* make a workspace of that title                        */
	bool adopt;        /* or take one that an administrator made                */
};

struct rule_set {
	int64_t revision;
	struct rule *rule;
	int count;
	bool templated; /* some rule has a title */
	struct rule_test *test;
	int tests;
};

/* The workspace that stands for a group under a rule with a title. */
struct rule_place {
	const char *rule_id, *group_id, *workspace_id;
};

/* A group as far as rules can see it. */
struct rule_group {
	const char *id, *external_id, *name, *key; /* key: name folded */
	const char *source_id, *source_name;
	const struct rule_place *place; /* of rules with a title */
	int places;
	bool known;         /* rules_match() has seen it:               */
	const int *matched; /* indexes of the rules that match it       */
	int matches;
};

bool rule_matches(const struct rule *r, const struct rule_group *g);
/* Works out, once for many people, which rules match each of n groups. */
void rules_match(struct arena *a, const struct rule_set *set, struct rule_group *g, int n);

/* At this time? */
bool rule_in_force(const struct rule *r, int64_t at);
/* The first moment after a time at which some rule begins or ends; 0: never. */
int64_t rule_set_next(const struct rule_set *set, int64_t after);

/* Title of the workspace that stands for a group; NULL where the template gives none
 * that a workspace may have. */
const char *rule_title(struct arena *a, const struct rule *r, const struct rule_group *g);
/* Workspace or project of a rule for a group; NULL if there is none. */
const char *rule_target(const struct rule *r, const struct rule_group *g);

/* One case of a document's "tests": somebody in these groups gets exactly this. */
struct rule_test {
	const char *name;
	struct rule_group *group;
	int groups;
	int64_t at;           /* 0: now                                     */
	bool expects[SCOPES]; /* what is not expected may be anything       */
	enum role role;       /* of the organization                        */
	struct rule_expected {
		enum scope scope;
		const char *target;
		enum role role;
	} * place;
	int places;
};

enum { RULE_TESTS_MAX = 1000, RULE_TEST_GROUPS_MAX = 200 };

/* NULL: it holds.  Else what came instead, in words. */
const char *rule_test_run(struct arena *a, const struct rule_set *set, const struct rule_test *t,
			  const struct org *policy);
/* ERR_CONFLICT names the first test of the document that fails. */
bool rule_tests_hold(struct ctx *c, const struct rule_set *set) MUST;

/* Checks and compiles a document (JSON text): ERR_VALUE names the rule and what
 * is wrong with it.  Compiled patterns live as long as the arena. */
bool rule_set_parse(struct ctx *c, const char *document, struct rule_set **out) MUST;

/* One stored revision. */
struct revision {
	int64_t number, created;
	const char *author, *document;
	int rules;
};

/* Stores a checked document as the next revision and makes it the active one.
 * Everybody has to be recomputed: the caller says so (touch_everybody). */
bool rule_set_store(struct ctx *c, const char *document, const struct rule_set *set,
		    int64_t *revision) MUST;
/* The time by which rules are in force goes on to now; next boundary included. */
bool rule_clock_move(struct ctx *c, const struct rule_set *set) MUST;
/* number 0: the active one.  *out is NULL if there is none. */
bool rule_set_find(struct ctx *c, int64_t number, struct revision **out) MUST;
/* Newest first, without their documents. */
bool rule_set_list(struct ctx *c, int64_t before, int64_t limit, struct revision **out,
		   int *count) MUST;

/*
 * A compiled revision of c->org (0: the empty set), from a cache that all
 * threads share: a revision never changes.  Borrowed until the ctx's arena goes.
 */
bool rule_set_compiled(struct ctx *c, int64_t revision, const struct rule_set **out) MUST;
