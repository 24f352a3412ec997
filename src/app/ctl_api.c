/* ctl_api.c - the client of the server's JSON API (libcurl). */
#include "ctl.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/time.h"
#include "http/json.h"

enum { CONNECT_SECONDS = 10, ANSWER_SECONDS = 300, PAGE = 500, LINK_MAX = 4096 };
static const size_t ANSWER_MAX = (size_t)256 << 20;

/* One exchange. */
struct exchange {
	const char *method, *path, *body; /* body NULL: none */
	long status;
	struct buf answer, link; /* link: the header, if there is one */
};

static size_t take(char *p, size_t size, size_t n, void *arg)
{
	struct buf *b = arg;

	buf_put(b, p, size * n);
	return b->over ? 0 : size * n;
}

/* Keeps the Link header (RFC 8288), which leads to the next page of an export. */
static size_t take_header(char *p, size_t size, size_t n, void *arg)
{
	struct buf *b = arg;

	if (size * n > 5 && strncasecmp(p, "link:", 5) == 0)
		buf_put(b, p, size * n);
	return size * n;
}

static void free_list(void *list)
{
	curl_slist_free_all(list);
}

static void free_curl(void *h)
{
	curl_easy_cleanup(h);
}

/* --token, --token-file, or their variables. */
static bool find_token(struct ctl *k, const char **out)
{
	const char *file = ctl_option(k, "token") ? NULL : ctl_setting(k, "token-file");
	struct slice text = { 0 };

	*out = ctl_setting(k, "token");
	if (file && !ctl_option(k, "token")) {
		if (!ctl_read(k, file, 4096, &text))
			return false;
		*out = arena_strndup(k->c->arena, text.p, strcspn(text.p, " \t\r\n"));
	}
	if (*out && **out && !strpbrk(*out, "\r\n"))
		return true;
	return ctl_misuse(k, "a token is missing: --token T, --token-file FILE or ROSTERD_TOKEN; "
			     "rosterctl token create makes one");
}

static bool set_headers(struct ctl *k, CURL *h, bool body)
{
	struct curl_slist *list;
	const char *token;

	if (!find_token(k, &token))
		return false;
	list = curl_slist_append(NULL,
				 arena_printf(k->c->arena, "Authorization: Bearer %s", token));
	if (body)
		list = curl_slist_append(list, "Content-Type: application/json");
	if (k->answer_first)
		list = curl_slist_append(list, "Prefer: respond-async");
	arena_defer(k->c->arena, free_list, list);
	curl_easy_setopt(h, CURLOPT_HTTPHEADER, list);
	return true;
}

static const char *address(struct ctl *k, const char *path)
{
	const char *server = ctl_setting(k, "server");
	size_t n = strlen(server);

	while (n && server[n - 1] == '/')
		n--;
	if (n > 7 && strncmp(server + n - 7, "/api/v1", 7) == 0)
		n -= 7;
	return arena_printf(k->c->arena, "%.*s/api/v1%s", (int)n, server, path);
}

/* What to look at when nobody answers. */
static const char *advice(CURLcode code)
{
	static const struct {
		CURLcode code;
		const char *text;
	} known[] = {
		{ CURLE_COULDNT_CONNECT, "; is rosterd running there, and is the port right?" },
		{ CURLE_COULDNT_RESOLVE_HOST, "; is the name right?" },
		{ CURLE_SSL_CONNECT_ERROR, "; does it speak http:// only?" },
		{ CURLE_PEER_FAILED_VERIFICATION,
		  "; --cacert FILE names an authority of your own" },
		{ CURLE_SSL_CACERT_BADFILE, "; --cacert takes certificates in PEM" },
		{ CURLE_UNSUPPORTED_PROTOCOL, "; an address is like https://roster.acme.example" },
		{ CURLE_URL_MALFORMAT, "; an address is like https://roster.acme.example" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].code == code)
			return known[i].text;
	return "";
}

static bool run(struct ctl *k, struct exchange *x)
{
	CURL *h = curl_easy_init();
	char why[CURL_ERROR_SIZE] = "";
	CURLcode code;

	if (!h)
		return error(k->c, ERR_INTERNAL, "libcurl does not start");
	if (!ctl_may_call(k, x->method, x->path))
		return curl_easy_cleanup(h), false;
	arena_defer(k->c->arena, free_curl, h);
	if (!set_headers(k, h, x->body != NULL))
		return false;
	x->answer = buf_in(k->c->arena, ANSWER_MAX);
	x->link = buf_in(k->c->arena, LINK_MAX);
	curl_easy_setopt(h, CURLOPT_URL, address(k, x->path));
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	if (ctl_setting(k, "cacert"))
		curl_easy_setopt(h, CURLOPT_CAINFO, ctl_setting(k, "cacert"));
	curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, x->method);
	curl_easy_setopt(h, CURLOPT_USERAGENT, "rosterctl");
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(h, CURLOPT_TIMEOUT, (long)ANSWER_SECONDS);
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, &x->answer);
	curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(h, CURLOPT_HEADERDATA, &x->link);
	if (x->body)
		curl_easy_setopt(h, CURLOPT_POSTFIELDS, x->body);
	code = curl_easy_perform(h);
	curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &x->status);
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, NULL);
	if (code == CURLE_OK)
		return true;
	return error(k->c, ERR_UNAVAILABLE, "%s does not answer: %s%s", ctl_setting(k, "server"),
		     *why ? why : curl_easy_strerror(code), advice(code));
}

/* One line out of a problem document (RFC 9457), or the best there is. */
static bool refuse(struct ctl *k, const struct exchange *x)
{
	json_t *j = x->answer.n ? json_loadb(x->answer.p, x->answer.n, 0, NULL) : NULL;
	const char *detail;

	if (j)
		json_own(k->c, j);
	detail = json_string_value(json_object_get(j, "detail"));
	if (!detail)
		detail = json_string_value(json_object_get(j, "title"));
	if (detail)
		return error(k->c, ERR_CONFLICT, "%s%s", detail,
			     x->status == 401 ? "; rosterctl token create --kind admin makes one"
					      : "");
	return error(k->c, ERR_CONFLICT,
		     "%s answered %ld without saying why; is that address a rosterd?",
		     ctl_setting(k, "server"), x->status);
}

/* The path behind /api/v1 of the one link there may be. */
static const char *next_page(struct ctl *k, const struct exchange *x)
{
	const char *at = x->link.p ? strstr(x->link.p, "/api/v1/") : NULL;

	return at ? arena_strndup(k->c->arena, at + 7, strcspn(at + 7, ">\r\n")) : NULL;
}

bool api_text(struct ctl *k, const char *path, struct slice *out, const char **next)
{
	struct exchange x = { .method = "GET", .path = path };

	if (!run(k, &x))
		return false;
	if (x.status < 200 || x.status > 299)
		return refuse(k, &x);
	*out = (struct slice){ x.answer.p ? x.answer.p : "", x.answer.n };
	*next = next_page(k, &x);
	return true;
}

bool api_call(struct ctl *k, const char *method, const char *path, json_t *body, json_t **out)
{
	struct exchange x = { .method = method, .path = path };
	json_t *j;

	if (out)
		*out = NULL;
	if (body)
		x.body = arena_adopt(k->c->arena, json_dumps(body, JSON_COMPACT));
	else if (strcmp(method, "POST") == 0)
		x.body = "{}";
	if (!run(k, &x))
		return false;
	if (x.status < 200 || x.status > 299)
		return refuse(k, &x);
	if (!out || x.answer.n == 0)
		return true;
	j = json_loadb(x.answer.p, x.answer.n, 0, NULL);
	if (!j)
		return error(k->c, ERR_SYNTAX,
			     "%s answered something that is not JSON; "
			     "is that address a rosterd?",
			     ctl_setting(k, "server"));
	*out = json_own(k->c, j);
	return true;
}

/* path with one more parameter, its value percent-encoded. */
static const char *with(struct ctl *k, const char *path, const char *name, const char *value)
{
	char *escaped = curl_easy_escape(NULL, value, 0);
	const char *all;

	all = arena_printf(k->c->arena, "%s%c%s=%s", path, strchr(path, '?') ? '&' : '?', name,
			   escaped ? escaped : "");
	curl_free(escaped);
	return all;
}

const char *api_path(struct ctl *k, const char *prefix, const char *id, const char *suffix)
{
	char *escaped = curl_easy_escape(NULL, id, 0);
	const char *path;

	path = arena_printf(k->c->arena, "%s%s%s", prefix, escaped ? escaped : "", suffix);
	curl_free(escaped);
	return path;
}

const char *api_query(struct ctl *k, const char *path, const char *names)
{
	const char *name, *value;
	int64_t day;

	while ((name = ctl_word(k, &names))) {
		value = ctl_option(k, name);
		if (!value)
			continue;
		/* a day alone; the server knows whole times only */
		if ((strcmp(name, "from") == 0 || strcmp(name, "until") == 0) &&
		    time_parse(arena_printf(k->c->arena, "%sT00:00:00Z", value), &day))
			value = time_text(k->c->arena, day);
		path = with(k, path, name, value);
	}
	return path;
}

/* One page of a list joins items; *next is where the following one begins. */
static bool add_page(struct ctl *k, const char *path, json_t *items, int64_t most,
		     const char **next, int64_t *total)
{
	json_t *page, *part;

	if (!api_call(k, "GET", path, NULL, &page))
		return false;
	part = json_object_get(page, "items");
	if (!json_is_array(part))
		return error(k->c, ERR_SYNTAX,
			     "%s answered without a list; is that address a "
			     "rosterd of this version?",
			     ctl_setting(k, "server"));
	for (size_t i = 0; i < json_array_size(part); i++)
		if ((int64_t)json_array_size(items) < most)
			json_array_append(items, json_array_get(part, i));
	*next = json_string_value(json_object_get(page, "next"));
	*total = json_integer_value(json_object_get(page, "total"));
	return true;
}

bool api_list(struct ctl *k, const char *path, json_t **items)
{
	const char *next = NULL, *at;
	struct progress p = { 0 };
	int64_t most, total = 0;
	bool ok, more;

	if (!ctl_option_int(k, "limit", INT64_MAX, &most))
		return false;
	path = with(k, path, "limit",
		    arena_printf(k->c->arena, "%d", most < PAGE ? (int)most : PAGE));
	*items = json_own(k->c, json_array());
	do {
		at = next ? with(k, path, "after", next) : path;
		ok = add_page(k, at, *items, most, &next, &total);
		more = ok && next && (int64_t)json_array_size(*items) < most;
		if (more)
			ctl_progress(&p, "read", (int64_t)json_array_size(*items),
				     total < most ? total : most);
	} while (more);
	ctl_progress_end(&p);
	return ok;
}
