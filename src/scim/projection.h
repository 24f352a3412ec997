/*
 * projection.h - attributes and excludedAttributes (RFC 7644, section 3.9).
 *
 * Where both are given, attributes wins and excludedAttributes is ignored.  id
 * and schemas are always there; names nobody knows are ignored.
 */
#pragma once

#include <jansson.h>

#include "http/http.h"

struct projection {
	bool only; /* of attributes: nothing else; else of excludedAttributes: all but them */
	struct projected {
		const char *schema; /* NULL: not qualified with a URN       */
		struct slice name;  /* n 0: all attributes of the schema    */
		struct slice sub;   /* n 0: the whole attribute             */
	} * path;
	int count;
};

enum { PROJECTION_PATHS_MAX = 200 };

/* From the query. */
bool projection_read(struct ctx *c, const struct http_req *q, struct projection *out) MUST;
/* From lists of names, comma-separated; either may be NULL. */
bool projection_parse(struct ctx *c, const char *attributes, const char *excluded,
		      struct projection *out) MUST;

/* True unless the attribute is left out altogether. */
bool projection_wants(const struct projection *p, const char *name);
/* True if nothing but id and schemas is left. */
bool projection_is_bare(const struct projection *p);
/* True if a rendered resource has to be cut; members of groups are left out
 * before they are read, so that they alone need no cut. */
bool projection_cuts(const struct projection *p);

/* Puts what is left of a rendered resource. */
bool projection_put(struct ctx *c, const struct projection *p, struct slice resource,
		    struct buf *out) MUST;
