/* console.c - serves the embedded files of the web console. */
#include "ui/ui.h"

#include <string.h>
#include <strings.h>

#include "http/page.h"

/* Scripts and styles of our own alone, nothing inline, no markup made from text. */
static const char policy[] =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
	"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
	"require-trusted-types-for 'script'; trusted-types 'none'";

static const struct ui_file *file_named(const char *folder, const char *name)
{
	size_t n = folder ? strlen(folder) : 0;

	for (int i = 0; i < ui_file_count; i++) {
		const char *path = ui_files[i].name;

		if (folder && (strncmp(path, folder, n) != 0 || path[n] != '/'))
			continue;
		if (strcmp(folder ? path + n + 1 : path, name) == 0)
			return &ui_files[i];
	}
	return NULL;
}

/* "gzip" among the codings, and not with weight 0 (RFC 9110, section 12.5.3). */
static bool takes_gzip(const struct http_req *q)
{
	const char *accept = q->conn ? http_header(q, "Accept-Encoding") : NULL;
	const char *at = accept ? strcasestr(accept, "gzip") : NULL;

	return at && strncasecmp(at + 4, ";q=0", 4) != 0;
}

static void send(const struct http_req *q, struct http_resp *p, const struct ui_file *f)
{
	bool small = takes_gzip(q);

	p->type = f->type;
	p->body = small ? f->gzip : f->plain;
	if (small)
		http_add_header(p, "Content-Encoding", "gzip");
	http_add_header(p, "Vary", "Accept-Encoding");
}

static bool has_it(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	const char *tag = arena_printf(c->arena, "W/\"%s\"", ui_digest);
	const char *has = q->conn ? http_header(q, "If-None-Match") : NULL;

	http_add_header(p, "ETag", tag);
	if (!has || !strstr(has, tag))
		return false;
	p->status = 304;
	return true;
}

bool ui_page(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	const struct ui_file *f = file_named(NULL, "index.html");

	if (!f)
		return page_say(c, p, 404, "no_console");
	http_add_header(p, "Content-Security-Policy", policy);
	http_add_header(p, "Referrer-Policy", "same-origin");
	http_add_header(p, "X-Frame-Options", "DENY");
	http_add_header(p, "Cross-Origin-Opener-Policy", "same-origin");
	http_add_header(p, "Cache-Control", "no-cache");
	if (!has_it(c, q, p))
		send(q, p, f);
	return true;
}

bool ui_asset(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	const char *folder = q->param[2] ? q->param[1] : NULL;
	const struct ui_file *f = file_named(folder, q->param[2] ? q->param[2] : q->param[1]);

	if (!f || strcmp(q->param[0], ui_digest) != 0)
		return error(c, ERR_NOT_FOUND,
			     "this part of the console is of another version; load the page anew");
	http_add_header(p, "Cache-Control", "public, max-age=31536000, immutable");
	if (!has_it(c, q, p))
		send(q, p, f);
	return true;
}
