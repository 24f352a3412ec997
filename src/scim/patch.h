/* patch.h - pieces of PATCH that its files share. */
#pragma once

#include "assign.h"

/* One member of Operations. */
struct operation {
	enum patch_op { PATCH_ADD, PATCH_REMOVE, PATCH_REPLACE } op;
	const char *path; /* NULL if there is none         */
	json_t *value;    /* NULL if there is none         */
};

/* The operations of a PatchOp; ERR_SYNTAX, ERR_TOO_LARGE, ERR_NO_TARGET for a
 * remove without path, ERR_VALUE for an add without value. */
bool patch_operations(struct ctx *c, const json_t *body, struct operation **out, int *count) MUST;

/* Numbers of the elements that fulfil the filter of p, ascending; ERR_FILTER. */
bool select_elements(struct ctx *c, const struct user *u, const struct path *p, int **out,
		     int *count) MUST;

/* Removes element n, or of it the sub-attribute p names. */
void remove_element(struct user *u, const struct path *p, int n);

/* Removes element n if nothing but its type, display or primary mark is left. */
void drop_hollow(struct user *u, const struct attr *whole, int n);
