/* address.c - addresses as text, and the one behind a chain of trusted proxies. */
#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static void text_of_v6(const struct in6_addr *v6, char out[ADDRESS_MAX])
{
	if (IN6_IS_ADDR_V4MAPPED(v6))
		inet_ntop(AF_INET, v6->s6_addr + 12, out, ADDRESS_MAX);
	else
		inet_ntop(AF_INET6, v6, out, ADDRESS_MAX);
}

void address_text(const struct sockaddr *sa, char out[ADDRESS_MAX])
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	*out = '\0';
	if (sa && sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof(v4));
		inet_ntop(AF_INET, &v4.sin_addr, out, ADDRESS_MAX);
	} else if (sa && sa->sa_family == AF_INET6) {
		memcpy(&v6, sa, sizeof(v6));
		text_of_v6(&v6.sin6_addr, out);
	}
}

/* Cuts off what some proxies add: brackets and a port. */
static struct slice without_port(struct slice s)
{
	const char *colon = memchr(s.p, ':', s.n), *end;

	if (s.n && *s.p == '[') {
		end = memchr(s.p, ']', s.n);
		return (struct slice){ s.p + 1, end ? (size_t)(end - s.p) - 1 : 0 };
	}
	if (colon && !memchr(colon + 1, ':', s.n - (size_t)(colon + 1 - s.p)))
		s.n = (size_t)(colon - s.p);
	return s;
}

bool address_parse(struct slice s, char out[ADDRESS_MAX])
{
	char text[ADDRESS_MAX] = "";
	struct in_addr v4;
	struct in6_addr v6;

	while (s.n && (*s.p == ' ' || *s.p == '\t'))
		s.p++, s.n--;
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	s = without_port(s);
	if (s.n == 0 || s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	if (inet_pton(AF_INET, text, &v4) == 1)
		return inet_ntop(AF_INET, &v4, out, ADDRESS_MAX);
	if (inet_pton(AF_INET6, text, &v6) != 1)
		return false;
	text_of_v6(&v6, out);
	return true;
}

bool proxies_parse(struct arena *a, const char *list, struct proxies *out, const char **bad)
{
	char text[ADDRESS_MAX];
	size_t n, most = 1;

	for (const char *p = list ? list : ""; *p; p++)
		most += *p == ',';
	*out = (struct proxies){ .address = arena_array(a, const char *, most) };
	for (const char *p = list ? list : ""; *p; p += n + (p[n] == ',')) {
		n = strcspn(p, ",");
		if (strspn(p, " ") >= n)
			continue;
		if (!address_parse((struct slice){ p, n }, text)) {
			*bad = arena_strndup(a, p, n);
			return false;
		}
		out->address[out->n++] = arena_strdup(a, text);
	}
	return true;
}

bool proxies_have(const struct proxies *p, const char *address)
{
	for (int i = 0; i < p->n; i++)
		if (strcmp(p->address[i], address) == 0)
			return true;
	return false;
}

const char *address_behind(struct arena *a, const struct proxies *p, const char *peer,
			   const char *forwarded)
{
	size_t end = forwarded ? strlen(forwarded) : 0, start;
	char text[ADDRESS_MAX];
	const char *believed = peer;

	while (end && proxies_have(p, believed)) {
		for (start = end; start && forwarded[start - 1] != ','; start--)
			;
		if (!address_parse((struct slice){ forwarded + start, end - start }, text))
			break;
		believed = arena_strdup(a, text);
		end = start ? start - 1 : 0;
	}
	return believed;
}
