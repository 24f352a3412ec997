/* search.h - what a list or search asks for, from a query or a SearchRequest. */
#pragma once

#include "filter.h"
#include "projection.h"

struct search {
	const char *filter, *sort_by; /* NULL if not given */
	bool descending;
	int64_t start, count;
	struct projection want;
};

bool search_from_query(struct ctx *c, const struct http_req *q, struct search *out) MUST;
bool search_from_body(struct ctx *c, const struct http_req *q, struct search *out) MUST;

/* The same filter as one resource type understands it: what only the other one
 * has counts as without value (RFC 7644, section 3.4.2.1). */
struct filter *filter_for(struct ctx *c, enum filter_of of, const struct filter *f);
