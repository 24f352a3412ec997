/* rule_json.h - reading the parts of a rules document; private to src/access. */
#pragma once

#include <jansson.h>

#include "access/rule.h"

/* Every member must be one of the words ("|id|match|"): a misspelt key must not be ignored. */
bool rule_json_only(struct ctx *c, const char *id, json_t *object, const char *words) MUST;
/* A non-empty string of at most max bytes; NULL if the member is absent. */
bool rule_json_text(struct ctx *c, const char *id, json_t *object, const char *key, size_t max,
		    const char **out) MUST;
/* False if the member is absent. */
bool rule_json_flag(struct ctx *c, const char *id, json_t *object, const char *key, bool *out) MUST;
/* RFC 3339; 0 if the member is absent. */
bool rule_json_time(struct ctx *c, const char *id, json_t *object, const char *key,
		    int64_t *out) MUST;
/* The role of a grant on a place, as documents write it; text NULL: none was given. */
bool rule_place_role(enum scope scope, const char *text, enum role *out) MUST;

/* Placeholders that the rule's match cannot fill are refused. */
bool rule_title_check(struct ctx *c, const struct rule *r) MUST;
/* "tests" of a document; NULL: none. */
bool rule_tests_read(struct ctx *c, json_t *tests, struct rule_set *set) MUST;
