/* error.c - the first error of a request as a SCIM Error (RFC 7644, section 3.12). */
#include "scim/scim.h"

#include "respond.h"

/* Status and scimType of each kind (RFC 7644, tables 8 and 9). */
/* clang-format off */
static const struct {
	int status;
	const char *type;
} answers[ERR_KINDS] = {
	[ERR_NONE]            = { 500, NULL            },
	[ERR_SYNTAX]          = { 400, "invalidSyntax" },
	[ERR_VALUE]           = { 400, "invalidValue"  },
	[ERR_FILTER]          = { 400, "invalidFilter" },
	[ERR_PATH]            = { 400, "invalidPath"   },
	[ERR_NO_TARGET]       = { 400, "noTarget"      },
	[ERR_MUTABILITY]      = { 400, "mutability"    },
	[ERR_TOO_MANY]        = { 400, "tooMany"       },
	[ERR_TOO_LARGE]       = { 413, NULL            },
	[ERR_MEDIA]           = { 415, NULL            },
	[ERR_UNAUTHENTICATED] = { 401, NULL            },
	[ERR_FORBIDDEN]       = { 403, NULL            },
	[ERR_STEP_UP]         = { 403, NULL            },
	[ERR_BUSY]            = { 429, NULL            },
	[ERR_SEATS]           = { 403, NULL            },
	[ERR_NOT_FOUND]       = { 404, NULL            },
	[ERR_GONE]            = { 410, NULL            },
	[ERR_METHOD]          = { 405, NULL            },
	[ERR_UNIQUE]          = { 409, "uniqueness"    },
	[ERR_CONFLICT]        = { 409, NULL            },
	[ERR_VERSION]         = { 412, NULL            },
	[ERR_UNIMPLEMENTED]   = { 501, NULL            },
	[ERR_RETRY]           = { 503, NULL            },
	[ERR_UNAVAILABLE]     = { 503, NULL            },
	[ERR_FULL]            = { 507, NULL            },
	[ERR_INTERNAL]        = { 500, NULL            },
};
/* clang-format on */

static const char *detail(struct ctx *c)
{
	const char *trace = c->trace ? c->trace : "-";

	if (c->err.kind < ERR_RETRY)
		return c->err.msg;
	if (c->err.kind == ERR_RETRY || c->err.kind == ERR_UNAVAILABLE)
		return arena_printf(c->arena,
				    "the server is busy or its database is out of reach; send the "
				    "request again in some seconds (reference %s)",
				    trace);
	if (c->err.kind == ERR_FULL)
		return arena_printf(c->arena,
				    "the server has no room left to store changes; its operator "
				    "has to make some (reference %s)",
				    trace);
	return arena_printf(c->arena,
			    "the server failed; its operator finds the cause in the log "
			    "under reference %s",
			    trace);
}

void scim_error(struct ctx *c, struct http_resp *p)
{
	enum err_kind kind = c->err.kind;
	struct buf b = scim_buf(c);
	int status = answers[kind].status;

	buf_printf(&b, "{\"schemas\":[\"" SCIM_MSG "Error\"],\"status\":\"%d\"", status);
	if (answers[kind].type)
		buf_printf(&b, ",\"scimType\":\"%s\"", answers[kind].type);
	buf_puts(&b, ",\"detail\":");
	buf_json(&b, detail(c));
	buf_puts(&b, "}");
	p->headers = 0;
	scim_respond(p, status, (struct slice){ b.p, b.n });
	if (status == 503)
		http_add_header(p, "Retry-After", "5");
	if (status == 429)
		http_add_header(p, "Retry-After", "60");
	if (status == 401) {
		http_add_header(p, "WWW-Authenticate", "Bearer realm=\"rosterd\"");
		http_add_header(p, "WWW-Authenticate", "Basic realm=\"rosterd\"");
	}
}

bool scim_unimplemented(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	(void)p;
	return error(c, ERR_UNIMPLEMENTED, "%s is not offered by this server", q->path);
}
