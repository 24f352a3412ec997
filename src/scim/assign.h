/*
 * assign.h - sets attributes of a struct user from JSON: what POST, PUT and PATCH share.
 *
 * A whole body is a value without a path, put onto an empty person.
 */
#pragma once

#include "path.h"
#include "person.h"

struct assign {
	struct ctx *c;
	const struct scim_settings *set;
	struct user *u;
	bool replace; /* op "replace"; else "add"                                    */
	bool quiet;   /* inside a whole body or a value without path: null and read-only
		       * members say nothing, unknown ones are noise                  */
	bool patch;   /* keys may be paths, extension attributes may lack their URN   */
	bool active_given;
};

/* Members of a body, or of a PATCH value without path; schema is that of bare names. */
bool assign_object(struct assign *s, const char *schema, json_t *object) MUST;

/* A whole attribute, or one sub-attribute (of the primary, first or a new
 * element if there can be several). */
bool assign_attr(struct assign *s, const struct attr *a, json_t *v) MUST;

/* One sub-attribute of element n. */
bool assign_sub(struct assign *s, const struct attr *sub, int n, json_t *v) MUST;

/* Every member of object that is a sub-attribute of whole, into element n. */
bool assign_subs(struct assign *s, const struct attr *whole, int n, json_t *object) MUST;

/* The number the next element of whole gets. */
int assign_next(const struct user *u, const struct attr *whole);

/* a is unknown: an error if the connection wants to hear of it. */
bool assign_unknown(struct assign *s, const char *name, size_t n) MUST;

/* Element n is primary now, and no other. */
void assign_primary(struct assign *s, const struct attr *whole, int n);

/* Sets, or with text NULL removes, one value. */
void values_put(struct arena *a, struct values *vs, const struct attr *attr, int n,
		const char *text);
/* Removes element n of whole (n < 0: all of them). */
void values_drop(struct values *vs, const struct attr *whole, int n);

/* A path with a filter; op is add or replace. */
bool assign_selected(struct assign *s, const struct path *p, json_t *v) MUST;

/* JSON as the text of a: NULL for unset. */
bool json_to_text(struct assign *s, const struct attr *a, json_t *v, const char **out) MUST;

/* What every stored person must be: a userName, sizes within bounds. */
bool person_check(struct ctx *c, const struct user *u) MUST;
