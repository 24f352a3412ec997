/*
 * http.h - a request that has arrived and the answer being made.
 *
 * The only header that hides libmicrohttpd.  By the time a handler sees a
 * request its body is complete (and not over the limit), its path parameters
 * are cut out and percent-decoded.  Handlers never send; they fill in a
 * response and return.
 */
#pragma once

#include <stdint.h>

#include "base/ctx.h"
#include "base/text.h"

enum http_method { GET = 1, POST = 2, PUT = 4, PATCH = 8, DELETE = 16, HEAD = 32, OPTIONS = 64 };

enum { HTTP_PARAMS_MAX = 4, HTTP_HEADERS_MAX = 12 };

struct http_req {
	enum http_method method;            /* 0: one we do not know             */
	const char *path;                   /* as sent, without the query        */
	const char *route;                  /* pattern it matched; NULL if none  */
	const char *param[HTTP_PARAMS_MAX]; /* the {}s of the route, in order    */
	struct slice body;
	const char *address; /* the peer's, or what a trusted proxy said of it   */
	void *conn;          /* for http_query, http_header                      */
	bool may_wait;       /* it runs in the waiting lane (http/lane.h)        */
	bool to_lane;        /* for the handler to set: nothing was done, and it
			      * is to be run again there                        */
	uint64_t lane_of;    /* the organization's hash: none has all of the lane; 0: nobody's */
};

struct http_resp {
	int status;       /* 200 unless a handler says otherwise */
	const char *type; /* Content-Type; NULL if no body       */
	struct slice body;
	struct {
		const char *name, *value;
	} header[HTTP_HEADERS_MAX];
	int headers;
};

/* First value of a query parameter, its name compared without case, decoded
 * ('+' is a space).  Absent: *out is NULL.  Broken escape: ERR_VALUE, so that a
 * garbled filter never reads as no filter. */
bool http_query(struct ctx *c, const struct http_req *q, const char *name, const char **out) MUST;
/* The same as a number, brought within min and max; unset where absent;
 * ERR_VALUE if it is no number. */
bool http_query_int(struct ctx *c, const struct http_req *q, const char *name, int64_t unset,
		    int64_t min, int64_t max, int64_t *out) MUST;
/* The query as it came, undecoded: what a signature over it covers. */
const char *http_query_raw(struct ctx *c, const struct http_req *q);
/* First value of a header; NULL if absent. */
const char *http_header(const struct http_req *q, const char *name);

void http_add_header(struct http_resp *p, const char *name, const char *value);

/* The one percent-decoder.  NULL on a broken escape, on %00 and on what is not
 * UTF-8.  In a query '+' is a space as well. */
const char *http_decode(struct arena *a, struct slice s);
const char *http_decode_query(struct arena *a, struct slice s);

/* True if the undecoded path fits pattern ("/scim/v2/Users/{}"); fills in
 * params.  Doubled and trailing slashes in the path do not count. */
bool http_match(struct arena *a, const char *pattern, const char *path,
		const char *param[HTTP_PARAMS_MAX]);
