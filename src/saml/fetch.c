/*
 * fetch.c - documents from elsewhere: in the waiting lane, https only, public addresses
 * only, little time and little room.
 *
 * The address is checked where the connection is made, so that a name that resolves
 * differently a moment later gains nothing.
 */
#include "fetch.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <string.h>

#include "db/pool.h"
#include "http/lane.h"
#include "saml/connection.h"
#include "saml/saml.h"

enum { TIME_MAX_S = 10, CONNECT_MAX_S = 5, REDIRECTS_MAX = 3, BODY_CHUNK = 64 * 1024 };

static bool private_too;

void fetch_allow_private(bool allow)
{
	private_too = allow;
}

static bool public_v4(uint32_t a)
{
	/* network, bits: this host, private, carrier, loopback, link, documentation,
	 * benchmarks, multicast and what is reserved (RFC 6890) */
	static const struct {
		uint32_t net;
		int bits;
	} closed[] = {
		{ 0x00000000, 8 },  { 0x0a000000, 8 },  { 0x64400000, 10 }, { 0x7f000000, 8 },
		{ 0xa9fe0000, 16 }, { 0xac100000, 12 }, { 0xc0000000, 24 }, { 0xc0000200, 24 },
		{ 0xc0a80000, 16 }, { 0xc6120000, 15 }, { 0xc6336400, 24 }, { 0xcb007100, 24 },
		{ 0xe0000000, 3 },
	};

	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
		if ((a ^ closed[i].net) >> (32 - closed[i].bits) == 0)
			return false;
	return true;
}

/* Of IPv6 only what is given out to the public (2000::/3), less what embeds others. */
static bool public_v6(const unsigned char a[16])
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (memcmp(a, mapped, sizeof(mapped)) == 0)
		return public_v4((uint32_t)a[12] << 24 | (uint32_t)a[13] << 16 |
				 (uint32_t)a[14] << 8 | a[15]);
	if ((a[0] & 0xe0) != 0x20)
		return false;
	return !(a[0] == 0x20 && (a[1] == 0x02 || (a[1] == 0x01 && a[2] < 2)));
}

bool address_is_public(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET)
		return public_v4(
			ntohl(((const struct sockaddr_in *)(const void *)sa)->sin_addr.s_addr));
	if (sa->sa_family == AF_INET6)
		return public_v6(
			((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr.s6_addr);
	return false;
}

/* libcurl asks for a socket for the very address it is about to connect to. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	(void)arg, (void)purpose;
	if (!private_too && !address_is_public(&to->addr))
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
	const char *schemes = private_too ? "https,http" : "https";

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
	if (code == CURLE_COULDNT_CONNECT && !private_too)
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
