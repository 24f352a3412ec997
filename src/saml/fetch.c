/*
 * fetch.c - documents from elsewhere: in the waiting lane, https only, public addresses
 * only, little time and little room.
 *
 * The address is checked where the connection is made, so that a name that resolves
 * differently a moment later gains nothing.
 */
#include "fetch.h"

#include <curl/curl.h>
#include <string.h>

#include "base/net.h"
#include "db/pool.h"
#include "http/lane.h"
#include "saml/connection.h"
#include "saml/saml.h"

enum { TIME_MAX_S = 10, CONNECT_MAX_S = 5, REDIRECTS_MAX = 3, BODY_CHUNK = 64 * 1024 };

/* libcurl asks for a socket for the very address it is about to connect to. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	(void)arg, (void)purpose;
	if (!net_reachable(&to->addr))
		return CURL_SOCKET_BAD;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t take(char *p, size_t size, size_t n, void *arg)
{
	struct buf *b = arg;

	buf_put(b, p, size * n);
	return b->over ? 0 : size * n;
}

static void set_limits(CURL *h)
{
	/* plain http only from this machine: see saml_url_check() */
	const char *schemes = net_private_allowed() ? "https,http" : "https";

	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, schemes);
	curl_easy_setopt(h, CURLOPT_TIMEOUT, (long)TIME_MAX_S);
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_MAX_S);
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_PROXY, "");
	curl_easy_setopt(h, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(h, CURLOPT_USERAGENT, "rosterd");
	curl_easy_setopt(h, CURLOPT_FAILONERROR, 1L);
}

static bool perform(struct ctx *c, CURL *h, const char *url, struct buf *body)
{
	char why[CURL_ERROR_SIZE] = "";
	CURLcode code;

	curl_easy_setopt(h, CURLOPT_URL, url);
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, body);
	code = curl_easy_perform(h);
	if (code == CURLE_OK)
		return true;
	if (body->over)
		return error(c, ERR_VALUE, "the answer of %.120s is too large", url);
	if (code == CURLE_COULDNT_CONNECT && !net_private_allowed())
		return error(c, ERR_VALUE,
			     "%.120s cannot be reached; only public addresses are asked unless "
			     "private_addresses is set",
			     url);
	return error(c, ERR_VALUE, "%.120s: %.100s", url, *why ? why : curl_easy_strerror(code));
}

static bool exchange(struct ctx *c, CURL *h, const char *url, size_t max, struct slice *out)
{
	struct buf body = buf_in(c->arena, max);
	bool good;

	if (!lane_wait(c))
		return false;
	db_put_down(c);
	good = perform(c, h, url, &body);
	*out = (struct slice){ body.p ? body.p : "", body.n };
	return db_pick_up(c) && good;
}

/* Where the answer sends us; NULL: it is the answer. */
static const char *redirect_of(struct ctx *c, CURL *h)
{
	char *to = NULL;

	curl_easy_getinfo(h, CURLINFO_REDIRECT_URL, &to);
	return arena_strdup(c->arena, to);
}

/* Each step of a redirect is checked as the first address was. */
static bool follow(struct ctx *c, CURL *h, const char *url, struct slice *out)
{
	for (int steps = 0; url; steps++) {
		if (steps > REDIRECTS_MAX)
			return error(c, ERR_VALUE, "the metadata URL is redirected too often");
		if (!saml_url_check(c, "the metadata URL", url) ||
		    !exchange(c, h, url, SAML_METADATA_MAX, out))
			return false;
		url = redirect_of(c, h);
	}
	return true;
}

bool saml_fetch(struct ctx *c, const char *url, struct slice *out)
{
	CURL *h = curl_easy_init();
	bool good;

	set_limits(h);
	good = follow(c, h, url, out);
	curl_easy_cleanup(h);
	return good;
}

bool fetch_soap(struct ctx *c, const char *url, const char *body, struct slice *out)
{
	struct curl_slist *headers = NULL;
	CURL *h = curl_easy_init();
	bool good;

	headers = curl_slist_append(headers, "Content-Type: text/xml; charset=utf-8");
	headers =
		curl_slist_append(headers,
				  "SOAPAction: \"http://www.oasis-open.org/committees/security\"");
	set_limits(h);
	curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(h, CURLOPT_POSTFIELDS, body);
	good = exchange(c, h, url, FETCH_SOAP_MAX, out);
	curl_easy_cleanup(h);
	curl_slist_free_all(headers);
	return good;
}
