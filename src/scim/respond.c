/* respond.c - answers with resources: media type, Location, ETag, preconditions. */
#include "respond.h"

#include <inttypes.h>
#include <string.h>

#include "roster/source.h"

struct buf scim_buf(struct ctx *c)
{
	return buf_in(c->arena, ANSWER_BYTES_MAX);
}

bool scim_text(struct ctx *c, const struct buf *b, struct slice *out)
{
	if (b->over)
		return error(c, ERR_TOO_MANY,
			     "the answer would be larger than %d MiB; ask for fewer resources "
			     "(count) or for less of them (excludedAttributes=members)",
			     ANSWER_BYTES_MAX / 1024 / 1024);
	*out = (struct slice){ b->p, b->n };
	return true;
}

void scim_respond(struct http_resp *p, int status, struct slice body)
{
	p->status = status;
	p->type = SCIM_TYPE;
	p->body = body;
}

static const char *etag(struct ctx *c, int64_t version)
{
	return arena_printf(c->arena, "W/\"%" PRId64 "\"", version);
}

bool scim_respond_resource(struct ctx *c, struct http_resp *p, int status,
			   const struct projection *want, const struct scim_resource *r)
{
	const char *location =
		arena_printf(c->arena, "%s/scim/v2/%s/%s", c->base_url, r->endpoint, r->id);
	struct buf b = scim_buf(c);
	struct slice text = r->body;

	if (projection_cuts(want)) {
		if (!projection_put(c, want, r->body, &b) || !scim_text(c, &b, &text))
			return false;
	}
	http_add_header(p, "Location", location);
	http_add_header(p, "Content-Location", location);
	http_add_header(p, "ETag", etag(c, r->version));
	scim_respond(p, status, text);
	return true;
}

/* Is the version among the entity tags of a header?  Our tags are weak, and
 * clients send them back with and without the W/: the number decides. */
static bool names_version(struct ctx *c, const char *header, int64_t version)
{
	const char *tag = arena_printf(c->arena, "\"%" PRId64 "\"", version);
	const char *s = header;

	while (*s) {
		size_t n = strcspn(s, ",");
		struct slice one = { s, n };

		while (one.n && strchr(" \t", *one.p))
			one.p++, one.n--;
		while (one.n && strchr(" \t", one.p[one.n - 1]))
			one.n--;
		if (one.n > 2 && strncmp(one.p, "W/", 2) == 0)
			one.p += 2, one.n -= 2;
		if (slice_is(one, "*") || slice_is(one, tag))
			return true;
		s += n + (s[n] == ',');
	}
	return false;
}

bool scim_check_version(struct ctx *c, const struct http_req *q, int64_t version)
{
	const char *header = http_header(q, "If-Match");

	return !header || names_version(c, header, version) ||
	       error(c, ERR_VERSION,
		     "the resource has changed since (it is at version %" PRId64
		     "); read it again and repeat the change",
		     version);
}

bool scim_not_modified(struct ctx *c, const struct http_req *q, struct http_resp *p,
		       int64_t version)
{
	const char *header = http_header(q, "If-None-Match");

	if (!header || !names_version(c, header, version))
		return false;
	http_add_header(p, "ETag", etag(c, version));
	p->status = 304;
	return true;
}

const char *scim_source_id(const struct ctx *c)
{
	return c->actor->source->id;
}
