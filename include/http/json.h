/* json.h - JSON in and out of requests, shared by the edges that speak it (jansson). */
#pragma once

#include <jansson.h>

#include "http/http.h"

enum { JSON_DEPTH_MAX = 32 };

/* Ties a new reference to the ctx's arena; returns it. */
json_t *json_own(struct ctx *c, json_t *j);

/*
 * The body as a JSON object.  ERR_MEDIA if Content-Type is given and neither
 * application/json nor application/scim+json; ERR_SYNTAX if it is not UTF-8
 * JSON, is not an object, is nested too deep, repeats a key or holds a NUL.
 */
bool json_body(struct ctx *c, const struct http_req *q, json_t **out) MUST;
/* The same, but an array may stand at the top. */
bool json_body_any(struct ctx *c, const struct http_req *q, json_t **out) MUST;

/* Member of an object, its name compared without case; NULL if absent. */
json_t *json_find(const json_t *object, const char *name);

/* Text of a member that must be a string; *out NULL if absent or null;
 * ERR_VALUE if it is of another type or longer than max bytes. */
bool json_text(struct ctx *c, const json_t *object, const char *name, size_t max,
	       const char **out) MUST;

/* Answers with j (its reference is taken over), of type "application/json". */
void json_respond(struct ctx *c, struct http_resp *p, int status, json_t *j);
/* Answers with text that is JSON already; type NULL is "application/json". */
void json_respond_text(struct http_resp *p, int status, const char *type, struct slice text);

void json_put_text(json_t *j, const char *key, const char *text); /* NULL: left out */
void json_put_null(json_t *j, const char *key, const char *text); /* NULL: null     */
void json_put_int(json_t *j, const char *key, int64_t n);
void json_put_bool(json_t *j, const char *key, bool b);
void json_put_time(struct ctx *c, json_t *j, const char *key, int64_t ms); /* 0: null */
