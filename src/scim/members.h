/* members.h - the attributes of a Group in JSON: shared by its bodies and its PATCH. */
#pragma once

#include "assign.h"

/* displayName or externalId: NULL for unset; ERR_VALUE for another type or size. */
bool group_text(struct assign *s, const char *name, json_t *v, const char **out) MUST;

/* A list of members (or one, or none): whom it names, each once, in order.  Elements are
 * objects with "value", or bare strings. */
bool members_read(struct ctx *c, json_t *v, const char ***refs, int *n) MUST;

/* Each text once, in order. */
void members_unique(struct arena *a, const char **refs, int *n);
