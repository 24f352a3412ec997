/*
 * admin.h - the JSON API for administrators and the platform, under /api/v1.
 *
 * One table says what there is: the server routes by it, and openapi.json is
 * written from it, so that the description cannot be wrong.
 */
#pragma once

#include "http/http.h"

/* Who may call: whose token, and in a browser whose session. */
enum admin_need {
	ADMIN_ONLY,   /* token of kind admin; Administrator or Owner             */
	PLATFORM_TOO, /* the same, and tokens of kind platform                   */
	MANAGER_TOO,  /* these, and Managers, who see what is in their workspaces
		       * (actor->sees_as)                                          */
	ADMIN_FRESH,  /* token of kind admin; Administrator or Owner who signed in
		       * less than SESSION_FRESH_MS ago: it is about secrets       */
};

/* What the handler does to the database. */
enum admin_effect {
	ADMIN_READS,  /* nothing                                             */
	ADMIN_WRITES, /* all of it or none: one change, opened and committed */
	ADMIN_ALONE,  /* opens its own changes                               */
};

typedef bool admin_handler(struct ctx *c, const struct http_req *q, struct http_resp *p);

struct admin_route {
	enum http_method method;
	const char *pattern; /* "/api/v1/users/{}" */
	enum admin_need need;
	enum admin_effect effect;
	admin_handler *handle;
	/* for openapi.json */
	const char *operation; /* operationId                                        */
	const char *summary;
	const char *query;    /* names of query parameters, with a blank between; or NULL;
			       * name:type where the type is another one than usual     */
	const char *request;  /* schema of the body; NULL: none                     */
	const char *response; /* schema of the answer; "list:User" a page of them; NULL: none */
	const char *statuses; /* beside those every route has: "200 404"            */
};

extern const struct admin_route admin_routes[]; /* ends with a NULL pattern */

/* Answers c->err as a problem document (RFC 9457). */
void admin_error(struct ctx *c, struct http_resp *p);
