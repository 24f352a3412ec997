/* cookie.c - cookies of this server, and where a request comes from. */
#include "http/cookie.h"

#include <string.h>
#include <strings.h>

enum { VALUE_MAX = 512, HEADER_MAX = 16 * 1024 };

static bool over_https(const struct ctx *c)
{
	return strncmp(c->base_url, "https://", 8) == 0;
}

/* Behind "http://": this machine, which no network is between. */
static bool on_loopback(const struct ctx *c)
{
	static const char *const hosts[] = { "127.", "localhost", "[::1]" };
	const char *host = c->base_url + 7;

	if (strncmp(c->base_url, "http://", 7) != 0)
		return false;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		size_t n = strlen(hosts[i]);

		if (strncasecmp(host, hosts[i], n) == 0 &&
		    (i == 0 ? strspn(host, "0123456789.") == strcspn(host, ":/")
			    : host[n] == '\0' || host[n] == ':' || host[n] == '/'))
			return true;
	}
	return false;
}

bool cookie_possible(struct ctx *c)
{
	return over_https(c) || on_loopback(c) ||
	       error(c, ERR_FORBIDDEN,
		     "people can sign in over https only; set public_url to the https address of "
		     "this "
		     "server");
}

static const char *full_name(struct ctx *c, const char *name)
{
	return over_https(c) ? arena_printf(c->arena, "__Host-%s", name) : name;
}

/* The next "name=value" of a Cookie header (RFC 6265, section 4.2.1). */
static bool next_pair(const char **at, struct slice *name, struct slice *value)
{
	const char *p = *at + strspn(*at, " \t;"), *end = p + strcspn(p, ";"), *equals;

	if (!*p)
		return false;
	*at = end;
	equals = memchr(p, '=', (size_t)(end - p));
	*name = (struct slice){ p, (size_t)((equals ? equals : end) - p) };
	*value = equals ? (struct slice){ equals + 1, (size_t)(end - equals - 1) }
			: (struct slice){ end, 0 };
	while (value->n && (value->p[value->n - 1] == ' ' || value->p[value->n - 1] == '\t'))
		value->n--;
	return true;
}

const char *cookie_get(struct ctx *c, const struct http_req *q, const char *name)
{
	const char *header = q->conn ? http_header(q, "Cookie") : NULL, *found = NULL;
	const char *want = full_name(c, name);
	struct slice key, value;

	if (!header || strlen(header) > HEADER_MAX)
		return NULL;
	while (next_pair(&header, &key, &value)) {
		if (key.n != strlen(want) || memcmp(key.p, want, key.n) != 0)
			continue;
		/* two of one name: another site of this host may have put one there */
		if (found || value.n > VALUE_MAX)
			return NULL;
		found = arena_strndup(c->arena, value.p, value.n);
	}
	return found;
}

static void put(struct ctx *c, struct http_resp *p, const char *name, const char *value,
		const char *life, bool none_site)
{
	bool secure = over_https(c);

	http_add_header(p, "Set-Cookie",
			arena_printf(c->arena, "%s=%s; Path=/; HttpOnly; SameSite=%s%s%s",
				     full_name(c, name), value,
				     none_site && secure ? "None" : "Lax", secure ? "; Secure" : "",
				     life));
}

void cookie_set(struct ctx *c, struct http_resp *p, const char *name, const char *value)
{
	put(c, p, name, value, "", false);
}

void cookie_set_for(struct ctx *c, struct http_resp *p, const char *name, const char *value,
		    int64_t max_age, bool none_site)
{
	put(c, p, name, value, arena_printf(c->arena, "; Max-Age=%lld", (long long)max_age),
	    none_site);
}

void cookie_drop(struct ctx *c, struct http_resp *p, const char *name)
{
	put(c, p, name, "", "; Max-Age=0", false);
}

void http_redirect(struct http_resp *p, const char *location)
{
	p->status = 303;
	http_add_header(p, "Location", location);
}

/* Scheme, host and port of our own address. */
static struct slice own_origin(const struct ctx *c)
{
	const char *host = strstr(c->base_url, "://");
	size_t n = host ? (size_t)(host + 3 - c->base_url) : 0;

	return (struct slice){ c->base_url, n + strcspn(c->base_url + n, "/") };
}

bool http_same_origin(struct ctx *c, const struct http_req *q)
{
	const char *origin = http_header(q, "Origin"), *site = http_header(q, "Sec-Fetch-Site");

	if (origin)
		return slice_is(own_origin(c), origin);
	return !site || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
}
