/* routes.h - every URL this server answers, in one table.  Private to src/app. */
#pragma once

#include "http/http.h"

/* Who may call. */
enum need {
	NEED_NOBODY,         /* health, and what is the same for everybody   */
	NEED_SCIM_TOKEN,     /* a provisioning client of an organization     */
	NEED_ADMIN_TOKEN,    /* an administrator, or his program             */
	NEED_PLATFORM_TOKEN, /* the annotation platform, or an administrator */
	NEED_MANAGER,        /* these, and the session of a Manager           */
	NEED_FRESH,          /* an administrator who has just signed in, or his program */
};

/* What the handler does to the database. */
enum effect {
	NOTHING, /* does not touch it, or lends a connection itself           */
	READS,   /* reads; opens a snapshot itself if it needs one            */
	WRITES,  /* all of it or none: one change, opened and committed for it */
	ALONE,   /* opens its own changes; a bulk request, one per operation  */
};

typedef bool route_handler(struct ctx *c, const struct http_req *q, struct http_resp *p);
typedef void route_fail(struct ctx *c, struct http_resp *p);

struct route {
	int methods; /* GET answers HEAD too */
	const char *pattern;
	enum need need;
	enum effect effect;
	route_handler *handle;
};

/* URLs that begin alike and fail in the same language. */
struct door {
	const char *prefix; /* of the path; without a slash at the end         */
	size_t skip;        /* this much of a pattern stands for the prefix    */
	enum need need;     /* for a path it does not know: strangers learn    */
			    /* nothing about what is behind the gate           */
	route_fail *fail;
	const struct route *routes; /* ends with a NULL pattern */
};

struct found {
	const struct door *door;
	const struct route *route; /* NULL: no such path                       */
	int allow;                 /* methods of the path; route has not q->method
				    * unless it is among them                  */
};

/* Takes in the admin API's own table.  Before the first request. */
void routes_prepare(void);

/* Fills in q->route and q->param. */
void routes_find(struct arena *a, struct http_req *q, struct found *out);
