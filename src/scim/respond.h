/* respond.h - what all answers of the SCIM door have in common. */
#pragma once

#include "http/http.h"
#include "projection.h"

#define SCIM_TYPE "application/scim+json"
#define SCIM_MSG  "urn:ietf:params:scim:api:messages:2.0:"

enum {
	ANSWER_BYTES_MAX = 64 * 1024 * 1024, /* of one answer; beyond: tooMany          */
	PAGE_DEFAULT = 100,                  /* resources on a page where none is asked */
	PAGE_MAX = 1000                      /* as ServiceProviderConfig says           */
};

/* A resource that has been rendered. */
struct scim_resource {
	const char *endpoint; /* "Users" */
	const char *id;
	int64_t version;
	struct slice body;
};

struct buf scim_buf(struct ctx *c);
/* The text in b; ERR_TOO_MANY if it is over ANSWER_BYTES_MAX. */
bool scim_text(struct ctx *c, const struct buf *b, struct slice *out) MUST;

void scim_respond(struct http_resp *p, int status, struct slice body);
/* The resource as p asks for it, with Location and ETag. */
bool scim_respond_resource(struct ctx *c, struct http_resp *p, int status,
			   const struct projection *want, const struct scim_resource *r) MUST;

/* If-Match: ERR_VERSION unless absent, "*" or naming this version. */
bool scim_check_version(struct ctx *c, const struct http_req *q, int64_t version) MUST;
/* If-None-Match: true, and the answer is 304, if the client has this version. */
bool scim_not_modified(struct ctx *c, const struct http_req *q, struct http_resp *p,
		       int64_t version);

/* The connection a SCIM token speaks for: its id. */
const char *scim_source_id(const struct ctx *c);
