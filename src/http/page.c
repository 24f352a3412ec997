/* page.c - server-written HTML: every text escaped, no script, one style sheet. */
#include "http/page.h"

#include <string.h>

enum { PAGE_BYTES_MAX = 256 * 1024 };

/* clang-format off */
static const struct text {
	const char *name, *title, *text;
} texts[] = {
	{ "sign_in", "Sign in",
	  "Enter the address you work with. We take you to the right place to sign in." },
	{ "choose", "Choose how to sign in",
	  "Your organization has several ways to sign in." },
	{ "password", "Enter your password",
	  "Only emergency accounts have a password here. Everybody else signs in through the "
	  "organization's own sign-in page." },
	{ "set_password", "Set your password",
	  "This page works once. Choose a password, then add the key below to an authenticator app "
	  "and enter the code that it shows." },
	{ "password_set", "Your password is set",
	  "You can sign in with it from now on." },
	{ "waiting", "Waiting for access",
	  "You are signed in, but nobody has given you a role yet. Ask an administrator of your "
	  "organization, then sign in again." },
	{ "no_seat", "Waiting for a seat",
	  "All seats of your organization are taken. You get the next one that becomes free; an "
	  "administrator can see you in the queue." },
	{ "deactivated", "This account is deactivated",
	  "Your organization has switched this account off. Ask an administrator if you think that "
	  "this is a mistake." },
	{ "directory", "Sign in",
	  "Use the name and the password you have in your organization." },
	{ "not_yet", "Your account is on its way",
	  "Your password is right, but your account has not been taken over from your organization's "
	  "directory yet. Try again later; an administrator can have it done at once." },
	{ "unknown", "No account here",
	  "You have signed in to your organization, but it has no account for you here. Ask an "
	  "administrator to give you access." },
	{ "sign_out", "Sign out", "This ends your session in this browser." },
	{ "signed_out", "You are signed out",
	  "Close the browser if others use it as well." },
	{ "signed_in", "You are signed in", NULL },
	{ "expired", "This page is no longer valid",
	  "It was open for too long, was used already, or comes from another browser. Start again." },
	{ "refused", "Signing in did not work",
	  "The answer of your organization's sign-in page was not accepted. Try again; if that does "
	  "not help, give the reference below to an administrator." },
	{ "test", "What arrived", "This was a test. Nobody was signed in, nothing was changed." },
	{ "continue", "One moment",
	  "You are being taken to the sign-in page of your organization." },
	{ "busy", "Too many attempts",
	  "There were too many attempts from your network. Try again in a minute. If that does not "
	  "help, give the reference below to an administrator." },
	{ "switch", "Change who is signed in?", NULL },
	{ "no_console", "No console here",
	  "This server was built without its web console: its libraries could not be fetched. "
	  "Build it again where npm works, with make console; rosterctl and the API do all that "
	  "the console does." },
	{ "error", "Something went wrong",
	  "Try again in a moment. If that does not help, give the reference below to an "
	  "administrator." },
};
/* clang-format on */

static const char style[] =
	":root{color-scheme:light dark;font:100%/1.5 system-ui,sans-serif}"
	"body{margin:0;background:#f4f5f7;color:#1a1f29}"
	"main{max-width:26rem;margin:8vh auto;padding:2rem;background:#fff;border-radius:.5rem}"
	"h1{margin:0 0 1rem;font-size:1.5rem}"
	"label{display:block;margin:1rem 0 .25rem;font-weight:600}"
	"input{box-sizing:border-box;width:100%;padding:.6rem;font:inherit;"
	"border:1px solid #767c89;border-radius:.25rem}"
	"button,a.way{display:block;box-sizing:border-box;width:100%;margin:1.25rem 0 "
	"0;padding:.7rem;"
	"font:inherit;font-weight:600;text-align:center;text-decoration:none;color:#fff;"
	"background:#1d4ed8;border:0;border-radius:.25rem}"
	"button:hover,a.way:hover{background:#1e40af}"
	":focus-visible{outline:3px solid #f59e0b;outline-offset:2px}"
	".alert{padding:.75rem;border-left:4px solid #b91c1c;background:#fef2f2;color:#7f1d1d}"
	"code{display:block;overflow-wrap:anywhere;padding:.5rem;background:#eef0f4}"
	"th{text-align:left;vertical-align:top;padding:.25rem 1rem .25rem "
	"0}td{overflow-wrap:anywhere}"
	"footer{margin-top:2rem;font-size:.875rem;color:#4b5563}"
	"@media(prefers-color-scheme:dark){body{background:#10131a;color:#e8eaf0}"
	"main{background:#1a1f29}code{background:#10131a}footer{color:#a7afbd}"
	"input{background:#10131a;color:inherit}.alert{background:#3b1212;color:#fecaca}}\n";

static const struct text *text_of(const char *name)
{
	size_t n = sizeof(texts) / sizeof(texts[0]);

	for (size_t i = 0; i < n; i++)
		if (strcmp(texts[i].name, name) == 0)
			return &texts[i];
	return &texts[n - 1];
}

static void put_escaped(struct buf *b, const char *s)
{
	for (size_t n; *s; s += n) {
		n = strcspn(s, "&<>\"'");
		buf_put(b, s, n);
		if (!s[n])
			return;
		buf_printf(b, "&#%d;", s[n]);
		n++;
	}
}

/* "<tag attributes>text</tag>" */
static void put_element(struct buf *b, const char *open, const char *text, const char *close)
{
	buf_puts(b, open);
	put_escaped(b, text);
	buf_puts(b, close);
}

static void put_attribute(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, " %s=\"", name);
	put_escaped(b, value);
	buf_puts(b, "\"");
}

struct page page_begin(struct ctx *c, const char *name)
{
	const struct text *t = text_of(name);
	struct page g = { c, buf_in(c->arena, PAGE_BYTES_MAX) };

	buf_puts(&g.html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
			  "<meta name=\"viewport\" content=\"width=device-width\">\n"
			  "<meta name=\"robots\" content=\"noindex\">\n");
	put_element(&g.html, "<title>", t->title, "</title>\n");
	buf_puts(&g.html, "<link rel=\"stylesheet\" href=\"/assets/page.css\">\n</head>\n<body>\n"
			  "<main>\n");
	put_element(&g.html, "<h1>", t->title, "</h1>\n");
	if (t->text)
		page_text(&g, t->text);
	return g;
}

void page_text(struct page *g, const char *text)
{
	put_element(&g->html, "<p>", text, "</p>\n");
}

void page_alert(struct page *g, const char *text)
{
	if (text)
		put_element(&g->html, "<p class=\"alert\" role=\"alert\">", text, "</p>\n");
}

void page_code(struct page *g, const char *label, const char *text)
{
	put_element(&g->html, "<p>", label, "</p>\n");
	put_element(&g->html, "<code>", text, "</code>\n");
}

void page_link(struct page *g, const char *url, const char *text)
{
	buf_puts(&g->html, "<a class=\"way\"");
	put_attribute(&g->html, "href", url);
	put_element(&g->html, ">", text, "</a>\n");
}

void page_row_begin(struct page *g)
{
	buf_puts(&g->html, "<table>\n");
}

void page_row(struct page *g, const char *label, const char *value)
{
	put_element(&g->html, "<tr><th scope=\"row\">", label, "</th>");
	put_element(&g->html, "<td>", value ? value : "-", "</td></tr>\n");
}

void page_row_end(struct page *g)
{
	buf_puts(&g->html, "</table>\n");
}

void page_form(struct page *g, const char *path)
{
	buf_puts(&g->html, "<form method=\"post\"");
	put_attribute(&g->html, "action", path);
	buf_puts(&g->html, ">\n");
}

void page_hidden(struct page *g, const char *name, const char *value)
{
	if (!value)
		return;
	buf_puts(&g->html, "<input type=\"hidden\"");
	put_attribute(&g->html, "name", name);
	put_attribute(&g->html, "value", value);
	buf_puts(&g->html, ">\n");
}

void page_input(struct page *g, const char *name, const char *label, const char *type,
		const char *autocomplete, const char *value)
{
	buf_puts(&g->html, "<label");
	put_attribute(&g->html, "for", name);
	put_element(&g->html, ">", label, "</label>\n<input");
	put_attribute(&g->html, "id", name);
	put_attribute(&g->html, "name", name);
	put_attribute(&g->html, "type", type);
	put_attribute(&g->html, "autocomplete", autocomplete);
	if (value)
		put_attribute(&g->html, "value", value);
	buf_puts(&g->html, ">\n");
}

void page_button(struct page *g, const char *text)
{
	put_element(&g->html, "<button type=\"submit\">", text, "</button>\n</form>\n");
}

/* Referrer-Policy is not no-referrer, because then browsers keep Origin back as well. */
static void guard(struct http_resp *p, const char *policy)
{
	http_add_header(p, "Content-Security-Policy", policy);
	http_add_header(p, "Referrer-Policy", "same-origin");
	http_add_header(p, "X-Frame-Options", "DENY");
}

/* A form's answer may lead on to an identity provider: browsers count that among
 * form-action. */
static const char *policy_of(const struct ctx *c)
{
	return strncmp(c->base_url, "https:", 6) == 0
		       ? "default-src 'none'; style-src 'self'; form-action 'self' https:; "
			 "frame-ancestors 'none'; base-uri 'none'"
		       : "default-src 'none'; style-src 'self'; form-action 'self' https: http:; "
			 "frame-ancestors 'none'; base-uri 'none'";
}

bool page_end(struct page *g, struct http_resp *p, int status)
{
	buf_puts(&g->html, "</main>\n</body>\n</html>\n");
	if (g->html.over)
		return error(g->c, ERR_INTERNAL, "a page is longer than %d bytes", PAGE_BYTES_MAX);
	p->status = status;
	p->type = "text/html; charset=utf-8";
	p->body = (struct slice){ g->html.p, g->html.n };
	guard(p, policy_of(g->c));
	return true;
}

static void put_reference(struct page *g)
{
	put_element(&g->html, "<footer>Reference: ", g->c->trace ? g->c->trace : "-",
		    "</footer>\n");
}

bool page_say(struct ctx *c, struct http_resp *p, int status, const char *name)
{
	struct page g = page_begin(c, name);

	put_reference(&g);
	return page_end(&g, p, status);
}

bool page_post(struct ctx *c, struct http_resp *p, const char *action, const char *const *fields)
{
	struct page g = page_begin(c, "continue");

	page_form(&g, action);
	for (; *fields; fields += 2)
		page_hidden(&g, fields[0], fields[1]);
	page_button(&g, "Continue");
	return page_end(&g, p, 200);
}

static int status_of(enum err_kind kind)
{
	static const int status[ERR_KINDS] = {
		[ERR_TOO_LARGE] = 413, [ERR_MEDIA] = 415,     [ERR_UNAUTHENTICATED] = 401,
		[ERR_FORBIDDEN] = 403, [ERR_STEP_UP] = 403,   [ERR_SEATS] = 403,
		[ERR_BUSY] = 429,      [ERR_NOT_FOUND] = 404, [ERR_METHOD] = 405,
		[ERR_CONFLICT] = 409,  [ERR_RETRY] = 503,     [ERR_UNAVAILABLE] = 503,
		[ERR_FULL] = 507,      [ERR_INTERNAL] = 500,
	};

	return status[kind] ? status[kind] : 400;
}

void page_error(struct ctx *c, struct http_resp *p)
{
	struct page g = page_begin(c, c->err.kind == ERR_BUSY ? "busy" : "error");

	if (c->err.kind < ERR_RETRY && c->err.kind != ERR_BUSY)
		page_alert(&g, c->err.msg);
	put_reference(&g);
	p->headers = 0;
	IGNORE(page_end(&g, p, status_of(c->err.kind))); /* its own texts are short */
}

bool page_style(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	(void)c, (void)q;
	p->type = "text/css; charset=utf-8";
	p->body = (struct slice){ style, sizeof(style) - 1 };
	http_add_header(p, "Cache-Control", "public, max-age=3600");
	return true;
}
