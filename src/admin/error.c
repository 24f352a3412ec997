/* error.c - the first error of a request as a problem document (RFC 9457). */
#include "admin/admin.h"

#include "http/json.h"

/* clang-format off */
static const struct {
	int status;
	const char *title;
} answers[ERR_KINDS] = {
	[ERR_NONE]            = { 500, "The server failed"                             },
	[ERR_SYNTAX]          = { 400, "The body is not the JSON that is expected"     },
	[ERR_VALUE]           = { 400, "A value is not right"                          },
	[ERR_FILTER]          = { 400, "The filter is not right"                       },
	[ERR_PATH]            = { 400, "The path names nothing"                        },
	[ERR_NO_TARGET]       = { 400, "The path matches nothing"                      },
	[ERR_MUTABILITY]      = { 400, "This cannot be changed"                        },
	[ERR_TOO_MANY]        = { 400, "Too many at once"                              },
	[ERR_TOO_LARGE]       = { 413, "The body is too large"                         },
	[ERR_MEDIA]           = { 415, "The body is of a type that is not read here"   },
	[ERR_UNAUTHENTICATED] = { 401, "Not signed in"                                 },
	[ERR_FORBIDDEN]       = { 403, "Not allowed"                                   },
	[ERR_STEP_UP]         = { 403, "Show first that it is you"                     },
	[ERR_BUSY]            = { 429, "Too many attempts"                             },
	[ERR_SEATS]           = { 409, "No free seat"                                  },
	[ERR_NOT_FOUND]       = { 404, "Not found"                                     },
	[ERR_GONE]            = { 410, "Not kept any more"                             },
	[ERR_METHOD]          = { 405, "Not a method of this path"                     },
	[ERR_UNIQUE]          = { 409, "The name is taken"                             },
	[ERR_CONFLICT]        = { 409, "The state of things does not allow it"         },
	[ERR_VERSION]         = { 412, "It was changed meanwhile"                      },
	[ERR_UNIMPLEMENTED]   = { 501, "Not offered"                                   },
	[ERR_RETRY]           = { 503, "Busy"                                          },
	[ERR_UNAVAILABLE]     = { 503, "Out of reach"                                  },
	[ERR_FULL]            = { 507, "No room left"                                  },
	[ERR_INTERNAL]        = { 500, "The server failed"                             },
};
/* clang-format on */

/* What went wrong on our side is for the log; the trace leads there. */
static const char *detail(const struct ctx *c)
{
	if (c->err.kind == ERR_NONE || c->err.kind == ERR_INTERNAL)
		return "the server failed; its log has the cause under this reference";
	if (c->err.kind == ERR_FULL)
		return "the server has no room left to store changes; its operator has to make "
		       "some";
	if (c->err.kind >= ERR_RETRY)
		return "the server is busy or its database out of reach; send the request again "
		       "in a few seconds";
	return c->err.msg;
}

void admin_error(struct ctx *c, struct http_resp *p)
{
	int status = answers[c->err.kind].status;
	json_t *j = json_object();

	json_put_text(j, "type",
		      arena_printf(c->arena, "urn:rosterd:problem:%s", err_name(c->err.kind)));
	json_put_text(j, "title", answers[c->err.kind].title);
	json_put_int(j, "status", status);
	json_put_text(j, "detail", detail(c));
	if (c->trace)
		json_put_text(j, "instance",
			      arena_printf(c->arena, "urn:rosterd:request:%s", c->trace));
	p->headers = 0;
	json_respond(c, p, status, j);
	p->type = "application/problem+json";
	if (status == 401)
		http_add_header(p, "WWW-Authenticate", "Bearer realm=\"rosterd\"");
	if (status == 503)
		http_add_header(p, "Retry-After", "5");
	if (status == 429)
		http_add_header(p, "Retry-After", "60");
}
