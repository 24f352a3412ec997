/* net.c - which addresses are public, and which URLs we call. */
#include "base/net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

enum { URL_MAX = 2000 };

static struct {
	bool private_too, plain_too;
} allowed;

void net_allow(bool private_too, bool plain_too)
{
	allowed.private_too = private_too;
	allowed.plain_too = plain_too;
}

bool net_private_allowed(void)
{
	return allowed.private_too;
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

bool net_reachable(const struct sockaddr *sa)
{
	return allowed.private_too || address_is_public(sa);
}

bool host_is_loopback(const char *host, size_t n)
{
	static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == n && strncasecmp(names[i], host, n) == 0)
			return true;
	return false;
}

/* The host of an IPv6 URL stands in brackets, with colons of its own. */
static size_t host_length(const char *host)
{
	const char *end = *host == '[' ? strchr(host, ']') : NULL;

	return end ? (size_t)(end + 1 - host) : strcspn(host, "/?#:");
}

static bool check_host(struct ctx *c, const char *what, const char *url, const char *host)
{
	if (host_length(host) == 0 || memchr(host, '@', strcspn(host, "/?#")))
		return error(c, ERR_VALUE, "%s \"%.100s\" names no host", what, url);
	return true;
}

bool net_url_check(struct ctx *c, const char *what, const char *url)
{
	if (strlen(url) > URL_MAX)
		return error(c, ERR_VALUE, "%s is longer than %d bytes", what, URL_MAX);
	for (const char *p = url; *p; p++)
		if ((unsigned char)*p <= ' ' || strchr("<>\"'\\`", *p) || (unsigned char)*p > 126)
			return error(c, ERR_VALUE, "%s \"%.100s\" is no URL", what, url);
	if (strncmp(url, "https://", 8) == 0)
		return check_host(c, what, url, url + 8);
	if (strncmp(url, "http://", 7) == 0 &&
	    (allowed.plain_too || host_is_loopback(url + 7, host_length(url + 7))))
		return check_host(c, what, url, url + 7);
	return error(c, ERR_VALUE, "%s \"%.100s\" must begin with https://", what, url);
}
