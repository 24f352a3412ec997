/*
 * path.h - names of attributes as clients write them, and PATCH paths.
 *
 * One resolver for filters, PATCH paths, keys of a PATCH value and sortBy: a
 * URN in front may end in ":" or in ".", names and URNs count without case.
 */
#pragma once

#include "filter.h"

struct scim_name {
	const char *schema;     /* a known URN (as attr.h writes it), an unknown one
				 * (in the arena), or NULL                          */
	struct slice name, sub; /* name.n 0: the URN alone                       */
};

/* Splits "URN:name.sub" and shorter forms; false if it is none of them. */
bool name_split(struct arena *a, struct slice text, struct scim_name *out) MUST;

/* The number of bytes of text that can belong to a name. */
size_t name_span(const char *text);

struct path {
	struct scim_name n;
	const struct filter *filter; /* what stood in brackets; NULL if nothing */
	const struct attr *whole;    /* NULL: unknown, or the URN alone            */
	const struct attr *attr;     /* the sub-attribute, or whole; NULL: unknown */
};

/* A PATCH path about a User: ERR_PATH, ERR_FILTER.  Unknown attributes are no error here. */
bool path_parse(struct ctx *c, const char *text, struct path *out) MUST;
/* Its form alone: whole and attr stay NULL. */
bool path_parse_form(struct ctx *c, const char *text, struct path *out) MUST;
