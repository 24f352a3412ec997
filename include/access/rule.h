/*
 * rule.h - rule sets: numbered revisions of "members of group G get role R on
 * scope S".
 *
 * A document ({"rules": [...]}) is checked and compiled before it is stored;
 * patterns are PCRE2, anchored, with match limits.  A compiled set never
 * changes and is shared by threads.
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
	const char *target; /* workspace or project id; "" for the organization    */
	enum role role;     /* org: AN..AD; workspace: ROLE_MA manager or ROLE_NONE
			     * member; project: AN, RE or ROLE_NONE ("Inherit")     */
	void *pattern;      /* compiled, for BY_GLOB and BY_REGEX                   */
};

struct rule_set {
	int64_t revision;
	struct rule *rule;
	int count;
};

/* A group as far as rules can see it. */
struct rule_group {
	const char *id, *external_id, *name, *key; /* key: name folded */
	const char *source_id, *source_name;
};

bool rule_matches(const struct rule *r, const struct rule_group *g);

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
bool rule_set_store(struct ctx *c, const char *document, int rules, int64_t *revision) MUST;
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
